"""Copies a whole store into an empty database of either kind: all of it, or nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from sqlalchemy import Connection, LargeBinary, Table, func, insert, select, text
from sqlalchemy.exc import DataError, SQLAlchemyError

from kb.errors import StoreError
from kb.store import schema
from kb.store.database import APPLICATION, TOLD, Database, filling, place, told

_AT_ONCE = 500
_TABLES: Sequence[Table] = schema.metadata.sorted_tables
_OPEN = ("another process has it open", "Stop kb serve and every scheduled kb, then run it again")
_MEANING = {**TOLD, "SQLITE_BUSY": _OPEN}
_OTHERS = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND application_name = :name AND pid <> pg_backend_pid()"
)


class Copied(NamedTuple):
    """A table, and how many rows were counted on both sides once they were there."""

    table: str
    source: int
    target: int


def copy(
    source: Database, url: str, *, tell: Callable[[int, int], None] = lambda *_: None
) -> tuple[Copied, ...]:
    """Copy every table of `source` into the empty database at `url`.

    Ids, times and numbers stay what they are, and the target counts on from the last of them. Rows
    go over in batches. Nobody else may have the source open: what they wrote would be left behind.

    Args:
        tell: Told how many rows are there, and of how many, after each batch.

    Raises:
        ConfigError: The URL is not one.
        StoreError: The source is in use; the target holds rows, refused one or cannot be reached.
            It is then as it was before.
    """
    with _held(source) as have, filling(url) as into:
        _lock(into)
        _must_be_empty(into)
        counts = _counted(source, have)
        done, total = 0, sum(counts.values())
        for table in _TABLES:
            for rows in _batches(source, have, table):
                _put(into, table, rows)
                done += len(rows)
                tell(done, total)
            _count_on(into, table)
        found = tuple(Copied(t.name, counts[t.name], _count(into, t)) for t in _TABLES)
        _must_agree(into, found)
    return found


@contextmanager
def _held(source: Database) -> Iterator[Connection]:
    """Give a connection to a source that nobody else has open, or can write to meanwhile.

    A SQLite database leaves its write-ahead log only if no other process has it open
    (https://sqlite.org/wal.html); the next one that opens it goes back to the log.
    """
    engine = source.engine
    with engine.connect() as connection:
        try:
            if engine.dialect.name == "sqlite":
                connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
                connection.exec_driver_sql("BEGIN EXCLUSIVE")
            elif connection.scalar(_OTHERS, {"name": APPLICATION}):
                raise StoreError(place(engine), *_OPEN)
            else:
                _lock(connection)
        except SQLAlchemyError as error:
            raise told(engine, error, _MEANING) from None
        yield connection


def _lock(connection: Connection) -> None:
    """Let others only read until the transaction's end; SQLite's transaction does so by itself."""
    if connection.dialect.name == "postgresql":
        names = ", ".join(table.name for table in _TABLES)
        connection.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE NOWAIT")


def _must_be_empty(into: Connection) -> None:
    full = [table.name for table in _TABLES if into.execute(select(table).limit(1)).first()]
    if full:
        what = f"it holds rows already ({', '.join(full)})"
        raise StoreError(place(into.engine), what, "Name an empty database")


def _must_agree(into: Connection, found: Sequence[Copied]) -> None:
    differ = [one.table for one in found if one.source != one.target]
    if differ:
        what = f"not every row arrived ({', '.join(differ)})"
        raise StoreError(place(into.engine), what, "Nothing was kept; report it")


def _batches(
    source: Database, have: Connection, table: Table
) -> Iterator[Sequence[dict[str, Any]]]:
    """Yield the table's rows, few at once where one of them may be megabytes."""
    is_large = any(isinstance(c.type, LargeBinary) and not c.type.length for c in table.c)
    query = select(table).order_by(*table.primary_key)
    try:
        with have.execute(query.execution_options(yield_per=1 if is_large else _AT_ONCE)) as rows:
            for some in rows.mappings().partitions():
                yield [dict(row) for row in some]
    except SQLAlchemyError as error:
        raise told(source.engine, error) from None


def _put(into: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    try:
        into.execute(insert(table), rows)
    except DataError as error:
        kind, key = type(error.orig).__name__, [c.name for c in table.primary_key]
        first, last = ("/".join(str(row[name]) for name in key) for row in (rows[0], rows[-1]))
        raise StoreError(
            f"{table.name} {first} to {last}",
            f"one of these rows does not fit the other database ({kind})",
            "Look for a text too long or with a NUL in it, and mend it in the source",
        ) from None


def _counted(source: Database, have: Connection) -> dict[str, int]:
    """Count every table; where there is nothing, the wrong database is asked."""
    counts = {table.name: _count(have, table) for table in _TABLES}
    if not any(counts.values()):
        todo = "KB_DATABASE or measure.database names what is copied, --to the empty one"
        raise StoreError(place(source.engine), "there is nothing in it", todo)
    return counts


def _count(connection: Connection, table: Table) -> int:
    return connection.scalar(select(func.count()).select_from(table)) or 0


def _count_on(into: Connection, table: Table) -> None:
    """Let PostgreSQL number the next row after the last; SQLite does so by itself."""
    column = table.autoincrement_column
    if column is not None and into.dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, column.name)
        last = select(func.coalesce(func.max(column), 0) + 1).scalar_subquery()
        into.execute(select(func.setval(sequence, last, False)))
