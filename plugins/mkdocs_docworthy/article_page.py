"""Turns an article into what MkDocs renders: inert Markdown and metadata without people."""

import re
from datetime import date
from typing import Any

from kb.articles.approval import digest
from kb.articles.article import Article, State, Verb
from kb.articles.markup import inert
from mkdocs_docworthy.sanitise import as_text, escaped

BANNER = (
    '<div class="admonition warning"><p class="admonition-title">Draft</p>'
    "<p>Only you see this page: it is {state}, and not on the site.</p></div>"
)
"""What stands above a draft in `mkdocs serve`."""

UNREADABLE = "# This draft cannot be read\n\nkb check says why.\n"
"""What `mkdocs serve` shows for a draft that is no article."""


def source(article: Article) -> str:
    """Return the page's Markdown: the title and the sections, and nothing of the front matter."""
    banner = "" if article.state is State.PUBLISHED else BANNER.format(state=article.state)
    sections = [f"## {name}\n\n{_quiet(inert(text))}" for name, text in article.sections]
    return "\n\n".join(filter(None, [f"# {as_text(article.title)}", banner, *sections])) + "\n"


def meta(article: Article) -> dict[str, Any]:
    """Return the page's metadata, every text escaped; tickets and history are not in it."""
    found: dict[str, Any] = {"title": escaped(article.title), "render_macros": False}
    if words := _description(article):
        found["description"] = escaped(words)
    if article.tags:
        found["tags"] = [escaped(tag) for tag in article.tags]
    if article.aliases:
        found["aliases"] = [escaped(alias) for alias in article.aliases]
    return found


def version(article: Article) -> str:
    """Return the short form of the article's digest, as events carry it."""
    return digest(article)[7:19]


def reviewed(article: Article) -> date | None:
    """Return the day of the last approval, `None` for a draft that has none."""
    days = [change.at.date() for change in article.history if change.verb is Verb.APPROVE]
    return days[-1] if days else None


def _quiet(markdown: str) -> str:
    """Escape include marks that stand in code too: pymdownx.snippets reads them even there."""
    return re.sub(r"(?m)^([ \t]*)(-+8<-+)", r"\1;\2", markdown)


def _description(article: Article) -> str:
    line = next((line for line in article.section("Issue").splitlines() if line.strip()), "")
    words = " ".join(re.sub(r"[`*\[\]]", "", line).split())
    return words if len(words) <= 155 else words[:154].rsplit(" ", 1)[0] + "…"
