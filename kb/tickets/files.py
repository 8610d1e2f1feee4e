"""The `files` source: a folder of JSONL exports, one ticket a line, read page by page."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import SourceError, TicketError

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Some raw tickets, the cursor that comes after them, and what could not be read.

    Attributes:
        tickets: `(where, raw ticket)`; raw text, to be redacted at once.
        cursor: Opaque; given to `pages` it goes on after this page.
        dead: `(where, reason)` of each line that is not JSON.
        done: Bytes read so far.
        total: Bytes there are.
    """

    tickets: tuple[tuple[str, Mapping[str, Any]], ...]
    cursor: str
    dead: tuple[tuple[str, str], ...]
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Files:
    """The exports `*.jsonl` in one folder, in the order of their names."""

    folder: Path

    def pages(self, cursor: str = "") -> Iterator[Page]:
        """Yield what stands after `cursor`.

        The cursor is `name:offset` of the last whole line that was read: a file that grew, or
        that came later in the order of names, is taken up from there.

        Raises:
            SourceError: The folder or a file cannot be read.
        """
        name, _, offset = cursor.rpartition(":")
        paths = [path for path in self._paths() if path.name >= name]
        sizes = {path: path.stat().st_size for path in paths}
        done = 0
        for path in paths:
            start = int(offset) if path.name == name else 0
            for page in self._file_pages(path, start):
                position = int(page.cursor.rpartition(":")[2])
                yield Page(
                    tickets=page.tickets,
                    cursor=page.cursor,
                    dead=page.dead,
                    done=done + position,
                    total=sum(sizes.values()),
                )
            done += sizes[path]

    def again(self, where: str) -> tuple[str, Mapping[str, Any]]:
        """Read the ticket at `name:line` once more, for a dead letter that was mended.

        Raises:
            SourceError: The file or the line is gone.
            TicketError: It still is not JSON.
        """
        name, _, number = where.rpartition(":")
        try:
            line = (self.folder / Path(name).name).read_bytes().splitlines()[_index(number)]
        except (OSError, IndexError, ValueError):
            raise SourceError(where, "the line is gone", "Restore the export") from None
        raw = _object(line)
        if raw is None:
            raise TicketError(where, "the line is not a JSON object", "Mend it, then retry")
        return where, raw

    def _paths(self) -> list[Path]:
        try:
            return sorted(path for path in self.folder.iterdir() if path.suffix == ".jsonl")
        except OSError as error:
            raise SourceError(
                self.folder,
                f"the folder cannot be read ({error.strerror})",
                "Mend source.path in kb.toml",
            ) from None

    def _file_pages(self, path: Path, start: int) -> Iterator[Page]:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise SourceError(
                path, f"it cannot be read ({error.strerror})", "Mend its rights"
            ) from None
        number = data[:start].count(b"\n")
        whole = data[start : data.rfind(b"\n") + 1].splitlines(keepends=True)
        for first in range(0, len(whole), PAGE):
            lines = whole[first : first + PAGE]
            start += sum(map(len, lines))
            yield _page(path.name, number + first, lines, start)


def _index(number: str) -> int:
    """Return the line's index; there is no line 0."""
    if (line := int(number)) < 1:
        raise ValueError(number)
    return line - 1


def _page(name: str, number: int, lines: list[bytes], end: int) -> Page:
    tickets: list[tuple[str, Mapping[str, Any]]] = []
    dead: list[tuple[str, str]] = []
    for index, line in enumerate(lines, number + 1):
        if not line.strip():
            continue
        raw = _object(line)
        if raw is None:
            dead.append((f"{name}:{index}", "the line is not a JSON object"))
        else:
            tickets.append((f"{name}:{index}", raw))
    return Page(tickets=tuple(tickets), cursor=f"{name}:{end}", dead=tuple(dead), done=0, total=0)


def _object(line: bytes) -> Mapping[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
