"""Adds up what was seen on the site: settled days from what is kept, the rest from its rows."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from kb.measure.contacts import Contact
from kb.measure.events import Event
from kb.measure.gaps import LOOK_BACK
from kb.measure.report import OTHER_WINDOWS, Seen
from kb.measure.searches import Search
from kb.measure.sheet import MARGIN, Sheet, sheet_of
from kb.measure.tally import Tally, tally
from kb.measure.tally_bytes import pack, unpack
from kb.measure.trails import IDLE
from kb.store.folds import Folded
from kb.store.store import Store

_RULES = "3"
"""Changes with the rules of the tally, so that no day is read that older ones added up."""

_DAY = timedelta(days=1)
Topics = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """What is asked for.

    Attributes:
        since: First instant (aware).
        now: The instant after the last, for which outcomes are told.
        length: How long after an attempt a ticket still says that it failed.
    """

    since: datetime
    now: datetime
    length: timedelta

    @property
    def longest(self) -> timedelta:
        """After so long a day's outcomes are final, whichever length is asked for."""
        return max(self.length, timedelta(days=max(OTHER_WINDOWS)))

    def settles(self, day: Folded) -> bool:
        """Say whether one more hour changes nothing of the whole day but by new events or tickets.

        So it is, unless a window of one of its attempts closes just now.
        """
        return day.end + IDLE <= self.now and all(
            day.end + length <= self.now or self.now < day.start + length for length in self.lengths
        )

    def state(self, day: Folded) -> str:
        """Say which windows have closed after the day: `110` for all but the longest."""
        return "".join(str(int(day.end + length <= self.now)) for length in self.lengths)

    @property
    def lengths(self) -> tuple[timedelta, ...]:
        """The one that is asked for and those beside it, ascending."""
        return tuple(sorted({self.length, *(timedelta(days=n) for n in OTHER_WINDOWS)}))

    def tally(self, sheet: Sheet, contacts: Sequence[Contact]) -> Tally:
        """Add up one sheet."""
        return tally(
            sheet,
            contacts,
            since=self.since,
            now=self.now,
            window=self.length,
            windows=OTHER_WINDOWS,
        )


def seen(store: Store, contacts: Sequence[Contact], topics: Topics, window: Window) -> Seen:
    """Fold what is new, and add up the window.

    A day is added up once, again when a window after it has closed, and again if events or
    tickets of that time come late. Ten million events are a few hundred small rows then, and four
    days that are in motion.
    """
    store.folds.update(topics)
    wrote = _by_day(c for c in (*contacts, *store.folds.sent()) if c.at <= window.now)
    found = window.tally(Sheet(), ())
    searches: list[Search] = []
    votes: list[Event] = []
    for day in store.folds.days(window.since, window.now):
        near = _Near.of(wrote, day, window)
        is_kept = window.since <= day.start and window.settles(day)
        is_recent = day.end > window.now - LOOK_BACK
        if is_kept:
            found.add(_kept(store, day, near, window))
        if is_kept and not is_recent:
            continue
        sheet = _sheet(store, day, topics, window)
        if not is_kept:
            found.add(window.tally(sheet, near.contacts))
        if is_recent:
            searches += sheet.settled(window.since, window.now)
            votes += sheet.votes
    return Seen(tally=found, searches=searches, votes=votes)


def daily(
    store: Store, contacts: Sequence[Contact], topics: Topics, window: Window
) -> Iterator[tuple[date, Tally]]:
    """Yield each day of the window (in UTC) that has events, added up, by day."""
    store.folds.update(topics)
    wrote = _by_day((*contacts, *store.folds.sent()))
    for day in store.folds.days(window.since, window.now):
        near = _Near.of(wrote, day, window)
        if window.since <= day.start and day.end + window.longest <= window.now:
            yield day.day, _kept(store, day, near, window)
        else:
            yield day.day, window.tally(_sheet(store, day, topics, window), near.contacts)


@dataclass(frozen=True, slots=True)
class _Near:
    """Who wrote in on a day and in the windows after it."""

    contacts: Sequence[Contact]
    mark: str

    @classmethod
    def of(cls, wrote: dict[date, "_Near"], day: Folded, window: Window) -> "_Near":
        days = (day.day + _DAY * n for n in range(window.longest.days + 2))
        parts = [wrote[one] for one in days if one in wrote]
        told = (_RULES, str(window.length), window.state(day), *(part.mark for part in parts))
        text = "|".join(told)
        mark = hashlib.sha256(text.encode()).hexdigest()
        return cls([contact for part in parts for contact in part.contacts], mark)


def _by_day(contacts: Iterable[Contact]) -> dict[date, _Near]:
    days: dict[date, list[Contact]] = {}
    for contact in contacts:
        days.setdefault(contact.at.astimezone(UTC).date(), []).append(contact)
    return {day: _Near(some, _mark(some)) for day, some in days.items()}


def _mark(contacts: Sequence[Contact]) -> str:
    rows = sorted(f"{c.requester} {c.at.isoformat()} {c.ticket}" for c in contacts)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _kept(store: Store, day: Folded, near: _Near, window: Window) -> Tally:
    """Return a settled day added up; add it up and keep that, when it was not or is out of date."""
    if day.tally is not None and day.mark == near.mark:
        return unpack(day.tally)
    made = window.tally(store.folds.sheet(day.day), near.contacts)
    store.folds.keep_tally(day.day, near.mark, pack(made))
    return made


def _sheet(store: Store, day: Folded, topics: Topics, window: Window) -> Sheet:
    """Return the day's sheet; of a day that is asked for in part, made from its events."""
    if window.since <= day.start and day.end <= window.now:
        return store.folds.sheet(day.day)
    since, until = max(window.since, day.start), min(window.now, day.end)
    facts = [
        event
        for n in (-1, 0, 1)
        for event in store.folds.events_of(
            day.day + _DAY * n, since - MARGIN, min(until + MARGIN, window.now + _INSTANT)
        )
    ]
    return sheet_of(
        sorted(facts, key=lambda e: e.at), since=since, until=until + _last(until, window),
        topics=topics,
    )  # fmt: skip


_INSTANT = timedelta(microseconds=1)


def _last(until: datetime, window: Window) -> timedelta:
    """What happened at `now` itself is in the window."""
    return _INSTANT if until == window.now else timedelta(0)
