"""Short words for what tests of the figures need: a fixed day, events on it, and tickets."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from kb.measure.attempts import Attempt, attempts
from kb.measure.contacts import Contact
from kb.measure.events import Event, Kind
from kb.measure.pages import PageRef
from kb.redaction import already_safe

DAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
LATER = DAY + timedelta(days=60)
_numbers = count(1)


def event(
    kind: Kind,
    seconds: float = 0,
    *,
    reader: str = "r1",
    article: str = "",
    version: str = "v1",
    query: str = "",
    results: int | None = None,
    reason: str = "",
    dwell: int = 0,
) -> Event:
    """Return an event `seconds` after DAY."""
    return Event(
        id=str(UUID(int=next(_numbers))),
        kind=kind,
        at=DAY + timedelta(seconds=seconds),
        reader=reader,
        page=f"/articles/{article}/" if article else "/",
        article=article,
        version=version if article else "",
        query=already_safe(query),
        results=results,
        reason=reason,
        dwell=dwell,
    )


def read(article: str = "a1", seconds: float = 60, *, reader: str = "r1", dwell: int = 40) -> Event:
    """Return the end of a view, `seconds` after DAY."""
    return event(Kind.VIEW, seconds, reader=reader, article=article, dwell=dwell)


def wrote(seconds: float, *, requester: str = "r1", ticket: str = "d:1") -> Contact:
    """Return a ticket created `seconds` after DAY."""
    return Contact(requester=requester, at=DAY + timedelta(seconds=seconds), ticket=ticket)


def one(*events: Event, contacts: tuple[Contact, ...] = (), now: datetime = LATER) -> Attempt:
    """Return the only attempt in the events."""
    (found,) = attempts(events, contacts, now=now)
    return found


def page(article: str = "a1", title: str = "Proxy timeouts", **given: object) -> PageRef:
    """Return an article as the figures know it."""
    plain = PageRef(id=article, version="v1", url=f"/articles/{article}/", title=title)
    values = {name: getattr(plain, name) for name in PageRef.__slots__} | given
    return PageRef(**values)
