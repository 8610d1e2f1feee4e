"""Keeps what readers wrote about an article that did not help them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from kb.measure.events import Comment
from kb.redaction import already_safe
from kb.store import schema
from kb.store.database import Database
from kb.store.events import at_of, stamp


@dataclass(frozen=True, slots=True)
class Comments:
    """The comments of the store; rows are only ever added, by `Events.keep`."""

    database: Database

    def latest(self, article: str, *, since: datetime, most: int) -> tuple[Comment, ...]:
        """Return at most `most` comments on the article from `since` on, the latest first."""
        table = schema.comments
        query = select(table).where(table.c.article == article, table.c.at >= stamp(since))
        with self.database.transaction() as connection:
            rows = connection.execute(query.order_by(table.c.at.desc()).limit(most)).all()
        return tuple(
            Comment(
                id=str(UUID(bytes=row.id)),
                at=at_of(row.at),
                article=row.article,
                version=row.version,
                reason=row.reason,
                text=already_safe(row.text),
            )
            for row in rows
        )
