"""`kb redact`: the law of the house at work, line by line, for people and for other programs."""

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import click

from kb.cli import out
from kb.cli.workspace import open_workspace
from kb.config import find_root
from kb.errors import KbError, RedactionError
from kb.redaction import Redaction, Redactor, known_from


@click.command()
@click.argument("file", type=click.File("rb"), default="-")
@click.pass_context
def redact(context: click.Context, file: BinaryIO) -> None:
    """Read JSONL {"id","text","known"} or plain text; write JSONL with what was found.

    Offsets are characters of the input. "known" holds the ticket's structured fields. A line that
    cannot be read is told with its number and left out; the command then ends with 1.
    """
    redactor = _redactor()
    bad = 0
    for number, row in _rows(file):
        try:
            read = _read(row)
        except (ValueError, TypeError, RecursionError) as error:
            bad += 1
            out.say(f"line {number}: {_why(error)}. Mend it; the others are done.")
            continue
        sys.stdout.buffer.write(_line(read, number, redactor))
        sys.stdout.buffer.flush()
    context.exit(1 if bad else 0)


def _redactor() -> Redactor:
    """Return the workspace's redactor, or one without words of its own where there is no workspace."""
    try:
        find_root(Path.cwd())
    except KbError:
        return Redactor()
    return open_workspace().redactor


def _rows(file: BinaryIO) -> Iterator[tuple[int, bytes | Mapping[str, Any]]]:
    """Yield numbered lines, or the whole as one text if its first line is no JSON object."""
    lines = enumerate(file, 1)
    blank, first = [], (0, b"")
    for first in lines:
        if first[1].strip(b" \t\r\n\xef\xbb\xbf"):
            break
        blank.append(first[1])
    if not _is_object(first[1]):
        whole = b"".join((*blank, first[1], *(line for _, line in lines)))
        yield 1, {"text": whole.decode("utf-8", "replace")}
        return
    yield from ((number, line) for number, line in chain([first], lines) if line.strip())


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line.decode("utf-8-sig")), dict)
    except ValueError:
        return line.lstrip(b" \t\xef\xbb\xbf").startswith(b'{"')


def _read(row: bytes | Mapping[str, Any]) -> Mapping[str, Any]:
    found = json.loads(row.decode("utf-8-sig")) if isinstance(row, bytes) else row
    if not isinstance(found, dict) or not isinstance(found.get("text"), str):
        raise TypeError("text")
    if not isinstance(found.get("known") or {}, dict):
        raise TypeError("known")
    return found


def _line(row: Mapping[str, Any], number: int, redactor: Redactor) -> bytes:
    """Return the line for one text; a scanner that fails ends everything, without its words."""
    try:
        redaction = redactor.redact(row["text"], known_from(row.get("known") or {}))
    except Exception as error:
        raise RedactionError(
            f"line {number}", f"the scanner failed ({type(error).__name__})", "Report it"
        ) from None
    body = {"id": row.get("id", str(number)), "text": redaction.text}
    body["findings"] = list(_findings(redaction))
    try:
        return json.dumps(body, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(body).encode() + b"\n"


def _findings(redaction: Redaction) -> Iterable[Mapping[str, object]]:
    for one in redaction.findings:
        yield {
            "entity": str(one.entity),
            "start": one.start,
            "end": one.end,
            "recognizer": one.recognizer,
            "confidence": one.confidence,
        }


def _why(error: Exception) -> str:
    """Say what is wrong with a line without a word of it."""
    if isinstance(error, TypeError) and str(error) in ("text", "known"):
        kind = "a string" if str(error) == "text" else "an object"
        return f'its "{error}" is not {kind}'
    return "it is not a JSON object in UTF-8"
