"""The tables: facts are appended, tickets are replaced by a newer copy of themselves."""

from sqlalchemy import (
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

metadata = MetaData()

tickets = Table(
    "tickets",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("requester", String(64), nullable=False),
    Column("created_at", Integer, nullable=False),  # seconds since 1970, UTC
    Column("updated_at", Integer, nullable=False),
    Column("payload", Text, nullable=False),  # the redacted ticket as JSON
)

cursors = Table(
    "cursors",
    metadata,
    Column("source", String(80), primary_key=True),
    Column("part", String(400), primary_key=True),  # a file's name, "" for an API
    Column("cursor", Text, nullable=False),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("source", String(80), primary_key=True),
    Column("place", String(400), primary_key=True),
    Column("reason", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
)

live_secrets = Table(
    "live_secrets",
    metadata,
    Column("ticket", String(200), primary_key=True),
    Column("label", String(80), primary_key=True),  # what kind of secret, never the secret
)

decisions = Table(
    "decisions",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("ticket", String(200), nullable=False),
    Column("outcome", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("article", String(200), nullable=False),
    Column("confidence", Float, nullable=False),
    Column("by", String(200), nullable=False),
    Column("at", Integer, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", String(36), primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("at", Integer, nullable=False),
    Column("reader", String(64), nullable=False),
    Column("page", Text, nullable=False),
    Column("article", String(200), nullable=False),
    Column("version", String(80), nullable=False),
    Column("query", Text, nullable=False),
    Column("results", Integer),
    Column("rank", Integer),
    Column("reason", String(20), nullable=False),
    Column("dwell", Integer, nullable=False),
)

drops = Table(
    "drops",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("reason", String(40), primary_key=True),
    Column("count", Integer, nullable=False),
)

salts = Table(
    "salts",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("salt", LargeBinary(16), nullable=False),
)

Index("decisions_ticket", decisions.c.ticket)
