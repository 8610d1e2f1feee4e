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
from itertools import accumulate

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
_RAREST = 32
_FEW = 8
_SHARE = 0.3
_CLOSELY = 100
_MOST = 3
"""A term that the query repeats counts so often at most."""


@dataclass(frozen=True, slots=True)
class _Text:
    counts: Counter[str]
    title: frozenset[str]
    length: int


@lru_cache(maxsize=4)
def _read(text: str) -> _Text:
    """Read a text once: what is asked with is often taken in next."""
    found = terms(text)
    return _Text(Counter(found), frozenset(terms(text.partition("\n")[0])), len(found))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query's terms that pages hold.

    Attributes:
        idf: How rare each is.
        words: What each adds to BM25, before the page's own count.
        squares: What each adds to a cosine.
        title: Those of the first line.
    """

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
        self._rarity: dict[int, float] = {}
        self._nearness: list[float] = []
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
        self._rarity = {}
        if self._meaning is not None:
            self._meaning.add(text)

    def _post(self, place: int, text: _Text) -> None:
        """Keep how much of each term's weight the page gets, as long as pages were until then."""
        postings, (fixed, by_length) = self._postings, self._norms()
        norm = fixed + by_length * text.length
        for term, count in text.counts.items():
            if (found := postings.get(term)) is None:
                found = postings[term] = array("I"), array("f")
            found[0].append(place)
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
        self._postings, self._rarity = {}, {}
        for place, text in enumerate(self._texts):
            self._post(place, text)
        if self._meaning is not None:
            self._meaning.keep(kept)

    def best(self, text: str, limit: int) -> list[tuple[str, float]]:
        """Return the best `limit` pages that share a word with `text`, with their scores."""
        read = _read(text)
        asked = self._asked(read)
        places = self._candidates(asked, limit)
        if not places:
            return []
        looks = list(self._looks(asked, places))
        near = self._meaning.near(text, places) if self._meaning else [0.0] * len(places)
        top, length = max(words for words, _, _ in looks), self._length(read.counts)
        title, recent = self._length(read.title), self._recent(places)
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
        idf = {term: self.rarity(term) for term in read.counts if term in self._postings}
        counts = read.counts
        words = {
            term: weight * (counts[term] if counts[term] < _MOST else _MOST)
            for term, weight in idf.items()
        }
        squares = {term: weight * weight for term, weight in idf.items()}
        return _Asked(idf, words, squares, read.title & idf.keys())

    def _candidates(self, asked: _Asked, limit: int) -> list[int]:
        """Return the places that are worth a close look, by the rarest terms and by time."""
        rarest = self._rarest(asked.idf)
        scores: dict[int, float] = {}
        get = scores.get
        for term in rarest:
            weight = asked.words[term]
            for place, impact in zip(*self._postings[term], strict=True):
                scores[place] = get(place, 0.0) + weight * impact
        top = max(scores.values(), default=1.0)
        recent = self._recent(scores)
        first = {
            place: score / top + late
            for (place, score), late in zip(scores.items(), recent, strict=True)
        }
        number = max(limit, _CLOSELY)
        if len(first) > number:
            least = sorted(first.values(), reverse=True)[number - 1]
            return [place for place, value in first.items() if value >= least][:number]
        return list(first)

    def _rarest(self, idf: dict[str, float]) -> list[str]:
        """Return the rarest terms, until together they stand on so many pages that more tell little."""
        rarest = sorted(idf, key=lambda term: (-idf[term], term))[:_RAREST]
        held = accumulate(len(self._postings[term][0]) for term in rarest)
        most = len(self._ids) * _SHARE
        enough = next((n for n, number in enumerate(held, 1) if number > most), _RAREST)
        return rarest[: max(enough, _FEW)]

    def _looks(self, asked: _Asked, places: Iterable[int]) -> Iterator[tuple[float, float, float]]:
        """Yield each page's BM25, and what text and title share by its own length, for a cosine."""
        texts, weights, squares, lengths = self._texts, asked.words, asked.squares, self._weighed
        fixed, by_length = self._norms()
        square, terms_asked, old = squares.__getitem__, squares.keys(), len(self._ids)
        for place in places:
            text = texts[place]
            times, norm = text.counts, fixed + by_length * text.length
            shared = terms_asked & times.keys()
            words = sum([weights[one] * times[one] / (times[one] + norm) for one in shared])
            number, length, title = lengths[place]
            if number * 3 // 2 < old:
                length, title = self._weigh(place)
            heading = sum(map(square, asked.title & text.title)) if asked.title else 0.0
            yield words, sum(map(square, shared)) / length, heading / title

    def _weigh(self, place: int) -> tuple[float, float]:
        """Return the lengths of a page's text and title, weighed anew: many pages have come."""
        text = self._texts[place]
        whole, title = self._length(text.counts), self._length(text.title) or 1.0
        self._weighed[place] = len(self._ids), whole, title
        return whole, title

    def _length(self, found: Iterable[str]) -> float:
        return math.sqrt(sum([weight * weight for weight in map(self.rarity, found)]))

    def rarity(self, term: str) -> float:
        """Return the term's inverse document frequency, `ln((N + 1) / (n + 0.5))`."""
        found = self._postings.get(term)
        frequency = len(found[0]) if found else 0
        if (known := self._rarity.get(frequency)) is None:
            known = math.log((len(self._ids) + 1) / (frequency + 0.5))
            self._rarity[frequency] = known
        return known

    def _recent(self, places: Iterable[int]) -> list[float]:
        """Return what each place has of nearness in time."""
        near, now, dated = self._nearness, self._tickets, self._dated
        while len(near) <= now:
            near.append(nearness(len(near)))
        return [TIMELESS if (when := dated[place]) < 0 else near[now - when] for place in places]


def nearness(ago: int) -> float:
    """Return what so many tickets ago counts."""
    return sum(weight * math.exp(-ago / span) for span, weight in SPANS)
