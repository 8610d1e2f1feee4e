"""Remembers between builds what was read and rendered; whatever is in doubt is made anew."""

import contextlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kb.gates.caches import connected

_FORM = 3
_TABLES = (
    "CREATE TABLE IF NOT EXISTS kept (kind TEXT, path TEXT, key TEXT, data BLOB,"
    " PRIMARY KEY (kind, path))",
    "CREATE TABLE IF NOT EXISTS large (kind TEXT, path TEXT, data BLOB, PRIMARY KEY (kind, path))",
)


_ALL = "SELECT path, key, data FROM kept WHERE kind = ?"


class Kept(NamedTuple):
    """One thing that was made: the key says from what, `large` is read only when asked for.

    What is large stays as it was kept before when it is `b""`.
    """

    key: str
    data: bytes
    large: bytes = b""


class Cache:
    """The cache of one workspace, one file, or none: then it lasts as long as the process.

    A killed build leaves it as it was before.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._database = self._open()

    def all(self, kind: str) -> dict[str, Kept]:
        """Return everything of a kind by path, without what is large."""
        rows = self._rows(_ALL, (kind,))
        return {path: Kept(key, data) for path, key, data in rows}

    def told(self, kind: str) -> dict[str, tuple[str, Any]]:
        """Return key and value of everything of a kind whose data is JSON, by path.

        It is read as one text: ten thousand small ones take three times as long.
        """
        return _told(list(self._rows(_ALL, (kind,))))

    def keys(self, kind: str) -> dict[str, str]:
        """Return the key of everything of a kind by path."""
        return dict(self._rows("SELECT path, key FROM kept WHERE kind = ?", (kind,)))

    def key(self, kind: str, path: str) -> str:
        """Return the key of one thing, `""` when it is not known."""
        query = "SELECT key FROM kept WHERE kind = ? AND path = ?"
        return next((key for (key,) in self._rows(query, (kind, path))), "")

    def data(self, kind: str, path: str) -> bytes:
        """Return the data of one thing, `b""` when there is nothing."""
        query = "SELECT data FROM kept WHERE kind = ? AND path = ?"
        return next((bytes(data) for (data,) in self._rows(query, (kind, path))), b"")

    def with_key(self, kind: str, key: str) -> list[str]:
        """Return the paths of everything of a kind that has this key."""
        query = "SELECT path FROM kept WHERE kind = ? AND key = ?"
        return [path for (path,) in self._rows(query, (kind, key))]

    def all_large(self, kind: str) -> dict[str, bytes]:
        """Return what is large of everything of a kind, by path."""
        rows = self._rows("SELECT path, data FROM large WHERE kind = ?", (kind,))
        return {path: bytes(data) for path, data in rows}

    def large(self, kind: str, path: str) -> bytes:
        """Return what is large of one thing, `b""` when there is nothing."""
        query = "SELECT data FROM large WHERE kind = ? AND path = ?"
        return next((bytes(data) for (data,) in self._rows(query, (kind, path))), b"")

    def keep(self, kind: str, made: Mapping[str, Kept], gone: Iterable[str] = ()) -> None:
        """Remember what was made of a kind, and forget what is gone, all or nothing."""
        self.keep_all({kind: made}, {kind: gone})

    def keep_all(
        self, made: Mapping[str, Mapping[str, Kept]], gone: Mapping[str, Iterable[str]]
    ) -> None:
        """Remember what was made, by kind and path, all or nothing: what belongs together."""
        left = {kind: tuple(paths) for kind, paths in gone.items()}
        with contextlib.suppress(sqlite3.Error), self._database as database:
            for kind, rows in made.items():
                if rows or left.get(kind):
                    _write(database, kind, rows, left.get(kind, ()))

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def _rows(self, query: str, values: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
        try:
            yield from self._database.execute(query, values).fetchall()
        except sqlite3.DatabaseError:
            self.close()
            self._database = self._anew()

    def _open(self) -> sqlite3.Connection:
        if self._path is None:
            return _connected(":memory:")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            return _connected(str(self._path))
        except sqlite3.DatabaseError:
            return self._anew()
        except OSError:
            return _connected(":memory:")

    def _anew(self) -> sqlite3.Connection:
        """Start empty: a cache that cannot be read is worth nothing."""
        if self._path is None:
            return _connected(":memory:")
        try:
            self._path.unlink(missing_ok=True)
            return _connected(str(self._path))
        except (OSError, sqlite3.DatabaseError):
            return _connected(":memory:")


def told_beside(path: Path, kind: str) -> dict[str, tuple[str, Any]]:
    """Return what `Cache.told` does, for a process beside the build; nothing where it cannot."""
    with contextlib.suppress(sqlite3.Error), contextlib.closing(_read_only(path)) as database:
        return _told(database.execute(_ALL, (kind,)).fetchall())
    return {}


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)


def _told(rows: list[tuple[str, str, bytes]]) -> dict[str, tuple[str, Any]]:
    values = json.loads(b"[" + b",".join(data for _, _, data in rows) + b"]")
    return {path: (key, value) for (path, key, _), value in zip(rows, values, strict=True)}


def _write(
    database: sqlite3.Connection, kind: str, made: Mapping[str, Kept], gone: Iterable[str]
) -> None:
    paths = [(kind, path) for path in gone]
    for table in ("kept", "large"):
        database.executemany(f"DELETE FROM {table} WHERE kind = ? AND path = ?", paths)  # noqa: S608
    rows = [(kind, path, one.key, one.data) for path, one in made.items()]
    database.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", rows)
    large = [(kind, path, one.large) for path, one in made.items() if one.large]
    database.executemany("INSERT OR REPLACE INTO large VALUES (?, ?, ?)", large)


def _connected(place: str) -> sqlite3.Connection:
    return connected(
        place, _FORM, "PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", *_TABLES
    )
