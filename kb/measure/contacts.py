"""Who wrote in to a human, and when: a ticket as far as the figures need it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from kb.redaction import NOTHING, SafeText
from kb.tickets.ticket import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """One requester wrote in once, through whatever channel.

    Attributes:
        requester: Opaque key; the same as a reader's where the site knows its readers.
        at: When the ticket was created (aware).
        ticket: The ticket's key, `""` where only the site's form saw it go.
        topic: What it was about, redacted.
    """

    requester: str
    at: datetime
    ticket: str = ""
    topic: SafeText = NOTHING


def contacts_of(tickets: Iterable[Ticket]) -> tuple[Contact, ...]:
    """Return each ticket's contact, in the tickets' order."""
    return tuple(
        Contact(requester=t.requester, at=t.created_at, ticket=t.key, topic=t.subject)
        for t in tickets
    )
