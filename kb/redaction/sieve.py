"""Tells by words, shapes and cues where in a text which rules may find something."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import chain

from ahocorasick_rs import BytesAhoCorasick, Implementation

from kb.redaction.hosts import DIGITS
from kb.redaction.patterns import Pattern, Runs, compiled, runs_of
from kb.redaction.rules import Cue, Rule, cues, rules
from kb.redaction.views import between_words

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

SHAPE = ord("~")
"""Begins a keyword that is sought in the shape."""

Window = tuple[int, int]
Windows = tuple[Window, ...]
Likely = tuple[Rule, Windows]
Spots = dict[int, list[Window]]
"""The number of each word that stands in a text, and the lines around it wherever it does."""


def _keylike(word: bytes) -> bool:
    """Return whether one word may be a key by itself: all checks of such rules ask for a digit."""
    return len(word) >= 20 and word.translate(None, DIGITS) != word and not word.isdigit()


TELLS: dict[str, Callable[[bytes], bool]] = {"keylike": _keylike, "": lambda sign: True}
"""What a cue's `tells` may name."""


@dataclass(frozen=True, slots=True)
class _Needs:
    """Words of which one must occur, in the text or in its shape."""

    words: tuple[bytes, ...]
    shapes: tuple[bytes, ...]

    @classmethod
    def of(cls, needs: tuple[bytes, ...]) -> "_Needs | None":
        """Return them apart, None where there are none."""
        if not needs:
            return None
        words = tuple(one for one in needs if one[0] != SHAPE)
        return cls(words, tuple(one[1:] for one in needs if one[0] == SHAPE))

    def held(self, windows: Windows, low: bytes, shape: bytes) -> Windows:
        """Return the windows in which one of them occurs; both texts have a line's end before them."""
        return tuple(one for one in windows if self._stand(low, shape, one[0], one[1] + 1))

    def _stand(self, low: bytes, shape: bytes, first: int, last: int) -> bool:
        for text, words in ((shape, self.shapes), (low, self.words)):
            for word in words:
                if text.find(word, first, last) >= 0:
                    return True
        return False

    def lack(self, low: bytes, shape: bytes) -> bool:
        """Return whether none of them occurs."""
        return not (
            any(map(shape.__contains__, self.shapes)) or any(map(low.__contains__, self.words))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Near:
    """A cue and the rules that are tried around it.

    Attributes:
        cue: The sign.
        pattern: Finds it.
        words: The numbers of its keywords.
        needs: What else must occur.
        rules: Those that are tried at each.
    """

    cue: Cue
    pattern: Pattern | Runs
    words: frozenset[int]
    needs: _Needs | None
    rules: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sieve:
    """All that is searched for, compiled.

    Attributes:
        words: One search for all keywords, in the text in small letters.
        shapes: One for those that are sought in its shape; their numbers follow those of the words.
        wanted: The rules that each of them wants, in the order of their numbers.
        first_shape: The number of the first shape.
        needs: What must occur besides, for each rule.
        cues: The cues.
        free: Rules that are tried on every text.
    """

    words: BytesAhoCorasick
    shapes: BytesAhoCorasick
    wanted: tuple[tuple[int, ...], ...]
    first_shape: int
    needs: tuple[_Needs | None, ...]
    cues: tuple[_Near, ...]
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
    for cue in cues():
        for word in cue.keywords:
            wanted.setdefault(word, [])
    words = [word for word in wanted if not word.startswith(b"~")]
    shapes = [word for word in wanted if word.startswith(b"~")]
    number = {word: at for at, word in enumerate((*words, *shapes))}
    return _Sieve(
        words=BytesAhoCorasick(words, implementation=Implementation.DFA),
        shapes=BytesAhoCorasick([one[1:] for one in shapes], implementation=Implementation.DFA),
        wanted=tuple(tuple(wanted[word]) for word in number),
        first_shape=len(words),
        needs=tuple(_Needs.of(rule.needs) for rule in rules()),
        cues=tuple(_near(one, near[one.id], number) for one in cues() if one.id in near),
        free=tuple(n for n, rule in enumerate(rules()) if not rule.keywords and not rule.near),
    )


def _near(cue: Cue, places: list[int], number: dict[bytes, int]) -> _Near:
    return _Near(
        cue=cue,
        pattern=runs_of(cue.pattern) or compiled(cue.pattern, groups=False),
        words=frozenset(number[word] for word in cue.keywords),
        needs=_Needs.of(cue.needs),
        rules=tuple(places),
    )


def likely(seen: bytes) -> list[Likely]:
    """Return the rules that may find something, in their order, each with where to try it."""
    sieve, every = _sieve(), rules()
    low, shape = b"\n" + seen.lower(), b"\n" + seen.translate(SHAPES)
    spots: Spots = {}
    _sought(seen, low, sieve.words, 0, spots)
    _sought(seen, shape, sieve.shapes, sieve.first_shape, spots)
    windows = dict(_by_words(spots, low, shape))
    for near in sieve.cues:
        if near.words and near.words.isdisjoint(spots):
            continue
        if near.needs and near.needs.lack(low, shape):
            continue
        if signs := near.pattern.spans(seen):
            windows.update(_shown(seen, near, signs, low, shape))
    windows.update(dict.fromkeys(sieve.free, ((0, len(seen)),)))
    return [(every[n], windows[n]) for n in sorted(windows)]


def _sought(seen: bytes, text: bytes, words: BytesAhoCorasick, first: int, spots: Spots) -> None:
    """Note the lines around each word; `text` is `seen` with a line's end before it.

    What lies whole in the lines around the same word before is noted already.
    """
    wanted = _sieve().wanted
    for word, start, end in words.find_matches_as_indexes(text, overlapping=True):
        word += first
        around = spots.get(word)
        if around is None:
            around = spots[word] = []
        if wanted[word] and (not around or end + AFTER > around[-1][1]):
            around.append(_line(seen, start - 1, end - 1))


def _by_words(spots: Spots, low: bytes, shape: bytes) -> Iterator[tuple[int, Windows]]:
    """Yield the rules whose words stand in the text, each with the lines around them."""
    sieve, every, size = _sieve(), rules(), len(low) - 1
    told: dict[int, list[int]] = {}
    for word in spots:
        for n in sieve.wanted[word]:
            told.setdefault(n, []).append(word)
    shared: dict[tuple[int, ...], Windows] = {}
    for n, words in told.items():
        if every[n].whole:
            yield n, ((0, size),)
            continue
        same = tuple(words)
        if (windows := shared.get(same)) is None:
            first, *more = (spots[word] for word in same)
            windows = shared[same] = _apart(sorted(chain(first, *more)) if more else first, size)
        if needs := sieve.needs[n]:
            windows = needs.held(windows, low, shape)
        if windows:
            yield n, windows


def _shown(
    seen: bytes, near: _Near, signs: list[Window], low: bytes, shape: bytes
) -> Iterator[tuple[int, Windows]]:
    """Yield rules and the surroundings, of a cue's signs, in which they are tried."""
    around = _around(seen, near.cue, signs)
    if not around:
        return
    for n in near.rules:
        needs = _sieve().needs[n]
        if held := needs.held(around, low, shape) if needs else around:
            yield n, held


def _around(seen: bytes, cue: Cue, spans: list[Window]) -> Windows:
    """Return the surroundings of those of a pattern's finds that are a cue."""
    if cue.tells and spans:
        tells = TELLS[cue.tells]
        spans = [span for span in spans if tells(seen[slice(*span)])]
    if not spans:
        return ()
    if cue.lines:
        return _apart((_line(seen, *span) for span in spans), len(seen))
    around = (between_words(seen, first - cue.before, last + cue.after) for first, last in spans)
    return _apart(around, len(seen))


def _line(seen: bytes, first: int, last: int) -> Window:
    """Return the whole lines around a word."""
    start = seen.rfind(b"\n", 0, first - BEFORE) + 1 if first > BEFORE else 0
    end = seen.find(b"\n", last + AFTER)
    return start, len(seen) if end < 0 else end


def _apart(windows: Iterable[Window], size: int) -> Windows:
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
