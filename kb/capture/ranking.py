"""Ranks pages and earlier tickets for a problem: rare words find candidates, which are then compared.

A first look adds up BM25 over the query's rarest terms. The best are then looked at closely: BM25
over all terms, how alike the whole texts and the titles are, nearness in time and, with the extra
`embeddings`, in meaning. The weights were fitted, cross-validated by cluster, on questions that
helpers pointed back to earlier ones (`docs/dev/decisions/0011-nearness-in-time.md`).
"""

import math
from array import array
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from heapq import nlargest

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
_RAREST = 24
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


class Ranking:
    """An index that grows with each page; what is added later is nearer in time."""

    def __init__(self, meaning: Meaning | None = None) -> None:
        self._meaning = meaning
        self._ids: list[str] = []
        self._texts: list[_Text] = []
        self._long = array("I")
        self._dated = array("i")
        self._weighed: list[tuple[int, float, float]] = []
        self._postings: dict[str, tuple[array[int], array[int]]] = {}
        self._rarity: dict[int, float] = {}
        self._total = self._tickets = 0

    def add(self, page_id: str, text: str, *, is_ticket: bool = False) -> None:
        """Take a page in, its title as the first line; a ticket also counts as one step of time."""
        place, read = len(self._ids), _read(text)
        self._tickets += is_ticket
        self._ids.append(page_id)
        self._texts.append(read)
        self._long.append(read.length)
        self._weighed.append((0, 1.0, 1.0))
        self._dated.append(self._tickets if is_ticket else -1)
        self._total += read.length
        self._post(place, read)
        self._rarity = {}
        if self._meaning is not None:
            self._meaning.add(text)

    def _post(self, place: int, text: _Text) -> None:
        for term, count in text.counts.items():
            places, times = self._postings.setdefault(term, (array("I"), array("I")))
            places.append(place)
            times.append(count)

    def forget(self, ids: Collection[str]) -> None:
        """Let go of these pages; the others stay in their order, as near in time as they were."""
        kept = [place for place, one in enumerate(self._ids) if one not in ids]
        self._ids = [self._ids[place] for place in kept]
        self._texts = [self._texts[place] for place in kept]
        self._long = array("I", (text.length for text in self._texts))
        self._dated = array("i", (self._dated[place] for place in kept))
        self._weighed = [(0, 1.0, 1.0)] * len(kept)
        self._total = sum(self._long)
        self._postings, self._rarity = {}, {}
        for place, text in enumerate(self._texts):
            self._post(place, text)
        if self._meaning is not None:
            self._meaning.keep(kept)

    def frequency(self, term: str) -> int:
        """Return how many pages hold the term."""
        found = self._postings.get(term)
        return len(found[0]) if found else 0

    def best(self, text: str, limit: int) -> list[tuple[str, float]]:
        """Return the best `limit` pages that share a word with `text`, with their scores."""
        asked = _read(text)
        idf = {term: self._idf(term) for term in asked.counts if term in self._postings}
        places = self._candidates(asked, idf, limit)
        if not places:
            return []
        looks = [self._look(asked, place, idf) for place in places]
        near = self._meaning.near(text, places) if self._meaning else [0.0] * len(places)
        top, length = max(words for words, _, _ in looks), self._length(asked.counts, idf)
        title = self._length(asked.title, idf)
        mixed = {
            place: words / top
            + WHOLE * whole / length
            + TITLE * heading / (title or 1.0)
            + NEAR * meant
            + self._recent(place)
            for place, (words, whole, heading), meant in zip(places, looks, near, strict=True)
        }
        found = nlargest(limit, mixed, key=mixed.__getitem__)
        return [(self._ids[place], round(mixed[place], 4)) for place in found]

    def _candidates(self, asked: _Text, idf: dict[str, float], limit: int) -> list[int]:
        """Return the places that are worth a close look, by the rarest terms and by time."""
        rarest = sorted(idf, key=lambda term: (-idf[term], term))[:_RAREST]
        mean = max(1, self._total) / max(1, len(self._ids))
        scores: dict[int, float] = {}
        fixed, by_length, lengths = K1 * (1 - B), K1 * B / mean, self._long
        for term in rarest:
            weight = min(asked.counts[term], _MOST) * idf[term] * (K1 + 1)
            for place, times in zip(*self._postings[term], strict=True):
                share = times / (times + fixed + by_length * lengths[place])
                scores[place] = scores.get(place, 0.0) + weight * share
        top = max(scores.values(), default=1.0)
        first = {place: score / top + self._recent(place) for place, score in scores.items()}
        return nlargest(max(limit, _CLOSELY), first, key=first.__getitem__)

    def _look(self, asked: _Text, place: int, idf: dict[str, float]) -> tuple[float, float, float]:
        """Return BM25, and what text and title share by the page's own length, for a cosine."""
        text = self._texts[place]
        norm = K1 * (1 - B + B * text.length * len(self._ids) / max(1, self._total))
        words = whole = 0.0
        for term in idf.keys() & text.counts.keys():
            times, weight = text.counts[term], idf[term]
            words += min(asked.counts[term], _MOST) * weight * (K1 + 1) * times / (times + norm)
            whole += weight * weight
        heading = sum(idf[term] ** 2 for term in asked.title & text.title if term in idf)
        whole_length, title_length = self._lengths(place)
        return words, whole / whole_length, heading / title_length

    def _lengths(self, place: int) -> tuple[float, float]:
        """Return the lengths of a page's text and title; weighed anew when many pages have come."""
        number, whole, title = self._weighed[place]
        if number * 3 // 2 < len(self._ids):
            text = self._texts[place]
            whole, title = self._length(text.counts, {}), self._length(text.title, {}) or 1.0
            self._weighed[place] = len(self._ids), whole, title
        return whole, title

    def _length(self, found: Iterable[str], idf: dict[str, float]) -> float:
        return math.sqrt(sum((idf.get(term) or self._idf(term)) ** 2 for term in found))

    def _idf(self, term: str) -> float:
        found = self._postings.get(term)
        frequency = len(found[0]) if found else 0
        if (known := self._rarity.get(frequency)) is None:
            known = math.log(1 + (len(self._ids) - frequency + 0.5) / (frequency + 0.5))
            self._rarity[frequency] = known
        return known

    def _recent(self, place: int) -> float:
        if self._dated[place] < 0:
            return TIMELESS
        return nearness(self._tickets - self._dated[place])


@lru_cache(maxsize=100_000)
def nearness(ago: int) -> float:
    """Return what so many tickets ago counts."""
    return sum(weight * math.exp(-ago / span) for span, weight in SPANS)
