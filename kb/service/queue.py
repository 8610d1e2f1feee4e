"""What waits for review, by demand, risk and age, and how the review itself is doing."""

import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.articles.approval import Verify, is_approved
from kb.articles.article import Article, Change, Risk, State, Verb
from kb.articles.lifecycle import open_flags
from kb.articles.standard import Violation
from kb.measure.events import Event, Kind

LOOK_BACK = timedelta(days=90)
"""How far back searches count as demand, and reviews as figures."""
ORDER = (State.PUBLISHED, State.IN_REVIEW, State.DRAFT)
"""A live page waits because it was flagged: readers meet what is wrong with it now."""
_WORD = re.compile(r"\w{3,}")
_COVERED = 2 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One line of the queue.

    Attributes:
        days: Days since the last thing that happened to it.
        searches: Readers who looked for it in vain lately.
        flags: What was flagged on the live page and is not resolved.
        approved: Whether it only waits to be published.
    """

    article: Article
    days: int
    violations: tuple[Violation, ...]
    approved: bool
    searches: int = 0
    flags: tuple[Change, ...] = ()

    @property
    def is_flagged(self) -> bool:
        """Whether it waits because its live page was flagged."""
        return self.article.state is State.PUBLISHED and bool(self.flags)

    @property
    def demand(self) -> int:
        """How many people wait for this, as far as anybody knows."""
        return len(self.article.tickets) + self.searches

    @property
    def blocking(self) -> tuple[Violation, ...]:
        """The violations that keep it from going out."""
        return tuple(v for v in self.violations if v.blocking)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFigures:
    """How the review is doing, about the work and never about a person.

    Attributes:
        oldest: Days that the oldest article in review has waited, None when none waits.
        as_they_stand: Articles approved without another edit since they were first submitted.
        approved: Articles approved in the window.
        days_to_page: Median days from draft to page of those published in the window.
        published: How many those are.
    """

    oldest: int | None
    as_they_stand: int
    approved: int
    days_to_page: float | None
    published: int


def in_order(lines: Iterable[Waiting]) -> tuple[Waiting, ...]:
    """Return the queue: flagged pages, in review, drafts; each by demand, risk, and age."""
    return tuple(sorted(lines, key=_rank))


def _rank(line: Waiting) -> tuple[object, ...]:
    article = line.article
    risky = article.risk is Risk.HIGH
    return (ORDER.index(article.state), line.approved, -line.demand, not risky, -line.days,
            article.id)  # fmt: skip


def waits(article: Article) -> bool:
    """Say whether the article belongs into the queue."""
    if article.state is State.PUBLISHED:
        return bool(open_flags(article))
    return article.state in ORDER


def figures(
    articles: Sequence[Article], now: datetime, verify: Verify | None = None
) -> ReviewFigures:
    """Return the review's own figures over the last `LOOK_BACK`."""
    since = now - LOOK_BACK
    waiting = [_days(a.history[-1].at, now) for a in articles
               if a.state is State.IN_REVIEW and not is_approved(a, verify)]  # fmt: skip
    approved = [a for a in articles if any(c.at >= since for c in _of(a, Verb.APPROVE))]
    took = [
        (_of(a, Verb.PUBLISH)[0].at - a.history[0].at).total_seconds() / 86_400
        for a in articles
        if any(c.at >= since for c in _of(a, Verb.PUBLISH)[:1])
    ]
    return ReviewFigures(
        oldest=max(waiting, default=None),
        as_they_stand=sum(map(_stood, approved)),
        approved=len(approved),
        days_to_page=round(statistics.median(took), 1) if took else None,
        published=len(took),
    )


def readers_waiting(article: Article, events: Iterable[Event]) -> int:
    """Return how many readers searched for this and found nothing: distinct readers, no words."""
    words = set(_WORD.findall(" ".join((article.title, *article.aliases)).casefold()))
    vain = (e for e in events if e.kind is Kind.SEARCH and e.results == 0)
    return len({event.reader for event in vain if _covers(words, event.query)})


def waiting(
    article: Article,
    now: datetime,
    *,
    violations: tuple[Violation, ...],
    events: Iterable[Event] = (),
    verify: Verify | None = None,
) -> Waiting:
    """Return the article's line of the queue; where approvals are signed, `verify` checks them."""
    return Waiting(
        article=article,
        days=_days(article.history[-1].at, now) if article.history else 0,
        violations=violations,
        approved=article.state is State.IN_REVIEW and is_approved(article, verify),
        searches=readers_waiting(article, events),
        flags=open_flags(article),
    )


def _covers(words: set[str], query: str) -> bool:
    asked = set(_WORD.findall(query.casefold()))
    return len(asked) > 1 and len(asked & words) >= _COVERED * len(asked)


def _days(since: datetime, now: datetime) -> int:
    return max(0, (now - since).days)


def _of(article: Article, verb: Verb) -> list[Change]:
    return [change for change in article.history if change.verb is verb]


def _stood(article: Article) -> bool:
    """Say whether the bytes that were first submitted are those that were first approved."""
    return _of(article, Verb.SUBMIT)[:1] != [] and (
        _of(article, Verb.SUBMIT)[0].digest == _of(article, Verb.APPROVE)[0].digest
    )
