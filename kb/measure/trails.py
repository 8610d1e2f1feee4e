"""Cuts each reader's events into trails: what one reader did about one problem, as far as seen."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from kb.measure.events import CLICKS, FORM, VOTES, Event, Kind, by_reader, once

IDLE = timedelta(minutes=30)
"""Silence that ends an attempt."""

LONGEST_READ = timedelta(hours=4)
"""A page that is open for longer was left open."""

_LONGEST_SECONDS = LONGEST_READ // timedelta(seconds=1)

READ_SECONDS = 15
"""A page open for less was not read."""

MOST_AT_THE_FORM = 3
"""Attempts with strong intent that one address may have a day; more of them are a machine's."""


class Intent(StrEnum):
    """How much an attempt looks like a ticket about to be written."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


class Outcome(StrEnum):
    """How an attempt ended."""

    CONFIRMED = "confirmed"
    PROBABLE = "probable"
    RECONTACT = "recontact"
    ABANDONED = "abandoned"
    INDETERMINATE = "indeterminate"
    PENDING = "pending"


class Trail(NamedTuple):
    """An attempt before anybody knows whether its reader wrote in: a tuple, since so many are made.

    Attributes:
        reader: The reader's opaque key.
        start: When the first page was opened or the first thing done.
        end: When the last event arrived.
        quiet: How it ends if no ticket follows.
        viewed: Ids of the articles shown, in order, each once.
        articles: Those among them that were read: `READ_SECONDS` or more, or voted on as solved.
        searches: How many settled searches.
        clicks: How many results or suggestions were opened.
        suggested: The form showed suggestions.
        sent: When the site's form was sent, None when it was not.
        arm: The side of the experiment, `""` for none.
        origin: Key of the address, `""` where it is not known.
    """

    reader: str
    start: datetime
    end: datetime
    intent: Intent
    quiet: Outcome
    viewed: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    searches: int = 0
    clicks: int = 0
    suggested: bool = False
    sent: datetime | None = None
    arm: str = ""
    origin: str = ""


def trails(
    events: Iterable[Event],
    *,
    idle: timedelta = IDLE,
    topics: Sequence[tuple[str, str]] = (),
) -> tuple[Trail, ...]:
    """Return the eligible trails by start.

    A new one begins after `idle` without activity, or when the topic of the article changes. One
    of page loads alone is not eligible: something was searched, opened, voted, begun or read for
    `READ_SECONDS`. Of one address, only the first `MOST_AT_THE_FORM` of a day that reached the
    form are people's.

    Args:
        events: In any order; a repeated id counts once.
        topics: Pairs of an article's id and its topic; one without a topic never splits.
    """
    return trails_of(by_reader(once(events)).values(), idle=idle, topics=topics)


def trails_of(
    readers: Iterable[Sequence[Event]],
    *,
    idle: timedelta = IDLE,
    topics: Sequence[tuple[str, str]] = (),
) -> tuple[Trail, ...]:
    """Return what `trails` does of the events of each reader, by time."""
    about = {article: topic for article, topic in topics if topic}
    found = [
        _trail(sitting)
        for own in readers
        for sitting in _sittings(own, idle, about)
        if _eligible(sitting)
    ]
    return tuple(_uncrowded(sorted(found, key=lambda t: (t.start, t.reader))))


def _uncrowded(found: Sequence[Trail]) -> Iterator[Trail]:
    seen: Counter[tuple[str, date]] = Counter()
    for trail in found:
        if trail.origin and trail.intent is Intent.STRONG:
            place = (trail.origin, trail.start.astimezone(UTC).date())
            seen[place] += 1
            if seen[place] > MOST_AT_THE_FORM:
                continue
        yield trail


def _sittings(
    own: Sequence[Event], idle: timedelta, about: dict[str, str]
) -> Iterator[Sequence[Event]]:
    sitting: list[Event] = []
    topic = ""
    for event in own:
        fresh = about.get(event.article, "") if about else ""
        changed = bool(topic and fresh and topic != fresh)
        if sitting and (
            changed or (event.at - sitting[-1].at > idle and _paused(event, sitting, idle))
        ):
            yield sitting
            sitting, topic = [], ""
        sitting.append(event)
        topic = fresh or topic
    if sitting:
        yield sitting


def _paused(event: Event, sitting: Sequence[Event], idle: timedelta) -> bool:
    return began(event) - sitting[-1].at > idle


def began(event: Event) -> datetime:
    """Return when it began: a view is told when it ends, `dwell` later (four hours at most)."""
    if not event.dwell:
        return event.at
    return event.at - timedelta(seconds=min(event.dwell, _LONGEST_SECONDS))


def _eligible(sitting: Sequence[Event]) -> bool:
    return any(e.kind is not Kind.VIEW or e.dwell >= READ_SECONDS for e in sitting)


def _trail(sitting: Sequence[Event]) -> Trail:
    first, kinds = sitting[0], [e.kind for e in sitting]
    strong = not FORM.isdisjoint(kinds)
    read = _each_once(
        [e.article for e in sitting if e.dwell >= READ_SECONDS or e.kind is Kind.SOLVED]
    )
    sent = arm = None
    if strong:
        sent = next((e.at for e in sitting if e.kind is Kind.TICKET_SUBMITTED), None)
        arm = next((e.arm for e in sitting if e.arm), None)
    return Trail(
        reader=first.reader,
        start=min([first.at, *[began(e) for e in sitting if e.dwell]]),
        end=sitting[-1].at,
        intent=Intent.STRONG if strong else _lesser(sitting, kinds),
        quiet=_quiet(sitting, kinds, read, strong=strong),
        viewed=_each_once([e.article for e in sitting if e.kind is Kind.VIEW]),
        articles=read,
        searches=kinds.count(Kind.SEARCH),
        clicks=len([kind for kind in kinds if kind in CLICKS]),
        suggested=Kind.SUGGESTION_SHOWN in kinds,
        sent=sent,
        arm=arm or "",
        origin=first.origin,
    )


def _lesser(sitting: Sequence[Event], kinds: Sequence[Kind]) -> Intent:
    landed = kinds[0] is Kind.VIEW and bool(sitting[0].article)
    return Intent.MEDIUM if landed or Kind.SEARCH in kinds else Intent.WEAK


def _quiet(
    sitting: Sequence[Event], kinds: Sequence[Kind], read: Sequence[str], *, strong: bool
) -> Outcome:
    """Return the outcome if no ticket follows, see `attempts.attempts`."""
    form_solved = Kind.FORM_SOLVED in kinds
    if not VOTES.isdisjoint(kinds):
        votes = {(e.article, e.version): e.kind for e in sitting if e.kind in VOTES and e.article}
        refused = {article for (article, _), kind in votes.items() if kind is Kind.NOT_SOLVED}
        read = [article for article in read if article not in refused]
        if Kind.SOLVED in votes.values():
            return Outcome.CONFIRMED
    if form_solved and read:
        return Outcome.CONFIRMED
    if strong and read:
        return Outcome.PROBABLE
    # Who says "solved" without an article to thank was not lost, but nothing can be credited.
    return Outcome.ABANDONED if strong and not form_solved else Outcome.INDETERMINATE


def _each_once(articles: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([a for a in articles if a]))
