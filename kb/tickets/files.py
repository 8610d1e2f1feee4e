"""The `files` source: exports as JSONL or CSV, gzip or not, and mail, read page by page."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from kb.errors import SourceError
from kb.tickets import mail
from kb.tickets.lines import LONGEST_LINE, Lines, open_lines, whole_lines
from kb.tickets.raw import Page, RawTicket
from kb.tickets.rows import read_row
from kb.tickets.table import tickets as csv_tickets

PAGE = 50
SUFFIXES = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz")
NOT_JSON = "the line is not a JSON object"
TOO_LONG = f"the line is longer than {LONGEST_LINE // 1024 // 1024} MB"

_Row = tuple[int, Mapping[str, Any] | str, str]
"""A line's number, its ticket or why there is none, and the cursor behind it."""


@dataclass(frozen=True, slots=True)
class Files:
    """One export, or those of a folder in the order of their names; mail below it in threads.

    Attributes:
        agents: Addresses or domains of those who help, for mail.
    """

    path: Path
    agents: frozenset[str] = frozenset()

    @property
    def read(self) -> Callable[[Any], RawTicket]:
        """Both JSONL schemas, what a CSV's rows are made into, and threads of mail."""

        def reader(payload: Any) -> RawTicket:
            if isinstance(payload, mail.Thread):
                return mail.read_thread(payload, self.agents)
            return read_row(payload)

        return reader

    def pages(self, cursors: Mapping[str, str]) -> Iterator[Page]:
        """Yield what stands behind the cursors; each file has its own.

        A file that grew is taken up where it was left; one that changed before that place is read
        again. One that cannot be read keeps no other back.

        Raises:
            SourceError: The folder or a file cannot be read.
        """
        paths = self._paths()
        sizes = {path: path.stat().st_size for path in paths}
        total, before = sum(sizes.values()), 0
        failed: list[SourceError] = []
        for path in paths:
            try:
                with open_lines(path) as lines:
                    rows = _rows(lines, cursors.get(path.name, ""))
                    while page := _page(path.name, rows, lines, before, total):
                        yield page
            except SourceError as error:
                failed.append(error)
            before += sizes[path]
        yield from mail.pages(self._mails(), self.path, cursors)
        if failed:
            raise _all(failed)

    def again(self, places: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """Yield the ticket at each `name:line` that is there and is one, reading each file once."""
        ours = {path.name: path for path in self._paths()}
        wanted = sorted(place.rpartition(":")[::2] for place in places)
        for name, group in groupby(wanted, key=lambda one: one[0]):
            if name not in ours:
                continue
            numbers = {number for _, number in group}
            with open_lines(ours[name]) as lines:
                for number, row, _ in _rows(lines, ""):
                    if str(number) in numbers and not isinstance(row, str):
                        yield f"{name}:{number}", row
        for thread in mail.threads(self._mails(), self.path):
            if thread.letters[0].place in places:
                yield thread.letters[0].place, thread

    def _paths(self) -> list[Path]:
        if self.path.is_file():
            return [] if self.path.suffix in mail.SUFFIXES else [self.path]
        try:
            return sorted(path for path in self.path.iterdir() if path.name.endswith(SUFFIXES))
        except OSError as error:
            raise SourceError(
                self.path,
                f"it cannot be read ({error.strerror})",
                "Mend the path, or source.path in kb.toml",
            ) from None

    def _mails(self) -> list[Path]:
        if self.path.is_file():
            return [self.path] if self.path.suffix in mail.SUFFIXES else []
        return sorted(path for path in self.path.rglob("*") if path.suffix in mail.SUFFIXES)


def _all(failed: Sequence[SourceError]) -> SourceError:
    """Return one error that tells of all, each on a line of its own."""
    first, *others = failed
    told = "\n".join([f"{first.todo}.", *map(str, others)])
    return SourceError(first.where, first.what, told.removesuffix("."))


def _page(name: str, rows: Iterator[_Row], lines: Lines, before: int, total: int) -> Page | None:
    tickets: list[tuple[str, Mapping[str, Any]]] = []
    dead: list[tuple[str, str]] = []
    behind = ""
    for number, row, behind in rows:  # noqa: B007 (the last one is kept)
        if isinstance(row, str):
            dead.append((f"{name}:{number}", row))
        else:
            tickets.append((f"{name}:{number}", row))
        if len(tickets) + len(dead) == PAGE:
            break
    if not behind:
        return None
    return Page(
        tickets=tuple(tickets),
        part=name,
        cursor=behind,
        dead=tuple(dead),
        done=before + lines.done,
        total=total,
    )


def _rows(lines: Lines, cursor: str) -> Iterator[_Row]:
    if ".csv" in lines.path.suffixes:
        yield from csv_tickets(lines, cursor)
    else:
        yield from _json_rows(lines, cursor)


def _json_rows(lines: Lines, cursor: str) -> Iterator[_Row]:
    """Yield a row a line; behind a last line that is cut off the cursor does not move."""
    lines.go_to(cursor)
    for number, line, before in whole_lines(lines):
        if line is None:
            yield number, TOO_LONG, lines.cursor
        elif line.strip():
            row = _object(line)
            cut_off = row is None and not line.endswith(b"\n")
            yield number, NOT_JSON if row is None else row, before if cut_off else lines.cursor


def _object(line: bytes) -> Mapping[str, Any] | None:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
