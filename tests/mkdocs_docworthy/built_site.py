"""A small workspace on disk whose articles went through the real lifecycle, and its real build."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import forked
import httpx2

from kb.articles.article import Article, State, Verb
from kb.articles.library import Library
from kb.articles.lifecycle import move

_MKDOCS = """\
site_name: Ferrywright help
theme:
  name: material
  font: false
  features: [navigation.instant]
  palette:
    - {media: "(prefers-color-scheme: light)", scheme: default}
    - {media: "(prefers-color-scheme: dark)", scheme: slate}
markdown_extensions: [admonition, tables, pymdownx.superfences, {toc: {permalink: true}}]
plugins: [search, docworthy]
"""
_QUIET = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}
_AT = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
ANNA, BEN = "Anna <anna@ferrywright.example>", "Ben <ben@ferrywright.example>"


@dataclass(frozen=True, slots=True)
class Workspace:
    """The folder of one mkdocs.yml."""

    root: Path

    @property
    def library(self) -> Library:
        """Its articles."""
        return Library(self.root / "docs")

    @property
    def site(self) -> Path:
        """Where the build puts the site."""
        return self.root / "site"

    def page(self, path: str) -> str:
        """Return the built page's HTML."""
        return (self.site / path / "index.html").read_text(encoding="utf-8")

    def article(self, article_id: str) -> str:
        """Return the built article's HTML."""
        return self.page(f"articles/{article_id}")

    def build(self) -> subprocess.CompletedProcess[str]:
        """Build strictly."""
        env = {**os.environ, **_QUIET}
        return forked.run("mkdocs", "build", "--strict", cwd=self.root, env=env)

    def build_apart(self, tool: str = "mkdocs") -> subprocess.CompletedProcess[str]:
        """Build in a process that has nothing in common with another one's, not even its hashes.

        properdocs reads the same mkdocs.yml.
        """
        return subprocess.run(
            [sys.executable, "-m", tool, "build", "--strict", "-f", "mkdocs.yml"],
            cwd=self.root,
            env={**os.environ, **_QUIET},
            capture_output=True,
            text=True,
            check=False,
        )

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Preview the site; yields its address once it answers."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        with subprocess.Popen(
            [sys.executable, "-m", "mkdocs", "serve", "--no-livereload", "-a", address],
            cwd=self.root,
            env={**os.environ, **_QUIET},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as server:
            try:
                _wait_for(f"http://{address}/")
                yield f"http://{address}"
            finally:
                server.terminate()


def _wait_for(url: str) -> None:
    end = monotonic() + 60
    while monotonic() < end:
        with suppress(httpx2.TransportError):
            httpx2.get(url)
            return
        sleep(0.2)


def draft(article_id: str = "proxy-timeouts", **values: object) -> Article:
    """Return a draft that says something."""
    said = {
        "title": "Uploads time out behind a proxy",
        "products": ("Ferry CLI",),
        "versions": ("1.10",),
        "tags": ("network",),
        "sections": (
            ("Issue", "Uploads stop after 30 seconds for `<email-1>` and for <email-1>."),
            ("Environment", "Ferry CLI 1.10 behind a proxy."),
            ("Cause", "The proxy closes idle connections."),
            ("Resolution", "1. Set `proxy.timeout` to 300.\n2. Restart the agent."),
        ),
    }
    return Article(id=article_id, **{**said, **values})  # type: ignore[arg-type]


def published(article: Article) -> Article:
    """Return the article after submit, approve and publish by two people."""
    for verb, by in ((Verb.SUBMIT, ANNA), (Verb.APPROVE, BEN), (Verb.PUBLISH, BEN)):
        article = move(article, verb, by=by, at=_AT)
    assert article.state is State.PUBLISHED
    return article


def workspace(root: Path, *articles: Article, toml: str = "") -> Workspace:
    """Write a workspace with `articles`, as they are."""
    (root / "docs").mkdir()
    (root / "mkdocs.yml").write_text(_MKDOCS, encoding="utf-8")
    (root / "kb.toml").write_text(toml, encoding="utf-8")
    (root / "docs" / "index.md").write_text("# Ferrywright help\n\nSearch first.\n", "utf-8")
    (root / "docs" / "uploads.md").write_text("# How uploads work\n\nIn chunks.\n", "utf-8")
    made = Workspace(root)
    for article in articles:
        made.library.save(article)
    return made
