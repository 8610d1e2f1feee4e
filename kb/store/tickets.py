"""Keeps redacted tickets, how far each source was read, and what could not be read."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, select

from kb.redaction import already_safe
from kb.store import schema
from kb.store.database import Database
from kb.tickets.pulling import DeadLetter
from kb.tickets.ticket import Message, Role, Satisfaction, Status, Ticket

DELIVERY_LIFE = timedelta(days=4)
"""How long a webhook's id is kept; senders repeat one for three days at most."""


@dataclass(frozen=True, slots=True)
class Tickets:
    """The tickets of the store."""

    database: Database

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
        """Keep one page and move the cursor of its part behind it, in one transaction.

        Args:
            dead: `(place, reason)` of what could not be read.
            cursor: `""` leaves the cursor where it is.
            part: What the cursor counts in: a file's name, `""` for an API.
            secrets: `(ticket, label)` of each live secret seen, for the team to rotate.
            read: Places that could be read; their dead letters are done with.
            gone: Keys of tickets that the source has deleted; so are ours.
            retried: Whether somebody asked for another attempt; that is counted.

        Returns:
            How many tickets are new or have changed.
        """
        with self.database.transaction() as connection:
            changed = self._keep(connection, tickets)
            self._forget(connection, source, tuple(read), tuple(gone))
            for place, reason in dead:
                self._bury(connection, source, place, reason, int(retried))
            for ticket_key, label in secrets:
                row = {"ticket": ticket_key, "label": label}
                insert = self.database.insert(schema.live_secrets).values(row)
                connection.execute(insert.on_conflict_do_nothing())
            if cursor:
                self._move(connection, source, part, cursor)
        return changed

    def cursors(self, source: str) -> dict[str, str]:
        """Return how far each part of the source was read; a part never read is not in it."""
        column = schema.cursors.c
        query = select(column.part, column.cursor).where(column.source == source)
        with self.database.transaction() as connection:
            return {row.part: row.cursor for row in connection.execute(query)}

    def all(self) -> Iterator[Ticket]:
        """Yield every ticket, oldest first."""
        table = schema.tickets
        query = select(table.c.payload).order_by(table.c.created_at, table.c.key)
        with self.database.transaction() as connection:
            for (payload,) in connection.execute(query).yield_per(500):
                yield _ticket(payload)

    def some(self, keys: Sequence[str]) -> Iterator[Ticket]:
        """Yield the tickets with these keys, oldest first; a key that is not there is passed over."""
        table = schema.tickets
        query = select(table.c.payload).where(table.c.key.in_(keys))
        with self.database.transaction() as connection:
            for (payload,) in connection.execute(query.order_by(table.c.created_at, table.c.key)):
                yield _ticket(payload)

    def dead_letters(self, source: str) -> tuple[DeadLetter, ...]:
        """Return what could not be read, by place."""
        table = schema.dead_letters
        query = select(table).where(table.c.source == source).order_by(table.c.place)
        with self.database.transaction() as connection:
            rows = connection.execute(query).all()
        return tuple(DeadLetter(place=r.place, reason=r.reason, attempts=r.attempts) for r in rows)

    def hint(self, source: str, ids: tuple[str, ...], *, at: datetime) -> bool:
        """Mark a source as due, unless one of the delivery's ids was seen before.

        Ids are kept for `DELIVERY_LIFE`; returns whether the delivery is a new one.
        """
        table, seconds = schema.deliveries, int(at.timestamp())
        old = delete(table).where(table.c.at < seconds - int(DELIVERY_LIFE.total_seconds()))
        with self.database.transaction() as connection:
            connection.execute(old)
            if connection.execute(select(table.c.id).where(table.c.id.in_(ids))).first():
                return False
            rows = [{"id": one, "at": seconds} for one in ids]
            connection.execute(self.database.insert(table).on_conflict_do_nothing(), rows)
            insert = self.database.insert(schema.due).values(source=source, at=seconds)
            connection.execute(
                insert.on_conflict_do_update(index_elements=["source"], set_={"at": seconds})
            )
        return True

    def is_new(self, delivery: str, *, at: datetime) -> bool:
        """Say whether nothing of this id was delivered before, and remember it."""
        row = {"id": delivery, "at": int(at.timestamp())}
        insert = self.database.insert(schema.deliveries).values(row).on_conflict_do_nothing()
        with self.database.transaction() as connection:
            return connection.execute(insert.returning(schema.deliveries.c.id)).first() is not None

    def is_due(self, source: str) -> bool:
        """Say whether a hint came since the source was last read."""
        query = select(schema.due.c.source).where(schema.due.c.source == source)
        with self.database.transaction() as connection:
            return connection.execute(query).first() is not None

    def settle(self, source: str, *, at: datetime) -> None:
        """Take back the marks of hints that came before `at`, when the reading began."""
        table = schema.due
        before = delete(table).where(table.c.source == source, table.c.at < int(at.timestamp()))
        with self.database.transaction() as connection:
            connection.execute(before)

    def live_secrets(self) -> tuple[tuple[str, str], ...]:
        """Return `(ticket, label)` of each live secret that was seen."""
        table = schema.live_secrets
        with self.database.transaction() as connection:
            rows = connection.execute(select(table).order_by(*table.c)).all()
        return tuple((row.ticket, row.label) for row in rows)

    def _keep(self, connection: Connection, tickets: Iterable[Ticket]) -> int:
        """Keep each ticket that is new or newer; a page may hold one twice, so one after the other."""
        insert = self.database.insert(schema.tickets)
        have, come = schema.tickets.c, insert.excluded
        same_age = (have.updated_at == come.updated_at) & (have.payload != come.payload)
        newer = (have.updated_at < come.updated_at) | same_age
        change = {name: come[name] for name in ("updated_at", "payload", "requester")}
        upsert = insert.on_conflict_do_update(index_elements=["key"], set_=change, where=newer)
        keep = upsert.returning(have.key)
        return sum(len(connection.execute(keep, _row(ticket)).all()) for ticket in tickets)

    def _bury(
        self, connection: Connection, source: str, place: str, reason: str, tried: int
    ) -> None:
        row = {"source": source, "place": place, "reason": reason, "attempts": 1}
        insert = self.database.insert(schema.dead_letters).values(row)
        again = {"reason": reason, "attempts": schema.dead_letters.c.attempts + tried}
        connection.execute(
            insert.on_conflict_do_update(index_elements=["source", "place"], set_=again)
        )

    def _move(self, connection: Connection, source: str, part: str, cursor: str) -> None:
        row = {"source": source, "part": part, "cursor": cursor}
        insert = self.database.insert(schema.cursors).values(row)
        connection.execute(
            insert.on_conflict_do_update(index_elements=["source", "part"], set_={"cursor": cursor})
        )

    def _forget(
        self, connection: Connection, source: str, read: tuple[str, ...], gone: tuple[str, ...]
    ) -> None:
        letters, tickets = schema.dead_letters.c, schema.tickets.c
        if read:
            ours = letters.source == source, letters.place.in_(read)
            connection.execute(delete(schema.dead_letters).where(*ours))
        if gone:
            connection.execute(delete(schema.tickets).where(tickets.key.in_(gone)))


def _row(ticket: Ticket) -> dict[str, Any]:
    return {
        "key": ticket.key,
        "requester": ticket.requester,
        "created_at": int(ticket.created_at.timestamp()),
        "updated_at": int(ticket.updated_at.timestamp()),
        "payload": _payload(ticket),
    }


def _payload(ticket: Ticket) -> str:
    """Return the ticket as it is kept; `dataclasses.asdict` would copy each value, five times as slow."""
    row = {name: getattr(ticket, name) for name in _TICKET}
    row["messages"] = [{name: getattr(one, name) for name in _MESSAGE} for one in ticket.messages]
    return json.dumps(row, default=str, ensure_ascii=False, sort_keys=True)


_TICKET, _MESSAGE = (tuple(one.name for one in fields(kind)) for kind in (Ticket, Message))


def _ticket(payload: str) -> Ticket:
    row: dict[str, Any] = json.loads(payload)
    row["status"], row["satisfaction"] = Status(row["status"]), Satisfaction(row["satisfaction"])
    for name in ("created_at", "updated_at", "solved_at"):
        row[name] = datetime.fromisoformat(row[name]) if row[name] else None
    row["subject"], row["tags"] = already_safe(row["subject"]), tuple(row["tags"])
    row["fields"] = tuple((name, already_safe(value)) for name, value in row["fields"])
    row["messages"] = tuple(_message(message) for message in row["messages"])
    return Ticket(**row)


def _message(row: dict[str, Any]) -> Message:
    row["role"], row["body"] = Role(row["role"]), already_safe(row["body"])
    row["created_at"] = datetime.fromisoformat(row["created_at"])
    return Message(**row)
