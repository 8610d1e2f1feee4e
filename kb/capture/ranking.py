"""Ranks pages and earlier tickets for a problem: BM25, how near in meaning, how near in time."""

import math
from array import array
from collections import Counter
from heapq import nlargest

from kb.capture.meaning import Meaning
from kb.capture.words import terms

K1, B = 1.2, 0.75
NEAR, RECENT = 0.4, 0.3
"""Weight of the cosine and of nearness in time beside the best BM25 score, which counts 1."""
SPANS = (200, 2_000)
"""So many tickets later, nearness in time has fallen to a third; mean of the two."""
_RAREST = 40


class Ranking:
    """An index that grows with each page; what is added later is nearer in time."""

    def __init__(self, meaning: Meaning | None = None) -> None:
        self._meaning = meaning
        self._ids: list[str] = []
        self._lengths = array("I")
        self._dated = array("i")
        self._postings: dict[str, tuple[array[int], array[int]]] = {}
        self._total = self._tickets = 0

    def add(self, page_id: str, text: str, *, is_ticket: bool = False) -> None:
        """Take a page in; a ticket's also counts as one step of time."""
        place, counts = len(self._ids), Counter(terms(text))
        self._tickets += is_ticket
        self._ids.append(page_id)
        self._dated.append(self._tickets if is_ticket else -1)
        self._lengths.append(counts.total())
        self._total += counts.total()
        for term, count in counts.items():
            places, times = self._postings.setdefault(term, (array("I"), array("I")))
            places.append(place)
            times.append(count)
        if self._meaning is not None:
            self._meaning.add(text)

    def frequency(self, term: str) -> int:
        """Return how many pages hold the term."""
        found = self._postings.get(term)
        return len(found[0]) if found else 0

    def best(self, text: str, limit: int) -> list[tuple[str, float]]:
        """Return the best `limit` pages that share a word with `text`, with their scores."""
        scores = self._words(text)
        if not scores:
            return []
        top = max(scores.values())
        near = self._meaning.near(text) if self._meaning is not None else None
        mixed = {
            place: score / top + self._recent(place) + (NEAR * near[place] if near else 0.0)
            for place, score in scores.items()
        }
        found = nlargest(limit, mixed, key=mixed.__getitem__)
        return [(self._ids[place], round(mixed[place], 4)) for place in found]

    def _recent(self, place: int) -> float:
        if self._dated[place] < 0:
            return 0.0
        ago = self._tickets - self._dated[place]
        return RECENT * sum(math.exp(-ago / span) for span in SPANS) / len(SPANS)

    def _words(self, text: str) -> dict[int, float]:
        """Return the BM25 scores by the query's rarest terms."""
        query = Counter(terms(text))
        known = sorted((self.frequency(t), t) for t in query if t in self._postings)[:_RAREST]
        number, mean = len(self._ids), self._total / max(1, len(self._ids))
        scores: dict[int, float] = {}
        for frequency, term in known:
            weight = min(query[term], 3) * (K1 + 1)
            weight *= math.log(1 + (number - frequency + 0.5) / (frequency + 0.5))
            for place, times in zip(*self._postings[term], strict=True):
                norm = K1 * (1 - B + B * self._lengths[place] / mean)
                scores[place] = scores.get(place, 0.0) + weight * times / (times + norm)
        return scores
