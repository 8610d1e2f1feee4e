"""What an unchanged article costs, and that the cache is never seen in the bytes."""

import hashlib
import random
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from built_site import Workspace, draft, published, workspace
from mkdocs.commands.build import build
from mkdocs.config import load_config

from kb.articles.article import Article, State

WORDS = [
    "proxy",
    "upload",
    "token",
    "runner",
    "cache",
    "agent",
    "webhook",
    "deploy",
    "timeout",
    "network",
    "install",
    "mirror",
]


def built(made: Workspace) -> dict[str, str]:
    """Build in this process, strictly; return the digest of every file of the site."""
    build(load_config(str(made.root / "mkdocs.yml"), strict=True))
    return {
        path.relative_to(made.site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(made.site.rglob("*"))
        if path.is_file() and path.name != "sitemap.xml.gz"
    }


def built_clean(made: Workspace) -> dict[str, str]:
    """Build with nothing to remember, the earlier site and the cache put back afterwards."""
    kept = made.root.parent / f"{made.root.name}-kept"
    for name in (".kb", "site"):
        if (made.root / name).exists():
            shutil.copytree(made.root / name, kept / name)
            shutil.rmtree(made.root / name)
    found = built(made)
    for name in (".kb", "site"):
        shutil.rmtree(made.root / name, ignore_errors=True)
        if (kept / name).exists():
            shutil.move(kept / name, made.root / name)
    shutil.rmtree(kept, ignore_errors=True)
    return found


def an_article(number: int, dice: random.Random) -> Article:
    some = dice.sample(WORDS, 4)
    link = f"See [that](a{dice.randrange(6)}.md#issue)." if number > 5 else "See nothing."
    return published(
        draft(
            f"a{number}",
            title=f"{some[0].title()} fails after {some[1]} {number}",
            products=(dice.choice(("Ferry CLI", "Runners")),),
            tags=(some[2],),
            sections=(("Issue", f"The {some[3]} stops. {link}"), ("Resolution", "1. Restart it.")),
        )
    )


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Material's notice is not for tests."""
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")


def _edit(made: Workspace, dice: random.Random, numbers: list[int]) -> None:
    """Do what people do to a site: edit, add and withdraw articles, pages, options and templates."""
    root, docs = made.root, made.root / "docs"
    kind = dice.randrange(7)
    if kind <= 2:
        made.library.save(an_article(dice.choice(numbers), dice))
    elif kind == 3:
        numbers.append(max(numbers) + 1)
        made.library.save(an_article(numbers[-1], dice))
    elif kind == 4 and len(numbers) > 9:
        gone = numbers.pop(dice.randrange(6, len(numbers)))
        (docs / "articles" / f"a{gone}.md").unlink()
    elif kind == 5:
        title, words = dice.choice(WORDS), " ".join(dice.sample(WORDS, 3))
        (docs / "uploads.md").write_text(f"# About {title}\n\n{words}\n", "utf-8")
    else:
        lines = (root / "mkdocs.yml").read_text("utf-8").splitlines()
        rest = [line for line in lines if not line.startswith("copyright:")]
        said = [*rest, f"copyright: C{dice.randrange(3)}", ""]
        (root / "mkdocs.yml").write_text("\n".join(said), "utf-8")


@pytest.mark.parametrize("seed", [1, 2])
def test_cached_and_clean_builds_are_the_same(tmp_path: Path, seed: int) -> None:
    """Through some fifty random edits a site built upon the last one has the bytes of a new one."""
    dice = random.Random(seed)
    numbers = list(range(12))
    (tmp_path / "w").mkdir()
    made = workspace(tmp_path / "w", *(an_article(number, dice) for number in numbers))
    built(made)
    for _ in range(6):
        for _ in range(8):
            _edit(made, dice, numbers)
        assert built_clean(made) == built(made)


def _times(made: Workspace) -> dict[str, int]:
    pages = (made.site / "articles").glob("*/index.html")
    return {path.parent.name: path.stat().st_mtime_ns for path in pages}


def test_an_unchanged_article_is_not_touched(tmp_path: Path) -> None:
    """After one edit, only that page and those that show it are written; the others keep their time."""
    dice = random.Random(3)
    made = workspace(tmp_path, *(an_article(number, dice) for number in range(20)))
    built(made)
    before = _times(made)
    built(made)
    assert before == _times(made)
    article = made.library.find("a7")
    sections = (("Issue", "Changed now."), *article.sections[1:])
    made.library.save(published(replace(article, state=State.DRAFT, history=(), sections=sections)))
    built(made)
    written = {name for name, when in _times(made).items() if when != before[name]}
    assert "a7" in written
    assert len(written) < 12
    assert "Changed now." in made.article("a7")


def test_a_page_that_somebody_changed_is_put_back(tmp_path: Path) -> None:
    """What stands in the site and is not ours is swept; what was ours and changed is restored."""
    made = workspace(tmp_path, published(draft()))
    first = built(made)
    page = made.site / "articles" / "proxy-timeouts" / "index.html"
    page.write_text("defaced", "utf-8")
    (made.site / "articles" / "stray.html").write_text("stray", "utf-8")
    assert first == built(made)


def test_a_broken_cache_is_no_loss(tmp_path: Path) -> None:
    """A cache that is no database any more is made anew."""
    made = workspace(tmp_path, published(draft()))
    first = built(made)
    for path in (tmp_path / ".kb" / "cache").rglob("*"):
        if path.is_file():
            path.write_bytes(b"not a database" * 100)
    assert first == built(made)


def test_a_site_that_was_taken_away_comes_back(tmp_path: Path) -> None:
    """The cache alone brings the same site back."""
    made = workspace(tmp_path, published(draft()))
    first = built(made)
    shutil.rmtree(made.site)
    assert first == built(made)
