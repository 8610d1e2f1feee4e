"""Adds up what was seen on the site: settled days from what is kept, the rest from its rows."""

import hashlib
from collections.abc import Iterator, Sequence
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
from kb.store.folds import Folded, no_cycles
from kb.store.store import Store

_RULES = "4"
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

    def settles(self, day: Folded) -> bool:
        """Say whether one more hour changes nothing of the whole day but by new events or tickets.

        So it is, unless a window of one of its attempts closes just now.
        """
        return day.end + IDLE <= self.now and all(
            day.end + length <= self.now or self.now < day.start + length for length in self.lengths
        )

    def reach(self, day: Folded) -> timedelta:
        """Return how long after one of the day's attempts a ticket still changes its outcome.

        That is the longest window that has closed after one of them; all others are pending.
        """
        closed = (length for length in self.lengths if day.start + length <= self.now)
        return max(closed, default=timedelta(0))

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
    with no_cycles():
        return _added_up(store, contacts, topics, window)


def _added_up(store: Store, contacts: Sequence[Contact], topics: Topics, window: Window) -> Seen:
    store.folds.update(topics)
    wrote = _Wrote.of(store, contacts, window)
    found = window.tally(Sheet(), ())
    searches: list[Search] = []
    votes: list[Event] = []
    for day in wrote.days:
        near = wrote.near(day)
        is_kept = window.since <= day.start and window.settles(day)
        is_recent = day.end > window.now - LOOK_BACK
        if is_kept:
            found.add(_kept(store, day, near, window))
        if is_kept and not is_recent:
            continue
        sheet = store.folds.words(day.day) if is_kept else _sheet(store, day, topics, window)
        if not is_kept:
            found.add(window.tally(sheet, near.contacts()))
        if is_recent:
            searches += sheet.settled(window.since, window.now)
            votes += sheet.votes
    return Seen(tally=found, searches=searches, votes=votes)


def daily(
    store: Store, contacts: Sequence[Contact], topics: Topics, window: Window
) -> Iterator[tuple[date, Tally]]:
    """Yield each day of the window (in UTC) that has events, added up, by day."""
    store.folds.update(topics)
    wrote = _Wrote.of(store, contacts, window)
    for day in wrote.days:
        near = wrote.near(day)
        if window.since <= day.start and window.settles(day):
            yield day.day, _kept(store, day, near, window)
        else:
            yield day.day, window.tally(_sheet(store, day, topics, window), near.contacts())


@dataclass(slots=True)
class _Part:
    """Who wrote in on one day.

    Attributes:
        mark: Changes with them.
        tickets: Those of whom there is a ticket.
        folded: Those of whom the site's form saw it go; read when first asked for.
    """

    mark: str
    tickets: Sequence[Contact]
    folded: Folded | None
    _forms: Sequence[Contact] | None = None

    def contacts(self) -> Iterator[Contact]:
        if self._forms is None:
            self._forms = self.folded.forms() if self.folded else ()
        yield from self.tickets
        yield from self._forms


@dataclass(frozen=True, slots=True)
class _Near:
    """Who wrote in on a day and in the windows after it that have closed."""

    parts: Sequence[_Part]
    mark: str

    def contacts(self) -> list[Contact]:
        return [contact for part in self.parts for contact in part.contacts()]


@dataclass(frozen=True, slots=True)
class _Wrote:
    """The days of a window, and who wrote in on each."""

    window: Window
    days: Sequence[Folded]
    parts: dict[date, _Part]

    @classmethod
    def of(cls, store: Store, contacts: Sequence[Contact], window: Window) -> "_Wrote":
        """A form may have been sent by somebody who came on the day before the window."""
        folded = store.folds.days(window.since - _DAY, window.now)
        tickets: dict[date, list[Contact]] = {}
        for contact in contacts:
            if window.since - _DAY <= contact.at <= window.now:
                tickets.setdefault(contact.at.astimezone(UTC).date(), []).append(contact)
        sent = {day.day: day for day in folded}
        parts = {
            day: _part(tickets.get(day, ()), sent.get(day)) for day in tickets.keys() | sent.keys()
        }
        return cls(window, [day for day in folded if window.since < day.end], parts)

    def near(self, day: Folded) -> _Near:
        reach = self.window.reach(day)
        days = [day.day + _DAY * n for n in range(-1, -(-reach // _DAY) + 1)] if reach else []
        parts = [self.parts[one] for one in days if one in self.parts]
        told = (_RULES, str(self.window.length), str(reach), *(part.mark for part in parts))
        return _Near(parts, hashlib.sha256("|".join(told).encode()).hexdigest())


def _part(tickets: Sequence[Contact], folded: Folded | None) -> _Part:
    rows = sorted(f"{c.requester} {c.at.isoformat()} {c.ticket}" for c in tickets)
    text = "\n".join((*rows, folded.sent if folded else "[]"))
    return _Part(hashlib.sha256(text.encode()).hexdigest(), tickets, folded)


def _kept(store: Store, day: Folded, near: _Near, window: Window) -> Tally:
    """Return a settled day added up; add it up and keep that, when it was not or is out of date."""
    if day.tally is not None and day.mark == near.mark:
        return unpack(day.tally)
    made = window.tally(store.folds.sheet(day.day), near.contacts())
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
    return sheet_of(facts, since=since, until=until + _last(until, window), topics=topics)


_INSTANT = timedelta(microseconds=1)


def _last(until: datetime, window: Window) -> timedelta:
    """What happened at `now` itself is in the window."""
    return _INSTANT if until == window.now else timedelta(0)
