"""RE2 over the bytes of a view: shorthand for patterns, and searches that cost no more than they must."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import re2

from kb.redaction.views import GAP

Spans = list[tuple[int, int]]
"""Where a match stands and where each of its groups does; (-1, -1) for a group that took no part."""
MACROS = {
    "{U}": r"[A-Z\xC0]",
    "{l}": r"[a-z\xE0\xD0]",
    "{L}": r"[A-Za-z\xC0\xD0\xE0]",
    "{Names}": r"{Name}(?:[ \t]+(?:{Name}|[A-Z\xC0]\.|(?:[A-Z\xC0]|v[ao]n(?: de[rn]?)?|de(?: l(?:a|as|os|e)|[rn])?|d[ai]|del|d[oa]s|do|l[ae]|bin|ibn|al|el|ter|ten)\b)){0,4}",
    "{Name}": (
        r"(?:(?:Mc|Mac|O'|D'|De|Di|Van|Le|La|Fitz)?"
        r"[A-Z\xC0\xD0][a-z\xE0\xD0]+(?:['-][A-Z\xC0][a-z\xE0\xD0]+)*)"
    ),
    "{unit}": r"(?:[,\n ]{1,3}[ \t>?*]{0,5}(?:Apt|Suite|Ste|Unit|Flat|Floor|Fl|Room|Appartement|App|#)\.? ?#?[A-Za-z0-9-]{1,6})?",
    "{tail}": (
        r"(?:[ ,]{0,3}\n?[ \t>?*]{0,5}(?:(?:[A-Z]{1,2}-)?(?:\d{4,5}(?:-\d{3})?(?: ?[A-Z]{2})?|\d{3} \d\d|\d\d-\d{3})[ \t]+)"
        r"{town}"
        r"|(?:(?:[ ,]{0,3}\n{1,2}[ \t>?*]{0,5}[^\n\d:.;]{2,40}){0,3}[ ,]{0,3}\n{0,2}[ \t>?*]{0,5}"
        r"[^\n\d:.;]{0,30}(?:[A-Z]{1,2}-)?(?:\b\d{5}(?:-\d{3,4})?|\b(?:[03-9]\d{3}|1[0-8]\d\d|2[1-9]\d\d)"
        r"(?: ?[A-Z]{2}\b)?|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d))?)"
    ),
    "{town}": r"[A-Z\xC0][A-Za-z\xC0\xE0'-]+(?: (?:am|an|im|der|de|la|le|sur|do|di|del|ob) [A-Za-z\xC0\xE0'-]+| [A-Z\xC0][A-Za-z\xC0\xE0'-]+(?:[\n,.;]|$))?",
    "{first}": r"(?:\A|\n\x1a\n)",
    "{last}": r"(?:\z|\n\x1a\n)",
    "{end}": r"""(?:$|[^0-9A-Za-z_\-])""",
}
"""Shorthand that patterns may use: letters of any script, a name's shape, the end of a token; what
follows a street: the flat, then the lines down to the postcode; where a text begins and ends, also
one that is read together with others (`views.GAP`)."""
NOWHERE = (-1, -1)
ANYWHERE, HERE = re2._re2.RE2.Anchor.UNANCHORED, re2._re2.RE2.Anchor.ANCHOR_START


class Pattern:
    """An automaton over bytes.

    It calls the binding below `re2`'s Python wrapper, whose generator and match object take three
    times as long as a search of a line; `tests/redaction/test_engine.py` holds the two together.

    Attributes:
        source: What it was made from.
        options: RE2's options for it.
    """

    __slots__ = ("_match", "options", "source")

    def __init__(self, source: bytes, options: Any) -> None:
        made = re2._re2.RE2(source, options)
        if not made.ok():
            raise ValueError(made.error())
        self._match, self.source, self.options = made.Match, source, options

    def search(self, seen: bytes, at: int = 0, end: int | None = None) -> Spans | None:
        """Return the first match between `at` and `end`; the bytes around them are its context."""
        size = len(seen)
        if end is None or end > size:
            end = size
        if at > end:
            return None
        found: Spans = self._match(ANYWHERE, seen, at, end)
        return None if found[0] == NOWHERE else found

    def within(self, seen: bytes, at: int = 0, end: int | None = None) -> Spans | None:
        """Return the first match between `at` and `end` that reaches over no gap.

        A gap at its own beginning or end is that of a text, which `{first}` and `{last}` mean.
        """
        while found := self.search(seen, at, end):
            gap = seen.find(GAP, found[0][0] + 1, found[0][1] - 1)
            if gap < 0:
                return found
            if nearer := self.search(seen, at, gap):
                return nearer
            at = gap + len(GAP)
        return None

    def match(self, seen: bytes, at: int = 0, end: int | None = None) -> Spans | None:
        """Return the match that begins at `at`; it is quicker where it need not look far."""
        size = len(seen)
        if end is None or end > size:
            end = size
        if at > end:
            return None
        found: Spans = self._match(HERE, seen, at, end)
        return None if found[0] == NOWHERE else found

    def each(self, seen: bytes, at: int = 0, end: int | None = None) -> Iterator[Spans]:
        """Yield every match between `at` and `end`, none over another or over a gap."""
        while found := self.within(seen, at, end):
            yield found
            at = max(found[0][1], at + 1)

    def spans(self, seen: bytes) -> Spans:
        """Return where every match stands, none over another."""
        found: Spans = []
        match, at, size = self._match, 0, len(seen)
        while at <= size:
            span = match(ANYWHERE, seen, at, size)[0]
            if span == NOWHERE:
                break
            found.append(span)
            at = max(span[1], at + 1)
        return found


@dataclass(frozen=True, slots=True)
class Runs:
    """Finds what `Pattern` does for a class of bytes that must stand `least` times in a row or more.

    Attributes:
        kinds: For every byte an `a` where it is of the class, else a blank.
        least: As many times `a`.
    """

    kinds: bytes
    least: bytes

    def spans(self, seen: bytes) -> Spans:
        """Return where every run stands."""
        found: Spans = []
        kinds = seen.translate(self.kinds)
        first = kinds.find(self.least)
        while first >= 0:
            last = kinds.find(b" ", first + len(self.least))
            last = len(kinds) if last < 0 else last
            found.append((first, last))
            first = kinds.find(self.least, last)
        return found


def runs_of(pattern: str) -> Runs | None:
    """Return the search for a pattern that is one class of bytes and its least count, else None."""
    if not SIMPLE.search(pattern.encode()):
        return None
    one, _, least = pattern.rpartition("{")
    whole = compiled(one, groups=False)
    kinds = bytes(97 if whole.search(bytes([byte])) else 32 for byte in range(256))
    return Runs(kinds, b"a" * int(least.rstrip(",}")))


def compiled(
    pattern: str, *, longest: bool = False, unicode: bool = False, groups: bool = True
) -> Pattern:
    """Return `pattern` for bytes, its macros written out; `^` and `$` mean a line's ends.

    With `unicode` it is for UTF-8 and not for a view's bytes. Without `groups` it tells where the
    whole match stands and nothing of its groups, which is quicker.
    """
    for name, meaning in MACROS.items():
        pattern = pattern.replace(name, meaning)
    options = re2.Options()
    encodings = re2.Options.Encoding
    options.encoding = encodings.UTF8 if unicode else encodings.LATIN1
    options.log_errors = False
    options.longest_match = longest
    options.max_mem = 64 << 20
    options.never_capture = not groups
    return Pattern(b"(?m)" + pattern.encode(), options)


SIMPLE = compiled(r"\A\[[^\[\]^]+\]\{\d+,\}\z")
"""One class of bytes, and how often at least."""
