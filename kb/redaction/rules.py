"""The recognizers that are data: read from the TOML files in `rules/`, compiled in RE2."""

import hashlib
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import re2

from kb.redaction.text import Entity

MACROS = {
    "{U}": r"[A-Z\xC0]",
    "{l}": r"[a-z\xE0\xD0]",
    "{L}": r"[A-Za-z\xC0\xD0\xE0]",
    "{Names}": r"{Name}(?:[ \t]+(?:{Name}|(?:[A-Z\xC0]\.?|v[ao]n(?: de[rn]?)?|d[aei]|del|dos|l[ae]|bin|al)\b)){0,3}",
    "{Name}": (
        r"(?:(?:Mc|Mac|O'|D'|De|Di|Van|Le|La|Fitz)?"
        r"[A-Z\xC0\xD0][a-z\xE0\xD0]+(?:['-][A-Z\xC0][a-z\xE0\xD0]+)*)"
    ),
    "{unit}": r"(?:[,\n ]{1,3}[ \t>?*]{0,5}(?:Apt|Suite|Ste|Unit|Flat|Floor|Fl|Room|Appartement|App|#)\.? ?#?[A-Za-z0-9-]{1,6})?",
    "{tail}": (
        r"(?:(?:[ ,]{0,3}\n{1,2}[ \t>?*]{0,5}[^\n\d:.;]{2,40}){0,3}[ ,]{0,3}\n{0,2}[ \t>?*]{0,5}"
        r"[^\n\d:.;]{0,30}(?:[A-Z]{1,2}-)?(?:\b\d{5}(?:-\d{4})?|\b(?:[03-9]\d{3}|1[0-8]\d\d|2[1-9]\d\d)"
        r"(?: ?[A-Z]{2}\b)?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d))?"
    ),
    "{end}": r"""(?:$|[^0-9A-Za-z_\-])""",
}
"""Shorthand that patterns may use: letters of any script, a name's shape, the end of a token; what
follows a street: the flat, then the lines down to the postcode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One recognizer.

    Attributes:
        id: Its name in findings and reports.
        entity: What it finds.
        label: The placeholder's stem.
        pattern: Compiled RE2 over bytes; its first group that takes part is the finding.
        groups: The numbers of its groups.
        keywords: Lower-case bytes of which one must occur before the pattern is tried; `~` before
            one means a shape, with 0 for digits and A or a for letters, `#` a mark of `sieve`.
        needs: More of them, of which one must occur as well.
        check: The name of a function in `checks` that has the last word, or "".
        confidence: 0 to 1.
        lines: Lines in which it must find something.
        clean: Lines in which it must find nothing.
        source: Where the shape is documented.
    """

    id: str
    entity: Entity
    label: str
    pattern: Any
    groups: range
    keywords: tuple[bytes, ...]
    needs: tuple[bytes, ...]
    check: str
    confidence: float
    lines: tuple[str, ...]
    clean: tuple[str, ...]
    source: str


def compiled(pattern: str) -> Any:
    """Return `pattern` for bytes in RE2, its macros written out; `^` and `$` mean a line's ends."""
    for name, meaning in MACROS.items():
        pattern = pattern.replace(name, meaning)
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors = False
    options.max_mem = 64 << 20
    return re2.compile(b"(?m)" + pattern.encode("ascii"), options)


def _joined(line: str | list[str]) -> str:
    """Return a test line; those of secrets lie in parts, so that nobody's scanner mistakes them."""
    return line if isinstance(line, str) else "".join(line)


def _rule(row: dict[str, Any]) -> Rule:
    entity = Entity(row.get("entity", "secret"))
    default = f"secret:{row['id']}" if entity is Entity.SECRET else entity.value
    pattern = compiled(row["pattern"])
    return Rule(
        id=row["id"],
        entity=entity,
        label=row.get("label", default),
        pattern=pattern,
        groups=range(1, pattern.groups + 1),
        keywords=tuple(word.encode("latin-1") for word in row.get("keywords", ())),
        needs=tuple(word.encode("latin-1") for word in row.get("needs", ())),
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
def rules() -> tuple[Rule, ...]:
    """Return every rule, in the order of the files."""
    return tuple(
        _rule(row)
        for name, content in rule_files()
        if name.endswith(".toml")
        for row in tomllib.loads(content.decode()).get("rule", ())
    )


def _version() -> str:
    digest = hashlib.sha256()
    for name, content in rule_files():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]


RULES_VERSION: str = _version()
"""Digest of all rules; a stored decision or a cached scan is good for this version only."""
