"""Keeps how often the form was visited, by week and cell, for as long as the weeks' salts live."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import chain

from sqlalchemy import Connection, delete, select

from kb.measure.crowding import WEEKS, Week, monday
from kb.store import schema
from kb.store.database import Database

_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Crowding:
    """The counts of the store; nothing in them leads to an event, and no event leads to them."""

    database: Database

    def weeks(self, at: datetime) -> tuple[Week, ...]:
        """Return the weeks that are remembered, the one that runs last; older ones are deleted."""
        table, today = schema.weeks, monday(at)
        row = {"day": today.isoformat(), "salt": secrets.token_bytes(16)}
        self.forget(at)
        with self.database.transaction() as connection:
            connection.execute(self.database.insert(table).values(row).on_conflict_do_nothing())
            rows = connection.execute(
                select(table).where(table.c.day <= today.isoformat()).order_by(table.c.day)
            ).all()
            weeks = {r.day: Week(day=date.fromisoformat(r.day), salt=bytes(r.salt)) for r in rows}
            for day, cell, count in connection.execute(select(schema.visits)):
                if day in weeks:
                    weeks[day].add(cell, count)
        return tuple(weeks.values())

    def forget(self, at: datetime) -> None:
        """Delete the salts of weeks that are over for long enough, and their counts."""
        last = (monday(at) - timedelta(weeks=WEEKS)).isoformat()
        with self.database.transaction() as connection:
            for table in (schema.weeks, schema.visits):
                connection.execute(delete(table).where(table.c.day <= last))


def count_visits(
    database: Database, connection: Connection, visits: Mapping[tuple[str, int], int]
) -> None:
    """Add visits by `(week, cell)`, in the transaction that keeps their events.

    In order of cells, so that two collectors never wait for each other in a circle.
    """
    if not visits:
        return
    postgresql = database.engine.dialect.name == "postgresql"
    rows = [(day, cell, count) for (day, cell), count in sorted(visits.items())]
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE]
        connection.exec_driver_sql(_statement(len(some), postgresql), tuple(chain(*some)))


@lru_cache(2 * _AT_ONCE)
def _statement(rows: int, postgresql: bool) -> str:
    """Return one statement for many rows, for the reason that `events` has."""
    row = "(%s, %s, %s)" if postgresql else "(?, ?, ?)"
    return (
        f"INSERT INTO visits (day, cell, count) VALUES {', '.join([row] * rows)} "  # noqa: S608
        "ON CONFLICT (day, cell) DO UPDATE SET count = visits.count + excluded.count"
    )
