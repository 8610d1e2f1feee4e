"""A ticket as its source told it: raw, never stored, alive only between a source and the intake."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from kb.tickets.ticket import Role, Satisfaction, Status

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ODD = re.compile(f"{_CONTROL.pattern}|{_SURROGATE.pattern}")

LARGEST_BODY = 1_000_000
"""Characters of a body; a longer one makes its ticket a dead letter."""
MOST_MESSAGES = 5_000
"""Messages of a ticket, as many as Zendesk gives out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in a ticket; what is unknown is `""`.

    Attributes:
        handle: What the source calls them where it tells no address: a login, an account's id.
    """

    role: Role = Role.OTHER
    name: str = ""
    email: str = ""
    handle: str = ""
    organisation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessage:
    """One message; its body is Markdown already, and raw."""

    id: str
    author: Person
    public: bool
    body: str
    created_at: datetime
    accepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTicket:
    """One ticket; the fields mean what they mean in `Ticket`.

    Attributes:
        others: People on copy and whoever else the source names: nobody's name may go on.
    """

    id: str
    subject: str
    status: Status
    requester: Person
    messages: tuple[RawMessage, ...]
    created_at: datetime
    updated_at: datetime
    solved_at: datetime | None = None
    others: tuple[Person, ...] = ()
    tags: tuple[str, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()
    plan: str = ""
    severity: int | None = None
    channel: str = ""
    satisfaction: Satisfaction = Satisfaction.UNOFFERED
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some of what a source holds, and where it goes on.

    Attributes:
        tickets: `(place, payload)`; the source's `read` makes a raw ticket of a payload.
        part: The part of the source that the cursor counts in; a file's name, `""` for an API.
        cursor: Opaque; kept with the page, it goes on behind it.
        dead: `(place, reason)` of what is no payload at all.
        gone: Ids of tickets that the source has deleted.
        done: How much is read, in the unit of `total`: bytes or tickets.
        total: How much there is, 0 when the source does not say.
    """

    tickets: tuple[tuple[str, Any], ...] = ()
    part: str = ""
    cursor: str = ""
    dead: tuple[tuple[str, str], ...] = ()
    gone: tuple[str, ...] = ()
    done: int = 0
    total: int = 0


class Source(Protocol):
    """Where tickets come from."""

    @property
    def read(self) -> Callable[[Any], RawTicket]:
        """Makes a raw ticket of a payload; fails with KeyError, TypeError or ValueError."""

    def pages(self, cursors: Mapping[str, str]) -> Iterator[Page]:
        """Yield what stands behind the cursors, one for each part."""

    def again(self, places: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """Yield `(place, payload)` of each of the places that can be had now."""


class Misfit(ValueError):  # noqa: N818 (never met by a user: it becomes a TicketError)
    """A field is not what it must be; what is said of it may be told, for it holds no value."""


def text(value: object) -> str:
    """Return the text that may enter: without controls, and with nothing that is no character.

    Raises:
        Misfit: It is no text, or too long.
    """
    if not isinstance(value, str):
        raise Misfit("what should be a text is none")
    if len(value) > LARGEST_BODY:
        raise Misfit(f"a text has more than {LARGEST_BODY:,} characters")
    if _ODD.search(value) is None:
        return value
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    return _SURROGATE.sub("\ufffd", _CONTROL.sub("", value))


def moment(value: object) -> datetime:
    """Return the time of an ISO 8601 text.

    Raises:
        ValueError: It is none, or has no zone.
    """
    at = datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise Misfit("a time has no zone")
    return at
