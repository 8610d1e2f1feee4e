"""Turns an article into what MkDocs knows of a page: metadata without people, and plain Markdown."""

import re
from datetime import date
from typing import Any

from kb.articles.approval import digest
from kb.articles.article import Article, Verb
from kb.articles.freshness import last_verified
from kb.articles.headings import heading
from mkdocs_docworthy.sanitise import escaped

UNREADABLE = "# This draft cannot be read\n\nkb check says why.\n"
"""What `mkdocs serve` shows for a draft that is no article."""


def twin(article: Article) -> str:
    """Return the page as Markdown for machine readers: title, facts and sections, nobody's name."""
    facts = [
        f"- {name}: {', '.join(values)}"
        for name, values in (("Applies to", article.products), ("Versions", article.versions))
        if values
    ]
    if day := reviewed(article):
        facts.append(f"- Last verified: {day.isoformat()}")
    sections = [f"## {heading(name, article.lang)}\n\n{text}" for name, text in article.sections]
    title = " ".join(article.title.split())
    return "\n\n".join(filter(None, [f"# {title}", "\n".join(facts), *sections])) + "\n"


_ASKED = {"render_macros": False, "search": {"exclude": True}, "social": {"cards": False}}
"""What is asked of other plugins: no macros, and no work that MkDocs' own rendering begins."""


def meta(article: Article) -> dict[str, Any]:
    """Return the page's metadata, every text escaped; tickets and history are not in it."""
    found: dict[str, Any] = {
        "title": escaped(article.title),
        **_ASKED,
    }
    if words := summary(article):
        found["description"] = escaped(words)
    if article.tags:
        found["tags"] = [escaped(tag) for tag in article.tags]
    if article.aliases:
        found["aliases"] = [escaped(alias) for alias in article.aliases]
    return found


def meta_of_list(title: str) -> dict[str, Any]:
    """Return the metadata of a page that lists articles."""
    return {"title": escaped(title), **_ASKED}


def version(article: Article) -> str:
    """Return the short form of the article's digest, as events carry it."""
    return digest(article)[7:19]


def reviewed(article: Article) -> date | None:
    """Return the day of the last approval, `None` for a draft that has none."""
    days = [change.at.date() for change in article.history if change.verb is Verb.APPROVE]
    return days[-1] if days else None


def verified(article: Article) -> date | None:
    """Return the day on which a person last vouched for it: "still true", or an approval."""
    last = last_verified(article)
    days = [day for day in (last and last.at.date(), reviewed(article)) if day]
    return max(days, default=None)


def summary(article: Article) -> str:
    """Return the first line of the issue without marks, at most 155 characters."""
    line = next((line for line in article.section("Issue").splitlines() if line.strip()), "")
    words = " ".join(re.sub(r"[`*\[\]]", "", line).split())
    return words if len(words) <= 155 else words[:154].rsplit(" ", 1)[0] + "…"
