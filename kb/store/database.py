"""Opens the store, brings its tables up to date, and hands out what it keeps."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    Table,
    create_engine,
    event,
    func,
    inspect,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

from kb.errors import ConfigError, StoreError
from kb.store.schema import metadata

_MIGRATIONS = Path(__file__).parent / "migrations"
_REVISIONS = frozenset(p.stem[:4] for p in (_MIGRATIONS / "versions").glob("[0-9]*.py"))
"""Every migration's file is named by its revision of four digits, oldest first."""
_BUSY_MS = 5_000
_LOCK = 0x6B62
"""PostgreSQL's number for whoever brings the tables up to date."""
APPLICATION = "docworthy"
"""What our connections are called in PostgreSQL's list of them."""


@dataclass(frozen=True, slots=True)
class Database:
    """An open database whose tables are up to date."""

    engine: Engine

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Give a connection whose work is kept whole, durable at the end, or not at all.

        Raises:
            StoreError: The database refused; what it held before still stands.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise told(self.engine, error) from None

    def insert(self, table: Table) -> Any:
        """Return an INSERT of the database's own dialect, which knows ON CONFLICT."""
        dialect = postgresql if self.engine.dialect.name == "postgresql" else sqlite
        return dialect.insert(table)

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Open the database at a SQLAlchemy URL and migrate it to this version's tables.

    Raises:
        ConfigError: The URL is not one.
        StoreError: It cannot be reached, or a newer version of Docworthy has written it.
    """
    engine = _engine(url)
    try:
        _migrate(engine)
    except StoreError:
        engine.dispose()
        raise
    except SQLAlchemyError as error:
        engine.dispose()
        raise told(engine, error) from None
    return Database(engine)


@contextmanager
def filling(url: str) -> Iterator[Connection]:
    """Give a connection to the database at a URL, its tables brought up to date, to fill it.

    The tables and what is put into them are kept together at the end, or not at all.

    Raises:
        ConfigError: The URL is not one.
        StoreError: It cannot be reached, refused, or a newer version has written it.
    """
    engine = _engine(url)
    try:
        with _alone(engine) as connection:
            _bring_up_to_date(connection)
            yield connection
    except SQLAlchemyError as error:
        raise told(engine, error) from None
    finally:
        engine.dispose()


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() == "sqlite" and parsed.database:
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(parsed, connect_args=_named(parsed))
    except (ArgumentError, NoSuchModuleError, ImportError) as error:
        what, todo = "it is not a database we know", "Write sqlite:///… or postgresql://…"
        if isinstance(error, ImportError) and error.name == "psycopg":
            what, todo = "psycopg is not installed", "pip install 'docworthy[postgresql]'"
        raise ConfigError("measure.database", what, todo) from None
    except OSError as error:
        raise StoreError(
            "database", f"its folder cannot be made ({error.strerror})", "Mend its rights"
        ) from None
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _pragmas)
    return engine


def _named(url: URL) -> dict[str, str]:
    """Return what makes our connections known; a name that the URL gives counts."""
    is_psycopg = url.drivername == "postgresql+psycopg"
    return {"fallback_application_name": APPLICATION} if is_psycopg else {}


def _pragmas(connection: Any, _: object) -> None:
    """Write-ahead log, so readers never wait; FULL, so what is committed survives power loss."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", f"busy_timeout={_BUSY_MS}"):
        connection.execute(f"PRAGMA {pragma}")


def _migrate(engine: Engine) -> None:
    """Bring the tables up to date, all of it or nothing: whoever is killed leaves what was there.

    Alembic is loaded only where there is something to do.
    """
    with engine.begin() as connection:
        if _is_up_to_date(connection):
            return
    with _alone(engine) as connection:
        _bring_up_to_date(connection)


def _bring_up_to_date(connection: Connection) -> None:
    if _is_up_to_date(connection):
        return
    from alembic import command
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except SQLAlchemyError as error:
        raise told(connection.engine, error, otherwise=_NOT_OURS) from None
    _must_be_ours(connection)


def _must_be_ours(connection: Connection) -> None:
    """See that each table has the columns that we know: what was there before is left as it is."""
    found = inspect(connection)
    for table in metadata.sorted_tables:
        have = {column["name"] for column in found.get_columns(table.name)}
        if have != set(table.columns.keys()):
            what, todo = _NOT_OURS
            raise StoreError(place(connection.engine), f"{what} ({table.name})", todo)


def _is_up_to_date(connection: Connection) -> bool:
    revision = _revision(connection)
    if revision and revision not in _REVISIONS:
        raise StoreError(
            place(connection.engine),
            "a newer version of Docworthy has written it",
            "Install that version",
        )
    return revision == max(_REVISIONS)


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """Give a connection whose work, tables made included, is kept whole; others wait for its end.

    Python's driver begins no transaction for a table that is made, so it is begun here
    (https://docs.sqlalchemy.org/en/21/dialects/sqlite.html#pysqlite-serializable).
    """
    with engine.begin() as connection:
        if engine.dialect.name != "sqlite":
            connection.execute(select(func.pg_advisory_xact_lock(_LOCK)))
            yield connection
            return
        driver: Any = connection.connection.driver_connection
        usual, driver.isolation_level = driver.isolation_level, None
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()
        finally:
            driver.rollback()
            driver.isolation_level = usual


def _revision(connection: Connection) -> str:
    """Return the revision that the database stands at, `""` for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return ""
    return str(connection.scalar(text("SELECT version_num FROM alembic_version")) or "")


_NOT_OURS = (
    "its tables are another program's, or were left half made",
    "Bring it back from a backup, or name an empty database",
)
TOLD = {
    "SQLITE_ERROR": _NOT_OURS,
    "SQLITE_BUSY": ("another process keeps it locked", "Wait, then retry"),
    "SQLITE_LOCKED": ("another process keeps it locked", "Wait, then retry"),
    "SQLITE_FULL": ("the disk is full", "Free some space, then run it again"),
    "SQLITE_CANTOPEN": (
        "it cannot be opened: a folder is in its place, or we may not write there",
        "Mend that, then run it again",
    ),
    "SQLITE_NOTADB": (
        "it is no SQLite database, or a damaged one",
        "Bring it back from a backup, or move it away: a new one is made then",
    ),
    "SQLITE_READONLY": (
        "it may not be written",
        "Mend the rights of the file and of its folder",
    ),
    "SQLITE_PROTOCOL": (
        "its file system does not lock files as SQLite needs it",
        "Put it on a disk of this machine, or use PostgreSQL (measure.database)",
    ),
    "SQLITE_IOERR": (
        "its disk is full, or fails",
        "Free some space, or look at the disk; SQLite wants one of this machine",
    ),
    "InsufficientPrivilege": (
        "its user may not make or use the tables",
        "Let it own the database (ALTER DATABASE … OWNER TO …)",
    ),
    "OperationalError": (
        "the server cannot be reached, or does not let us in",
        "Start it, or mend measure.database or KB_DATABASE",
    ),
}
"""What SQLite's result codes (sqlite.org/rescode.html) and psycopg's kinds mean, and what to do."""

_ALIKE = {
    "SQLITE_CORRUPT": "SQLITE_NOTADB",
    "SQLITE_PERM": "SQLITE_CANTOPEN",
    "SQLITE_IOERR_LOCK": "SQLITE_PROTOCOL",
    "DiskFull": "SQLITE_FULL",
    "LockNotAvailable": "SQLITE_BUSY",
    "DeadlockDetected": "SQLITE_BUSY",
    "UndefinedTable": "SQLITE_ERROR",
    "UndefinedColumn": "SQLITE_ERROR",
    "InvalidSchemaName": "InsufficientPrivilege",
}


def told(
    engine: Engine,
    error: SQLAlchemyError,
    meaning: Mapping[str, tuple[str, str]] = TOLD,
    otherwise: tuple[str, str] = ("the database refused", "Try again; if it stays, report it"),
) -> StoreError:
    """Name the place and the kind of failure; never the statement or its values.

    Args:
        meaning: What each kind means here, and what to do about it.
        otherwise: What is so, and what to do, where the kind is none of these.
    """
    cause = getattr(error, "orig", None) or error
    kind = str(getattr(cause, "sqlite_errorname", type(cause).__name__))
    family = "_".join(kind.split("_")[:2])
    for name in (kind, family):
        if found := meaning.get(_ALIKE.get(name, name)):
            return StoreError(place(engine), *found)
    what, todo = otherwise
    return StoreError(place(engine), f"{what} ({kind})", todo)


def place(engine: Engine) -> str:
    """Return the database's URL without its password."""
    return engine.url.render_as_string(hide_password=True)
