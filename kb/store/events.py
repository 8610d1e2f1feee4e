"""Keeps what readers did, what was kept out and why, and the salts of the last two days."""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select

from kb.measure.events import Event, Kind
from kb.redaction import already_safe
from kb.store import schema
from kb.store.database import Database

_CHUNK = 500
SALT_LIFE = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Events:
    """The events of the store; rows are only ever added."""

    database: Database

    def append(self, events: Iterable[Event]) -> None:
        """Keep them, durable on return; an id that is there already is kept once."""
        rows = [_row(event) for event in events]
        with self.database.transaction() as connection:
            for first in range(0, len(rows), _CHUNK):
                insert = self.database.insert(schema.events)
                connection.execute(insert.on_conflict_do_nothing(), rows[first : first + _CHUNK])

    def all(self, *, since: datetime | None = None) -> tuple[Event, ...]:
        """Return the events from `since` on, in the order of time."""
        table = schema.events
        query = select(table).order_by(table.c.at, table.c.id)
        if since:
            query = query.where(table.c.at >= int(since.timestamp()))
        with self.database.transaction() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(_event(dict(row)) for row in rows)

    def count(self) -> int:
        """Return how many there are."""
        with self.database.transaction() as connection:
            return connection.scalar(select(func.count()).select_from(schema.events)) or 0

    def drop(self, reason: str, *, at: datetime, count: int = 1) -> None:
        """Count what was kept out of the figures, by its reason."""
        table = schema.drops
        row = {"day": at.astimezone(UTC).date().isoformat(), "reason": reason, "count": count}
        insert = self.database.insert(table).values(row)
        more = {"count": table.c.count + count}
        with self.database.transaction() as connection:
            connection.execute(
                insert.on_conflict_do_update(index_elements=["day", "reason"], set_=more)
            )

    def dropped(self) -> tuple[tuple[str, int], ...]:
        """Return each reason with its count."""
        table = schema.drops
        total = select(table.c.reason, func.sum(table.c["count"])).group_by(table.c.reason)
        with self.database.transaction() as connection:
            rows = connection.execute(total.order_by(table.c.reason)).all()
        return tuple((reason, int(count)) for reason, count in rows)

    def salt(self, at: datetime) -> bytes:
        """Return the random salt of the day, and delete every salt older than 48 hours."""
        table, day = schema.salts, at.astimezone(UTC).date()
        oldest = (at.astimezone(UTC) - SALT_LIFE).date().isoformat()
        row = {"day": day.isoformat(), "salt": secrets.token_bytes(16)}
        with self.database.transaction() as connection:
            connection.execute(delete(table).where(table.c.day <= oldest))
            connection.execute(self.database.insert(table).values(row).on_conflict_do_nothing())
            found = connection.scalar(select(table.c.salt).where(table.c.day == row["day"]))
        return bytes(found or b"")


def _row(event: Event) -> dict[str, Any]:
    return {**asdict(event), "at": int(event.at.timestamp()), "kind": str(event.kind)}


def _event(row: dict[str, Any]) -> Event:
    row["at"] = datetime.fromtimestamp(row["at"], UTC)
    row["kind"], row["query"] = Kind(row["kind"]), already_safe(row["query"])
    return Event(**row)
