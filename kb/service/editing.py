"""Turns the edit form into an article and back, so that no field means two things."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from kb.articles.article import SECTIONS, Article, Audience, Risk, parse, render
from kb.errors import ArticleError

NAMES = ("review_by", "lang", "translation_of")
LISTS = ("aliases", "products", "versions", "applies_to", "fixed_in", "tags")


def fields_of(article: Article) -> dict[str, str]:
    """Return the form's fields, lists one a line."""
    fields = {"title": article.title, "audience": str(article.audience), "risk": str(article.risk)}
    fields |= {name: getattr(article, name) for name in NAMES}
    fields |= {name: "\n".join(getattr(article, name)) for name in LISTS}
    return fields | {f"section-{name}": article.section(name) for name in SECTIONS}


def edited(article: Article, form: Mapping[str, str]) -> Article:
    """Return the article as the form has it; what the form does not have stays.

    Raises:
        ArticleError: It would not be read back as what was typed, e.g. a section inside a section.
    """
    given = {**fields_of(article), **form}
    sections = [(name, given[f"section-{name}"].strip("\n").rstrip()) for name in SECTIONS]
    own = {name for name, _ in article.sections}
    try:
        audience, risk = Audience(given["audience"]), Risk(given["risk"])
    except ValueError:
        raise ArticleError(article.id, "audience or risk is none of ours", "Choose one") from None
    facts: dict[str, Any] = {name: given[name].strip() for name in NAMES}
    facts |= {name: _lines(given[name]) for name in LISTS}
    facts["lang"] = facts["lang"] or article.lang
    after = replace(
        article,
        title=" ".join(given["title"].split()),
        audience=audience,
        risk=risk,
        sections=tuple((name, text) for name, text in sections if text or name in own),
        **facts,
    )
    if parse(render(after), article.id) != after:
        raise ArticleError(
            article.id,
            "a section holds a heading of ## or a code fence that does not end",
            "Use ### below a section, and close each fence",
        )
    return after


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())
