"""The recognizers that are data: read from the TOML files in `rules/`, compiled in RE2."""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from kb.redaction.patterns import Pattern, compiled
from kb.redaction.text import Entity


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One recognizer.

    Attributes:
        id: Its name in findings and reports.
        entity: What it finds.
        label: The placeholder's stem.
        pattern: Its first group that takes part is the finding.
        near: The cue around which it is tried, or "".
        keywords: Lower-case bytes around which it is tried; `~` before one means a shape, with 0
            for digits and A or a for letters. With neither it is tried on the whole text.
        whole: Tried on the whole text once a keyword stands anywhere.
        needs: More of them, of which one must occur somewhere as well.
        check: The name of a function in `checks` that has the last word, or "".
        confidence: 0 to 1.
        lines: Lines in which it must find something.
        clean: Lines in which it must find nothing.
        source: Where the shape is documented.
    """

    id: str
    entity: Entity
    label: str
    pattern: Pattern
    near: str
    keywords: tuple[bytes, ...]
    whole: bool
    needs: tuple[bytes, ...]
    check: str
    confidence: float
    lines: tuple[str, ...]
    clean: tuple[str, ...]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """A sign by which a text shows where some rules may find something.

    Attributes:
        id: What a rule's `near` says.
        pattern: RE2; what every find of those rules has in it, and little else has.
        before: How many bytes before a sign's beginning a rule may need to see.
        after: How many behind its end.
        lines: The surroundings reach to the ends of their lines, however long.
        tells: The name of a test in `sieve` that a sign must pass as well, or "".
        keywords: Lower-case bytes of which one must stand in a text that is searched for the sign.
        needs: More of them, of which one must occur as well; `~` before one means a shape.
    """

    id: str
    pattern: str
    before: int
    after: int
    lines: bool
    tells: str
    keywords: tuple[bytes, ...]
    needs: tuple[bytes, ...]


def _joined(line: str | list[str]) -> str:
    """Return a test line; those of secrets lie in parts, so that nobody's scanner mistakes them."""
    return line if isinstance(line, str) else "".join(line)


def _bytes(row: dict[str, Any], name: str) -> tuple[bytes, ...]:
    return tuple(word.encode("latin-1") for word in row.get(name, ()))


def _rule(row: dict[str, Any]) -> Rule:
    entity = Entity(row.get("entity", "secret"))
    default = f"secret:{row['id']}" if entity is Entity.SECRET else entity.value
    return Rule(
        id=row["id"],
        entity=entity,
        label=row.get("label", default),
        pattern=compiled(row["pattern"]),
        near=row.get("near", ""),
        whole=row.get("whole", False),
        keywords=_bytes(row, "keywords"),
        needs=_bytes(row, "needs"),
        check=row.get("check", ""),
        confidence=row.get("confidence", 0.9),
        lines=tuple(map(_joined, row.get("lines", ()))),
        clean=tuple(row.get("clean", ())),
        source=row["source"],
    )


def rule_files() -> Iterator[tuple[str, bytes]]:
    """Yield the name and bytes of every data file that the findings depend on, in order."""
    folder = files("kb.redaction") / "rules"
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith((".toml", ".txt")):
            yield file.name, file.read_bytes()


@cache
def _tables() -> tuple[dict[str, list[dict[str, Any]]], ...]:
    """Return what the TOML files hold, read once."""
    return tuple(
        tomllib.loads(content.decode()) for name, content in rule_files() if name.endswith(".toml")
    )


def _rows(kind: str) -> Iterator[dict[str, Any]]:
    for table in _tables():
        yield from table.get(kind, ())


@cache
def rules() -> tuple[Rule, ...]:
    """Return every rule, in the order of the files."""
    return tuple(map(_rule, _rows("rule")))


@cache
def cues() -> tuple[Cue, ...]:
    """Return every cue."""
    return tuple(
        Cue(
            id=row["id"],
            pattern=row["pattern"],
            before=row["before"],
            after=row["after"],
            lines=row.get("lines", False),
            tells=row.get("tells", ""),
            keywords=_bytes(row, "keywords"),
            needs=_bytes(row, "needs"),
        )
        for row in _rows("cue")
    )


def _version() -> str:
    digest = hashlib.sha256()
    for name, content in rule_files():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]


RULES_VERSION: str = _version()
"""Digest of all rules; a stored decision or a cached scan is good for this version only."""
