"""Tells by words and shapes which rules may find something in a text, so that few are tried."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import re2

from kb.redaction.hosts import DIGITS
from kb.redaction.rules import Rule, compiled, rules

ALIVE = b"\x1f\x01"
"""A mark behind the text, by which the sieve shows that it works at all."""
SHAPES = bytes(
    48 if chr(n).isdigit() and n < 128 else 65 if 65 <= n <= 90 else 97 if 97 <= n <= 122 else n
    for n in range(256)
)
"""Every digit as 0, every letter as A or a; a keyword such as `~000-00-0000` is sought in that."""
AROUND_KEY = 200
"""How far the words reach that a key's rule may ask for."""
KEY_LETTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_+/=.~-"
APART = bytes(n if n in KEY_LETTERS else 32 for n in range(256))


def _a_key(words: list[bytes]) -> bool:
    """Return whether a word is long and odd enough to be a key."""
    return any(map(_keylike, words))


def _keylike(word: bytes) -> bool:
    """Return whether one word may be a key by itself: all checks of such rules ask for a digit."""
    return len(word) >= 20 and word.translate(None, DIGITS) != word and not word.isdigit()


def _half_a_key(words: list[bytes]) -> bool:
    """Return whether a word is as long and odd as a key beside a telling word may be."""
    return any(len(word) >= 20 or (not word.isalpha() and not word.isdigit()) for word in words)


def _long_words(seen: bytes) -> list[bytes]:
    """Return the words of twelve letters or more, of which a key's form may be told."""
    return [word for word in seen.translate(APART).split() if len(word) >= 12]


def _shape(pattern: str, *without: str) -> Callable[[bytes, bytes], bool]:
    """Return the test for a pattern, not tried where a text's shape holds none of these parts."""
    search = compiled(pattern).search
    parts = tuple(part.encode() for part in without)

    def looks(seen: bytes, shape: bytes) -> bool:
        return any(part in shape for part in parts) and search(seen) is not None

    return looks


MARKS: dict[str, tuple[bytes, Callable[[bytes, bytes], bool]]] = {
    "#dotted": (b"\x1f\x03", _shape(r"\d\.\d{1,3}\.\d", "0.0")),
    "#colons": (
        b"\x1f\x04",
        _shape(
            r"[0-9A-Fa-f]{2}[:-][0-9A-Fa-f]{2}[:-]|::|(?:[0-9A-Fa-f]{1,4}:){3}",
            "::",
            *(a + sign + b for sign in ":-" for a in "0aA" for b in "0aA"),
        ),
    ),
    "#quad": (b"\x1f\x05", _shape(r"\d[-_.]\d{1,3}[-_.]\d{1,3}[-_.]\d", "0.0", "0-0", "0_0")),
    "#uuid": (b"\x1f\x06", _shape(r"-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-", "-")),
    "#iban": (
        b"\x1f\x07",
        _shape(r"[A-Za-z]{2}\d\d[ -]?[A-Za-z0-9]{4}", "aa00", "AA00", "Aa00", "aA00"),
    ),
    "#query": (b"\x1f\x08", _shape(r"(?:[?&;]|%26)[A-Za-z0-9_.-]+=", "=")),
    "#capsule": (b"\x1f\x0e", _shape(r"\d{8}:|[01]/[0-9a-f]", "00000000:", "0/0", "0/a")),
}
"""Keywords for what no word and no shape announces: a mark is put behind a text that has it."""
WORD_MARKS: dict[str, tuple[bytes, Callable[[list[bytes]], bool]]] = {
    "#key": (b"\x1f\x02", _a_key),
    "#key12": (b"\x1f\x10", _half_a_key),
}
"""The same for what a single long word tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sieve:
    """Two searches for all keywords at once, each in one pass.

    Attributes:
        words: The search in the text in small letters.
        shapes: The search in its shape.
        after_words: For each word, the rules that want one of their keywords, and of their needs.
        after_shapes: The same for each shape.
        free: Rules without keywords, and rules without needs.
    """

    words: Any
    shapes: Any
    after_words: tuple[tuple[frozenset[int], frozenset[int]], ...]
    after_shapes: tuple[tuple[frozenset[int], frozenset[int]], ...]
    free: tuple[frozenset[int], frozenset[int]]


@cache
def _sieve() -> _Sieve:
    wants: dict[bytes, tuple[set[int], set[int]]] = {ALIVE: (set(), set())}
    for place, rule in enumerate(rules()):
        for kind, keywords in enumerate((rule.keywords, rule.needs)):
            for word in keywords:
                wants.setdefault(word, (set(), set()))[kind].add(place)
    words = [word for word in wants if not word.startswith(b"~")]
    shapes = [word for word in wants if word.startswith(b"~")]
    return _Sieve(
        words=_search(words),
        shapes=_search(shapes),
        after_words=tuple((frozenset(wants[w][0]), frozenset(wants[w][1])) for w in words),
        after_shapes=tuple((frozenset(wants[w][0]), frozenset(wants[w][1])) for w in shapes),
        free=(
            frozenset(n for n, rule in enumerate(rules()) if not rule.keywords),
            frozenset(n for n, rule in enumerate(rules()) if not rule.needs),
        ),
    )


def _search(words: list[bytes]) -> Any:
    options = re2.Options()
    options.max_mem = 64 << 20
    options.encoding = re2.Options.Encoding.LATIN1
    options.never_nl = False
    found = re2.Set.SearchSet(options)
    for word in words:
        found.Add("".join(f"\\x{byte:02x}" for byte in _needle(word)).encode())
    found.Compile()
    return found


def _needle(word: bytes) -> bytes:
    name = word.decode("latin-1")
    mark = MARKS.get(name) or WORD_MARKS.get(name)
    return mark[0] if mark else word.removeprefix(b"~")


def _marks(seen: bytes, shape: bytes) -> bytes:
    words = _long_words(seen)
    marks = [mark for mark, looks in MARKS.values() if looks(seen, shape)]
    return b"".join(marks + [mark for mark, tells in WORD_MARKS.values() if tells(words)])


def likely_rules(seen: bytes) -> list[Rule]:
    """Return the rules that may find something; all of them if the sieve itself fails."""
    sieve, every = _sieve(), rules()
    shape = b"\n" + seen.translate(SHAPES)
    hits = sieve.words.Match(b"\n" + seen.lower() + ALIVE + _marks(seen, shape)) or []
    if 0 not in hits:
        return list(every)
    formed = sieve.shapes.Match(shape) or []
    found = [sieve.after_words[hit] for hit in hits] + [sieve.after_shapes[hit] for hit in formed]
    wanted = sieve.free[0].union(*(one[0] for one in found))
    needed = sieve.free[1].union(*(one[1] for one in found))
    return [every[place] for place in sorted(wanted & needed)]


def near_keys(seen: bytes) -> list[tuple[int, int]]:
    """Return the surroundings of every word that may be a key, in order and apart."""
    windows: list[tuple[int, int]] = []
    apart, at = seen.translate(APART), 0
    for word in [word for word in apart.split() if len(word) >= 20 and _keylike(word)]:
        start = apart.index(word, at)
        at = start + len(word)
        first = max(0, start - AROUND_KEY)
        if windows and first <= windows[-1][1]:
            windows[-1] = windows[-1][0], at + AROUND_KEY
        else:
            windows.append((first, at + AROUND_KEY))
    return windows
