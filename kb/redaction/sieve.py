"""Tells by words, shapes and cues where in a text which rules may find something."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from kb.redaction.hosts import DIGITS
from kb.redaction.patterns import Pattern, compiled
from kb.redaction.rules import Cue, Rule, cues, rules

SHAPES = bytes(
    48 if chr(n).isdigit() and n < 128 else 65 if 65 <= n <= 90 else 97 if 97 <= n <= 122 else n
    for n in range(256)
)
"""Every digit as 0, every letter as A or a; a keyword such as `~000-00-0000` is sought in that."""
BEFORE, AFTER = 80, 160
"""How many bytes around a keyword, and then up to whole lines, its rules are tried on."""
MOST = 0.7
"""Surroundings that cover more than this share of a text are the whole of it."""

Window = tuple[int, int]
Likely = tuple[Rule, tuple[Window, ...]]


def _keylike(word: bytes) -> bool:
    """Return whether one word may be a key by itself: all checks of such rules ask for a digit."""
    return len(word) >= 20 and word.translate(None, DIGITS) != word and not word.isdigit()


TELLS: dict[str, Callable[[bytes], bool]] = {"keylike": _keylike, "": lambda sign: True}
"""What a cue's `tells` may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    """One search for many words, and the rules that each of them, and all it begins with, wants."""

    pattern: Pattern
    rules: dict[bytes, tuple[int, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sieve:
    """All that is searched for, compiled.

    Attributes:
        words: The keywords, in the text in small letters.
        shapes: Those that are sought in its shape.
        cues: For each pattern, the cues that share it, each with the rules that are near it.
        free: Rules that are tried on every text.
    """

    words: _Words
    shapes: _Words
    cues: tuple[tuple[Pattern, tuple[tuple[Cue, tuple[int, ...]], ...]], ...]
    free: tuple[int, ...]


@cache
def _sieve() -> _Sieve:
    wanted: dict[bytes, list[int]] = {}
    near: dict[str, list[int]] = {}
    for place, rule in enumerate(rules()):
        for word in rule.keywords:
            wanted.setdefault(word, []).append(place)
        if rule.near:
            near.setdefault(rule.near, []).append(place)
    shared: dict[str, list[tuple[Cue, tuple[int, ...]]]] = {}
    for cue in (one for one in cues() if one.id in near):
        shared.setdefault(cue.pattern, []).append((cue, tuple(near[cue.id])))
    shapes = {word[1:]: places for word, places in wanted.items() if word.startswith(b"~")}
    return _Sieve(
        words=_words({w: places for w, places in wanted.items() if not w.startswith(b"~")}),
        shapes=_words(shapes),
        cues=tuple((compiled(pattern), tuple(those)) for pattern, those in shared.items()),
        free=tuple(n for n, rule in enumerate(rules()) if not rule.keywords and not rule.near),
    )


def _words(wanted: dict[bytes, list[int]]) -> _Words:
    """Return the search for words; of two that begin alike the longer one is met, for both."""
    sources = ("".join(f"\\x{byte:02x}" for byte in word) for word in sorted(wanted))
    after = {
        word: tuple({n for end in range(len(word)) for n in wanted.get(word[: end + 1], ())})
        for word in wanted
    }
    return _Words(pattern=compiled("|".join(sources), longest=True), rules=after)


def likely(seen: bytes) -> list[Likely]:
    """Return the rules that may find something, in their order, each with where to try it."""
    sieve, every = _sieve(), rules()
    low, shape = b"\n" + seen.lower(), b"\n" + seen.translate(SHAPES)
    places: dict[int, list[Window]] = {}
    _sought(low, sieve.words, places)
    _sought(shape, sieve.shapes, places)
    windows = {
        n: _lines(seen, spans) if not every[n].whole else ((0, len(seen)),)
        for n, spans in places.items()
        if not every[n].needs or _needed(every[n], low, shape)
    }
    for pattern, those in sieve.cues:
        for cue, near in _cued(seen, pattern, those):
            windows.update(dict.fromkeys(near, cue))
    windows.update(dict.fromkeys(sieve.free, ((0, len(seen)),)))
    return [(every[n], windows[n]) for n in sorted(windows)]


def _sought(text: bytes, words: _Words, places: dict[int, list[Window]]) -> None:
    """Note for each rule where its words stand; `text` has a line's end before it."""
    at, search, wanted = 0, words.pattern.search, words.rules
    while found := search(text, at):
        first, last = found[0]
        for rule in wanted[text[first:last]]:
            places.setdefault(rule, []).append((first - 1, last - 1))
        at = first + 1


def _needed(rule: Rule, low: bytes, shape: bytes) -> bool:
    return any(one[1:] in shape if one.startswith(b"~") else one in low for one in rule.needs)


def _cued(
    seen: bytes, pattern: Pattern, those: tuple[tuple[Cue, tuple[int, ...]], ...]
) -> Iterable[tuple[tuple[Window, ...], tuple[int, ...]]]:
    """Yield the surroundings of each cue that the text shows, and the rules that are tried there."""
    spans = [found[0] for found in pattern.each(seen)]
    if not spans:
        return
    for cue, near in those:
        tells = TELLS[cue.tells]
        chosen = [span for span in spans if tells(seen[span[0] : span[1]])] if cue.tells else spans
        if not chosen:
            continue
        if cue.lines:
            yield _lines(seen, chosen), near
        else:
            around = ((first - cue.before, last + cue.after) for first, last in chosen)
            yield _apart(around, len(seen)), near


def _lines(seen: bytes, spans: list[Window]) -> tuple[Window, ...]:
    """Return the whole lines around words."""
    around: list[Window] = []
    for first, last in spans:
        if around and last + AFTER <= around[-1][1]:
            continue
        start = seen.rfind(b"\n", 0, max(0, first - BEFORE)) + 1
        end = seen.find(b"\n", last + AFTER)
        around.append((start, len(seen) if end < 0 else end))
    return _apart(around, len(seen))


def _apart(windows: Iterable[Window], size: int) -> tuple[Window, ...]:
    """Return windows that do not touch, in order; one over all where they cover most."""
    apart: list[Window] = []
    covered = 0
    for first, last in windows:
        first, last = max(0, first), min(size, last)
        if apart and first <= apart[-1][1]:
            covered += max(0, last - apart[-1][1])
            apart[-1] = apart[-1][0], max(last, apart[-1][1])
        else:
            covered += last - first
            apart.append((first, last))
    return tuple(apart) if covered < MOST * size else ((0, size),)
