"""Tells by words, shapes and cues where in a text which rules may find something."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from ahocorasick_rs import BytesAhoCorasick, Implementation

from kb.redaction.hosts import DIGITS
from kb.redaction.patterns import Pattern, any_of, compiled
from kb.redaction.rules import Cue, Rule, cues, rules

SHAPES = bytes(
    48 if chr(n).isdigit() and n < 128 else 65 if 65 <= n <= 90 else 97 if 97 <= n <= 122 else n
    for n in range(256)
)
"""Every digit as 0, every letter as A or a; a keyword such as `~000-00-0000` is sought in that."""
BEFORE, AFTER = 80, 160
"""How many bytes around a keyword, and then up to whole lines, its rules are tried on."""
GAP = 200
"""Surroundings with fewer bytes than this between them are one: a call costs more than reading on."""
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
    """One search for many words, each wherever it stands, and the rules that each of them wants."""

    search: BytesAhoCorasick
    rules: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Near:
    """A cue and the rules that are tried around it.

    Attributes:
        cue: The sign.
        rules: Those that are tried at each.
        rare: Those that are tried only where `any_rare` shows that one of them finds something.
        any_rare: One search for all that the rare ones find.
    """

    cue: Cue
    rules: tuple[int, ...]
    rare: tuple[int, ...]
    any_rare: Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class _Family:
    """Cues that few texts show, behind one search for all of them; a cue of no family stands alone.

    Attributes:
        gate: Finds where the first of them may stand; None for a cue alone.
        cues: For each pattern, the cues that share it.
    """

    gate: Pattern | None
    cues: tuple[tuple[Pattern, tuple[_Near, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sieve:
    """All that is searched for, compiled.

    Attributes:
        words: The keywords, in the text in small letters.
        shapes: Those that are sought in its shape.
        families: The cues.
        free: Rules that are tried on every text.
    """

    words: _Words
    shapes: _Words
    families: tuple[_Family, ...]
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
    families: dict[str, list[_Near]] = {}
    for cue in (one for one in cues() if one.id in near):
        families.setdefault(cue.family, []).append(_near(cue, near[cue.id]))
    shapes = {word[1:]: places for word, places in wanted.items() if word.startswith(b"~")}
    return _Sieve(
        words=_words({w: places for w, places in wanted.items() if not w.startswith(b"~")}),
        shapes=_words(shapes),
        families=tuple(_family(name, those) for name, those in families.items()),
        free=tuple(n for n, rule in enumerate(rules()) if not rule.keywords and not rule.near),
    )


def _near(cue: Cue, places: list[int]) -> _Near:
    rare = tuple(n for n in places if rules()[n].confidence >= cue.rare)
    return _Near(
        cue=cue,
        rules=tuple(n for n in places if n not in rare),
        rare=rare,
        any_rare=any_of(rules()[n].pattern for n in rare),
    )


def _family(name: str, those: list[_Near]) -> _Family:
    shared: dict[str, list[_Near]] = {}
    for one in those:
        shared.setdefault(one.cue.pattern, []).append(one)
    patterns = {source: compiled(source) for source in shared}
    return _Family(
        gate=any_of(patterns.values()) if name else None,
        cues=tuple((patterns[source], tuple(near)) for source, near in shared.items()),
    )


def _words(wanted: dict[bytes, list[int]]) -> _Words:
    return _Words(
        search=BytesAhoCorasick(list(wanted), implementation=Implementation.DFA),
        rules=tuple(map(tuple, wanted.values())),
    )


def likely(seen: bytes) -> list[Likely]:
    """Return the rules that may find something, in their order, each with where to try it."""
    sieve, every = _sieve(), rules()
    low, shape = b"\n" + seen.lower(), b"\n" + seen.translate(SHAPES)
    places: dict[int, list[Window]] = {}
    _sought(seen, low, sieve.words, places)
    _sought(seen, shape, sieve.shapes, places)
    whole = ((0, len(seen)),)
    windows = {
        n: _apart(sorted(around), len(seen)) if not every[n].whole else whole
        for n, around in places.items()
        if not every[n].needs or _needed(every[n], low, shape)
    }
    for family in sieve.families:
        for near, around in _shown(seen, family):
            windows.update(dict.fromkeys(near, around))
    windows.update(dict.fromkeys(sieve.free, whole))
    return [(every[n], windows[n]) for n in sorted(windows)]


def _sought(seen: bytes, text: bytes, words: _Words, places: dict[int, list[Window]]) -> None:
    """Note for each rule the lines around its words; `text` is `seen` with a line's end before it."""
    here, wanted = (0, 0), words.rules
    for word, first, last in words.search.find_matches_as_indexes(text, overlapping=True):
        window = _line(seen, first - 1, last - 1)
        here = here if window == here else window
        for rule in wanted[word]:
            around = places.setdefault(rule, [here])
            if around[-1] is not here:
                around.append(here)


def _needed(rule: Rule, low: bytes, shape: bytes) -> bool:
    return any(one[1:] in shape if one.startswith(b"~") else one in low for one in rule.needs)


def _shown(seen: bytes, family: _Family) -> Iterator[tuple[tuple[int, ...], tuple[Window, ...]]]:
    """Yield rules and the surroundings, of a family's cues, in which they are tried."""
    first = family.gate.search(seen) if family.gate else [(0, 0)]
    for pattern, those in family.cues if first else ():
        spans = [found[0] for found in pattern.each(seen, first[0][0])] if first else []
        for one in those if spans else ():
            around = _around(seen, one.cue, spans)
            if around:
                yield one.rules, around
            if one.rare:
                yield one.rare, tuple(span for span in around if one.any_rare.search(seen, *span))


def _around(seen: bytes, cue: Cue, spans: list[Window]) -> tuple[Window, ...]:
    """Return the surroundings of those of a pattern's finds that are a cue."""
    tells = TELLS[cue.tells]
    chosen = [span for span in spans if tells(seen[slice(*span)])] if cue.tells else spans
    if not chosen:
        return ()
    if cue.lines:
        return _apart((_line(seen, *span) for span in chosen), len(seen))
    return _apart(((first - cue.before, last + cue.after) for first, last in chosen), len(seen))


def _line(seen: bytes, first: int, last: int) -> Window:
    """Return the whole lines around a word."""
    start = seen.rfind(b"\n", 0, first - BEFORE) + 1 if first > BEFORE else 0
    end = seen.find(b"\n", last + AFTER)
    return start, len(seen) if end < 0 else end


def _apart(windows: Iterable[Window], size: int) -> tuple[Window, ...]:
    """Return windows with something between them, in order; one over all where they cover most."""
    apart: list[Window] = []
    covered, start, end = 0, 0, -GAP
    for first, last in windows:
        if first < end + GAP:
            end = max(end, last)
            continue
        if end > 0:
            apart.append((start, end))
            covered += end - start
        start, end = max(0, first), last
    apart.append((start, min(size, end)))
    return tuple(apart) if covered + end - start < MOST * size else ((0, size),)
