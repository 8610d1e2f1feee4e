"""Packs a sheet into bytes and back, what has words apart from the trails that are most of it."""

import json
import struct
import zlib
from datetime import datetime, timedelta
from typing import Any

from kb.measure.events import Event, Kind
from kb.measure.searches import Search
from kb.measure.sheet import Sheet
from kb.measure.trails import Intent, Outcome, Trail
from kb.redaction import already_safe

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MICROSECOND = timedelta(microseconds=1)
_LENGTH = struct.Struct("<I")


def pack(sheet: Sheet) -> bytes:
    """Return the sheet as bytes.

    That is the length of the first part in four bytes, little end first; searches and votes; and
    all else. Both parts are JSON in lists, deflated.
    """
    words = _deflated([list(map(_search_row, sheet.searches)), list(map(_vote_row, sheet.votes))])
    canaries, seen = [_stamp(at) for at in sheet.canaries], list(map(_trail_row, sheet.trails))
    return _LENGTH.pack(len(words)) + words + _deflated([sheet.events, canaries, seen])


def unpack(packed: bytes) -> Sheet:
    """Return the sheet of `pack`."""
    said, start = unpack_words(packed), _LENGTH.size + _LENGTH.unpack_from(packed)[0]
    events, canaries, trails = json.loads(zlib.decompress(packed[start:]))
    return Sheet(
        events=events,
        canaries=tuple(map(_at, canaries)),
        trails=tuple(map(_trail, trails)),
        searches=said.searches,
        votes=said.votes,
    )


def unpack_words(packed: bytes) -> Sheet:
    """Return the searches and votes of the sheet alone."""
    end = _LENGTH.size + _LENGTH.unpack_from(packed)[0]
    searches, votes = json.loads(zlib.decompress(packed[_LENGTH.size : end]))
    return Sheet(searches=tuple(map(_search, searches)), votes=tuple(map(_vote, votes)))


def _deflated(body: object) -> bytes:
    return zlib.compress(json.dumps(body, separators=(",", ":")).encode(), 1)


_INTENTS, _OUTCOMES = tuple(Intent), tuple(Outcome)
_INTENT_OF = {one: n for n, one in enumerate(_INTENTS)}
_OUTCOME_OF = {one: n for n, one in enumerate(_OUTCOMES)}


def _trail_row(t: Trail) -> list[Any]:
    return [
        t.reader, _stamp(t.start), _stamp(t.end), _INTENT_OF[t.intent], _OUTCOME_OF[t.quiet],
        *t[5:10], _stamp(t.sent) if t.sent else None, t.arm, t.origin,
    ]  # fmt: skip


def _trail(row: list[Any]) -> Trail:
    reader, start, end, intent, quiet, viewed, articles, searches, clicks, *rest = row
    suggested, sent, arm, origin = rest
    return Trail(
        reader, _at(start), _at(end), _INTENTS[intent], _OUTCOMES[quiet], tuple(viewed),
        tuple(articles), searches, clicks, suggested, _at(sent) if sent is not None else None,
        arm, origin,
    )  # fmt: skip


def _search_row(s: Search) -> list[Any]:
    return [s.reader, _stamp(s.at), *s[2:]]


def _search(row: list[Any]) -> Search:
    reader, at, query, *rest = row
    return Search(reader, _at(at), already_safe(query), *rest)


def _vote_row(v: Event) -> list[Any]:
    return [
        v.id, v.kind, _stamp(v.at), v.reader, v.origin, v.article, v.version, v.reason, v.query,
    ]  # fmt: skip


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


def _stamp(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _at(stamp: int) -> datetime:
    return _EPOCH + stamp * _MICROSECOND
