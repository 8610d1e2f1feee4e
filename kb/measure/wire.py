"""Reads events from the wire: a closed schema with a version, refused by JSON pointer."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from kb.errors import EventError
from kb.measure.events import FORM, REASONS, Comment, Event, Kind
from kb.measure.terms import Terms
from kb.redaction import NOTHING

WIRE_VERSION = 1
"""The `v` of the batches that this module reads."""

LARGEST_BATCH = 50
"""How many events one request may carry."""

LONGEST_COMMENT = 1000
"""Characters that a comment may have."""

Signed = Callable[[Event, str], bool]
"""`(event, token)` → whether a rendered page (or our own canary) sent it."""

_LONGEST = {"page": 2000, "article": 200, "version": 80, "query": 200, "reason": 20, "token": 64,
            "comment": LONGEST_COMMENT}  # fmt: skip
_RANGES = {"results": (0, 100_000), "rank": (1, 1000), "dwell": (0, 86_400)}
_KEYS = frozenset({"id", "kind", *_LONGEST, *_RANGES})
_BATCH = frozenset({"v", "events", "reader", "account"})
_FITS = "Send what docs/events.md describes"
_KEY = re.compile("[0-9a-f]{32}")
_UUID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_SIGNED = (Kind.SOLVED, Kind.NOT_SOLVED, Kind.CANARY)
_NEEDS = {
    Kind.SEARCH: ("query", "results"),
    Kind.SOLVED: ("article", "version"),
    Kind.NOT_SOLVED: ("article", "version"),
}


class _Shape(NamedTuple):
    """What an event of one kind must be; found by the word on the wire, once an event."""

    kind: Kind
    needs: tuple[str, ...]
    is_signed: bool
    is_of_form: bool


_SHAPES = {
    kind.value: _Shape(kind, _NEEDS.get(kind, ()), kind in _SIGNED, kind in FORM) for kind in Kind
}


class Said(NamedTuple):
    """Who the sender of a batch says it is; believed only as far as the site chose.

    Attributes:
        reader: A random first-party id of 32 hex digits, `""` for none.
        account: The portal's opaque id of the account, 32 hex digits, `""` for none.
    """

    reader: str = ""
    account: str = ""


class Batch(NamedTuple):
    """What one request brought.

    Attributes:
        events: In the order sent.
        comments: What was written beside votes, redacted.
        unsigned: How many votes were left out, because no rendered page had sent them.
        is_of_form: Whether any of the events happened on the contact form.
    """

    events: tuple[Event, ...]
    comments: tuple[Comment, ...] = ()
    unsigned: int = 0
    is_of_form: bool = False


def said(payload: object) -> Said:
    """Return who the sender of a batch says it is.

    Raises:
        EventError: The batch is no object, or its `reader` or `account` is not 32 hex digits.
    """
    batch = _object(payload, "/", _BATCH)
    return Said(reader=_key(batch.get("reader"), "/reader"), account=_account(batch))


def parse_batch(
    payload: object,
    *,
    at: datetime,
    reader: str,
    terms: Terms,
    origin: str = "",
    arm: str = "",
    is_signed: Signed | None = None,
) -> Batch:
    """Read one request's JSON body, schema v1: `{"v": 1, "events": [{"id", "kind", ...}]}`.

    Each event has an `id` (UUID) and a `kind`; `page`, `article`, `version`, `query`, `reason`,
    `comment`, `token` (strings) and `results`, `rank`, `dwell` (whole numbers) may follow. Beside `v` and
    `events` there may be `reader` or `account` (see `said`). Nothing else may be.

    Args:
        payload: The decoded JSON.
        at: When the collector received it (aware); the browser's clock is never asked. The
            events of a batch lie a microsecond apart, in the order sent.
        reader: The reader's opaque key, as the collector knows it.
        terms: Every query and comment passes them before anything is made of it.
        origin: The opaque key of the address, as the collector knows it.
        arm: The experiment's side that the reader is on; events of the form carry it.
        is_signed: Says whether a vote's token fits; without, it is left out. None lets all in.

    Returns:
        The batch's events in order, an id that is repeated only once.

    Raises:
        EventError: Something does not fit. `where` is its JSON pointer (RFC 6901); the value, and
            the name of an unknown key, are never told. The batch is refused as a whole.
    """
    events: dict[str, Event] = {}
    comments: list[Comment] = []
    unsigned, is_of_form = 0, False
    for index, row in enumerate(_rows(payload)):
        # A microsecond apart, so that their order outlives every sort by time.
        moment = at + timedelta(microseconds=index) if index else at
        where = f"/events/{index}"
        given = _Given(_object(row, where, _KEYS), where)
        shape = given.shape()
        event = given.event(shape, moment, reader, terms, origin, arm)
        if is_signed and shape.is_signed and not is_signed(event, given.text("token")):
            unsigned += 1
        elif event.id not in events:
            events[event.id] = event
            is_of_form = is_of_form or shape.is_of_form
            comments += given.comment(event, terms)
    return Batch(tuple(events.values()), tuple(comments), unsigned, is_of_form)


def _rows(payload: object) -> list[object]:
    batch = _object(payload, "/", _BATCH)
    if batch.get("v") != WIRE_VERSION or isinstance(batch.get("v"), bool):
        raise EventError("/v", "the schema's version is not 1", _FITS)
    rows = batch.get("events")
    if not isinstance(rows, list) or not 1 <= len(rows) <= LARGEST_BATCH:
        raise EventError("/events", f"is no list of 1 to {LARGEST_BATCH} events", _FITS)
    return rows


class _Given(NamedTuple):
    """One event as it came, and its place in the batch."""

    row: dict[str, object]
    where: str

    def shape(self) -> _Shape:
        row, where = self.row, self.where
        value = row.get("kind")
        shape = _SHAPES.get(value) if isinstance(value, str) else None
        if shape is None:
            raise EventError(f"{where}/kind", f"is none of {', '.join(Kind)}", _FITS)
        for key in shape.needs:
            if row.get(key) in (None, ""):
                what = f"is needed by an event of kind {shape.kind}"
                raise EventError(f"{where}/{key}", what, _FITS)
        return shape

    def event(
        self, shape: _Shape, at: datetime, reader: str, terms: Terms, origin: str, arm: str
    ) -> Event:
        row, text = self.row, self.text  # most events have few of the keys: those are read
        query = " ".join(text("query").split()) if "query" in row else ""
        return Event(
            id=_uuid(row.get("id"), self.where),
            kind=shape.kind,
            at=at,
            reader=reader,
            page=self.page() if "page" in row else "",
            article=text("article") if "article" in row else "",
            version=text("version") if "version" in row else "",
            query=terms.safe(query) if query else NOTHING,
            results=self.number("results") if "results" in row else None,
            rank=self.number("rank") if "rank" in row else None,
            reason=self.reason() if "reason" in row else "",
            dwell=(self.number("dwell") or 0) if "dwell" in row else 0,
            origin=origin,
            arm=arm if shape.is_of_form else "",
        )

    def comment(self, event: Event, terms: Terms) -> Iterator[Comment]:
        """Yield what was written beside the vote, if anything was."""
        if "comment" not in self.row:
            return
        if event.kind is not Kind.NOT_SOLVED:
            raise EventError(f"{self.where}/comment", "belongs to not_solved alone", _FITS)
        text = " ".join(self.text("comment").split())
        if text:
            yield Comment(
                id=event.id, at=event.at, article=event.article, version=event.version,
                reason=event.reason, text=terms.safe(text),
            )  # fmt: skip

    def text(self, key: str) -> str:
        value = self.row.get(key)
        if value is None:
            return ""
        if isinstance(value, str) and len(value) <= _LONGEST[key] and value.isprintable():
            return value  # nearly always, and cheaper than naming the place first
        return _text(value, f"{self.where}/{key}", _LONGEST[key])

    def number(self, key: str) -> int | None:
        value = self.row.get(key)
        return None if value is None else _number(value, f"{self.where}/{key}", *_RANGES[key])

    def page(self) -> str:
        page = self.text("page")
        if page and (page[0] != "/" or "?" in page or "#" in page):
            raise EventError(f"{self.where}/page", "is no path on the site", _FITS)
        return page

    def reason(self) -> str:
        reason = self.text("reason")
        if reason and reason not in REASONS:
            raise EventError(f"{self.where}/reason", f"is none of {', '.join(REASONS)}", _FITS)
        return reason


def _object(value: object, where: str, keys: frozenset[str]) -> dict[str, object]:
    if not isinstance(value, dict):
        raise EventError(where, "is no JSON object", _FITS)
    if not keys.issuperset(value):
        raise EventError(where, "has a key that the schema does not know", _FITS)
    return value


def _key(value: object, where: str) -> str:
    if value is None or value == "":
        return ""
    if not isinstance(value, str) or not _KEY.fullmatch(value):
        raise EventError(where, "is not 32 hexadecimal digits", _FITS)
    return value


def _account(batch: dict[str, object]) -> str:
    return _key(batch.get("account"), "/account")


def _uuid(value: object, where: str) -> str:
    if isinstance(value, str) and _UUID.fullmatch(key := value.lower()):
        return key
    raise EventError(f"{where}/id", "is no UUID of 36 characters", _FITS)


def _text(value: object, where: str, most: int) -> str:
    if not isinstance(value, str):
        raise EventError(where, "is no string", _FITS)
    if len(value) > most:
        raise EventError(where, f"is longer than {most} characters", _FITS)
    if any(unicodedata.category(c) in {"Cc", "Cs"} and not c.isspace() for c in value):
        raise EventError(where, "holds a control character", _FITS)
    return value


def _number(value: object, where: str, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise EventError(where, f"is no whole number from {low} to {high}", _FITS)
    return value
