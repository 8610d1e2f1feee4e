"""Names of people that their neighbours tell: rows of given names, the lines above an address."""

from collections.abc import Iterable, Iterator

from kb.redaction.lists import common, given, not_people
from kb.redaction.patterns import compiled
from kb.redaction.text import Entity, Finding
from kb.redaction.views import GAP, View

SMALL_ROW = compiled(
    r"\b[a-z]{3,}(?:, [a-z]{3,})(?:, [a-z]{3,})+(?:,? (?:and|und|et|y|e) [a-z]{3,})?\b"
)
SMALL_WORD = compiled(r"[a-z]{3,}")
LEAST, SHARE = 3, 0.6
"""So many of a row's words, and such a share of them, must be given names."""
ALONE = compiled(r"^[ \t>?*|]*({Name}(?: [A-Z]\.?)?(?: {Name}){1,2})[ \t\r]*$")
"""Two or three words with capitals that have a line for themselves."""
REACH, LINES = 160, 3
"""How far above an address, in bytes and in lines that are not empty, its name may stand."""
LIKELY, GUESSED = 0.65, 0.6


def in_small_rows(view: View) -> Iterator[Finding]:
    """Yield given names in small letters that stand in a row: `anna, piet and oskar`."""
    for row in SMALL_ROW.each(view.seen) if view.seen.count(b", ") > 1 else ():
        spans = [found[0] for found in SMALL_WORD.each(view.seen, *row[0])]
        named = [span for span in spans if _nothing_else(view.seen[slice(*span)])]
        if len(named) >= LEAST and len(named) >= SHARE * len(spans):
            yield from (_person("name-in-row", view, *span, GUESSED) for span in named)


def _nothing_else(word: bytes) -> bool:
    plain = word.decode("ascii")
    return plain in given() and plain not in common() and plain not in not_people()


def above_addresses(view: View, found: Iterable[Finding]) -> Iterator[Finding]:
    """Yield names on the lines above addresses that were found, as letters and signatures have them."""
    if view.starts is not None:
        return
    for one in found:
        if one.entity is Entity.ADDRESS:
            yield from _above(view, one.start)


def _above(view: View, start: int) -> Iterator[Finding]:
    _, border, head = view.seen[max(0, start - REACH) : start].rpartition(GAP)
    at, lines = start - len(head), 0
    for line in reversed(head.split(b"\n")[1 if at and not border else 0 : -1]):
        start = view.seen.rfind(line, at, start)
        lines += bool(line.strip())
        alone = ALONE.match(line) if lines <= LINES else None
        if alone and not any(map(_ordinary, line[slice(*alone[1])].split())):
            yield _person("name-above", view, start + alone[1][0], start + alone[1][1], LIKELY)


def _ordinary(word: bytes) -> bool:
    plain = word.decode("latin-1").strip(".'").lower()
    return len(plain) > 1 and (plain in common() or plain in not_people()) and plain not in given()


def _person(rule: str, view: View, first: int, last: int, confidence: float) -> Finding:
    start, end = view.span(first, last)
    return Finding(
        entity=Entity.PERSON,
        label=Entity.PERSON.value,
        start=start,
        end=end,
        recognizer=rule,
        confidence=confidence,
    )
