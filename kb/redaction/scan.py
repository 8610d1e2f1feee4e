"""One reading of a view by every rule whose telling words occur in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import re2

from kb.redaction.checks import CHECKS, NOT_A_KEY, PUBLIC_EMAIL, VERSION_BEFORE
from kb.redaction.people import PROOFS, find_people
from kb.redaction.rules import Rule, compiled, rules
from kb.redaction.text import Entity, Finding
from kb.redaction.views import TAKEN, View

LABELS = "|".join(entity.value for entity in Entity if entity is not Entity.SECRET)
PLACEHOLDER = compiled(
    r"(?i)(?:\\?<|&(?:amp;){0,3}(?:lt|#0{0,4}60|#x0{0,4}3c);|\\{1,2}u003c|\\x3c|%(?:25){0,2}3c)"
    rf"(secret(?::|%(?:25){{0,2}}3a|&#58;|\\:)[a-z0-9-]{{1,40}}|(?:{LABELS})-\d{{1,6}})"
    r"(?:\\?>|&(?:amp;){0,3}(?:gt|#0{0,4}62|#x0{0,4}3e);|\\{1,2}u003e|\\x3e|%(?:25){0,2}3e)"
)
"""Our own placeholders, also as HTML, JSON, JavaScript, URLs and Markdown spell their brackets."""
VETOED = frozenset(("scrambled", "machine", "assigned", "prefixed", "token"))
"""Checks that go by a value's looks; what stands before it may say that it is a checksum."""
TRIMMED = frozenset(("spoken", "password", "assigned", "credential", "username"))
"""Checks of values that may stand at the end of a sentence."""
SURE = 0.85
"""From here on a finding needs no words around it."""
ALIVE = b"\x1f\x01"
"""A mark behind the text, by which the filter shows that it works at all."""
MARKS = {
    "#numbers": (b"\x1f\x02", compiled(r"\d[\d ().+/\t-]{5,}\d")),
    "#tokens": (b"\x1f\x03", compiled(r"[0-9A-Za-z_+/=.-]{20}")),
    "#dotted": (b"\x1f\x04", compiled(r"\d\.\d{1,3}\.\d")),
    "#colons": (
        b"\x1f\x05",
        compiled(r"[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-]|::|(?:[0-9A-Fa-f]{1,4}:){3}"),
    ),
    "#digits": (b"\x1f\x06", compiled(r"\d")),
    "#quad": (b"\x1f\x08", compiled(r"\d[-_.]\d{1,3}[-_.]\d{1,3}[-_.]\d")),
    "#key": (b"\x1f\x0e", compiled(r"[0-9A-Za-z_+/-]{20}")),
    "#uuid": (b"\x1f\x0f", compiled(r"-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-")),
    "#numbered-host": (b"\x1f\x10", compiled(r"\d\.[A-Za-z]")),
    "#iban": (b"\x1f\x11", compiled(r"[A-Za-z]{2}\d\d[ -]?[A-Za-z0-9]{4}")),
    "#query": (b"\x1f\x12", compiled(r"(?:[?&;]|%26)[A-Za-z0-9_.-]+=")),
    "#capsule": (b"\x1f\x13", compiled(r"\d{8}:|[01]/[0-9a-f]")),
    "#year": (b"\x1f\x07", compiled(r"\d{4}")),
}
"""Keywords for what no single word announces: a mark is put behind a text that has the shape."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filter:
    words: Any
    rules_of: tuple[tuple[int, ...], ...]
    always: frozenset[int]


@cache
def _filter() -> _Filter:
    """Return the search for all keywords at once, in one pass."""
    options = re2.Options()
    options.max_mem = 256 << 20
    options.encoding = re2.Options.Encoding.LATIN1
    options.never_nl = False
    words: dict[bytes, list[int]] = {ALIVE: []}
    for place, rule in enumerate(rules()):
        for word in rule.keywords:
            words.setdefault(_needle(word), []).append(place)
    found = re2.Set.SearchSet(options)
    for word in words:
        found.Add("".join(f"\\x{byte:02x}" for byte in word).encode())
    found.Compile()
    always = frozenset(n for n, rule in enumerate(rules()) if not rule.keywords)
    return _Filter(words=found, rules_of=tuple(map(tuple, words.values())), always=always)


def _needle(word: bytes) -> bytes:
    mark = MARKS.get(word.decode("latin-1"))
    return mark[0] if mark else word


def likely_rules(seen: bytes) -> list[Rule]:
    """Return the rules that may find something; all of them if the filter itself fails."""
    known = _filter()
    tail = ALIVE + b"".join(mark for mark, shape in MARKS.values() if shape.search(seen))
    hits = known.words.Match(seen.lower() + tail) or []
    if 0 not in hits:
        return list(rules())
    places = known.always.union(*(known.rules_of[hit] for hit in hits))
    return [rules()[place] for place in sorted(places)]


def masked(view: View) -> View:
    """Return the view with our own placeholders covered, so that no rule touches them."""
    seen = view.seen
    if not PLACEHOLDER.search(seen):
        return view
    covered = bytearray(seen)
    for match in PLACEHOLDER.finditer(seen):
        covered[match.start() : match.end()] = bytes([TAKEN]) * (match.end() - match.start())
    return View(seen=bytes(covered), starts=view.starts, ends=view.ends)


def scan(text: str, view: View) -> Iterator[Finding]:
    """Yield what the rules find in the view, offsets into the text."""
    chosen = likely_rules(view.seen)
    for rule in chosen:
        if rule.check not in PROOFS:
            yield from by_rule(rule, view)
    yield from find_people(text, view, [rule for rule in chosen if rule.check in PROOFS])


def scan_shapes(view: View) -> Iterator[Finding]:
    """Yield only what its own shape proves: provider formats, keys, e-mail addresses."""
    for rule in likely_rules(view.seen):
        if rule.confidence >= SURE and rule.entity in (Entity.SECRET, Entity.EMAIL):
            yield from by_rule(rule, view)


def by_rule(rule: Rule, view: View) -> Iterator[Finding]:
    """Yield what one rule finds; the character behind a find may begin the next one."""
    check, seen, at = CHECKS[rule.check], view.seen, 0
    while match := rule.pattern.search(seen, at):
        first, last = match.span(next((n for n in rule.groups if match.start(n) >= 0), 0))
        at = max(last, at + 1)
        value = seen[first:last]
        if TAKEN in value:
            first, value = _untaken(first, value)
        if rule.check in TRIMMED:
            value = value.rstrip(b".,;:!?)`*")
        if not value or not check(value) or _vetoed(rule, seen, first, value):
            continue
        start, end = view.span(first, first + len(value))
        yield Finding(
            entity=rule.entity,
            label=rule.label,
            start=start,
            end=end,
            recognizer=rule.id,
            confidence=rule.confidence,
        )


def _untaken(first: int, value: bytes) -> tuple[int, bytes]:
    """Return the longest part of a value that no placeholder covers."""
    best = max(value.split(bytes([TAKEN])), key=len)
    return first + value.index(best), best if len(best) >= 8 else b""


def _vetoed(rule: Rule, seen: bytes, first: int, value: bytes) -> bool:
    before = seen[max(0, first - 48) : first]
    if rule.check in VETOED:
        return bool(NOT_A_KEY.search(before))
    if rule.id == "email":
        return bool(PUBLIC_EMAIL.search(value))
    return rule.id == "ipv4" and bool(VERSION_BEFORE.search(before))
