"""Tests of copying a store: every row arrives in the other kind of database, or none does."""

import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from server import PostgreSQL
from sqlalchemy import Boolean, Float, Integer, LargeBinary, Table, insert, select, text

from kb.errors import ConfigError, StoreError
from kb.store import schema
from kb.store.copying import copy
from kb.store.database import Database, open_database

TABLES = schema.metadata.sorted_tables
ROWS = 3


def _value(column: Any, number: int) -> Any:
    """Return a value that is hard to carry: all bytes, the greatest numbers, texts of all kinds."""
    kind = column.type
    if isinstance(kind, Boolean):
        return number % 2 == 0
    if isinstance(kind, LargeBinary):
        return bytes([number]) + (bytes(15) if kind.length else bytes(range(256)))
    if isinstance(kind, Float):
        return 0.1 + number
    if isinstance(kind, Integer):
        return None if column.nullable and number == 2 else 2**31 - 1 - number
    return f'{number}"\'\\ \t\u2028 😀 {{"körper": null}}'[: kind.length]


def _rows(table: Table) -> list[dict[str, Any]]:
    return [
        {column.name: _value(column, number) for column in table.c} for number in range(1, ROWS + 1)
    ]


@contextmanager
def opened(url: str) -> Iterator[Database]:
    with closing(open_database(url)) as database:
        yield database


def fill(url: str) -> None:
    """Put rows into every table."""
    with opened(url) as database, database.transaction() as connection:
        for table in TABLES:
            connection.execute(insert(table), _rows(table))


def kept(url: str) -> dict[str, list[Any]]:
    """Return the rows of every table."""
    with opened(url) as database, database.transaction() as connection:
        return {
            table.name: connection.execute(select(table).order_by(*table.primary_key)).all()
            for table in TABLES
        }


def empty() -> dict[str, list[Any]]:
    return {table.name: [] for table in TABLES}


def go(source: str, target: str, tell: Callable[[int, int], None] = lambda *_: None) -> object:
    with opened(source) as database:
        return copy(database, target, tell=tell)


@pytest.fixture
def source(tmp_path: Path) -> str:
    """The URL of a SQLite store with rows in every table."""
    url = f"sqlite:///{tmp_path / 'source.sqlite3'}"
    fill(url)
    return url


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_every_table_arrives(
    kind: str, database_url: str, tmp_path: Path, postgresql: PostgreSQL
) -> None:
    """From either kind to either kind, with what was counted on both sides; the source stays."""
    source = f"sqlite:///{tmp_path / 'from.sqlite3'}" if kind == "sqlite" else postgresql.database()
    fill(source)
    before = kept(source)
    counted = go(source, database_url)

    assert before == kept(database_url) == kept(source)
    assert counted == tuple((table.name, ROWS, ROWS) for table in TABLES)


def test_numbers_go_on_after_the_last(source: str, database_url: str) -> None:
    """A table that counts its rows up gives the next one a number of its own."""
    with opened(source) as database, database.transaction() as connection:
        connection.execute(text("UPDATE events SET number = 2147483649 WHERE number = 2147483646"))
    go(source, database_url)
    with opened(database_url) as database, database.transaction() as connection:
        for table in TABLES:
            if (number := table.autoincrement_column) is None or table.name == "decisions":
                continue
            row = _rows(table)[0] | {"id": b"another", "key": "another"}
            new = {name: value for name, value in row.items() if name in table.c}
            new.pop(number.name)
            last = max(kept(source)[table.name])[0]
            made = connection.execute(insert(table).values(new)).inserted_primary_key
            assert made == (last + 1,)


def test_a_table_counts_from_one_where_it_was_empty(source: str, database_url: str) -> None:
    with opened(source) as database, database.transaction() as connection:
        connection.execute(schema.decisions.delete())
    go(source, database_url)
    with opened(database_url) as database, database.transaction() as connection:
        row = _rows(schema.decisions)[0]
        row.pop("number")
        made = connection.execute(insert(schema.decisions).values(row)).inserted_primary_key

    assert made == (1,)


def test_rows_go_over_in_batches(source: str, database_url: str) -> None:
    """However many there are, few are held at once; of days folded, each may be large, one is."""
    with opened(source) as database, database.transaction() as connection:
        rows = [{"day": f"day {n}", "reason": "bot", "count": n} for n in range(1_200)]
        connection.execute(insert(schema.drops), rows)
    told = [(0, 0)]
    go(source, database_url, lambda *numbers: told.append(numbers))
    steps = [new - old for (old, _), (new, _) in pairwise(told)]

    assert told[-1] == (1_200 + ROWS * len(TABLES),) * 2
    assert max(steps) == 500
    assert steps.count(1) == ROWS


def test_target_with_rows_is_refused(source: str, database_url: str) -> None:
    """What a database holds is not mixed with what comes: it stays as it is."""
    with opened(database_url) as database, database.transaction() as connection:
        connection.execute(insert(schema.salts), _rows(schema.salts))
    with pytest.raises(StoreError, match=r"it holds rows already \(salts\)\. Name an empty"):
        go(source, database_url)

    assert empty() | {"salts": kept(source)["salts"]} == kept(database_url)


def test_source_without_rows_is_refused(database_url: str) -> None:
    """Who names the new database as the old one is told so."""
    with pytest.raises(StoreError, match=r"there is nothing in it\. KB_DATABASE"):
        go(database_url, "sqlite://")


def test_wrong_target(source: str) -> None:
    with pytest.raises(ConfigError, match="it is not a database we know"):
        go(source, "nonsense")
    with pytest.raises(StoreError, match="the server cannot be reached") as told:
        go(source, "postgresql://kb:hunter2hunter2@127.0.0.1:1/kb")

    assert "hunter2" not in str(told.value)


def test_source_in_use_is_refused(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process wrote meanwhile would be left behind, so it has to be stopped."""
    monkeypatch.setattr("kb.store.database._BUSY_MS", 50)
    fill(database_url)
    target = f"sqlite:///{tmp_path / 'target.sqlite3'}"
    with opened(database_url) as serving:
        with serving.transaction() as connection:
            connection.execute(text("SELECT 1 FROM events")).all()
        with pytest.raises(StoreError, match=r"another process has it open\. Stop kb serve"):
            go(database_url, target)
    go(database_url, target)

    assert kept(database_url) == kept(target)


def test_row_that_does_not_fit(source: str, postgresql: PostgreSQL) -> None:
    """SQLite keeps what PostgreSQL refuses; it is told where to look, and nothing of the text."""
    target = postgresql.database()
    with opened(source) as database, database.transaction() as connection:
        connection.execute(text("UPDATE decisions SET article = 'pernille' || hex(zeroblob(200))"))
    with pytest.raises(StoreError, match=r"decisions 21474.* does not fit the other") as told:
        go(source, target)

    assert "pernille" not in str(told.value)
    assert empty() == kept(target)


NO_ROOM = """
CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE 'no room' USING ERRCODE = 'disk_full'; END $$;
CREATE TRIGGER no_room BEFORE INSERT ON tickets EXECUTE FUNCTION no_room();
"""


def test_no_room_on_the_server(source: str, postgresql: PostgreSQL) -> None:
    target = postgresql.database()
    with opened(target) as database, database.transaction() as connection:
        connection.exec_driver_sql(NO_ROOM)
    with pytest.raises(StoreError, match="the disk is full"):
        go(source, target)

    assert empty() == kept(target)


COPY = """
import os, signal, sys
from sqlalchemy import Engine, event
from kb.store.copying import copy
from kb.store.database import open_database

source, left = open_database(sys.argv[1]), int(sys.argv[3])

@event.listens_for(Engine, "before_cursor_execute")
def count(connection, cursor, statement, *_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

copy(source, sys.argv[2])
"""


def _in_a_process(source: str, target: str, kill: int, **more: Any) -> int:
    command = [sys.executable, "-c", COPY, source, target, str(kill)]
    done = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True, **more)
    return done.returncode


def test_no_room_on_this_machine(source: str, tmp_path: Path) -> None:
    """A disk that is full on the way leaves the target empty; with room it is run again."""
    path = tmp_path / "target.sqlite3"
    with opened(source) as database, database.transaction() as connection:
        large = [{"day": f"{n}", "salt": bytes(16)} for n in range(9_000)]
        connection.execute(insert(schema.weeks), large)

    def small() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))

    assert _in_a_process(source, f"sqlite:///{path}", 0, preexec_fn=small) == 1
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT name FROM sqlite_master").fetchall() == []
    go(source, f"sqlite:///{path}")

    assert kept(source) == kept(f"sqlite:///{path}")


@pytest.mark.parametrize("statement", [3, 40, 70, 100, 110])
def test_who_is_killed_leaves_nothing_half(source: str, database_url: str, statement: int) -> None:
    """Killed anywhere, the target is as it was, the source as well; run again, it arrives."""
    before = kept(source)
    assert _in_a_process(source, database_url, statement) == -signal.SIGKILL
    assert empty() == kept(database_url)
    go(source, database_url)

    assert before == kept(database_url) == kept(source)
