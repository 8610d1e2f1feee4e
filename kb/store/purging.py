"""Takes an article and its tickets' words out of the store, and out of the file it lies in."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, or_, select, text, update

from kb.feedback.contact import DESTINATION as CONTACT
from kb.store import schema
from kb.store.database import Database

GONE = "purged"
"""What stands where an article's name stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """How many rows a purge touches."""

    tickets: int
    decisions: int
    events: int


@dataclass(frozen=True, slots=True)
class Purging:
    """The purge of one store."""

    database: Database

    def count(self, article_id: str, tickets: Iterable[str]) -> Rows:
        """Return what `purge` would touch."""
        keys = list(tickets)
        with self.database.transaction() as connection:

            def number(table: Any, where: Any) -> int:
                query = select(func.count()).select_from(table).where(where)
                return connection.scalar(query) or 0

            return Rows(
                tickets=number(schema.tickets, schema.tickets.c.key.in_(keys)),
                decisions=number(schema.decisions, _decided(article_id, keys)),
                events=number(schema.events, _read(article_id)),
            )

    def purge(self, article_id: str, tickets: Iterable[str]) -> Rows:
        """Blank the tickets' words, forget the decisions, and unname the article in events.

        The tickets stay as facts that count (who wrote in, and when); so do the events.
        """
        keys = list(tickets)
        rows = self.count(article_id, keys)
        table = schema.tickets
        with self.database.transaction() as connection:
            found = connection.execute(
                select(table.c.key, table.c.payload).where(table.c.key.in_(keys))
            ).all()
            for key, payload in found:
                connection.execute(
                    update(table).where(table.c.key == key).values(payload=_blank(payload))
                )
            connection.execute(delete(schema.decisions).where(_decided(article_id, keys)))
            connection.execute(
                update(schema.events)
                .where(_read(article_id))
                .values(article=GONE, page=f"/{GONE}/", query="")
            )
            connection.execute(
                delete(schema.comments).where(schema.comments.c.article == article_id)
            )
            connection.execute(delete(schema.folds))  # made again from the events
            connection.execute(delete(schema.outbox).where(_told(article_id, keys)))
        self._wipe()
        return rows

    def _wipe(self) -> None:
        """Write the file anew: a database leaves deleted bytes where they were (SQLite, VACUUM)."""
        engine = self.database.engine
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))
            if engine.dialect.name == "sqlite":
                connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def _decided(article_id: str, keys: list[str]) -> Any:
    table = schema.decisions.c
    return or_(table.article == article_id, table.ticket.in_(keys))


def _read(article_id: str) -> Any:
    table = schema.events.c
    return or_(table.article == article_id, table.page.contains(article_id, autoescape=True))


def _told(article_id: str, keys: list[str]) -> Any:
    """Letters about it; and every digest that has not arrived, for it may quote the title.

    What a customer wrote to the help desk goes on, though they say that they read it.
    """
    table = schema.outbox.c
    quoted = [table.body.contains(json.dumps(key), autoescape=True) for key in keys]
    named = (column.contains(article_id, autoescape=True) for column in (table.key, table.body))
    about = or_(table.key.startswith("digest:") & (table.state != "sent"), *named, *quoted)
    return about & (table.destination != CONTACT)


def _blank(payload: str) -> str:
    row: dict[str, Any] = json.loads(payload)
    row["subject"], row["fields"], row["tags"], row["url"] = GONE, [], [], ""
    row["messages"] = [{**message, "body": GONE} for message in row["messages"]]
    return json.dumps(row, ensure_ascii=False, sort_keys=True)
