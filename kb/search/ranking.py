"""The house's one ranking: pure, in whole numbers, the same here, over HTTP and in the browser.

First BM25F (Robertson and Zaragoza, 2009) with OR: each page's weight for a term is cut to a whole
number from 1 to 255 when it is indexed, and a query only adds whole numbers. A word that the index
does not know is read as the known words nearest to it; words that mean alike count four fifths.
Then the best twenty pages are looked at line by line: a title, an alias or a line that says just
what was asked, in its order, lifts its page, and is the passage that is shown.
`assets/search.js` does the same, operation by operation; a test holds that the orders are equal.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from kb.search.analysis import Analysis, analysis, members, tokens
from kb.search.sheet import Kind, Line, Sheet

BOOST = {Kind.TITLE: 5.0, Kind.ALIAS: 4.0, Kind.HEADING: 2.0, Kind.BODY: 1.0}
FLATTEN = {Kind.TITLE: 0.5, Kind.ALIAS: 0.0, Kind.HEADING: 0.3, Kind.BODY: 0.6}
"""BM25's b: how far a long text's words weigh less."""
K1 = 2.5
MOST_POSTINGS = 2048
"""A term keeps so many pages, those where it weighs most."""
MOST_WORDS = 16
"""So many words of a query are looked up: identifiers first, then the long words."""
MAX_QUERY = 2000
LOOKED_AT = 20
OTHER = 48
"""What a word of a line weighs that was not asked for."""
ORDER = 0.5
LINE = 1.0


@dataclass(frozen=True, slots=True)
class Row:
    """The pages of one term: their numbers, ascending, and the term's impact on each, 1 to 255."""

    idf: int
    pages: int
    numbers: Sequence[int]
    impacts: Sequence[int]


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

    def sheet(self, number: int) -> Sheet:
        """Return a page."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """One page found, its score, and the line that fits best (None: only the title does)."""

    number: int
    score: float
    line: Line | None


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


def counts(sheet: Sheet) -> dict[Kind, Counter[str]]:
    """Return how often each term stands in each kind of line.

    `~en7` stands for words alike, `=en` for the page's language.
    """
    texts = defaultdict[Kind, list[str]](list)
    for line in sheet.lines:
        texts[line.kind].append(line.text)
    how, found = sheet.analysis, {Kind.ALIAS: Counter({f"={sheet.lang}": 1})}
    for kind, lines in texts.items():
        terms = found.setdefault(kind, Counter[str]())
        for token, number in Counter(tokens("\n".join(lines))).items():
            for term in how.terms(token):
                terms[term] += number
                for kin in how.kin.get(term, ()):
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
        terms: Its term in each language of the index.
        kin: The terms that stand for words alike.
        stop: Whether it is a stop word in one of the languages.
    """

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
            found.setdefault(terms, Part(terms, tuple(dict.fromkeys(kin)), stop))
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
    before: list[int] = []
    last = list(range(len(other) + 1))
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
    rows = ((edits, known, source.row(known)) for edits, _, known in sorted(near))
    alive = [(edits, -row.pages, known) for (edits, known, row), _ in zip(
        ((e, k, r) for e, k, r in rows if r), range(6), strict=False)]  # fmt: skip
    return [(edits, known) for edits, _, known in sorted(alive)[:3]]


@dataclass(slots=True)
class Asked:
    """The query against one index: what each term weighs, and which part it belongs to."""

    parts: tuple[Part, ...]
    weights: dict[str, tuple[int, int]]
    scores: dict[int, int]
    length: float = 1.0
    _seen: dict[str, dict[str, tuple[int, int]]] = field(default_factory=dict)

    def seen(self, how: Analysis) -> dict[str, tuple[int, int]]:
        """Return what each term of a language is worth in a line, words alike included."""
        found = self._seen.get(how.lang)
        if found is None:
            alike = (how.stem(word) for key in self.weights for word in members(key))
            worth = ((term, self._worth(term, how)) for term in {*self.weights, *alike})
            found = self._seen[how.lang] = {term: one for term, one in worth if one[0] > 0}
        return found

    def _worth(self, term: str, how: Analysis) -> tuple[int, int]:
        best = self.weights.get(term, (0, -2))
        for one in how.kin.get(term, ()):
            if one in self.weights and self.weights[one][0] > best[0]:
                best = self.weights[one]
        return best

    def beginnings(self) -> re.Pattern[str]:
        """Return what a line must hold to be worth a closer look: how the words asked for begin.

        A stem keeps its word's letters but the last two; no Latin word begins within another.
        """
        words = (word for key in self.weights for word in (members(key) or (key,)))
        starts = sorted({word[: max(1, min(5, len(word) - 2))] for word in words})
        marks = ("(?<![a-z])" if "a" <= start[0] <= "z" else "" for start in starts)
        said = (mark + re.escape(start) for mark, start in zip(marks, starts, strict=True))
        return re.compile("|".join(said) or r"(?!)")


def score(query: str, source: Source) -> Asked:
    """Add up the impacts of what was asked, over all pages that hold any of it."""
    asked = Asked(parts(query, source.languages), {}, {})
    source.expect(terms=(term for part in asked.parts for term in (*part.terms, *part.kin)))
    for place, part in enumerate(asked.parts):
        held = [(term, found) for term in part.terms if (found := source.row(term))]
        one: dict[int, int] = {}
        for term, found in held:
            _best(one, found, found.idf, 1, 1)
            asked.weights[term] = (found.idf, place)
        if not held and not part.stop:
            _guess(part.terms[0], place, source, asked, one)
        for kin in part.kin:
            if found := source.row(kin):
                _best(one, found, found.idf, 4, 5)
                asked.weights.setdefault(kin, (found.idf * 4 // 5, place))
        _add(one, asked.scores)
    asked.length = math.sqrt(_length(asked))
    return asked


def _guess(term: str, place: int, source: Source, asked: Asked, one: dict[int, int]) -> None:
    for edits, known in nearest(term, source):
        if found := source.row(known):
            _best(one, found, found.idf, 4 - edits, 4)
            asked.weights.setdefault(known, (found.idf * (4 - edits) // 4, place))


def _add(one: dict[int, int], scores: dict[int, int]) -> None:
    get = scores.get
    for number, value in one.items():
        scores[number] = get(number, 0) + value


def _best(one: dict[int, int], found: Row, weight: int, times: int, of: int) -> None:
    """Keep for each page the best that the variants of one word give it."""
    if not one:
        values = (weight * impact * times // of for impact in found.impacts)
        one.update(zip(found.numbers, values, strict=True))
        return
    get = one.get
    for number, impact in zip(found.numbers, found.impacts, strict=True):
        value = weight * impact * times // of
        if value > get(number, 0):
            one[number] = value


def fit(terms: Sequence[str], asked: Asked, how: Analysis, least: float = 0.0) -> float:
    """Return how far a line says what was asked, 0 to 1.5: its likeness, more when in order.

    Args:
        least: What is not above it may be told as 0.
    """
    seen = asked.seen(how)
    held = seen.keys() & terms
    if not held:
        return 0.0
    best: dict[int, int] = {}
    for term in held:
        weight, place = seen[term]
        if weight > best.get(place, 0):
            best[place] = weight
    shared = sum(weight * weight for weight in best.values())
    others = len(set(terms)) - len(held)
    alike = shared / asked.length / math.sqrt(shared + OTHER * OTHER * others)
    most = len(asked.parts) - 1
    if not most:
        return alike
    if alike * (1 + ORDER) <= least:
        return 0.0
    return alike * (1 + ORDER * min(_in_order(terms, seen), most) / most)


def _in_order(terms: Sequence[str], seen: Mapping[str, tuple[int, int]]) -> int:
    """Return how often a word of the line is followed by the one that was asked for next."""
    previous, found = -2, 0
    for term in terms:
        place = seen[term][1] if term in seen else -2
        found += place >= 0 and place == previous + 1
        previous = place
    return found


def _length(asked: Asked) -> int:
    """Return the square of the query's length; a part that nothing holds weighs as a rare word."""
    best = dict.fromkeys(range(len(asked.parts)), OTHER)
    for weight, place in asked.weights.values():
        best[place] = max(best[place], weight)
    return sum(weight * weight for weight in best.values())


def rank(
    query: str, source: Source, limit: int, hidden: frozenset[int] = frozenset()
) -> list[Ranked]:
    """Return the best pages, best first; equal ones in the order of their numbers.

    Args:
        hidden: Pages that are as if they were not there.
    """
    asked = score(query, source)
    starts = asked.beginnings()
    order = _first(asked.scores, max(limit, LOOKED_AT), hidden)
    source.expect(numbers=order)
    found = []
    for place, number in enumerate(order):
        likeness, line = _best_line(source.sheet(number), asked, starts)
        lift = LINE * likeness if place < LOOKED_AT else 0.0
        found.append(Ranked(number, asked.scores[number] * (1 + lift), line))
    top = sorted(found[:LOOKED_AT], key=lambda one: (-one.score, one.number))
    return (top + found[LOOKED_AT:])[:limit]


def _first(scores: Mapping[int, int], most: int, hidden: frozenset[int]) -> list[int]:
    """Return the numbers of the best pages, best first, without putting all others in order."""
    shown = {n: v for n, v in scores.items() if n not in hidden} if hidden else scores
    if len(shown) > most:
        least = sorted(shown.values())[-most]
        shown = {number: value for number, value in shown.items() if value >= least}
    return sorted(shown, key=lambda number: (-shown[number], number))[:most]


def _best_line(sheet: Sheet, asked: Asked, starts: re.Pattern[str]) -> tuple[float, Line | None]:
    """Return how well the best line fits, and the best one that can be shown."""
    how, best, shown, line = sheet.analysis, 0.0, 0.0, None
    for at, text in enumerate(sheet.folded):
        if not starts.search(text):
            continue
        one = sheet.lines[at]
        can_be_shown = one.kind in (Kind.HEADING, Kind.BODY)
        value = fit(sheet.terms(at), asked, how, min(best, shown) if can_be_shown else best)
        best = max(best, value)
        if can_be_shown and value > shown:
            shown, line = value, one
    return best, line
