"""What a reader did on the site: the closed set of events, and how one is read from the wire."""

import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import groupby
from uuid import UUID

from kb.errors import EventError
from kb.redaction import NOTHING, Redactor, SafeText

WIRE_VERSION = 1
"""The `v` of the batches that this module reads."""

LARGEST_BATCH = 50
"""How many events one request may carry."""

REASONS = ("missing", "inaccurate", "unclear", "broken_link", "other")
"""Why an article did not help: the closed set of an event's `reason`."""

_LONGEST = (("page", 2000), ("article", 200), ("version", 80), ("query", 200), ("reason", 20))
_RANGES = (("results", 0, 100_000), ("rank", 1, 1000), ("dwell", 0, 86_400))
_KEYS = frozenset({"id", "kind"} | {row[0] for row in _LONGEST} | {row[0] for row in _RANGES})
_FITS = "Send what docs/events.md describes"


class Kind(StrEnum):
    """Every kind of event. `collect.js` knows exactly these."""

    VIEW = "view"
    SEARCH = "search"
    OPEN = "open"
    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    FORM_OPENED = "form_opened"
    SUGGESTION_SHOWN = "suggestion_shown"
    SUGGESTION_OPENED = "suggestion_opened"
    FORM_SOLVED = "form_solved"
    TICKET_SUBMITTED = "ticket_submitted"


_NEEDS = {
    Kind.SEARCH: ("query", "results"),
    Kind.SOLVED: ("article", "version"),
    Kind.NOT_SOLVED: ("article", "version"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing one reader did.

    Attributes:
        id: UUID made by the browser; a second arrival is counted once.
        at: The collector's own clock, never the browser's.
        reader: Opaque key of the reader: of a day, a window or an account.
        page: Path on the site, e.g. `/articles/proxy-timeouts/`.
        article: The article's id, `""` on other pages.
        version: The article's version as shown, `""` on other pages.
        query: The settled search term, redacted.
        results: How many results the search had; None when it was no search.
        rank: Place of the opened result, from 1.
        reason: Why it did not help: `missing`, `inaccurate`, `unclear`, `broken_link`, `other`.
        dwell: Seconds the page was read, on a `view` that ended; 0 when unknown.
    """

    id: str
    kind: Kind
    at: datetime
    reader: str
    page: str = ""
    article: str = ""
    version: str = ""
    query: SafeText = NOTHING
    results: int | None = None
    rank: int | None = None
    reason: str = ""
    dwell: int = 0


def once(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return the events by time, each id once, as first arrived."""
    first: dict[str, Event] = {}
    for event in sorted(events, key=lambda e: (e.at, e.id)):
        first.setdefault(event.id, event)
    return tuple(first.values())


def by_reader(events: Iterable[Event]) -> Iterator[tuple[str, tuple[Event, ...]]]:
    """Yield each reader's key with that reader's events by time, readers in order of key."""
    ordered = sorted(events, key=lambda e: (e.reader, e.at, e.id))
    for reader, own in groupby(ordered, key=lambda e: e.reader):
        yield reader, tuple(own)


def parse_batch(
    payload: object, *, at: datetime, reader: str, redactor: Redactor
) -> tuple[Event, ...]:
    """Read one request's JSON body, schema v1: `{"v": 1, "events": [{"id", "kind", ...}]}`.

    Each event has an `id` (UUID) and a `kind`; `page`, `article`, `version`, `query`, `reason`
    (strings) and `results`, `rank`, `dwell` (whole numbers) may follow. Nothing else may.

    Args:
        payload: The decoded JSON.
        at: When the collector received it (aware); the browser's clock is never asked. The
            events of a batch lie a microsecond apart, in the order sent.
        reader: The reader's opaque key, as the collector knows it.
        redactor: Every query passes it before it becomes part of an event.

    Returns:
        The batch's events in order, an id that is repeated only once.

    Raises:
        EventError: Something does not fit. `where` is its JSON pointer (RFC 6901); the value, and
            the name of an unknown key, are never told. The batch is refused as a whole.
    """
    batch = _object(payload, "/", frozenset({"v", "events"}))
    if batch.get("v") != WIRE_VERSION or isinstance(batch.get("v"), bool):
        raise EventError("/v", "the schema's version is not 1", _FITS)
    rows = batch.get("events")
    if not isinstance(rows, list) or not 1 <= len(rows) <= LARGEST_BATCH:
        raise EventError("/events", f"is no list of 1 to {LARGEST_BATCH} events", _FITS)
    events: dict[str, Event] = {}
    for index, row in enumerate(rows):
        # A microsecond apart, so that their order outlives every sort by time.
        moment = at + timedelta(microseconds=index)
        event = _event(row, f"/events/{index}", at=moment, reader=reader, redactor=redactor)
        events.setdefault(event.id, event)
    return tuple(events.values())


def _event(row: object, where: str, *, at: datetime, reader: str, redactor: Redactor) -> Event:
    given = _object(row, where, _KEYS)
    kind = _kind(given.get("kind"), f"{where}/kind")
    for key in _NEEDS.get(kind, ()):
        if given.get(key) in (None, ""):
            raise EventError(f"{where}/{key}", f"is needed by an event of kind {kind}", _FITS)
    texts = {key: _text(given.get(key), f"{where}/{key}", most) for key, most in _LONGEST}
    numbers = {k: _number(given.get(k), f"{where}/{k}", low, high) for k, low, high in _RANGES}
    _check_closed_sets(texts, where)
    query = " ".join(texts["query"].split())
    return Event(
        id=_uuid(given.get("id"), f"{where}/id"),
        kind=kind,
        at=at,
        reader=reader,
        page=texts["page"],
        article=texts["article"],
        version=texts["version"],
        query=redactor.redact(query).text if query else NOTHING,
        results=numbers["results"],
        rank=numbers["rank"],
        reason=texts["reason"],
        dwell=numbers["dwell"] or 0,
    )


def _object(value: object, where: str, keys: frozenset[str]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise EventError(where, "is no JSON object", _FITS)
    if not keys.issuperset(value):
        raise EventError(where, "has a key that the schema does not know", _FITS)
    return value


def _kind(value: object, where: str) -> Kind:
    if not isinstance(value, str) or value not in Kind.__members__.values():
        raise EventError(where, f"is none of {', '.join(Kind)}", _FITS)
    return Kind(value)


def _uuid(value: object, where: str) -> str:
    try:
        if isinstance(value, str) and len(value) == 36:
            return str(UUID(value))
    except ValueError:
        pass
    raise EventError(where, "is no UUID of 36 characters", _FITS)


def _text(value: object, where: str, most: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise EventError(where, "is no string", _FITS)
    if len(value) > most:
        raise EventError(where, f"is longer than {most} characters", _FITS)
    if any(unicodedata.category(c) in {"Cc", "Cs"} and not c.isspace() for c in value):
        raise EventError(where, "holds a control character", _FITS)
    return value


def _number(value: object, where: str, low: int, high: int) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise EventError(where, f"is no whole number from {low} to {high}", _FITS)
    return value


def _check_closed_sets(texts: dict[str, str], where: str) -> None:
    page, reason = texts["page"], texts["reason"]
    if page and (not page.startswith("/") or "?" in page or "#" in page):
        raise EventError(f"{where}/page", "is no path on the site", _FITS)
    if reason and reason not in REASONS:
        raise EventError(f"{where}/reason", f"is none of {', '.join(REASONS)}", _FITS)
