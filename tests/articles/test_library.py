"""Tests of the shelf on disk: state and folder agree, and a kill leaves no half file."""

import errno
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from factories import REVIEWER, approved, archived, later, make_article, published, submitted

from kb.articles.article import Article, State, Verb, parse, render
from kb.articles.evidence import Evidence
from kb.articles.library import Library, lock, write
from kb.articles.lifecycle import move
from kb.errors import ArticleError, BusyError, LifecycleError, SourceError

KILLS = 30
WRITER = """
import os, sys
from dataclasses import replace
from pathlib import Path
from kb.articles.article import parse
from kb.articles.library import Library
docs = Path(sys.argv[1])
library = Library(docs)
article = parse((docs / "drafts/proxy-timeouts-1042.md").read_text())
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if not child:
        for number in range(1_000_000):
            words = f"{number % 10}" * (50_000 if number % 2 else 40)
            library.save(replace(article, sections=(("Issue", words),)))
    print(child, flush=True)
    os.waitpid(child, 0)
"""
HOLDER = """
import sys
from pathlib import Path
from kb.articles.library import lock
with lock(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.read()
"""


def spawn(program: str, folder: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", program, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def kill(child: subprocess.Popen[str]) -> None:
    with child:
        child.kill()


def put(library: Library, name: str, article: Article) -> Path:
    path = library.docs / name
    path.write_text(render(article), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("article", "name"),
    [
        (make_article(), "drafts/proxy-timeouts-1042.md"),
        (submitted(), "drafts/proxy-timeouts-1042.md"),
        (published(), "articles/proxy-timeouts-1042.md"),
        (archived(), "drafts/proxy-timeouts-1042.md"),
    ],
    ids=lambda one: str(getattr(one, "state", "")),
)
def test_folder_follows_state(library: Library, article: Article, name: str) -> None:
    """A published article lies in articles/, every other one in drafts/; it is read back whole."""
    path = library.save(article)

    assert (library.docs / name, article) == (path, library.read(path))


def test_publish_takes_the_draft_away(library: Library) -> None:
    """After a publish there is the page alone."""
    library.save(approved())
    library.save(published())

    assert (published(),) == library.articles()


def test_archive_takes_the_page_away(library: Library) -> None:
    """After an archive nothing lies where readers find it."""
    library.save(published())
    library.save(archived())

    assert [] == list((library.docs / "articles").iterdir())


def test_save_again_touches_nothing(library: Library) -> None:
    """Saving what stands there already does not write."""
    path = library.save(make_article())
    before = path.stat()
    library.save(make_article())

    assert (before.st_ino, before.st_mtime_ns) == (path.stat().st_ino, path.stat().st_mtime_ns)


def test_save_leaves_no_temporary_file(library: Library) -> None:
    """A save leaves the article and nothing beside it."""
    library.save(make_article())

    assert ["proxy-timeouts-1042.md"] == [p.name for p in (library.docs / "drafts").iterdir()]


@pytest.mark.parametrize(
    ("name", "article", "message"),
    [
        ("drafts/another.md", make_article(), "its id is proxy-timeouts-1042. Name the file"),
        ("articles/another.md", published(), "its id is proxy-timeouts-1042. Name the file"),
        (
            "articles/proxy-timeouts-1042.md",
            approved(),
            "its state is in_review, but it lies in articles. Move it to drafts",
        ),
        (
            "articles/proxy-timeouts-1042.md",
            archived(),
            "its state is archived, but it lies in articles. Move it to drafts",
        ),
        (
            "drafts/proxy-timeouts-1042.md",
            published(),
            "its state is published, but it lies in drafts. Move it to articles",
        ),
    ],
)
def test_disagreement_is_told(library: Library, name: str, article: Article, message: str) -> None:
    """Where name, folder and state disagree the file is named, and what would mend it."""
    with pytest.raises(ArticleError) as told:
        library.read(put(library, name, article))

    assert str(told.value).startswith(f"docs/{name}: {message}")


def test_broken_files_are_told_beside_the_others(library: Library) -> None:
    """One broken file hides none of the others, and is not skipped in silence."""
    library.save(make_article())
    (library.docs / "drafts" / "broken.md").write_text("# no front matter\n")
    shelf = library.shelf()

    assert ((make_article(),), ["docs/drafts/broken.md:1"]) == (
        shelf.articles,
        [error.where for error in shelf.broken],
    )
    with pytest.raises(ArticleError):
        library.articles()


def test_not_utf8_is_told(library: Library) -> None:
    """A file in another encoding is told, not guessed."""
    (library.docs / "drafts" / "latin.md").write_bytes(b"---\nid: latin\ntitle: \xe4\n---\n")
    with pytest.raises(ArticleError, match=r"docs/drafts/latin\.md: it cannot be read as UTF-8"):
        library.articles()


def test_index_is_not_an_article(library: Library) -> None:
    """The folder's own index page is left to MkDocs."""
    (library.docs / "articles" / "index.md").write_text("# Articles\n")

    assert library.articles() == ()


@pytest.mark.parametrize("inside", [True, False])
def test_symlink_is_refused(library: Library, tmp_path: Path, inside: bool) -> None:
    """A link is not followed, neither out of the library nor within it."""
    target = (library.docs / "drafts" if inside else tmp_path) / "real.txt"
    target.write_text(render(make_article()))
    link = library.docs / "drafts" / "proxy-timeouts-1042.md"
    link.symlink_to(target)
    with pytest.raises(ArticleError, match="it is a link out of the library"):
        library.read(link)


def test_find_prefers_the_draft(library: Library) -> None:
    """Of a live page and its revision the revision is found, unless a state is asked for."""
    library.save(published())
    revision = move(published(), Verb.EDIT, by="tove@x.example", at=later(50))
    library.save(revision)

    assert (revision, published()) == (
        library.find(revision.id),
        library.find(revision.id, State.PUBLISHED),
    )


def test_find_nothing(library: Library) -> None:
    """An id that is not there is told."""
    with pytest.raises(LifecycleError, match="no such article"):
        library.find("nothing-1")


def test_evidence_round_trip(library: Library) -> None:
    """Evidence is read back as it was saved; without a sidecar there is none."""
    rows = (Evidence(section="Issue", sentence="It «stops».", ticket="h:1", message="m0", end=10),)
    library.save_evidence("proxy-timeouts-1042", rows)

    assert (rows, ()) == (library.evidence("proxy-timeouts-1042"), library.evidence("another"))


def test_settle_finishes_a_killed_publish(library: Library) -> None:
    """A draft whose live page holds its whole history is what a killed publish left."""
    left = library.save(approved())
    put(library, "articles/proxy-timeouts-1042.md", published())

    assert (left,) == library.settle()
    assert (published(),) == library.articles()


def test_settle_takes_half_files_away(library: Library) -> None:
    """What was being written when its process died is gone; the article stands."""
    library.save(make_article())
    half = library.docs / "drafts" / ".kb-1p7skv99"
    half.write_text("---\nid: proxy")

    assert (half,) == library.settle()
    assert make_article() == library.find(make_article().id)


def test_settle_is_idempotent(library: Library) -> None:
    """Where nothing is left over nothing is done."""
    library.save(published())

    assert () == library.settle()


@pytest.mark.parametrize("verb", [Verb.EDIT, Verb.SUBMIT])
def test_settle_leaves_a_revision(library: Library, verb: Verb) -> None:
    """A revision of a live page is work, not a left-over."""
    library.save(published())
    revision = move(published(), Verb.EDIT, by=REVIEWER, at=later(50))
    if verb is Verb.SUBMIT:
        revision = move(revision, Verb.SUBMIT, by=REVIEWER, at=later(60))
    library.save(revision)

    assert () == library.settle()
    assert revision == library.find(revision.id)


def test_kill_while_saving(library: Library) -> None:
    """However often a save is killed, the file is whole: the old one or the new one."""
    path = library.save(make_article())
    whole = {str(n) * (50_000 if n % 2 else 40) for n in range(10)}
    whole.add(make_article().section("Issue"))
    nursery = spawn(WRITER, library.docs)
    for number in range(KILLS):
        _kill_a_writer(nursery, 0.02 + number % 7 * 0.003)
        assert parse(path.read_text()).section("Issue") in whole
    nursery.communicate()

    assert (make_article().id,) == tuple(article.id for article in library.articles())


def _kill_a_writer(nursery: subprocess.Popen[str], after: float) -> None:
    """Have a writer forked (a fresh interpreter costs its imports) and kill it in its work."""
    print("one more", file=nursery.stdin, flush=True)
    writer = int(nursery.stdout.readline())
    time.sleep(after)
    os.kill(writer, signal.SIGKILL)
    time.sleep(0.005)


def test_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    """A write that fails leaves the old file and no temporary one, and says so."""
    path = tmp_path / "x.md"
    write(path, "old")
    with pytest.raises(UnicodeEncodeError):
        write(path, "new \ud800")

    assert ("old", ["x.md"]) == (path.read_text(), [p.name for p in tmp_path.iterdir()])


def test_unwritable_is_told(tmp_path: Path) -> None:
    """A place that cannot be written is named, with the system's reason."""
    (tmp_path / "file").write_text("")
    with pytest.raises(SourceError, match="it cannot be written"):
        write(tmp_path / "file" / "x.md", "text")


def test_lock_names_the_holder(tmp_path: Path) -> None:
    """A second process is told which process is writing."""
    child = spawn(HOLDER, tmp_path)
    try:
        with pytest.raises(BusyError, match=f"process {child.pid} is writing"), lock(tmp_path):
            pass
    finally:
        kill(child)


def test_lock_dies_with_its_holder(tmp_path: Path) -> None:
    """A killed process holds nothing."""
    kill(spawn(HOLDER, tmp_path))
    with lock(tmp_path):
        assert str(os.getpid()) == (tmp_path / "lock").read_text()


def test_lock_that_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system without locks is told as that: nobody else holds the workspace."""

    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("fcntl.flock", no_locks)
    with pytest.raises(SourceError, match="its file system cannot lock"), lock(tmp_path):
        pass


def test_lock_again(tmp_path: Path) -> None:
    """A lock that was let go can be taken again."""
    for _ in range(2):
        with lock(tmp_path):
            pass


def test_save_over_an_edited_file(library: Library) -> None:
    """A comment that somebody wrote into the file outlives a save."""
    path = library.save(make_article())
    path.write_text(path.read_text().replace("title:", "# ask Tove\ntitle:"))
    library.save(replace(make_article(), title="Another title of ours"))

    assert "\n# ask Tove\ntitle: Another title of ours\n" in path.read_text()
