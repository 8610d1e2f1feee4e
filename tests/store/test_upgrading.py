"""Tests of opening what an older version wrote: in its form, or half made by its end."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from factories import make_event, make_ticket
from keeping import take
from server import PostgreSQL
from sqlalchemy import create_engine, inspect, make_url

from kb.errors import StoreError
from kb.measure.events import Kind
from kb.store import schema
from kb.store.copying import copy
from kb.store.database import open_database
from kb.store.store import Store, open_store
from kb.tickets.ticket import Ticket

FIRST = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0001');
CREATE TABLE tickets (key VARCHAR(200) NOT NULL PRIMARY KEY, requester VARCHAR(64) NOT NULL,
  created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, payload TEXT NOT NULL);
CREATE TABLE cursors (source VARCHAR(80) NOT NULL PRIMARY KEY, cursor TEXT NOT NULL);
INSERT INTO cursors VALUES ('helpdesk', '2026-10.jsonl:27607');
CREATE TABLE dead_letters (source VARCHAR(80) NOT NULL, place VARCHAR(400) NOT NULL,
  reason TEXT NOT NULL, attempts INTEGER NOT NULL, PRIMARY KEY (source, place));
INSERT INTO dead_letters VALUES ('helpdesk', 'a.jsonl:7', 'it has no key', 1);
CREATE TABLE live_secrets (ticket VARCHAR(200) NOT NULL, label VARCHAR(80) NOT NULL,
  PRIMARY KEY (ticket, label));
CREATE TABLE decisions (number SERIAL NOT NULL PRIMARY KEY, ticket VARCHAR(200) NOT NULL,
  outcome VARCHAR(20) NOT NULL, reason TEXT NOT NULL, article VARCHAR(200) NOT NULL,
  confidence FLOAT NOT NULL, "by" VARCHAR(200) NOT NULL, at INTEGER NOT NULL);
CREATE INDEX decisions_ticket ON decisions (ticket);
INSERT INTO decisions (ticket, outcome, reason, article, confidence, "by", at)
  VALUES ('helpdesk:1', 'new', 'nothing is like it', 'a-1', 0.5, 'kb', 1788251642);
CREATE TABLE events (id VARCHAR(36) NOT NULL PRIMARY KEY, kind VARCHAR(20) NOT NULL,
  at INTEGER NOT NULL, reader VARCHAR(64) NOT NULL, page TEXT NOT NULL,
  article VARCHAR(200) NOT NULL, version VARCHAR(80) NOT NULL, query TEXT NOT NULL,
  results INTEGER, rank INTEGER, reason VARCHAR(20) NOT NULL, dwell INTEGER NOT NULL);
INSERT INTO events VALUES ('9fae5f29-3152-42e4-bc88-34f067628b4e', 'open', 1788251645, 'r1',
  '/articles/a-1/', 'a-1', '6d2e7cdb7c75', '', NULL, 2, '', 0);
INSERT INTO events VALUES ('efb8a794-1152-495f-ba77-3b94586058c2', 'search', 1788251642, 'r1',
  '/', '', '', 'ferryd pod waits', 7, NULL, '', 0);
CREATE TABLE drops (day VARCHAR(10) NOT NULL, reason VARCHAR(40) NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (day, reason));
CREATE TABLE salts (day VARCHAR(10) NOT NULL PRIMARY KEY, salt BYTEA NOT NULL);
"""
"""The very first form of the tables, with a row of each that was made otherwise later."""

FOLDED = """
DROP TABLE events;
DROP TABLE cursors;
CREATE TABLE cursors (source VARCHAR(80) NOT NULL, part VARCHAR(400) NOT NULL, cursor TEXT NOT NULL,
  PRIMARY KEY (source, part));
INSERT INTO cursors VALUES ('helpdesk', '2026-10.jsonl', '27607');
CREATE TABLE events (number SERIAL NOT NULL PRIMARY KEY, id BYTEA NOT NULL UNIQUE,
  kind VARCHAR(20) NOT NULL, at BIGINT NOT NULL, reader VARCHAR(64) NOT NULL,
  origin VARCHAR(32) NOT NULL, arm VARCHAR(20) NOT NULL, page TEXT NOT NULL,
  article VARCHAR(200) NOT NULL, version VARCHAR(80) NOT NULL, query TEXT NOT NULL,
  results INTEGER, rank INTEGER, reason VARCHAR(20) NOT NULL, dwell INTEGER NOT NULL);
CREATE TABLE folds (day VARCHAR(10) NOT NULL PRIMARY KEY, first BIGINT NOT NULL,
  last BIGINT NOT NULL, mark VARCHAR(64) NOT NULL, sheet BYTEA NOT NULL);
"""
"""A later form of the same revision, from `FIRST`: days are folded, webhooks are not known yet."""


def run(url: str, statements: str) -> None:
    """Run SQL in the database, as another program would."""
    engine = create_engine(make_url(url).set(drivername=_driver(url)))
    if engine.dialect.name == "sqlite":
        statements = statements.replace("SERIAL", "INTEGER").replace("BYTEA", "BLOB")
    with engine.begin() as connection:
        for statement in statements.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()


def _driver(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgresql+psycopg"


@pytest.fixture
def first(database_url: str) -> Iterator[Store]:
    """A store that the very first version made, opened by this one."""
    run(database_url, FIRST)
    with closing(open_store(database_url)) as store:
        yield store


def _columns(store: Store) -> dict[str, set[str]]:
    found = inspect(store.database.engine)
    names = {t: {c["name"] for c in found.get_columns(t)} for t in found.get_table_names()}
    return {name: columns for name, columns in names.items() if name != "alembic_version"}


KNOWN = {table.name: set(table.columns.keys()) for table in schema.metadata.sorted_tables}


def test_first_form_is_brought_up_to_date(first: Store) -> None:
    """Every table is there, events have numbers in the order of time, everything is read again."""
    kinds = [(one.kind, one.at.timestamp(), one.query) for one in first.events.all()]

    assert _columns(first) == KNOWN
    assert kinds == [
        (Kind.SEARCH, 1788251642.0, "ferryd pod waits"), (Kind.OPEN, 1788251645.0, ""),
    ]  # fmt: skip
    assert first.events.has("9fae5f29-3152-42e4-bc88-34f067628b4e")
    assert first.tickets.cursors("helpdesk") == {}
    assert len(first.tickets.dead_letters("helpdesk")) == len(first.decisions.all()) == 1


def test_first_form_goes_on(first: Store) -> None:
    """What comes in is kept beside what was there, and figures are made of both."""
    first.events.append([make_event(1)])
    take(first, make_ticket())

    assert first.folds.update(()) == 2
    assert first.events.count() == 3
    assert first.tickets.is_new("a webhook's", at=make_event(1).at)


def test_form_without_webhooks(database_url: str) -> None:
    """Of the forms in between, what fits is kept: a cursor of a part goes on where it stood."""
    run(database_url, FIRST + FOLDED)
    with closing(open_store(database_url)) as store:
        assert _columns(store) == KNOWN
        assert store.tickets.cursors("helpdesk") == {"2026-10.jsonl": "27607"}


def test_first_form_is_copied_in_this_one(database_url: str, tmp_path: Path) -> None:
    """A store that an older version wrote goes over as this one wants it."""
    older = f"sqlite:///{tmp_path}/older.sqlite3"
    run(older, FIRST)
    with closing(open_store(older)) as store:
        copy(store.database, database_url)
        events = store.events.all()
    with closing(open_store(database_url)) as store:
        assert store.events.all() == events
        assert store.tickets.is_new("a webhook's", at=make_event(1).at)


def test_keys_are_ordered_as_in_sqlite(postgresql: PostgreSQL) -> None:
    """A server's language does not change what is told: digits stand before letters, A before a."""
    try:
        url = postgresql.database("LOCALE_PROVIDER icu ICU_LOCALE 'en-US' TEMPLATE template0")
    except psycopg.Error:
        pytest.skip("this PostgreSQL knows no languages by itself")
    keys = ("Z:1", "a:1", "a:10", "a:2", "ä:1")
    with closing(open_store(url)) as store:
        take(store, *(_named(key) for key in reversed(keys)))

        assert [one.key for one in store.tickets.all()] == list(keys)


def _named(key: str) -> Ticket:
    return make_ticket(key=key)


HALF = {
    "nothing is noted": "DELETE FROM alembic_version",
    "no note at all": "DROP TABLE alembic_version;\nDROP TABLE salts;\nDROP TABLE outbox",
    "two of three": "UPDATE alembic_version SET version_num = '0001';\nDROP TABLE incidents",
    "without its index": "UPDATE alembic_version SET version_num = '0002';\n"
    "DROP INDEX comments_article",
    "column, no note": "UPDATE alembic_version SET version_num = '0005'",
}
"""What an older version left that was killed while it made tables: each was kept at once."""


@pytest.mark.parametrize("left", HALF.values(), ids=HALF)
def test_what_was_left_half_made_is_finished(tmp_path: Path, left: str) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    with closing(open_store(url)) as older:
        take(older, make_ticket())
    run(url, left)
    with closing(open_store(url)) as store:
        indexes = inspect(store.database.engine).get_indexes("comments")

        assert _columns(store) == KNOWN
        assert list(store.tickets.all()) == [make_ticket()]
        assert [one["name"] for one in indexes] == ["comments_article"]


@pytest.mark.parametrize(
    "foreign", ["CREATE TABLE events (id INTEGER, title TEXT)", "CREATE TABLE outbox (x TEXT)"]
)
def test_tables_of_another_program_are_left(database_url: str, foreign: str) -> None:
    """A database that another program uses is named, and stays as it was."""
    run(database_url, f"{foreign};\nINSERT INTO {foreign.split()[2]} VALUES ({{}})".format("NULL"
        if "title" not in foreign else "1, 'theirs'"))  # fmt: skip
    with pytest.raises(StoreError, match=r"are another program's.*\. Bring it back") as told:
        open_database(database_url)

    assert database_url.partition("?")[0].rpartition("/")[2] in str(told.value)
    engine = create_engine(make_url(database_url).set(drivername=_driver(database_url)))
    assert inspect(engine).get_table_names() == [foreign.split()[2]]
    engine.dispose()


def test_user_without_rights_is_told(postgresql: PostgreSQL) -> None:
    """Who may enter the database but make no table hears what to do."""
    url = postgresql.database()
    run(url, "REVOKE CREATE ON SCHEMA public FROM public;\nCREATE ROLE guest LOGIN")
    with pytest.raises(StoreError, match=r"may not make or use the tables\. Let it own"):
        open_store(url.replace("docworthy@", "guest@"))


def test_lost_table_is_told(tmp_path: Path) -> None:
    """A table that is gone, in a store that says it is whole, is named with what to do."""
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    open_store(url).close()
    with closing(sqlite3.connect(tmp_path / "store.sqlite3")) as file:
        file.execute("DROP TABLE drops")
    with closing(open_store(url)) as store, pytest.raises(StoreError, match=r"left half made"):
        store.events.dropped()
