"""Keeps every decision of triage with who and why; the last one of a ticket counts."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select

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
        last: dict[str, Decision] = {}
        for decision in self.all():
            last.pop(decision.ticket, None)
            last[decision.ticket] = decision
        return tuple(last.values())

    def all(self) -> tuple[Decision, ...]:
        """Return every decision ever made, in the order in which they were."""
        table = schema.decisions
        with self.database.transaction() as connection:
            rows = connection.execute(select(table).order_by(table.c.number)).all()
        return tuple(
            Decision(
                ticket=row.ticket,
                outcome=Outcome(row.outcome),
                reason=row.reason,
                article=row.article,
                confidence=row.confidence,
                by=row.by,
                at=datetime.fromtimestamp(row.at, UTC),
            )
            for row in rows
        )


def _row(decision: Decision) -> dict[str, Any]:
    at, outcome = int(decision.at.timestamp()), str(decision.outcome)
    return {**asdict(decision), "at": at, "outcome": outcome}
