"""A ticket as the house knows it: redacted, without anybody's name or address."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kb.redaction import SafeText


class Status(StrEnum):
    """Where the ticket stands in its help desk."""

    OPEN = "open"
    SOLVED = "solved"
    CLOSED = "closed"


class Role(StrEnum):
    """Who wrote a message. `AUTOMATIC` is a bot's or a mail robot's."""

    REQUESTER = "requester"
    AGENT = "agent"
    OTHER = "other"
    AUTOMATIC = "automatic"


class Satisfaction(StrEnum):
    """The requester's rating; `OFFERED` was asked and not answered."""

    GOOD = "good"
    BAD = "bad"
    OFFERED = "offered"
    UNOFFERED = "unoffered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of the thread, in order.

    Attributes:
        id: Unique within the ticket.
        author: Opaque keyed hash of the author's address or handle; equal means the same person.
        public: False for an internal note, which never becomes draft text.
        accepted: True where the source marks this message as the answer.
    """

    id: str
    role: Role
    author: str
    public: bool
    body: SafeText
    created_at: datetime
    accepted: bool = False

    def __hash__(self) -> int:
        """Hash what tells messages apart: capture reads each many times and keeps what it read."""
        return hash((self.id, self.body))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """One requester's problem and what was said about it.

    Attributes:
        key: `source:id`, unique in the store.
        requester: Opaque keyed hash of the requester's address, which joins tickets to visits.
        fields: The source's structured facts, name and value (product, version, platform, ...).
        plan: The requester's plan, `""` when unknown.
        severity: 0 (worst) to 3, None when unknown.
        channel: How it came in: `form`, `email`, `slack`, ...
    """

    key: str
    subject: SafeText
    status: Status
    tags: tuple[str, ...]
    messages: tuple[Message, ...]
    requester: str
    created_at: datetime
    updated_at: datetime
    solved_at: datetime | None = None
    fields: tuple[tuple[str, SafeText], ...] = ()
    plan: str = ""
    severity: int | None = None
    channel: str = ""
    satisfaction: Satisfaction = Satisfaction.UNOFFERED
    url: str = ""

    def __hash__(self) -> int:
        """Hash the key alone."""
        return hash(self.key)

    @property
    def public_messages(self) -> tuple[Message, ...]:
        """The messages a draft may quote."""
        return tuple(m for m in self.messages if m.public)

    def field(self, name: str) -> str:
        """Return the structured field's value, or `""`."""
        return next((value for key, value in self.fields if key == name), "")
