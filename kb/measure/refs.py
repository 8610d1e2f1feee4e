"""Tells of each article what figures and feedback need to know, and nothing more."""

from collections.abc import Iterable
from datetime import datetime

from kb.articles.approval import digest
from kb.articles.article import Article, State, Verb
from kb.measure.pages import PageRef


def version_of(article: Article) -> str:
    """Return the version that pages show and events name: twelve digits of the content's digest."""
    return digest(article).removeprefix("sha256:")[:12]


def page_refs(articles: Iterable[Article]) -> tuple[PageRef, ...]:
    """Return one for each article, a live page before its own revision."""
    ordered = sorted(articles, key=lambda a: (a.state is not State.PUBLISHED, a.id))
    return tuple(_ref(article) for article in ordered)


def _ref(article: Article) -> PageRef:
    return PageRef(
        id=article.id,
        version=version_of(article),
        url=f"/articles/{article.id}/",
        title=article.title,
        tickets=article.tickets,
        state=str(article.state),
        topic=article.tags[0] if article.tags else "",
        author=next((c.by for c in article.history if c.verb is Verb.SUBMIT), ""),
        published_at=_first(article, Verb.PUBLISH),
        reviewed_at=_last(article, Verb.APPROVE),
    )


def _first(article: Article, verb: Verb) -> datetime | None:
    return next((c.at for c in article.history if c.verb is verb), None)


def _last(article: Article, verb: Verb) -> datetime | None:
    return next((c.at for c in reversed(article.history) if c.verb is verb), None)
