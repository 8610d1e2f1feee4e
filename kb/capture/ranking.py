"""Ranks pages and earlier tickets for a problem: rare words find candidates, which are then compared.

A first look adds up BM25 over the query's rarest terms. The best are then looked at closely: BM25
over all terms, how alike the whole texts and the titles are, nearness in time and, with the extra
`embeddings`, in meaning. The weights were fitted, cross-validated by cluster, on questions that
helpers pointed back to earlier ones (`docs/dev/decisions/0011-nearness-in-time.md`).
"""

import math
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, repeat
from operator import mul, neg

from kb.capture.meaning import Meaning
from kb.capture.words import terms

K1, B = 1.2, 0.75
WHOLE, TITLE, NEAR = 0.28, 0.2, 0.4
"""What the cosines of the whole texts, of the titles and of the meanings count beside BM25, which
counts 1 for the best."""
SPANS = ((100, 0.3), (500, 0.24), (5_000, 0.4))
"""So many tickets later, this much of nearness in time has fallen to a third."""
TIMELESS = 0.3
"""What a page has of it: it is neither old nor new."""
_RAREST, _FEW, _SHARE = 32, 8, 0.3
"""So many of the rarest terms find candidates, fewer (at least `_FEW`) where together they stand on
this share of all pages: what more common ones add changes hardly any order, and costs half the time."""
CLOSELY = 100
"""So many candidates are looked at closely where nothing else is said."""
_MOST = 3
"""A term that the query repeats counts so often at most."""


class _Rarity(dict[int, float]):
    """Number of pages that hold a term to its inverse document frequency among `number` of them."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __missing__(self, frequency: int) -> float:
        found = self[frequency] = math.log((self._number + 1) / (frequency + 0.5))
        return found


@dataclass(frozen=True, slots=True)
class _Text:
    """What is kept of a text.

    Attributes:
        repeated: How often those of its terms stand in it that do so more than once.
    """

    terms: frozenset[str]
    repeated: dict[str, int]
    title: frozenset[str]
    length: int


@lru_cache(maxsize=4)
def _read(text: str) -> _Text:
    """Read a text once: what is asked with is often taken in next."""
    found = terms(text)
    repeated = {term: number for term, number in Counter(found).items() if number > 1}
    title = frozenset(terms(text.partition("\n")[0]))
    return _Text(frozenset(found), repeated, title, len(found))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query's terms that pages hold.

    Attributes:
        known: These terms.
        idf: How rare each is.
        words: What each adds to BM25, before the page's own count.
        squares: What each adds to a cosine.
        title: Those of the first line.
    """

    known: frozenset[str]
    idf: dict[str, float]
    words: dict[str, float]
    squares: dict[str, float]
    title: frozenset[str]


class Ranking:
    """An index that grows with each page; what is added later is nearer in time."""

    def __init__(self, meaning: Meaning | None = None) -> None:
        self._meaning = meaning
        self._ids: list[str] = []
        self._texts: list[_Text] = []
        self._dated = array("i")
        self._weighed: list[tuple[int, float, float]] = []
        self._postings: dict[str, tuple[array[int], array[float]]] = {}
        self._frequency: dict[str, int] = {}
        self._rarity = _Rarity(0)
        self._nearness = [TIMELESS]
        self._total = self._tickets = 0

    def add(self, page_id: str, text: str, *, is_ticket: bool = False) -> None:
        """Take a page in, its title as the first line; a ticket also counts as one step of time."""
        place, read = len(self._ids), _read(text)
        self._tickets += is_ticket
        self._ids.append(page_id)
        self._texts.append(read)
        self._weighed.append((0, 1.0, 1.0))
        self._dated.append(self._tickets if is_ticket else -1)
        self._total += read.length
        self._post(place, read)
        self._rarity = _Rarity(len(self._ids))
        if self._meaning is not None:
            self._meaning.add(text)

    def _post(self, place: int, text: _Text) -> None:
        """Keep how much of each term's weight the page gets, as long as pages were until then."""
        postings, (fixed, by_length) = self._postings, self._norms()
        norm, frequency = fixed + by_length * text.length, self._frequency
        for term in text.terms:
            if (found := postings.get(term)) is None:
                found = postings[term] = array("I"), array("f")
            frequency[term] = len(found[0]) + 1
            found[0].append(place)
            count = text.repeated.get(term, 1)
            found[1].append(count / (count + norm))

    def _norms(self) -> tuple[float, float]:
        """Return what BM25 adds below the line for any page, and for each term of its length."""
        return K1 * (1 - B), K1 * B * len(self._ids) / max(1, self._total)

    def forget(self, ids: Collection[str]) -> None:
        """Let go of these pages; the others stay in their order, as near in time as they were."""
        kept = [place for place, one in enumerate(self._ids) if one not in ids]
        self._ids = [self._ids[place] for place in kept]
        self._texts = [self._texts[place] for place in kept]
        self._dated = array("i", (self._dated[place] for place in kept))
        self._weighed = [(0, 1.0, 1.0)] * len(kept)
        self._total = sum(text.length for text in self._texts)
        self._postings, self._frequency, self._rarity = {}, {}, _Rarity(len(kept))
        for place, text in enumerate(self._texts):
            self._post(place, text)
        if self._meaning is not None:
            self._meaning.keep(kept)

    def best(self, text: str, limit: int, closely: int = CLOSELY) -> list[tuple[str, float]]:
        """Return the best `limit` pages that share a word with `text`, with their scores.

        Args:
            closely: So many are looked at closely.
        """
        read = _read(text)
        asked = self._asked(read)
        places = self._candidates(asked, max(limit, closely))
        if not places:
            return []
        looks = list(self._looks(asked, places))
        near = self._meaning.near(text, places) if self._meaning else [0.0] * len(places)
        top, length = max(words for words, _, _ in looks), self.length(read.terms)
        title, recent = self.length(read.title), self._recent(places)
        mixed = {
            place: words / top
            + WHOLE * whole / length
            + TITLE * heading / (title or 1.0)
            + NEAR * meant
            + late
            for place, (words, whole, heading), meant, late in zip(
                places, looks, near, recent, strict=True
            )
        }
        found = sorted(mixed, key=mixed.__getitem__, reverse=True)[:limit]
        return [(self._ids[place], round(mixed[place], 4)) for place in found]

    def _asked(self, read: _Text) -> _Asked:
        counts, frequency, rarity = read.repeated, self._frequency, self._rarity
        idf = {term: rarity[frequency[term]] for term in read.terms if term in frequency}
        words = {
            term: weight * min(counts[term], _MOST) if term in counts else weight
            for term, weight in idf.items()
        }
        squares = {term: weight * weight for term, weight in idf.items()}
        known = frozenset(idf)
        return _Asked(known, idf, words, squares, read.title & known)

    def _candidates(self, asked: _Asked, number: int) -> list[int]:
        """Return so many places that are worth a close look, by the rarest terms and by time."""
        rarest = self._rarest(asked.idf)
        scores: dict[int, float] = {}
        get = scores.get
        for term in rarest:
            weight = asked.words[term]
            for place, impact in zip(*self._postings[term], strict=True):
                scores[place] = get(place, 0.0) + weight * impact
        if len(scores) <= number:
            return list(scores)
        top, recent = max(scores.values()), self._recent(scores)
        first = [score / top + late for score, late in zip(scores.values(), recent, strict=True)]
        least = sorted(first, reverse=True)[number - 1]
        return [place for place, one in zip(scores, first, strict=True) if one >= least][:number]

    def _rarest(self, idf: dict[str, float]) -> list[str]:
        """Return the rarest terms, until together they stand on so many pages that more tell little."""
        pairs = sorted(zip(map(neg, idf.values()), idf, strict=True))[:_RAREST]
        rarest = [term for _, term in pairs]
        held = accumulate(len(self._postings[term][0]) for term in rarest)
        most = len(self._ids) * _SHARE
        enough = next((n for n, number in enumerate(held, 1) if number > most), _RAREST)
        return rarest[: max(enough, _FEW)]

    def _looks(self, asked: _Asked, places: Iterable[int]) -> Iterator[tuple[float, float, float]]:
        """Yield each page's BM25, and what text and title share by its own length, for a cosine."""
        weights, square, lengths = asked.words, asked.squares.__getitem__, self._weighed
        fixed, by_length = self._norms()
        for place in places:
            text = self._texts[place]
            shared, norm = asked.known & text.terms, fixed + by_length * text.length
            words = sum(map(weights.__getitem__, shared)) / (1 + norm)
            for term in shared & text.repeated.keys() if text.repeated else ():
                count = text.repeated[term]
                words += weights[term] * (count / (count + norm) - 1 / (1 + norm))
            number, length, title = lengths[place]
            if number * 3 // 2 < len(self._ids):
                length, title = self._weigh(place)
            named = asked.title & text.title
            heading = sum(map(square, named)) / title if named else 0.0
            yield words, sum(map(square, shared)) / length, heading

    def _weigh(self, place: int) -> tuple[float, float]:
        """Return the lengths of a page's text and title, weighed anew: many pages have come."""
        text = self._texts[place]
        whole, title = self.length(text.terms), self.length(text.title) or 1.0
        self._weighed[place] = len(self._ids), whole, title
        return whole, title

    def length(self, found: Iterable[str]) -> float:
        """Return how long the vector of these terms is, each weighed by its rarity."""
        frequencies = map(self._frequency.get, found, repeat(0))
        weights = list(map(self._rarity.__getitem__, frequencies))
        return math.sqrt(sum(map(mul, weights, weights)))

    def rarity(self, term: str) -> float:
        """Return the term's inverse document frequency, `ln((N + 1) / (n + 0.5))`."""
        return self._rarity[self._frequency.get(term, 0)]

    def _recent(self, places: Iterable[int]) -> list[float]:
        """Return what each place has of nearness in time."""
        near, now, dated = self._nearness, self._tickets, self._dated
        while len(near) < now + 2:
            near[-1:] = nearness(len(near) - 1), TIMELESS  # what is not dated comes last
        return [near[now - dated[place]] for place in places]


def nearness(ago: int) -> float:
    """Return what so many tickets ago counts."""
    return sum(weight * math.exp(-ago / span) for span, weight in SPANS)
