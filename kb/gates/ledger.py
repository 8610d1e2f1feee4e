"""Remembers which files of a site were read and may go out, and the lines that they hold."""

import contextlib
import os
import sqlite3
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

from kb.gates.caches import connected

_FORM = 1
_TABLE = (
    "CREATE TABLE IF NOT EXISTS files (name TEXT PRIMARY KEY, size INTEGER, changed INTEGER,"
    " altered INTEGER, inode INTEGER, mark TEXT, judge TEXT, lines BLOB)"
)
_MOMENT = 100_000_000
"""A file that was written less than this many ns ago may be written again with the same times."""


class Stamp(NamedTuple):
    """How a file stands on the disk; whoever writes to it changes one of these.

    It is a plain tuple because a build makes and compares some for each file of a site.

    Attributes:
        size: Bytes.
        changed: Time of the last write, in ns.
        altered: Time of the last change of content or of attributes, in ns; nobody can set it.
    """

    size: int
    changed: int
    altered: int
    inode: int

    @classmethod
    def of(cls, seen: os.stat_result) -> "Stamp":
        """Return the stamp of a file."""
        return cls(seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)

    def is_settled(self, now: int) -> bool:
        """Say whether a later write could not leave the same stamp; `now` is in ns."""
        return now - max(self.changed, self.altered) > _MOMENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One file that may go out.

    Attributes:
        mark: Digest of its bytes.
        judge: What the verdict depended on.
        lines: The marks of the lines that were read in it first.
    """

    stamp: Stamp
    mark: str
    judge: str
    lines: bytes


class Ledger:
    """The ledger of one workspace; one that cannot be read or written to knows nothing."""

    def __init__(self, path: Path, judges: Iterable[str]) -> None:
        self._judges = tuple(judges)
        self._database = _opened(path)

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def stamps(self) -> dict[str, tuple[int, int, int, int]]:
        """Return how each file stood that these judges let out, by name, as `Stamp` has it."""
        query = "SELECT name, size, changed, altered, inode FROM files WHERE judge IN (?, ?)"
        with contextlib.suppress(sqlite3.Error):
            return {row[0]: row[1:] for row in self._database.execute(query, self._judges)}
        return {}

    def rows(self, names: Iterable[str]) -> dict[str, Row]:
        """Return what these judges let out, of those names that are known."""
        query = "SELECT * FROM files WHERE name = ? AND judge IN (?, ?)"
        found = dict[str, Row]()
        with contextlib.suppress(sqlite3.Error):
            for name in names:
                for _, *stamp, mark, judge, lines in self._database.execute(
                    query, (name, *self._judges)
                ):
                    found[name] = Row(stamp=Stamp(*stamp), mark=mark, judge=judge, lines=lines)
        return found

    def lines(self, without: Container[str]) -> bytes:
        """Return the marks of all lines that were read in other files than those, packed."""
        query = "SELECT name, lines FROM files WHERE judge IN (?, ?)"
        with contextlib.suppress(sqlite3.Error):
            found = self._database.execute(query, self._judges)
            return b"".join(lines for name, lines in found if name not in without)
        return b""

    def keep(self, rows: Mapping[str, Row], gone: Iterable[str]) -> None:
        """Take down what was read, and strike out what is gone, all or nothing."""
        said = [
            (name, *row.stamp, row.mark, row.judge,
             row.lines)
            for name, row in rows.items()
        ]  # fmt: skip
        with contextlib.suppress(sqlite3.Error), self._database as database:
            database.executemany("DELETE FROM files WHERE name = ?", [(name,) for name in gone])
            database.executemany("INSERT OR REPLACE INTO files VALUES (?,?,?,?,?,?,?,?)", said)


def _opened(path: Path) -> sqlite3.Connection:
    for _ in range(2):
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return _connected(str(path))
        except sqlite3.DatabaseError:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
        except OSError:
            break
    return _connected(":memory:")


def _connected(place: str) -> sqlite3.Connection:
    return connected(place, _FORM, "PRAGMA synchronous = OFF", _TABLE)
