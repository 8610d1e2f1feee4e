"""Reads a CSV export: one message a row, the rows of one ticket together."""

import csv
from collections.abc import Iterator, Mapping
from typing import Any

from kb.errors import SourceError
from kb.tickets.lines import Lines

_TICKET = (
    "id", "subject", "status", "created_at", "updated_at", "solved_at", "tags", "plan", "severity",
    "channel", "satisfaction", "url",
)  # fmt: skip
_REQUESTER = ("requester_name", "requester_email", "requester_organization")
_MESSAGE = (
    "message_id", "author_role", "author_name", "author_email", "public", "body",
    "message_created_at", "accepted",
)  # fmt: skip
NEEDED = ("id", "subject", "status", "created_at", "author_role", "body", "public")
_END = ":end"
_YES = {"true", "yes", "1"}


def tickets(lines: Lines, cursor: str) -> Iterator[tuple[int, Mapping[str, Any], str]]:
    """Yield `(line, ticket as read_row takes it, cursor behind it)`.

    A CSV that grew is read from its start: its last ticket may have grown, too.

    Raises:
        SourceError: A column is missing, or a record is none.
    """
    header, rows = _opened(lines)
    known, ended = lines.go_to(cursor.removesuffix(_END)), cursor.endswith(_END)
    if known and ended and lines.next() == b"":
        return
    if not known or ended:
        lines.rewind()
        header, rows = _opened(lines)
    group: list[dict[str, str]] = []
    first = 0
    for number, cells, before in rows:
        row = dict(zip(header, cells, strict=False))
        if group and row.get("id") != group[0].get("id"):
            yield first, _ticket(group), before
            group = []
        first = first if group else number
        group.append(row)
    if group:
        yield first, _ticket(group), lines.cursor + _END


def _opened(lines: Lines) -> tuple[list[str], Iterator[tuple[int, list[str], str]]]:
    rows = _records(lines)
    header = next(rows, (0, list[str](), ""))[1]
    if not header:
        return header, rows  # an export without a ticket
    if missing := [name for name in NEEDED if name not in header]:
        raise SourceError(lines.path, f"column {missing[0]} is missing", "See the docs on sources")
    return header, rows


def _records(lines: Lines) -> Iterator[tuple[int, list[str], str]]:
    """Yield `(its first line, cells, cursor before it)` of each record."""
    reader = csv.reader(_texts(lines), strict=True)
    while True:
        before, number = lines.cursor, lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except (csv.Error, UnicodeDecodeError):
            raise SourceError(
                f"{lines.path}:{number}", "the record is no CSV in UTF-8", "Export it again"
            ) from None
        if any(cells):
            yield number, cells, before


def _texts(lines: Lines) -> Iterator[str]:
    encoding = "utf-8-sig"
    while line := lines.next() or b"":
        yield line.decode(encoding)
        encoding = "utf-8"


def _ticket(rows: list[dict[str, str]]) -> dict[str, Any]:
    first = rows[0]
    ticket: dict[str, Any] = {name: first.get(name, "") for name in _TICKET}
    ticket["tags"] = first.get("tags", "").replace(",", " ").split()
    ticket["severity"] = int(first["severity"]) if first.get("severity", "").isdigit() else None
    ticket["requester"] = {
        name.removeprefix("requester_"): first.get(name, "") for name in _REQUESTER
    }
    ticket["comments"] = [_message(row, number) for number, row in enumerate(rows)]
    ticket["updated_at"] = first.get("updated_at") or ticket["comments"][-1]["created_at"]
    known = {*_TICKET, *_REQUESTER, *_MESSAGE}
    ticket["fields"] = {name: value for name, value in first.items() if name not in known}
    return ticket


def _message(row: Mapping[str, str], number: int) -> dict[str, Any]:
    return {
        "id": row.get("message_id") or str(number),
        "author": {
            "role": row.get("author_role", ""),
            "name": row.get("author_name", ""),
            "email": row.get("author_email", ""),
        },
        "public": row.get("public", "").strip().lower() in _YES,
        "body": row.get("body", ""),
        "created_at": row.get("message_created_at") or row.get("created_at", ""),
        "accepted": row.get("accepted", "").strip().lower() in _YES,
    }
