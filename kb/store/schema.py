"""The tables: facts are appended, tickets are replaced by a newer copy of themselves."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)

metadata = MetaData()
Counter = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database counts up by itself; SQLite does that for its INTEGER alone."""

tickets = Table(
    "tickets",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("requester", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),  # seconds since 1970, UTC
    Column("updated_at", BigInteger, nullable=False),
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

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", String(128), primary_key=True),  # a webhook's, so that each counts once
    Column("at", BigInteger, nullable=False),
)

due = Table(
    "due",
    metadata,
    Column("source", String(80), primary_key=True),
    Column("at", BigInteger, nullable=False),  # of the latest hint
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
    Column("at", BigInteger, nullable=False),
    Column("in_vain", Boolean, nullable=False, server_default=false()),  # see capture.triage
)

events = Table(
    "events",
    metadata,
    # In the order of arrival: what is new since the last fold is what has a higher number.
    Column("number", Counter, primary_key=True, autoincrement=True),
    Column("id", LargeBinary(16), nullable=False, unique=True),
    Column("kind", String(20), nullable=False),
    Column("at", BigInteger, nullable=False),  # microseconds since 1970, UTC
    Column("reader", String(64), nullable=False),
    Column("origin", String(32), nullable=False),
    Column("arm", String(20), nullable=False),
    Column("page", Text, nullable=False),
    Column("article", String(200), nullable=False),
    Column("version", String(80), nullable=False),
    Column("query", Text, nullable=False),
    Column("results", Integer),
    Column("rank", Integer),
    Column("reason", String(20), nullable=False),
    Column("dwell", Integer, nullable=False),
)

folds = Table(  # derived: made again from the events whenever they say so
    "folds",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("first", BigInteger, nullable=False),  # numbers of the day's first and last event
    Column("last", BigInteger, nullable=False),
    Column("sheet", LargeBinary),  # the day folded; null when new events came since
    Column("sent", Text, nullable=False),  # forms sent that day: who and when, as JSON
    Column("mark", String(64), nullable=False),  # what the tally was made with
    Column("tally", LargeBinary),  # the day added up, while no window after it is closing
)

comments = Table(
    "comments",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),  # the vote's
    Column("at", BigInteger, nullable=False),  # microseconds since 1970, UTC
    Column("article", String(200), nullable=False),
    Column("version", String(80), nullable=False),
    Column("reason", String(20), nullable=False),
    Column("text", Text, nullable=False),  # redacted
    Index("comments_article", "article", "at"),
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

weeks = Table(
    "weeks",
    metadata,
    Column("day", String(10), primary_key=True),  # its Monday
    Column("salt", LargeBinary(16), nullable=False),
)

visits = Table(
    "visits",  # to the form
    metadata,
    Column("day", String(10), primary_key=True),  # the week's Monday
    Column("cell", Integer, primary_key=True, autoincrement=False),  # of 65,536 addresses
    Column("count", Integer, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("number", Counter, primary_key=True, autoincrement=True),  # the order of sending
    Column("key", String(200), nullable=False, unique=True),  # what is told once
    Column("destination", String(80), nullable=False),
    Column("body", Text, nullable=False),  # JSON; "" once it has arrived
    Column("state", String(10), nullable=False, server_default="waiting"),
    Column("kept", BigInteger, nullable=False),  # seconds since 1970, like all times here
    Column("due", BigInteger, nullable=False),  # not tried before
    Column("held", BigInteger, nullable=False, server_default="0"),  # a sender has it until then
    Column("tried", BigInteger, nullable=False, server_default="0"),  # the first attempt
    Column("sent", BigInteger, nullable=False, server_default="0"),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("unsure", Integer, nullable=False, server_default="0"),  # 1: it may have arrived
    Column("reason", Text, nullable=False, server_default=""),
    Column("ref", String(200), nullable=False, server_default=""),  # what the other side calls it
)

incidents = Table(
    "incidents",
    metadata,
    Column("number", Counter, primary_key=True, autoincrement=True),
    Column("watch", String(200), nullable=False),  # what is watched, e.g. tickets:proxy
    Column("began", BigInteger, nullable=False),
    Column("calm", BigInteger, nullable=False, server_default="0"),  # since when, 0 while it lasts
    Column("ended", BigInteger, nullable=False, server_default="0"),  # 0 while it is open
)

Index("decisions_ticket", decisions.c.ticket)
Index("outbox_waiting", outbox.c.state, outbox.c.destination, outbox.c.number)
Index("incidents_watch", incidents.c.watch, incidents.c.ended)
