"""One day's events, folded into what the figures need of them; always made again from the events."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from kb.measure.contacts import Contact
from kb.measure.events import VOTES, Event, Kind
from kb.measure.searches import Search, settled_searches
from kb.measure.trails import IDLE, Intent, Outcome, Trail, began, trails
from kb.redaction import already_safe

MARGIN = timedelta(hours=6)
"""How far before and after a day its visitors are looked at, so that no visit is cut at midnight."""

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROSECOND = timedelta(microseconds=1)
_VERSION = 1


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
    facts: Sequence[Event],
    *,
    since: datetime,
    until: datetime,
    topics: Sequence[tuple[str, str]],
    idle: timedelta = IDLE,
) -> Sheet:
    """Fold the events of [since, until).

    Args:
        facts: By time, each id once, with those of `MARGIN` before and after. A visit that goes
            on for longer than that without half an hour's pause is cut; no person's does.
    """
    inside = [e for e in facts if since <= e.at < until]
    readers = {e.reader for e in facts if since <= e.at and (e.at < until or began(e) < until)}
    about = [e for e in facts if e.reader in readers]
    return Sheet(
        events=sum(e.kind is not Kind.CANARY for e in inside),
        canaries=tuple(e.at for e in inside if e.kind is Kind.CANARY),
        trails=tuple(
            t for t in trails(about, idle=idle, topics=topics) if since <= t.start < until
        ),
        searches=tuple(s for s in _searches(about) if since <= s.at < until),
        votes=tuple(e for e in inside if e.kind in VOTES),
    )


def _searches(events: Sequence[Event]) -> tuple[Search, ...]:
    readers = {e.reader for e in events if e.kind is Kind.SEARCH}
    last = max((e.at for e in events), default=_EPOCH)
    return settled_searches((e for e in events if e.reader in readers), now=last + 2 * IDLE)


def pack(sheet: Sheet) -> bytes:
    """Return the sheet as bytes: JSON in lists, deflated."""
    body = [
        _VERSION,
        sheet.events,
        [_stamp(at) for at in sheet.canaries],
        [_trail_row(t) for t in sheet.trails],
        [
            [s.reader, _stamp(s.at), s.query, s.results, s.clicked, s.succeeded]
            for s in sheet.searches
        ],
        [
            [
                v.id,
                v.kind,
                _stamp(v.at),
                v.reader,
                v.origin,
                v.article,
                v.version,
                v.reason,
                v.query,
            ]
            for v in sheet.votes
        ],
    ]
    return zlib.compress(json.dumps(body, separators=(",", ":")).encode(), 1)


def unpack(packed: bytes) -> Sheet:
    """Return the sheet of `pack`."""
    _, events, canaries, trails_, searches, votes = json.loads(zlib.decompress(packed))
    return Sheet(
        events=events,
        canaries=tuple(map(_at, canaries)),
        trails=tuple(map(_trail, trails_)),
        searches=tuple(map(_search, searches)),
        votes=tuple(map(_vote, votes)),
    )


_INTENTS, _OUTCOMES = tuple(Intent), tuple(Outcome)
_INTENT_OF = {one: n for n, one in enumerate(_INTENTS)}
_OUTCOME_OF = {one: n for n, one in enumerate(_OUTCOMES)}


def _trail_row(t: Trail) -> list[Any]:
    return [
        t.reader, _stamp(t.start), _stamp(t.end), _INTENT_OF[t.intent], _OUTCOME_OF[t.quiet],
        t.viewed, t.articles, t.searches, t.clicks, t.suggested,
        _stamp(t.sent) if t.sent else None, t.arm, t.origin,
    ]  # fmt: skip


def _trail(row: list[Any]) -> Trail:
    reader, start, end, intent, quiet, viewed, articles, searches, clicks, *rest = row
    suggested, sent, arm, origin = rest
    return Trail(
        reader=reader,
        start=_at(start),
        end=_at(end),
        intent=_INTENTS[intent],
        quiet=_OUTCOMES[quiet],
        viewed=tuple(viewed),
        articles=tuple(articles),
        searches=searches,
        clicks=clicks,
        suggested=suggested,
        sent=_at(sent) if sent is not None else None,
        arm=arm,
        origin=origin,
    )


def _search(row: list[Any]) -> Search:
    reader, at, query, results, clicked, succeeded = row
    return Search(
        reader=reader,
        at=_at(at),
        query=already_safe(query),
        results=results,
        clicked=clicked,
        succeeded=succeeded,
    )


def _vote(row: list[Any]) -> Event:
    key, kind, at, reader, origin, article, version, reason, query = row
    return Event(
        id=key,
        kind=Kind(kind),
        at=_at(at),
        reader=reader,
        origin=origin,
        article=article,
        version=version,
        reason=reason,
        query=already_safe(query),
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


def _stamp(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _at(stamp: int) -> datetime:
    return _EPOCH + timedelta(microseconds=stamp)
