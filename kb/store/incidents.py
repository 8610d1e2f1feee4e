"""Keeps which incidents are open; an incident and its page are kept together or not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from kb.feedback.incidents import Incident
from kb.feedback.letter import Letter
from kb.store import schema
from kb.store.database import Database
from kb.store.outbox import keep

MakeLetter = Callable[[int], Letter | None]
"""Makes the page, given how many incidents the watch had before; None pages nobody."""


@dataclass(frozen=True, slots=True)
class Incidents:
    """The incidents of the store."""

    database: Database

    def open(self) -> dict[str, Incident]:
        """Return the open ones by watch."""
        table = schema.incidents
        with self.database.transaction() as connection:
            rows = connection.execute(select(table).where(table.c.ended == 0)).all()
        return {
            row.watch: Incident(
                watch=row.watch, began=_time(row.began), calm=_time(row.calm) if row.calm else None
            )
            for row in rows
        }

    def begin(self, watch: str, make: MakeLetter, *, at: datetime) -> bool:
        """Open an incident and put its page; False when somebody else just did."""
        with self.database.transaction() as connection:
            letter = make(self._count(connection, watch))
            if letter and not keep(self.database, connection, letter, at):
                return False
            row = {"watch": watch, "began": _stamp(at)}
            connection.execute(self.database.insert(schema.incidents).values(row))
        return True

    def calm(self, watch: str, at: datetime | None) -> None:
        """Note since when an open incident is as usual; None while it lasts."""
        change = {"calm": _stamp(at) if at else 0}
        with self.database.transaction() as connection:
            connection.execute(update(schema.incidents).where(_open(watch)).values(**change))

    def end(self, watch: str, make: MakeLetter, *, at: datetime) -> None:
        """Close the open incident and put the page that takes the alert back."""
        with self.database.transaction() as connection:
            letter = make(self._count(connection, watch) - 1)
            ended = update(schema.incidents).where(_open(watch)).values(ended=_stamp(at))
            if connection.execute(ended).rowcount and letter:
                keep(self.database, connection, letter, at)

    def _count(self, connection: Connection, watch: str) -> int:
        table = schema.incidents
        query = select(func.count()).select_from(table).where(table.c.watch == watch)
        return connection.scalar(query) or 0


def _open(watch: str) -> Any:
    table = schema.incidents.c
    return (table.watch == watch) & (table.ended == 0)


def _stamp(at: datetime) -> int:
    return int(at.timestamp())


def _time(stamp: int) -> datetime:
    return datetime.fromtimestamp(stamp, UTC)
