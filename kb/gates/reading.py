"""Reads a file's bytes by what they are, as the passages that a scanner has to see."""

import gzip
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from html import unescape
from pathlib import PurePosixPath
from typing import Any

from kb.errors import GateError
from kb.gates import markup, pictures

LARGEST = 64_000_000
"""Bytes of one file, and of what it unpacks to; more is not read, and so does not go out."""
PIECE = 100_000
"""Characters of one passage; longer texts are cut between lines."""
_PAGES = frozenset({".html", ".htm", ".xhtml"})
_MARKUP = frozenset({".xml", ".rss", ".atom", ".svg"})
_JSON = frozenset({".json", ".webmanifest", ".geojson"})
_CODE = frozenset({".js", ".mjs", ".cjs", ".css", ".map", ".wasm", ".py", ".sh", ".lock"})
_RUN = re.compile(rb"[\t\n\r\x20-\x7e]{8,}")
_SECRET_TERM = re.compile(r"secret:[a-z]+(?:-[a-z]+)*")
_SHEET = re.compile(r"search/docworthy/p/[0-9a-f]+\.json(\.gz)?$")
"""One page as the site's own search has it: its lines, in order."""
_LINK = re.compile(r"(!?)\[([^\[\]\n]*)\]\(([^()\s]*[/.#:][^()\s]*)\)")
"""In Markdown, one that leads to what looks like an address."""
_PROSE = frozenset({".md", ".txt"})
_FORM = re.compile(r"(?<=^search/docworthy/p/)[0-9a-f]{1,8}\.json\.gz$|/index\.html$|\.md$")
"""What a file's name says of its form: a page is called as its Markdown is."""
_PLACEHOLDER = re.compile(r"<([a-z]+(?:[-:][a-z0-9]+)+)>")
"""What redaction puts in a word's place, such as `<customer-host-1>`: no tag, and a page shows it."""
_CUT = {1: " ", 2: ""}
"""What stood between a line of the search and the next one, where a long line was cut."""
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.S)


class Voice(StrEnum):
    """Who speaks in a passage.

    `ANYBODY`: perhaps a customer. `TEAM`: the team itself, whose own names are no secret.
    `PROGRAM`: a program's text, in which names and numbers mean something else.
    """

    ANYBODY = "anybody"
    TEAM = "team"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A piece of text that belongs together.

    Attributes:
        place: The file, for a message.
        text: What it says.
        voice: Who speaks.
    """

    place: str
    text: str
    voice: Voice = Voice.ANYBODY


def passages(name: str, data: bytes, depth: int = 2) -> Iterator[Passage]:
    """Yield what the file called `name` says; what lies inside it has its name for a place.

    Raises:
        GateError: It is too large, or broken in a way that hides what it holds.
    """
    if len(data) > LARGEST:
        raise GateError(name, "it is too large to be read", "Keep it out, or make it smaller")
    suffix = PurePosixPath(name).suffix.lower()
    if pictures.is_picture(data):
        yield from _cut(name, "\n".join(pictures.told_by(name, data)))
    elif data[:2] == b"\x1f\x8b":
        inner = inflated(name, data)
        yield from _inside(name, name.removesuffix(".gz"), inner, depth)
    elif data[:4] == b"PK\x03\x04":
        yield from _archive(name, data, depth)
    elif data[:5] == b"%PDF-":
        yield from _document(name, data)
    elif b"\0" in data[:8000] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        yield from _runs(name, data)
    else:
        yield from _written(name, suffix, _decoded(data))


def called(name: str) -> Passage:
    """Return what a file's name says: it may have been made from a title."""
    return Passage(place=name, text=_FORM.sub("", name))


def _inside(place: str, name: str, data: bytes, depth: int) -> Iterator[Passage]:
    if not depth:
        raise GateError(place, "it is packed too often to be read", "Keep it out")
    for found in passages(name, data, depth - 1):
        yield replace(found, place=place)


def _written(name: str, suffix: str, text: str) -> Iterator[Passage]:
    if suffix in _PAGES:
        found = markup.said(text)
        yield from _cut(name, found.main)
        for rest in found.rest:
            yield from _cut(name, rest)
    elif suffix in _MARKUP:
        yield from _cut(name, markup.plain(text))
    elif suffix in _JSON:
        yield from _rows(name, text)
    elif suffix in _CODE:
        yield from _cut(name, text, Voice.PROGRAM)
    else:
        yield from _cut(name, _plainly(text) if suffix in _PROSE else text)


def _plainly(markdown: str) -> str:
    """Return Markdown as its page says it: entities resolved, addresses on lines of their own."""
    apart = list[str]()

    def put(link: re.Match[str]) -> str:
        is_picture, words, address = link.groups()
        apart.extend((words, address) if is_picture else (address,))
        return "" if is_picture else words

    said = _LINK.sub(put, markdown)
    return unescape("\n".join((said, *apart)))


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _rows(name: str, text: str) -> Iterator[Passage]:
    """Yield the strings of a JSON file, those of one object together; broken JSON is text.

    A page of the search is one text: its lines are sentences that belong together.
    """
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        yield from _cut(name, text)
        return
    rows = ("\n".join(_strings(_bare(value))),) if _SHEET.search(name) else _objects(value)
    for row in rows:
        yield from _cut(name, row)


def _bare(sheet: Any) -> Any:
    """Return a page of the search as its page says it: without id and address where its path tells
    them, and each line that was cut in one piece again.
    """
    if not isinstance(sheet, dict) or not isinstance(path := sheet.get("p"), str):
        return sheet
    stem = _FORM.sub("", path)
    told = {"i": stem.rpartition("/")[2], "u": f"{stem}/"}
    rest = {key: value for key, value in sheet.items() if value != told.get(key)}
    lines = {"x": list(_uncut(sheet["x"]))} if isinstance(sheet.get("x"), list) else {}
    return {**rest, **lines, "p": stem}


def _uncut(rows: list[Any]) -> Iterator[Any]:
    said = ""
    for row in rows:
        match row:
            case [int(kind), int(section), str(text), 1 | 2 as cut] if max(kind, section) < 9999:
                said += text + _CUT[cut]
            case [int(kind), int(section), str(text)]:
                yield [kind, section, said + text]
                said = ""
            case _:
                yield from filter(None, (said, row))
                said = ""
    yield said


def _strings(value: Any) -> list[str]:
    """Return keys and values as they follow each other, but for the numbers that only count."""
    found = list[str]()
    _gather([value], found)
    return found


def _gather(values: Iterable[Any], found: list[str]) -> None:
    for one in values:
        kind = type(one)
        if kind is str:
            found += _read_both(one)
        elif kind is list:
            _gather(one, found)
        elif kind is dict:
            for key, inner in one.items():
                if len(key) > 1:
                    found.append(key)
                _gather((inner,), found)
        elif kind is float or one is None or one > 9999:
            found.append(str(one))


def _read_both(text: str) -> Iterator[str]:
    """Yield a text as it is shown and, where something in it may be markup, without that."""
    yield text
    if "<" in text and (plain := markup.plain(_PLACEHOLDER.sub(r"&lt;\1&gt;", text))) != text:
        yield plain


def _objects(value: Any) -> Iterator[str]:
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            yield markup.plain(one)
            continue
        pairs = list(one.items()) if isinstance(one, dict) else []
        leaves = [f"{k}: {v}" for k, v in pairs if not isinstance(v, dict | list | str)]
        leaves += [_named(str(key)) for key, v in pairs if isinstance(v, dict | list)]
        leaves += [f"{key}: {markup.plain(v)}" for key, v in pairs if isinstance(v, str)]
        deeper = one if isinstance(one, list) else [v for _, v in pairs]
        leaves += [str(v) for v in deeper if isinstance(one, list) and not _holds(v)]
        todo += [v for v in deeper if isinstance(v, dict | list)]
        todo += [v for v in deeper if isinstance(one, list) and isinstance(v, str)]
        if leaves:
            yield "\n".join(leaves)


def _named(key: str) -> str:
    """Return a key; a placeholder that the search made a term is written as a placeholder again."""
    return f"<{key}>" if _SECRET_TERM.fullmatch(key) else key


def _holds(value: Any) -> bool:
    return isinstance(value, dict | list | str)


def _cut(name: str, text: str, voice: Voice = Voice.ANYBODY) -> Iterator[Passage]:
    """Yield the text in pieces, each with the last lines of the one before."""
    at = 0
    while at < len(text):
        end = at + PIECE
        if end < len(text):
            end = text.rfind("\n", at + PIECE // 2, end) + 1 or end
        piece = text[at:end]
        if piece.strip():
            yield Passage(place=name, text=piece, voice=voice)
        at = end if end >= len(text) else max(at + 1, end - 500)


def _runs(name: str, data: bytes) -> Iterator[Passage]:
    """Yield the readable runs of a binary file."""
    text = "\n".join(run.decode("ascii") for run in _RUN.findall(data))
    yield from _cut(name, text, Voice.PROGRAM)


def inflated(name: str, data: bytes) -> bytes:
    """Return what a gzip file holds.

    Raises:
        GateError: It is broken.
    """
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
            return file.read(LARGEST + 1)
    except (OSError, EOFError, zlib.error):
        raise GateError(name, "it is no whole gzip file", "Make it anew") from None


def _archive(name: str, data: bytes, depth: int) -> Iterator[Passage]:
    left = LARGEST
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for member in archive.infolist():
                with archive.open(member) as file:
                    inside = file.read(left + 1)
                left -= len(inside)
                if left < 0:
                    raise GateError(name, "it unpacks to too much", "Keep it out")
                yield Passage(place=name, text=member.filename)
                yield from _inside(name, member.filename, inside, depth)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError):
        raise GateError(name, "the archive cannot be opened", "Keep it out") from None


def _document(name: str, data: bytes) -> Iterator[Passage]:
    """Yield the readable runs of a PDF and of its inflated streams (ISO 32000-1, 7.3.8)."""
    yield from _runs(name, _STREAM.sub(b"\n", data))
    left = LARGEST
    for packed in _STREAM.findall(data):
        try:
            plain = zlib.decompressobj().decompress(packed, left)
        except zlib.error:
            plain = packed[:left]
        left -= len(plain)
        if left <= 0:
            raise GateError(name, "it unpacks to too much", "Keep it out")
        yield from _runs(name, plain)
