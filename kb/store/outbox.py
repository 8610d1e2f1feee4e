"""Keeps what goes out until it has arrived, and afterwards that it has."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from kb.feedback.letter import Letter, LetterState, Posted, Receipt, Verdict
from kb.store import schema
from kb.store.database import Database

HOLD_SECONDS = 300
"""How long a sender may take for one attempt; whoever holds a letter longer has died."""

_STATES = {
    Verdict.SENT: LetterState.SENT,
    Verdict.LATER: LetterState.WAITING,
    Verdict.UNSURE: LetterState.WAITING,
    Verdict.REFUSED: LetterState.DEAD,
}


@dataclass(frozen=True, slots=True)
class Outbox:
    """The outbox of the store."""

    database: Database

    def put(self, letters: Iterable[Letter], *, at: datetime) -> int:
        """Keep letters, durable on return; one whose key was ever put before is left as it is.

        Returns:
            How many of them are new.
        """
        with self.database.transaction() as connection:
            return sum(keep(self.database, connection, letter, at) for letter in letters)

    def destinations(self) -> tuple[str, ...]:
        """Return where letters wait to go, by name."""
        table = schema.outbox.c
        query = select(table.destination).where(table.state == str(LetterState.WAITING)).distinct()
        with self.database.transaction() as connection:
            return tuple(connection.scalars(query.order_by(table.destination)))

    def take(self, destination: str, *, at: datetime) -> Posted | None:
        """Hold and return the first letter that waits there, for one attempt.

        None when there is none, when its time has not come, or while another sender holds it: no
        letter overtakes another of the same destination.
        """
        table, seconds = schema.outbox, int(at.timestamp())
        query = select(table).where(_waits(destination)).order_by(table.c.number).limit(1)
        with self.database.transaction() as connection:
            row = connection.execute(query).first()
            if row is None or row.due > seconds or row.held > seconds:
                return None
            ours = table.c.number == row.number, table.c.attempts == row.attempts
            unsure, tried = int(row.unsure or row.held > 0), row.tried or seconds
            change = {"held": seconds + HOLD_SECONDS, "attempts": row.attempts + 1}
            done = connection.execute(
                update(table).where(*ours, _waits(destination)).values(
                    **change, unsure=unsure, tried=tried
                )
            )  # fmt: skip
            if done.rowcount != 1:
                return None
        posted = _posted(row)
        return replace(posted, attempts=row.attempts + 1, unsure=bool(unsure), tried=tried)

    def mark(self, posted: Posted, receipt: Receipt, *, due: int, at: datetime) -> None:
        """Keep what became of an attempt; one that arrived is forgotten but for its key."""
        table, state = schema.outbox, _STATES[receipt.verdict]
        ours = table.c.key == posted.letter.key
        if state is not LetterState.SENT:  # who held it too long no longer speaks for it
            ours &= (table.c.attempts == posted.attempts) & (table.c.state == "waiting")
        change = {"state": str(state), "reason": receipt.reason, "held": 0, "due": due}
        if receipt.verdict is Verdict.UNSURE:
            change["unsure"] = 1
        if state is LetterState.SENT:
            change |= {"body": "", "ref": receipt.ref, "sent": int(at.timestamp())}
        with self.database.transaction() as connection:
            connection.execute(update(table).where(ours).values(**change))

    def letters(self, *states: LetterState) -> tuple[Posted, ...]:
        """Return the letters in these states (all when none is named), in the order of putting."""
        table = schema.outbox
        query = select(table).order_by(table.c.number)
        if states:
            query = query.where(table.c.state.in_([str(state) for state in states]))
        with self.database.transaction() as connection:
            return tuple(map(_posted, connection.execute(query)))

    def find(self, prefix: str) -> tuple[Posted, ...]:
        """Return the letters whose key begins so, in the order of putting."""
        table = schema.outbox
        begins = table.c.key.startswith(prefix, autoescape=True)
        with self.database.transaction() as connection:
            rows = connection.execute(select(table).where(begins).order_by(table.c.number))
            return tuple(map(_posted, rows))

    def retry(self, key: str, *, at: datetime) -> bool:
        """Let a dead letter wait again, behind nothing; False when there is no such dead letter."""
        table = schema.outbox
        fresh = {"state": "waiting", "due": int(at.timestamp()), "tried": 0, "unsure": 0}
        return self._changed(update(table).where(_dead(key)).values(**fresh, reason=""))

    def drop(self, key: str) -> bool:
        """Forget a dead letter but for its key, so that it never goes out."""
        told = {"state": "sent", "body": "", "reason": "dropped by a person"}
        return self._changed(update(schema.outbox).where(_dead(key)).values(**told))

    def _changed(self, statement: Any) -> bool:
        with self.database.transaction() as connection:
            return bool(connection.execute(statement).rowcount)


def keep(database: Database, connection: Connection, letter: Letter, at: datetime) -> bool:
    """Keep a letter within somebody's transaction; False when its key was there before."""
    table, seconds = schema.outbox, int(at.timestamp())
    row = {"key": letter.key, "destination": letter.destination, "body": letter.body}
    insert = database.insert(table).values(**row, kept=seconds, due=seconds)
    once = insert.on_conflict_do_nothing(index_elements=["key"])
    return connection.execute(once.returning(table.c.number)).first() is not None


def _waits(destination: str) -> Any:
    table = schema.outbox.c
    return (table.destination == destination) & (table.state == str(LetterState.WAITING))


def _dead(key: str) -> Any:
    table = schema.outbox.c
    return (table.key == key) & (table.state == str(LetterState.DEAD))


def _posted(row: Row[Any]) -> Posted:
    return Posted(
        letter=Letter(key=row.key, destination=row.destination, body=row.body),
        state=LetterState(row.state),
        attempts=row.attempts,
        unsure=bool(row.unsure),
        kept=row.kept,
        due=row.due,
        tried=row.tried,
        reason=row.reason,
        ref=row.ref,
    )
