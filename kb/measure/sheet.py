"""One day's events, folded into what the figures need of them; always made again from the events."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import attrgetter

from kb.measure.contacts import Contact
from kb.measure.events import VOTES, Event, Kind, by_reader, once
from kb.measure.searches import Search, searches_of, settled_searches
from kb.measure.trails import IDLE, Trail, began, trails, trails_of

MARGIN = timedelta(hours=6)
"""How far before and after a day its visitors are looked at, so that no visit is cut at midnight."""

_AT = attrgetter("at")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What began, was searched and voted in one stretch of time.

    Attributes:
        events: How many events.
        times: Their times, where a stretch may be asked for in part; empty for a stored day.
        canaries: When our own visits came.
        trails: By start.
        searches: By time, the settled ones and those that may yet settle.
        votes: By time.
    """

    events: int = 0
    times: tuple[datetime, ...] = ()
    canaries: tuple[datetime, ...] = ()
    trails: tuple[Trail, ...] = ()
    searches: tuple[Search, ...] = ()
    votes: tuple[Event, ...] = ()

    def settled(self, since: datetime, now: datetime) -> Iterator[Search]:
        """Yield the searches in [since, now) that nothing can change any more."""
        return (s for s in self.searches if since <= s.at < now and s.at + IDLE <= now)

    def sent(self) -> tuple[Contact, ...]:
        """Return the forms that were sent, as contacts whose ticket is not known."""
        return tuple(Contact(requester=t.reader, at=t.sent) for t in self.trails if t.sent)


def sheet_of(
    facts: Iterable[Event],
    *,
    since: datetime,
    until: datetime,
    topics: Sequence[tuple[str, str]],
    idle: timedelta = IDLE,
) -> Sheet:
    """Fold the events of [since, until).

    Args:
        facts: With those of `MARGIN` before and after, in any order. A visit that goes on for
            longer than that without half an hour's pause is cut; no person's does.
    """
    facts = once(facts)
    first, end = (bisect_left(facts, at, key=_AT) for at in (since, until))
    inside = facts[first:end]
    came = {e.reader for e in inside} | {e.reader for e in facts[end:] if began(e) < until}
    own = by_reader(e for e in facts if e.reader in came).values()
    return Sheet(
        events=sum(e.kind is not Kind.CANARY for e in inside),
        canaries=tuple(e.at for e in inside if e.kind is Kind.CANARY),
        trails=tuple(
            t for t in trails_of(own, idle=idle, topics=topics) if since <= t.start < until
        ),
        searches=tuple(s for s in searches_of(own) if since <= s.at < until),
        votes=tuple(e for e in inside if e.kind in VOTES),
    )


def whole(events: Iterable[Event], *, now: datetime, topics: Sequence[tuple[str, str]]) -> Sheet:
    """Fold everything at once, for as many events as fit into memory."""
    facts = tuple(e for e in events if e.at <= now)
    counted = [e for e in facts if e.kind is not Kind.CANARY]
    return Sheet(
        events=len(counted),
        times=tuple(e.at for e in counted),
        canaries=tuple(e.at for e in facts if e.kind is Kind.CANARY),
        trails=trails(facts, topics=topics),
        searches=settled_searches(facts, now=now),
        votes=tuple(e for e in facts if e.kind in VOTES),
    )
