"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make them as they were in version 0.1."""
    _tickets()
    op.create_table(
        "decisions",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("ticket", sa.String(200), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("article", sa.String(200), nullable=False),
        sa.Column("confidence", sa.Float, nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("at", sa.Integer, nullable=False),
        if_not_exists=True,
    )
    op.create_index("decisions_ticket", "decisions", ["ticket"], if_not_exists=True)
    _events()


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("key", sa.String(200), primary_key=True),
        sa.Column("requester", sa.String(64), nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("updated_at", sa.BigInteger, nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "cursors",
        sa.Column("source", sa.String(80), primary_key=True),
        sa.Column("part", sa.String(400), primary_key=True),
        sa.Column("cursor", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "dead_letters",
        sa.Column("source", sa.String(80), primary_key=True),
        sa.Column("place", sa.String(400), primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "live_secrets",
        sa.Column("ticket", sa.String(200), primary_key=True),
        sa.Column("label", sa.String(80), primary_key=True),
        if_not_exists=True,
    )
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


def _events() -> None:
    counter = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    op.create_table(
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
        if_not_exists=True,
    )
    op.create_table(
        "folds",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("last", sa.BigInteger, nullable=False),
        sa.Column("sheet", sa.LargeBinary),
        sa.Column("sent", sa.Text, nullable=False),
        sa.Column("mark", sa.String(64), nullable=False),
        sa.Column("tally", sa.LargeBinary),
        if_not_exists=True,
    )
    op.create_table(
        "drops",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("reason", sa.String(40), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "salts",
        sa.Column("day", sa.String(10), primary_key=True),
        sa.Column("salt", sa.LargeBinary(16), nullable=False),
        if_not_exists=True,
    )
