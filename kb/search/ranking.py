"""The house's one ranking: pure, in whole numbers, the same here, over HTTP and in the browser.

First BM25F (Robertson and Zaragoza, 2009) with OR: each page's weight for a term is cut to a whole
number from 1 to 255 when it is indexed, and a query only adds whole numbers. A word that the index
does not know is read as those nearest to it, or as two run together; words alike count four fifths.
Then the best twenty pages are looked at line by line: a title, an alias or a line that says just
what was asked, in its order, lifts its page, and is the passage that is shown.
`search-worker.js` does the same, operation by operation; a test holds that the orders are equal.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Protocol

from kb.search.analysis import analysis, tokens
from kb.search.likeness import Asked, Worth, best_line
from kb.search.lines import Lines
from kb.search.sheet import Kind

BOOST = {Kind.TITLE: 5.0, Kind.ALIAS: 4.0, Kind.HEADING: 2.0, Kind.BODY: 1.0}
FLATTEN = {Kind.TITLE: 0.5, Kind.ALIAS: 0.0, Kind.HEADING: 0.3, Kind.BODY: 0.6}
"""BM25's b: how far a long text's words weigh less."""
K1 = 2.5
MOST_POSTINGS = 2048
"""A term keeps so many pages, those where it weighs most."""
MOST_WORDS = 16
"""So many words of a query are looked up: identifiers first, then the long words."""
HALF = 3
"""Letters of each of two words, at least, that are read as one run together."""
MAX_QUERY = 2000
LOOKED_AT = 20
LINE = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """The pages of one term: their numbers, ascending, and the term's impact on each, 1 to 255."""

    idf: int
    pages: int
    numbers: Sequence[int]
    impacts: Sequence[int]

    def without(self, hidden: frozenset[int]) -> "Row | None":
        """Return the row as if some pages were not there, but for its idf; None if none is left."""
        if not hidden:
            return self
        kept = [pair for pair in zip(self.numbers, self.impacts, strict=True)
                if pair[0] not in hidden]  # fmt: skip
        return Row(self.idf, self.pages, *zip(*kept, strict=True)) if kept else None


class Source(Protocol):
    """What the ranking asks: an index on disk, in memory, or the shards on a static host."""

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages of its pages, sorted."""

    def expect(self, terms: Iterable[str] = (), numbers: Iterable[int] = ()) -> None:
        """Hear what will be asked for next: one round trip, where the index is far away."""

    def row(self, term: str) -> Row | None:
        """Return the term's pages, None when no page holds it."""

    def near(self, first: str) -> Iterable[str]:
        """Return all terms that begin with the letter `first` and are all letters."""

    def lines(self, number: int) -> Lines:
        """Return what a page's lines say."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One page found, its score, and which line fits best (None: only the title does)."""

    number: int
    score: float
    line: int | None


Pivots = Mapping[Kind, int]


def pivots(lengths: Iterable[Mapping[Kind, int]]) -> dict[Kind, int]:
    """Return the pages' mean length of each kind, to a power of two: one edit leaves it alone."""
    total, count = Counter[Kind](), 0
    for one in lengths:
        total.update(one)
        count += 1
    return {kind: 1 << round(math.log2(max(1, total[kind] / max(1, count)))) for kind in Kind}


def scale(pages: int) -> float:
    """Return the number of pages to a power of the square root of two, for the same reason."""
    return float(2 ** (round(2 * math.log2(max(1, pages))) / 2))


def idf(holding: int, pages: float) -> int:
    """Return sixteen times the inverse document frequency, at least 1."""
    return max(1, round(16 * math.log((pages + 1) / (holding + 0.5))))


def row(postings: Iterable[tuple[int, int]], pages: float) -> Row | None:
    """Return a term's row of (number, impact), cut to where the term weighs most."""
    kept = list(postings)
    if not kept:
        return None
    holding = len(kept)
    if holding > MOST_POSTINGS:
        kept = sorted(kept, key=lambda one: (-one[1], one[0]))[:MOST_POSTINGS]
    kept.sort()
    numbers, impacts = zip(*kept, strict=True)
    return Row(idf(holding, pages), holding, numbers, impacts)


def counts(lines: Lines) -> dict[Kind, Counter[str]]:
    """Return how often each term stands in each kind of line.

    `~en7` stands for words alike, `=en` for the page's language.
    """
    numbers = defaultdict[int, Counter[int]](Counter)
    for kind, said in zip(lines.kinds, lines.said, strict=True):
        numbers[kind].update(said)
    words, alike = list(lines.words), analysis(lines.lang).kin
    found = {Kind.ALIAS: Counter({f"={lines.lang}": 1})}
    for kind, held in numbers.items():
        terms = found.setdefault(Kind(kind), Counter[str]())
        for at, number in held.items():
            term = words[at]
            terms[term] += number
            for kin in alike.get(term, ()):
                terms[kin] += number
    return found


def lengths(found: Mapping[Kind, Counter[str]]) -> dict[Kind, int]:
    """Return the number of terms of each kind of line."""
    return {kind: terms.total() for kind, terms in found.items()}


def impacts(found: Mapping[Kind, Counter[str]], pivot: Pivots) -> dict[str, int]:
    """Return each term's impact on the page, 1 to 255: BM25F without the term's own rarity."""
    weights = defaultdict[str, float](float)
    for kind, terms in found.items():
        b = FLATTEN[kind]
        norm = BOOST[kind] / (1 - b + b * terms.total() / pivot[kind])
        for term, number in terms.items():
            weights[term] += norm * number
    return {term: max(1, round(255 * w / (K1 + w))) for term, w in weights.items()}


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was asked for.

    Attributes:
        word: The word or identifier that it is (a part of), as it was written.
        terms: Its term in each language of the index.
        kin: The terms that stand for words alike.
        stop: Whether it is a stop word in one of the languages.
    """

    word: str
    terms: tuple[str, ...]
    kin: tuple[str, ...]
    stop: bool


def parts(query: str, languages: Sequence[str]) -> tuple[Part, ...]:
    """Return what is asked for, each once, in the query's order, at most `MOST_WORDS`.

    What is a stop word in one of the languages counts only when there is nothing else.
    """
    found: dict[tuple[str, ...], Part] = {}
    for token in tokens(query[:MAX_QUERY]):
        made = [analysis(lang).terms(token) for lang in languages]
        stop = not all(made)
        for place in range(max(map(len, made), default=0)):
            terms = tuple(dict.fromkeys(one[place] for one in made if place < len(one)))
            kin = (k for lang in languages for t in terms for k in analysis(lang).kin.get(t, ()))
            found.setdefault(terms, Part(token, terms, tuple(dict.fromkeys(kin)), stop))
    asked = [part for part in found.values() if not part.stop] or list(found.values())
    if len(asked) <= MOST_WORDS:
        return tuple(asked)
    first = sorted(range(len(asked)), key=lambda at: (-_weight(asked[at].terms[0]), at))
    return tuple(asked[at] for at in sorted(first[:MOST_WORDS]))


def _weight(term: str) -> int:
    """Return how much a term promises before anything is known of it."""
    return len(term) if term.isascii() and term.isalpha() else 100 + len(term)


def distance(one: str, other: str, most: int) -> int:
    """Return the edits between two words, neighbours swapped being one, or `most` + 1."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before, last = list[int](), list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        now = [i]
        for j, b in enumerate(other, 1):
            best = min(last[j] + 1, now[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            now.append(best)
        if min(now) > most:
            return most + 1
        before, last = last, now
    return last[-1]


def nearest(term: str, source: Source) -> list[tuple[int, str]]:
    """Return (edits, term) of the known terms nearest to one that no page holds, three at most.

    One that goes on where this one stops counts as one edit: the word is being written.
    """
    if len(term) < 4 or not term.isalpha():
        return []
    most = 1 if len(term) < 6 else 2
    letters, near = set(term), list[tuple[int, int, str]]()
    for known in source.near(term[0]):
        if len(known) < 3:
            continue
        if known.startswith(term):
            near.append((1, len(known) - len(term), known))
        elif abs(len(known) - len(term)) <= most and len(letters ^ set(known)) <= 2 * most:
            edits = distance(term, known, most)
            if edits <= most:
                near.append((edits, abs(len(known) - len(term)), known))
    near.sort()
    source.expect(terms=(known for *_, known in near[:6]))
    rows = ((edits, -row.pages, known) for edits, _, known in near if (row := source.row(known)))
    return [(edits, known) for edits, _, known in sorted(islice(rows, 6))[:3]]


def run_together(word: str, source: Source) -> list[tuple[str, Row]]:
    """Return the two known words that an unknown one may be with the blank left out, or none.

    Of all ways to part it, that one counts whose rarer half stands on the most pages.
    """
    if len(word) < 2 * HALF or not word.isalpha():
        return []
    parted = [(word[:at], word[at:]) for at in range(HALF, len(word) - HALF + 1)]
    stem = [analysis(lang).stem for lang in source.languages]
    ways = dict.fromkeys((of(one), of(other)) for of in stem for one, other in parted)
    known = {term for term in source.near(word[0]) if len(term) >= HALF}
    likely = [way for way in ways if way[0] in known]
    source.expect(terms=(term for way in likely for term in way))
    best, most = list[tuple[str, Row]](), 0
    for way in likely:
        found = [(term, row) for term in way if (row := source.row(term))]
        least = min(row.pages for _, row in found) if len(found) == len(way) else 0
        if least > most:
            best, most = found, least
    return best


@dataclass(frozen=True, slots=True)
class Gain:
    """What one term gives to the pages that hold it: so many parts of its weight times impact."""

    row: Row
    times: int = 1
    of: int = 1

    @property
    def worth(self) -> int:
        """What the term is worth in a line."""
        return self._given[1]

    @property
    def most(self) -> int:
        """No page gets more."""
        return self._given[max(self.row.impacts)]

    @property
    def _given(self) -> Sequence[int]:
        return _given(self.row.idf, self.times, self.of)

    def values(self) -> dict[int, int]:
        """Return what each page gets, by its number."""
        given = map(self._given.__getitem__, self.row.impacts)
        return dict(zip(self.row.numbers, given, strict=True))


@lru_cache(2048)
def _given(idf: int, times: int, of: int) -> tuple[int, ...]:
    """Return what each impact, 0 to 255, comes to."""
    return tuple(idf * impact * times // of for impact in range(256))


Gains = Sequence[Gain]
"""The variants of one word: a page gets the best that one of them gives it."""


def asked_of(query: str, source: Source) -> tuple[Asked, list[Gains]]:
    """Return the query against the source's index, and what each of its parts gives to pages."""
    asked, gains = parts(query, source.languages), list[Gains]()
    source.expect(terms=(term for part in asked for term in (*part.terms, *part.kin)))
    weights: dict[str, Worth] = {}
    for place, part in enumerate(asked):
        found = list(_variants(part, source))
        for term, gain in found:
            if gain.times == gain.of or term not in weights:
                weights[term] = (gain.worth, place)
        gains.append([gain for _, gain in found])
    return Asked(len(asked), weights), gains


def _variants(part: Part, source: Source) -> Iterator[tuple[str, Gain]]:
    held = [(term, Gain(row)) for term in part.terms if (row := source.row(term))]
    yield from held
    if not held and not part.stop:
        yield from _read_as(part, source)
    for kin in part.kin:
        if row := source.row(kin):
            yield kin, Gain(row, 4, 5)


def _read_as(part: Part, source: Source) -> Iterator[tuple[str, Gain]]:
    """Yield what an unknown word may mean: those nearest to it, else the two that it is made of."""
    near = nearest(part.terms[0], source)
    for edits, known in near:
        if row := source.row(known):
            yield known, Gain(row, 4 - edits, 4)
    if not near:
        yield from ((term, Gain(row, 3, 4)) for term, row in run_together(part.word, source))


def first(gains: Iterable[Gains], most: int) -> list[tuple[int, int]]:
    """Return (score, number) of the best pages, best first; equal ones in the order of numbers.

    The words that can give most come first; as soon as the rest could not lift a page that holds
    none of them among the best, no further page is taken in, and those that fall behind are
    dropped (MaxScore: Turtle and Flood, 1995). The result is that of adding up everything.
    """
    waiting = sorted(((max(gain.most for gain in one), one) for one in gains if one),
                     key=lambda pair: pair[0], reverse=True)  # fmt: skip
    rest, scores = sum(one for one, _ in waiting), dict[int, int]()
    for at, (top, one) in enumerate(waiting):
        if rest < _least(scores, most):
            scores = _narrowed(scores, waiting[at:], rest, most)
            break
        rest -= top
        _add(_best(one), scores)
    ordered = heapq.nsmallest(most, ((-value, number) for number, value in scores.items()))
    return [(-value, number) for value, number in ordered]


def _least(scores: Mapping[int, int], most: int) -> int:
    """Return what the last of the best pages has so far, 0 where there are not so many."""
    return heapq.nlargest(most, scores.values())[-1] if len(scores) >= most else 0


def _best(gains: Gains) -> dict[int, int]:
    """Return what a part gives to each page: the best that one of its variants gives."""
    best = gains[0].values()
    for gain in gains[1:]:
        for number, value in gain.values().items():
            if value > best.get(number, 0):
                best[number] = value
    return best


def _add(one: dict[int, int], scores: dict[int, int]) -> None:
    get = scores.get
    for number, value in one.items():
        scores[number] = get(number, 0) + value


def _narrowed(
    scores: dict[int, int], waiting: Sequence[tuple[int, Gains]], rest: int, most: int
) -> dict[int, int]:
    """Add what waits to the pages that can still be among the best."""
    for top, gains in waiting:
        least, get = _least(scores, most) - rest, _best(gains).get
        scores = {number: value + get(number, 0)
                  for number, value in scores.items() if value >= least}  # fmt: skip
        rest -= top
    return scores


def rank(query: str, source: Source, limit: int) -> list[Ranked]:
    """Return the best pages, best first; equal ones in the order of their numbers."""
    asked, gains = asked_of(query, source)
    order = first(gains, max(limit, LOOKED_AT))
    source.expect(numbers=(number for _, number in order))
    found = []
    for place, (score, number) in enumerate(order):
        likeness, line = best_line(source.lines(number), asked)
        lift = LINE * likeness if place < LOOKED_AT else 0.0
        found.append(Ranked(number, score * (1 + lift), line))
    top = sorted(found[:LOOKED_AT], key=lambda one: (-one.score, one.number))
    return (top + found[LOOKED_AT:])[:limit]
