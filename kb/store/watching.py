"""Reads what is watched: when tickets and votes came, and in which hours events arrived."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select, text

from kb.measure.events import Kind
from kb.store import schema
from kb.store.database import Database
from kb.store.events import stamp

_SECOND_US, _DAY_US = 1_000_000, 86_400_000_000
_MOST = 5
_BY_MINUTE = text(
    "SELECT at / :minute, count(*) FROM events WHERE number >= :first AND at >= :since "
    "GROUP BY 1 ORDER BY 1"
)


@dataclass(frozen=True, slots=True)
class Watching:
    """The store as a watch sees it."""

    database: Database

    def tickets(self, since: datetime) -> tuple[tuple[float, tuple[str, ...]], ...]:
        """Return when each ticket was created, in seconds since 1970, and its tags, by time."""
        table = schema.tickets
        query = select(table.c.created_at, table.c.payload).where(
            table.c.created_at >= int(since.timestamp())
        )
        with self.database.transaction() as connection:
            rows = connection.execute(query.order_by(table.c.created_at)).all()
        return tuple((float(at), tuple(json.loads(payload)["tags"])) for at, payload in rows)

    def not_solved(self, since: datetime) -> tuple[tuple[float, str], ...]:
        """Return when somebody said that an article did not solve it, and which, by time.

        One address counts once an article and day, however often it votes.
        """
        table = schema.events.c
        voter = func.coalesce(func.nullif(table.origin, ""), table.reader)
        query = (
            select(func.min(table.at).label("first"), table.article)
            .where(self._recent(since), table.kind == str(Kind.NOT_SOLVED))
            .group_by(table.article, voter, table.at // _DAY_US)
        )
        with self.database.transaction() as connection:
            rows = connection.execute(query).all()
        return tuple(sorted((at / _SECOND_US, article) for at, article in rows))

    def arrivals(self, since: datetime) -> tuple[float, ...]:
        """Return the minutes in which events came, our own visits among them, one for each event.

        Of one minute `_MOST` at most: that is enough to say whether any came.
        """
        given = {"minute": 60 * _SECOND_US, "first": self._first(since), "since": stamp(since)}
        with self.database.transaction() as connection:
            rows = connection.execute(_BY_MINUTE, given).all()
        return tuple(60.0 * place for place, count in rows for _ in range(min(count, _MOST)))

    def first(self) -> datetime | None:
        """Return when anything that is still kept came first: a ticket or an event."""
        with self.database.transaction() as connection:
            ticket = connection.scalar(select(func.min(schema.tickets.c.created_at)))
        return datetime.fromtimestamp(ticket, UTC) if ticket else None

    def first_event(self) -> datetime | None:
        """Return when the event with the lowest number came."""
        table = schema.events.c
        with self.database.transaction() as connection:
            at = connection.scalar(select(table.at).order_by(table.number).limit(1))
        return datetime.fromtimestamp(at / _SECOND_US, UTC) if at else None

    def last_event(self) -> datetime | None:
        """Return when the event with the highest number came, be it a reader's or a canary."""
        table = schema.events.c
        with self.database.transaction() as connection:
            at = connection.scalar(select(table.at).order_by(table.number.desc()).limit(1))
        return datetime.fromtimestamp(at / _SECOND_US, UTC) if at else None

    def _recent(self, since: datetime) -> Any:
        table = schema.events.c
        return (table.number >= self._first(since)) & (table.at >= stamp(since))

    def _first(self, since: datetime) -> int:
        """Return a number before which no event is as young: the folds know each day's first."""
        table = schema.folds.c
        query = select(func.min(table.first)).where(table.day >= since.date().isoformat())
        with self.database.transaction() as connection:
            return connection.scalar(query) or 0
