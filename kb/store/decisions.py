"""Keeps every decision of triage with who and why; the last one of a ticket counts."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select

from kb.capture.triage import Decision, Outcome
from kb.store import schema
from kb.store.database import Database


@dataclass(frozen=True, slots=True)
class Decisions:
    """The decisions of the store; rows are only ever added."""

    database: Database

    def append(self, decision: Decision) -> None:
        """Keep one, durable on return."""
        self.extend((decision,))

    def extend(self, decisions: Iterable[Decision]) -> None:
        """Keep several in one transaction, durable on return."""
        rows = [_row(decision) for decision in decisions]
        if rows:
            with self.database.transaction() as connection:
                connection.execute(self.database.insert(schema.decisions), rows)

    def current(self) -> tuple[Decision, ...]:
        """Return the last decision of each ticket, in the order in which they were made."""
        return tuple(self.each())

    def each(self) -> Iterator[Decision]:
        """Yield the last decision of each ticket, in the order in which they were made."""
        table = schema.decisions
        last = select(func.max(table.c.number)).group_by(table.c.ticket)
        query = select(table).where(table.c.number.in_(last)).order_by(table.c.number)
        with self.database.transaction() as connection:
            for row in connection.execute(query).yield_per(500):
                yield _decision(row)

    def of(self, tickets: Sequence[str]) -> dict[str, Decision]:
        """Return the last decision of each of these tickets; without one it is not in it."""
        table = schema.decisions
        query = select(table).where(table.c.ticket.in_(tickets)).order_by(table.c.number)
        with self.database.transaction() as connection:
            return {row.ticket: _decision(row) for row in connection.execute(query)}

    def all(self) -> tuple[Decision, ...]:
        """Return every decision ever made, in the order in which they were."""
        table = schema.decisions
        with self.database.transaction() as connection:
            rows = connection.execute(select(table).order_by(table.c.number)).all()
        return tuple(_decision(row) for row in rows)


def _decision(row: Any) -> Decision:
    return Decision(
        ticket=row.ticket,
        outcome=Outcome(row.outcome),
        reason=row.reason,
        article=row.article,
        confidence=row.confidence,
        by=row.by,
        at=datetime.fromtimestamp(row.at, UTC),
        in_vain=row.in_vain,
    )


def _row(decision: Decision) -> dict[str, Any]:
    at, outcome = int(decision.at.timestamp()), str(decision.outcome)
    return {**asdict(decision), "at": at, "outcome": outcome}
