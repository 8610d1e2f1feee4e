"""Tests of opening a store: what an older version left, and what each refusal says."""

import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from factories import make_event, make_ticket
from keeping import decide, take
from sqlalchemy import inspect, text
from sqlalchemy.exc import OperationalError

from kb.capture.triage import Outcome
from kb.errors import ConfigError, StoreError
from kb.store import schema
from kb.store.database import open_database
from kb.store.store import Store, open_store


def test_migrations_from_empty(store: Store) -> None:
    """A fresh database gets every table and column that the code knows."""
    found = inspect(store.database.engine)
    made = {t: {c["name"] for c in found.get_columns(t)} for t in found.get_table_names()}
    made.pop("alembic_version")

    assert {t.name: set(t.columns.keys()) for t in schema.metadata.sorted_tables} == made


def test_opening_again_keeps(database_url: str) -> None:
    """A second opening finds what the first one kept."""
    first = open_store(database_url)
    take(first, make_ticket())
    first.close()
    second = open_store(database_url)
    kept = list(second.tickets.all())
    second.close()

    assert [make_ticket()] == kept


def test_folds_of_an_older_version_are_made_again(database_url: str) -> None:
    """What an older version folded is dropped, and the events say it once more."""
    older = open_store(database_url)
    older.events.append([make_event(1)])
    assert older.folds.update(()) == 1
    with older.database.transaction() as connection:
        connection.execute(text("UPDATE folds SET sheet = :old"), {"old": b"of an older form"})
        connection.execute(text("ALTER TABLE decisions DROP COLUMN in_vain"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
    older.close()
    newer = open_store(database_url)
    found = newer.folds.update(()), newer.folds.sheet(make_event(1).at.date()).events
    newer.close()

    assert found == (1, 1)


def test_reason_of_an_older_version_is_split(database_url: str) -> None:
    """What an older version wrote at the end of a reason has a field of its own now."""
    older = open_store(database_url)
    said = "a1 answers it; the requester had looked for it and not found it"
    older.decisions.extend([replace(decide("helpdesk:1", Outcome.KNOWN), reason=said)])
    older.decisions.append(decide("helpdesk:2", Outcome.KNOWN))
    with older.database.transaction() as connection:
        connection.execute(text("ALTER TABLE decisions DROP COLUMN in_vain"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    older.close()
    newer = open_store(database_url)
    found = [(one.reason, one.in_vain) for one in newer.decisions.all()]
    newer.close()

    assert found == [("a1 answers it", True), ("said so", False)]


def test_newer_schema_refused(database_url: str) -> None:
    """A database that a newer version has written is left alone."""
    database = open_database(database_url)
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(StoreError, match="a newer version of Docworthy has written it"):
        open_database(database_url)


def test_locked_sqlite_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that another process keeps locked is told as that, after a wait."""
    monkeypatch.setattr("kb.store.database._BUSY_MS", 50)
    path = tmp_path / "store.sqlite3"
    store = open_store(f"sqlite:///{path}")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StoreError, match="another process keeps it locked"):
            take(store, make_ticket())
    finally:
        other.close()
        store.close()


def test_not_a_database(tmp_path: Path) -> None:
    """A file that is no database is told without its content."""
    path = tmp_path / "store.sqlite3"
    path.write_text("pernille.voss@quayline.example " * 50)
    with pytest.raises(StoreError, match="it is no SQLite database") as told:
        open_store(f"sqlite:///{path}")

    assert "pernille" not in str(told.value)


def test_unreachable_hides_password() -> None:
    """A server that cannot be reached is named without its password."""
    with pytest.raises(StoreError, match="the server cannot be reached") as told:
        open_store("postgresql://kb:hunter2hunter2@127.0.0.1:1/kb")

    assert "hunter2" not in str(told.value)


def test_folder_in_its_place(tmp_path: Path) -> None:
    """What stands where the database should be is told, with what to do."""
    (tmp_path / "store.sqlite3").mkdir()

    with pytest.raises(StoreError, match=r"a folder is in its place.*\. Mend that"):
        open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("SQLITE_BUSY_SNAPSHOT", "another process keeps it locked"),
        ("SQLITE_FULL", "the disk is full"),
        ("SQLITE_CORRUPT_VTAB", "it is no SQLite database, or a damaged one"),
        ("SQLITE_READONLY_DBMOVED", "it may not be written"),
        ("SQLITE_PROTOCOL", "its file system does not lock files"),
        ("SQLITE_IOERR_LOCK", "its file system does not lock files"),
        ("SQLITE_IOERR_SHMSIZE", "its disk is full, or fails"),
        ("SQLITE_MISMATCH", "the database refused (SQLITE_MISMATCH)"),
    ],
)
def test_each_refusal_says_what_to_do(tmp_path: Path, name: str, told: str) -> None:
    """SQLite's result code decides what is told: a full disk is another matter than a locked file."""
    database = open_database(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    cause = sqlite3.OperationalError("words of a row")
    cause.sqlite_errorname = name

    with pytest.raises(StoreError) as error, database.transaction():
        raise OperationalError("SELECT 1", {}, cause)
    database.close()

    assert told in str(error.value)
    assert "words of a row" not in str(error.value)


@pytest.mark.parametrize("url", ["", "nonsense", "frobnicate://x/y", "mysql+nosuch://x/y"])
def test_unknown_database(url: str) -> None:
    """A URL that is none is an error of configuration."""
    with pytest.raises(ConfigError, match="it is not a database we know"):
        open_store(url)


def test_error_holds_no_value(store: Store) -> None:
    """No refusal of the database quotes the row that it refused."""
    ticket = replace(make_ticket(), key="pernille" * 40, requester=None)
    with pytest.raises(StoreError) as told:
        take(store, ticket)

    assert "pernille" not in str(told.value)


KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
from kb.store.store import open_store

left = int(sys.argv[2])

@event.listens_for(Engine, "before_cursor_execute")
def count(connection, cursor, statement, *_):
    global left
    left -= statement.lstrip().startswith(("CREATE", "ALTER", "INSERT", "UPDATE"))
    if left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)

open_store(sys.argv[1])
"""


@pytest.mark.parametrize("statement", [1, 2, 9, 14])
def test_who_is_killed_while_tables_are_made_leaves_no_half(tmp_path: Path, statement: int) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    command = [sys.executable, "-c", KILLED, url, str(statement)]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL

    store = open_store(url)
    take(store, make_ticket())
    kept = list(store.tickets.all())
    store.close()

    assert [make_ticket()] == kept


def test_many_may_open_a_new_store_at_once(database_url: str) -> None:
    """One brings the tables up to date, the others wait for it."""
    code = "import sys; from kb.store.store import open_store; open_store(sys.argv[1]).close()"
    command = [sys.executable, "-c", code, database_url]
    opened = [subprocess.Popen(command) for _ in range(4)]

    assert [0] * 4 == [one.wait() for one in opened]
