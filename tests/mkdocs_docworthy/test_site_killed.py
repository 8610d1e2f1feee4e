"""A build that is killed at any moment: nothing of it is served, and the next one is whole."""

import os
import random
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest
from built_site import Workspace, draft, published, workspace
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from kb.articles.article import Article
from kb.gates.unfinished import is_unfinished
from kb.service.site import Site

KILLS = int(os.environ.get("KILLS", "3"))
SEED = int(os.environ.get("SEED", "7"))
MANY = 12


def article(number: int, time: int) -> Article:
    """Return an article as it is written for the `time`-th time."""
    told = f"The relay stops, told {time} times. See [that](a{(number + 1) % MANY}.md)."
    sections = (("Issue", told), ("Resolution", "1. Restart it."))
    return published(draft(f"a{number}", title=f"Relay {number} of {time}", sections=sections))


def files(made: Workspace) -> dict[str, bytes]:
    """Return the bytes that may be served."""
    return {
        path.relative_to(made.site).as_posix(): path.read_bytes()
        for path in made.site.rglob("*")
        if path.is_file() and path.name != "sitemap.xml.gz"
    }


def started(made: Workspace) -> subprocess.Popen[bytes]:
    """Start a build with all its processes in a group of their own."""
    return subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "-q"], cwd=made.root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, start_new_session=True,
    )  # fmt: skip


def clean(made: Workspace) -> dict[str, bytes]:
    """Return what a build from nothing makes of the same sources."""
    root = made.root.parent / "clean"
    shutil.rmtree(root, ignore_errors=True)
    shutil.copytree(made.root, root, ignore=shutil.ignore_patterns("site", ".kb"))
    assert 0 == Workspace(root).build().returncode
    return files(Workspace(root))


@pytest.fixture
def made(tmp_path: Path) -> tuple[Workspace, float]:
    """A built site, and how many seconds a build takes here."""
    (tmp_path / "w").mkdir()
    site = workspace(tmp_path / "w", *(article(number, 0) for number in range(MANY)))
    began = monotonic()
    assert 0 == started(site).wait()
    return site, monotonic() - began


def test_killed_at_any_moment(made: tuple[Workspace, float]) -> None:
    """It is marked, or a whole site stands there; the next build has the bytes of a clean one."""
    site, seconds = made
    dice = random.Random(SEED)
    for time in range(1, KILLS + 1):
        before = files(site)
        for number in dice.sample(range(MANY), 5):
            site.library.save(article(number, time))
        after = clean(site)
        build = started(site)
        try:
            build.wait(seconds * dice.uniform(0.3, 1.0))
        except subprocess.TimeoutExpired:
            os.killpg(build.pid, signal.SIGKILL)
            build.wait()
        assert is_unfinished(site.site) or files(site) in (before, after)
        assert 0 == site.build().returncode
        assert after == files(site)


def test_nothing_of_an_unfinished_site_is_served(made: tuple[Workspace, float]) -> None:
    """While its mark stands every address says 503 and when to come again; a refusal keeps the mark."""
    site, _ = made
    browser = TestClient(Starlette(routes=[Mount("/", Site(site.site))]))
    assert 200 == browser.get("/articles/a1/").status_code
    mark = site.site / ".unfinished"
    mark.write_text("")
    for path in ("/", "/articles/a1/", "/nowhere/", "/.docworthy/articles/a1/", "/.unfinished"):
        told = browser.get(path)
        assert (503, "30") == (told.status_code, told.headers["retry-after"])
    page = site.root / "docs" / "articles" / "a1.md"
    whole = page.read_text("utf-8")
    page.write_text(whole.replace("Restart", "Stop"), "utf-8")
    assert 0 != site.build().returncode
    assert 503 == browser.get("/").status_code
    page.write_text(whole, "utf-8")
    assert 0 == site.build().returncode
    assert 200 == browser.get("/").status_code


def test_a_refused_build_leaves_no_mark(tmp_path: Path) -> None:
    """What was refused before a page was printed stands as it was, and is served."""
    site = workspace(tmp_path, article(1, 0))
    (site.root / "docs" / "articles" / "a1.md").write_text("broken", "utf-8")
    assert 0 != site.build().returncode
    assert not site.site.exists()
