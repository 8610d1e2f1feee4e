"""Every store has the same form: the first tables were made in several before they were settled."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_AT_ONCE = 500
_WIDE = {"tickets": ("created_at", "updated_at"), "decisions": ("at",)}
_WIDE |= {"deliveries": ("at",), "due": ("at",)}
_IN_ORDER = {"tickets": {"key": 200}, "dead_letters": {"place": 400}, "outbox": {"destination": 80}}
_IN_ORDER |= {"live_secrets": {"ticket": 200, "label": 80}, "drops": {"reason": 40}}


def upgrade() -> None:
    """Make what is missing, and what has another form again."""
    _hints()
    if "part" not in _columns("cursors"):
        _cursors()  # a cursor of everything says nothing of a part: all is read again
    if "tally" not in _columns("folds"):
        _folds()
    if "number" not in _columns("events"):
        _events()
    if op.get_bind().dialect.name == "postgresql":
        _as_in_sqlite()


def _columns(table: str) -> set[str]:
    found = sa.inspect(op.get_bind())
    return {one["name"] for one in found.get_columns(table)} if found.has_table(table) else set()


def _hints() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "due",
        sa.Column("source", sa.String(80), primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        if_not_exists=True,
    )


def _cursors() -> None:
    op.drop_table("cursors", if_exists=True)
    op.create_table(
        "cursors",
        sa.Column("source", sa.String(80), primary_key=True),
        sa.Column("part", sa.String(400), primary_key=True),
        sa.Column("cursor", sa.Text, nullable=False),
    )


def _folds() -> None:
    op.drop_table("folds", if_exists=True)
    op.create_table(
        "folds",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("sheet", sa.LargeBinary),
        sa.Column("sent", sa.Text, nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("tally", sa.LargeBinary),
    )


def _events() -> None:
    """Number the events; their ids were texts, and their times seconds."""
    op.rename_table("events", "events_before")
    counter = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    table = op.create_table(
        "events",
        sa.Column("number", counter, primary_key=True, autoincrement=True),
        sa.Column("id", sa.LargeBinary(16), nullable=False, unique=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("reader", sa.String(64), nullable=False),
        sa.Column("origin", sa.String(32), nullable=False),
        sa.Column("arm", sa.String(20), nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("article", sa.String(200), nullable=False),
        sa.Column("version", sa.String(80), nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("results", sa.Integer),
        sa.Column("rank", sa.Integer),
        sa.Column("reason", sa.String(20), nullable=False),
        sa.Column("dwell", sa.Integer, nullable=False),
    )
    for rows in _rows_before():
        op.bulk_insert(table, list(rows))
    op.drop_table("events_before")


def _rows_before() -> Iterator[Sequence[dict[str, Any]]]:
    query = sa.text("SELECT * FROM events_before ORDER BY at, id")
    found = op.get_bind().execute(query.execution_options(yield_per=_AT_ONCE))
    for some in found.mappings().partitions():
        yield [
            {
                **row,
                "id": UUID(row["id"]).bytes,
                "at": row["at"] * 1_000_000,
                "origin": "",
                "arm": "",
            }
            for row in some
        ]


def _as_in_sqlite() -> None:
    """Times of any year, and keys in the order of their characters, whatever the server's language."""
    for table, names in _WIDE.items():
        for name in names:
            op.alter_column(table, name, type_=sa.BigInteger)
    for table, lengths in _IN_ORDER.items():
        for name, length in lengths.items():
            op.alter_column(table, name, type_=sa.String(length, collation="C"))
