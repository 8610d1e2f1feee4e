"""Keeps what readers did, what was kept out and why, and the salts of the last two days."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, select

from kb.measure.events import Comment, Event, Kind
from kb.redaction import already_safe
from kb.store import schema
from kb.store.crowding import count_visits
from kb.store.database import Database

SALT_LIFE = timedelta(hours=48)
_CHUNK = 500
_AT_ONCE = 5_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_COLUMNS = Event._fields
_INTO = f"INSERT INTO events ({', '.join(_COLUMNS)})"
_ONCE = "ON CONFLICT (id) DO NOTHING"
_LARGE, _SMALL = 256, 64
_ROW = f"({', '.join('?' * len(_COLUMNS))})"
_SQLITE = {
    size: f"{_INTO} VALUES {', '.join([_ROW] * size)} {_ONCE}"
    for size in (*range(1, _SMALL + 1), _LARGE)
}
_TYPES = {"id": "bytea", "at": "bigint", "results": "int", "rank": "int", "dwell": "int"}
_ARRAYS = ", ".join(f"%s::{_TYPES.get(name, 'text')}[]" for name in _COLUMNS)
_POSTGRESQL = f"{_INTO} SELECT * FROM unnest({_ARRAYS}) {_ONCE}"  # noqa: S608 (our own names)
"""One statement for many rows: a statement a row costs twenty times as much, and in SQLite gives
the interpreter away and waits to have it back each time."""

_KINDS = {kind.value: kind for kind in Kind}


@dataclass(frozen=True, slots=True)
class Events:
    """The events of the store; rows are only ever added."""

    database: Database

    def append(self, events: Iterable[Event]) -> None:
        """Keep them, durable on return; an id that is there already is kept once."""
        self.keep(tuple(events))

    def keep(
        self,
        events: Sequence[Event],
        dropped: Mapping[tuple[str, str], int] | None = None,
        comments: Sequence[Comment] = (),
        visits: Mapping[tuple[str, int], int] | None = None,
    ) -> None:
        """Keep events, comments and counts of what was kept out, in one transaction.

        Args:
            dropped: How often something was kept out, by `(day, reason)`.
            visits: Visits to the form that are new, by `(week, cell)`, see `measure.crowding`.
        """
        with self.database.transaction() as connection:
            for first in range(0, len(events), _CHUNK):
                self._insert(connection, events[first : first + _CHUNK])
            for (day, reason), count in (dropped or {}).items():
                self._count(connection, day, reason, count)
            for comment in comments:
                self._say(connection, comment)
            count_visits(self.database, connection, visits or {})

    def all(self, *, since: datetime | None = None) -> tuple[Event, ...]:
        """Return the events from `since` on, in the order of time."""
        table = schema.events
        query = select(table).order_by(table.c.at, table.c.number)
        if since:
            query = query.where(table.c.at >= stamp(since))
        with self.database.transaction() as connection:
            return tuple(map(event_of, connection.execute(query)))

    def between(self, first: int, last: int, since: int, until: int) -> Iterator[Event]:
        """Yield the events with these numbers (both included) and times [since, until).

        Times are microseconds since 1970. Numbers are looked up, times are compared.
        """
        table = schema.events
        query = select(table).where(
            table.c.number.between(first, last), table.c.at >= since, table.c.at < until
        )
        with self.database.transaction() as connection:
            cursor = connection.execute(query).cursor  # the driver's own: a row is a plain tuple
            while cursor and (rows := cursor.fetchmany(_AT_ONCE)):
                yield from map(event_of, rows)

    def count(self) -> int:
        """Return how many there are."""
        with self.database.transaction() as connection:
            return connection.scalar(select(func.count()).select_from(schema.events)) or 0

    def has(self, key: str) -> bool:
        """Say whether the event with this id is kept."""
        column = schema.events.c
        with self.database.transaction() as connection:
            found = connection.scalar(select(column.number).where(column.id == UUID(key).bytes))
        return found is not None

    def drop(self, reason: str, *, at: datetime, count: int = 1) -> None:
        """Count what was kept out of the figures, by its reason."""
        self.keep((), {(day_of(at), reason): count})

    def dropped(self) -> tuple[tuple[str, int], ...]:
        """Return each reason with its count."""
        table = schema.drops
        total = select(table.c.reason, func.sum(table.c["count"])).group_by(table.c.reason)
        with self.database.transaction() as connection:
            rows = connection.execute(total.order_by(table.c.reason)).all()
        return tuple((reason, int(count)) for reason, count in rows)

    def salts(self, at: datetime) -> tuple[bytes, bytes]:
        """Return the random salts of the day and of the day before (`b""` if there is none).

        Every salt older than 48 hours is deleted first.
        """
        table, today = schema.salts, day_of(at)
        row = {"day": today, "salt": secrets.token_bytes(16)}
        self.forget_salts(at)
        with self.database.transaction() as connection:
            connection.execute(self.database.insert(table).values(row).on_conflict_do_nothing())
            found = {row.day: bytes(row.salt) for row in connection.execute(select(table))}
        return found[today], found.get(day_of(at - timedelta(days=1)), b"")

    def forget_salts(self, at: datetime) -> None:
        """Delete every salt that began 48 hours ago or earlier."""
        table = schema.salts
        with self.database.transaction() as connection:
            connection.execute(delete(table).where(table.c.day <= day_of(at - SALT_LIFE)))

    def _insert(self, connection: Connection, events: Sequence[Event]) -> None:
        rows = [_row(event) for event in events]
        if self.database.engine.dialect.name == "postgresql":
            columns = tuple(list(column) for column in zip(*rows, strict=True))
            connection.exec_driver_sql(_POSTGRESQL, columns)
        else:
            for size, some in _sized(rows):
                connection.exec_driver_sql(_SQLITE[size], tuple(chain.from_iterable(some)))

    def _say(self, connection: Connection, comment: Comment) -> None:
        row = {"id": UUID(comment.id).bytes, "at": stamp(comment.at), "text": comment.text}
        row |= {name: getattr(comment, name) for name in ("article", "version", "reason")}
        insert = self.database.insert(schema.comments).values(row)
        connection.execute(insert.on_conflict_do_nothing())

    def _count(self, connection: Connection, day: str, reason: str, count: int) -> None:
        table = schema.drops
        insert = self.database.insert(table).values(day=day, reason=reason, count=count)
        more = {"count": table.c.count + count}
        connection.execute(
            insert.on_conflict_do_update(index_elements=["day", "reason"], set_=more)
        )


def stamp(at: datetime) -> int:
    """Return microseconds since 1970, exactly."""
    return (at - _EPOCH) // _MICROSECOND


def at_of(microseconds: int) -> datetime:
    """Return the time that `stamp` wrote."""
    return _EPOCH + microseconds * _MICROSECOND


def day_of(at: datetime) -> str:
    """Return the UTC day as `2026-11-24`."""
    return at.astimezone(UTC).date().isoformat()


def _row(event: Event) -> tuple[Any, ...]:
    key = bytes.fromhex(event.id.replace("-", ""))
    return (key, event.kind._value_, stamp(event.at), *event[3:])


def _sized(rows: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, Sequence[tuple[Any, ...]]]]:
    """Cut rows into few statements, of so few lengths that each stays prepared.

    Each statement gives the interpreter away and waits for it; Python keeps 128 prepared ones.
    """
    first = 0
    while left := len(rows) - first:
        size = _LARGE if left >= _LARGE else min(left, _SMALL)
        yield size, rows[first : first + size]
        first += size


def _id(key: bytes) -> str:
    text = key.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def event_of(row: Sequence[Any]) -> Event:
    """Return the event of a row of the whole table."""
    _, key, kind, at, reader, origin, arm, page, article, version, query, *rest = row
    safe = already_safe(query)
    return Event(
        _id(key), _KINDS[kind], at_of(at), reader, origin, arm, page, article, version, safe, *rest
    )
