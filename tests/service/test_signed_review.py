"""Where approvals are signed, an unsigned one is shown as approved by no door: it counts nowhere."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from factories import REVIEWER, approved, later, make_article, published, submitted
from yard import NOW

from kb.articles.article import Article, Verb
from kb.articles.library import Library
from kb.articles.lifecycle import move
from kb.articles.signature import Key
from kb.config import Config, Review
from kb.search.whoosh import Searcher, refresh
from kb.service.finding import Finder
from kb.service.review import Desk
from kb.store.store import open_store

pytestmark = pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="no ssh-keygen here")


@pytest.fixture
def signed(tmp_path: Path) -> Config:
    """A workspace whose one signer is the reviewer, whose key is `key`."""
    make = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")]
    subprocess.run(make, check=True)
    public = (tmp_path / "key.pub").read_text()
    (tmp_path / "allowed_signers").write_text(f"{REVIEWER} {public}")
    return Config(root=tmp_path, review=Review(signers="allowed_signers"))


@pytest.fixture
def desk(signed: Config) -> Iterator[Desk]:
    """The reviewers' desk over two articles: one approved by hand, one with a signature."""
    library = Library(signed.docs)
    library.save(approved(make_article(id="by-hand")))
    library.save(with_signature(signed, "signed"))
    with closing(open_store(signed.database)) as store:
        yield Desk(signed, store, lambda: NOW.replace(year=2027))


def with_signature(config: Config, name: str) -> Article:
    """Return the article in review, its approval signed."""
    article = submitted(make_article(id=name))
    at, sign = article.history[-1].at, Key(config.root / "key").sign
    return move(article, Verb.APPROVE, by=REVIEWER, at=at, sign=sign)


def test_the_queue(desk: Desk) -> None:
    """What was approved by hand waits for a reviewer."""
    lines, _, figures = desk.queue()

    assert {"by-hand": False, "signed": True} == {one.article.id: one.approved for one in lines}
    assert figures.oldest is not None


def test_the_sheet(desk: Desk) -> None:
    """It says whose approval does not count; nobody is told that they approved it."""
    sheet = desk.sheet("by-hand", REVIEWER)

    assert ((), (REVIEWER,)) == (sheet.approvers, sheet.unsigned)
    assert not sheet.waiting.approved
    assert ((REVIEWER,), ()) == (
        desk.sheet("signed", REVIEWER).approvers,
        desk.sheet("signed", REVIEWER).unsigned,
    )
    assert not desk.undoable("by-hand", REVIEWER)


def test_readers_do_not_find_it(signed: Config) -> None:
    """The search over the files shows readers only what would pass the gate."""
    library = Library(signed.docs)
    library.save(published(make_article(id="by-hand", title="Capstan turns backwards")))
    library.save(move(with_signature(signed, "signed"), Verb.PUBLISH, by=REVIEWER, at=later(30)))
    finder = Finder(signed.docs, signed.state / "search", signers=signed.signers)

    assert () == finder.find("capstan", 5)
    assert ["signed"] == [hit.id for hit in finder.find("deploys proxy", 5)]

    (signed.root / "allowed_signers").write_text("")
    assert () == finder.find("deploys proxy", 5)


def test_what_is_no_article_is_not_found(tmp_path: Path) -> None:
    """A page in a folder below `articles/` passes no gate, so no reader finds it."""
    docs = tmp_path / "docs"
    (docs / "articles" / "more").mkdir(parents=True)
    (docs / "articles" / "more" / "page.md").write_text("# Capstan\n\nThe capstan turns.\n")
    (docs / "guide.md").write_text("# Windlass\n\nThe windlass turns.\n")
    known = refresh(docs, tmp_path / "search")
    with closing(Searcher(tmp_path / "search", known, public_only=True)) as index:
        assert ["guide.md"] == [hit.path for hit in index.search("capstan windlass")]
