"""Says what the objects of a push hold, and what of it must not be pushed."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kb.errors import GateError
from kb.gates.git import Thing
from kb.gates.reading import Passage, Voice, passages
from kb.gates.scanner import Scanner
from kb.gates.verdict import Clean, Judge, judged, refusals

_TRAILER = re.compile(r"(?m)^[A-Z][A-Za-z]*(?:-[A-Za-z]+)*-by: .*$")
_HANDS = re.compile(r"(?m)^( *(?:- )?by: ).*$")
_BATCH = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Where things lie in the repository, as paths from its top.

    Attributes:
        docs: The docs folder.
        exports: The folder of raw tickets, which never belongs into git; `""` if there is none.
    """

    docs: str
    exports: str

    def is_article(self, path: str) -> bool:
        """Say whether customers' words may stand in the file."""
        return path.startswith(
            tuple(f"{self.docs}/{name}/" for name in ("articles", "drafts", ".evidence"))
        )

    def is_export(self, path: str) -> bool:
        """Say whether the file lies among the raw tickets."""
        inside = bool(self.exports) and path.startswith(f"{self.exports}/")
        return inside and not path.endswith("/.gitignore")


def refused(things: Iterable[Thing], layout: Layout, judge: Judge) -> list[GateError]:
    """Return an error for everything in the objects that must not be pushed.

    Raises:
        RedactionError: The scanner failed: nothing may be pushed.
    """
    clean, errors, batch = Clean(version=judge.version), list[GateError](), list[Thing]()
    with Scanner(judge.book) as scanner:
        for thing in things:
            batch.append(thing)
            if len(batch) >= _BATCH:
                errors += _batch(batch, layout, judge, clean, scanner)
                batch = []
        errors += _batch(batch, layout, judge, clean, scanner)
    return errors


def _batch(
    things: list[Thing], layout: Layout, judge: Judge, clean: Clean, scanner: Scanner
) -> list[GateError]:
    found, errors = list[Passage](), list[GateError]()
    for thing in things:
        try:
            found += _passages(thing, layout)
        except GateError as error:
            errors.append(error)
    return errors + refusals(judged(found, judge, clean, scanner), _todo)


def _passages(thing: Thing, layout: Layout) -> Iterator[Passage]:
    """Yield what an object says.

    Raises:
        GateError: It cannot be read, or is an export of raw tickets.
    """
    where = f"{thing.kind} {thing.id[:12]}" + (f" ({_plain(thing.path)})" if thing.path else "")
    if thing.kind == "ref":
        yield Passage(place=f"ref {_mark(thing.data)}", text=_words(thing.data))
    elif thing.kind == "tree":
        entries = b"\n".join(_entries(thing))
        yield Passage(place=where, text=_words(entries), voice=Voice.TEAM)
    elif thing.kind in ("commit", "tag"):
        message = thing.data.partition(b"\n\n")[2].decode("utf-8", "replace")
        head = thing.data.partition(b"\n\n")[0].decode("utf-8", "replace")
        names = re.findall(r"(?m)^tag (.*)$", head)
        yield Passage(place=where, text=_TRAILER.sub("", "\n".join([*names, message])))
    else:
        yield from _blob(thing, layout, where)


def _entries(thing: Thing) -> list[bytes]:
    """Return a tree's bytes without its binary ids (gitformat: `mode name\\0id`)."""
    width, kept, at = len(thing.id) // 2, list[bytes](), 0
    while (end := thing.data.find(b"\0", at)) >= 0:
        kept.append(thing.data[at:end].partition(b" ")[2])
        at = end + 1 + width
    return kept


def _blob(thing: Thing, layout: Layout, where: str) -> Iterator[Passage]:
    if layout.is_export(thing.path):
        raise GateError(
            where, "it is an export of raw tickets", f"Keep {layout.exports}/ out of git"
        )
    is_article = layout.is_article(thing.path)
    data = _without_hands(thing) if is_article else thing.data
    for passage in passages(thing.path or "unnamed.txt", data):
        voice = passage.voice
        if not is_article and thing.path and voice is Voice.ANYBODY:
            voice = Voice.TEAM
        yield replace(passage, place=where, voice=voice)


def _without_hands(thing: Thing) -> bytes:
    """Return an article or its evidence without the people of the team who worked on it."""
    text = thing.data.decode("utf-8", "replace")
    if thing.path.endswith(".md"):
        front, mark, body = text.partition("\n---\n")
        return (_HANDS.sub(r"\1somebody", front) + mark + body).encode()
    try:
        rows = json.loads(text)
        return json.dumps([{**row, "person": ""} for row in rows]).encode()
    except (ValueError, TypeError):
        return thing.data


def _words(names: bytes) -> str:
    return names.decode("utf-8", "replace")


def _plain(path: str) -> str:
    """Return a path that a message may show: its folder and ending, the name only as its hash."""
    folder, _, name = path.rpartition("/")
    return f"{folder}/{name}" if len(path) < 200 else f"{folder[:100]}…{_mark(name.encode())}"


def _mark(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:8]


def _todo(place: str) -> str:
    return "Take it out of history before you push; if it is a secret, have it rotated first"
