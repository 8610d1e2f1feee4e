"""Takes tickets from a source into the keeper, page by page, redacted; and what failed, again."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from kb.errors import TicketError
from kb.redaction import Entity, Finding
from kb.tickets.intake import Intake
from kb.tickets.raw import Page, Source
from kb.tickets.ticket import Ticket

MOST_ATTEMPTS = 5
"""A dead letter that failed so often is left to a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A place in a source that could not be read, and why."""

    place: str
    reason: str
    attempts: int


class Keeper(Protocol):
    """Where tickets are kept; a page and its cursor are kept together or not at all."""

    def cursors(self, source: str) -> Mapping[str, str]:
        """Return how far each part of the source was read."""

    def dead_letters(self, source: str) -> tuple[DeadLetter, ...]:
        """Return what could not be read."""

    def take(
        self,
        source: str,
        *,
        tickets: Iterable[Ticket],
        dead: Iterable[tuple[str, str]],
        cursor: str = "",
        part: str = "",
        secrets: Iterable[tuple[str, str]] = (),
        read: Iterable[str] = (),
        gone: Iterable[str] = (),
        retried: bool = False,
    ) -> int:
        """Keep a page, move its part's cursor behind it, and return how many tickets changed."""


def pull(
    source: Source, intake: Intake, keeper: Keeper, on_progress: Callable[[int, int], None]
) -> int:
    """Take in everything behind the cursors, and return how many tickets are new or changed.

    Killed at any moment it loses nothing: what was kept is kept with its cursor.

    Raises:
        SourceError: The source failed; every page before that is kept.
    """
    taken = 0
    for page in source.pages(keeper.cursors(intake.source)):
        taken += _keep(page, intake, keeper)
        on_progress(page.done, page.total)
    return taken


def retry(source: Source, intake: Intake, keeper: Keeper) -> int:
    """Take up the dead letters that were not tried too often, and return how many came in."""
    letters = keeper.dead_letters(intake.source)
    waiting = {one.place: one.reason for one in letters if one.attempts < MOST_ATTEMPTS}
    taken = 0
    for place, payload in source.again(tuple(waiting)):
        waiting.pop(place)
        taken += _keep(Page(tickets=((place, payload),)), intake, keeper, retried=True)
    keeper.take(intake.source, tickets=(), dead=tuple(waiting.items()), retried=True)
    return taken


def _keep(page: Page, intake: Intake, keeper: Keeper, *, retried: bool = False) -> int:
    tickets: list[Ticket] = []
    read: list[str] = []
    dead, secrets = list(page.dead), set[tuple[str, str]]()
    for place, payload in page.tickets:
        try:
            ticket, findings = intake.ticket(payload, place)
        except TicketError as error:
            dead.append((place, error.what))
        else:
            tickets.append(ticket)
            read.append(place)
            secrets |= _secrets(ticket, findings)
    return keeper.take(
        intake.source,
        tickets=tickets,
        part=page.part,
        cursor=page.cursor,
        dead=dead,
        secrets=sorted(secrets),
        read=read,
        gone=[f"{intake.source}:{one}" for one in page.gone],
        retried=retried,
    )


def _secrets(ticket: Ticket, findings: Iterable[Finding]) -> set[tuple[str, str]]:
    seen = (one.label.removeprefix("secret:") for one in findings if one.entity is Entity.SECRET)
    return {(ticket.key, label) for label in seen}
