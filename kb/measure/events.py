"""What a reader did on the site: the closed set of events."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from typing import NamedTuple

from kb.redaction import NOTHING, SafeText

REASONS = ("missing", "inaccurate", "unclear", "broken_link", "other")
"""Why an article did not help: the closed set of an event's `reason`."""


class Kind(StrEnum):
    """Every kind of event. The site's script knows all but the last."""

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
    CANARY = "canary"


FORM = frozenset(
    {
        Kind.FORM_OPENED,
        Kind.SUGGESTION_SHOWN,
        Kind.SUGGESTION_OPENED,
        Kind.FORM_SOLVED,
        Kind.TICKET_SUBMITTED,
    }
)
"""What only happens on the contact form: whoever does it was about to write."""

VOTES = frozenset({Kind.SOLVED, Kind.NOT_SOLVED})
CLICKS = frozenset({Kind.OPEN, Kind.SUGGESTION_OPENED})


class Event(NamedTuple):
    """One thing one reader did: a tuple, since millions are made at a time (always by keyword).

    Attributes:
        id: UUID made by the browser; a second arrival is counted once.
        at: The collector's own clock, never the browser's.
        reader: Opaque key of the reader: of a day, a window or an account.
        origin: Opaque key of the day of the address alone, whatever the browser said it was: one
            address has one vote. `""` where events were collected elsewhere.
        arm: Which side of an experiment the reader is on, e.g. `held@0.1`; `""` for none.
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
    origin: str = ""
    arm: str = ""
    page: str = ""
    article: str = ""
    version: str = ""
    query: SafeText = NOTHING
    results: int | None = None
    rank: int | None = None
    reason: str = ""
    dwell: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What a reader wrote beside a vote that an article did not help; nothing says who.

    Attributes:
        id: UUID of the vote's event; a second arrival is kept once.
        text: What they wrote, redacted.
    """

    id: str
    at: datetime
    article: str
    version: str
    reason: str
    text: SafeText


_TIME = attrgetter("at", "id")


def once(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return the events by time, each id once, as first arrived."""
    ordered = tuple(sorted(events, key=_TIME))
    if len({event.id for event in ordered}) == len(ordered):
        return ordered
    first: dict[str, Event] = {}
    for event in ordered:
        first.setdefault(event.id, event)
    return tuple(first.values())


def by_reader(events: Iterable[Event]) -> dict[str, list[Event]]:
    """Return each reader's events in the order given; our own visits are nobody's."""
    own: dict[str, list[Event]] = {}
    for event in events:
        if event.kind is not Kind.CANARY:
            own.setdefault(event.reader, []).append(event)
    return own
