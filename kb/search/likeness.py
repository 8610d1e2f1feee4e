"""Looks at a page line by line: how far its best line says just what was asked, in its order."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kb.search.analysis import analysis, members
from kb.search.lines import Lines
from kb.search.sheet import Kind

OTHER = 48
"""What a word of a line weighs that was not asked for."""
ORDER = 0.7

Worth = tuple[int, int]
"""What a term weighs, and which part of the question it belongs to."""


@dataclass(slots=True)
class Asked:
    """The query against one index.

    Attributes:
        parts: How many things were asked for.
        weights: What each term of theirs is worth.
    """

    parts: int
    weights: Mapping[str, Worth]
    length: float = field(init=False)
    _seen: dict[str, dict[str, Worth]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """A part that nothing holds weighs as a rare word."""
        best = dict.fromkeys(range(self.parts), OTHER)
        for weight, place in self.weights.values():
            best[place] = max(best[place], weight)
        self.length = math.sqrt(sum(weight * weight for weight in best.values()))

    def seen(self, lang: str) -> dict[str, Worth]:
        """Return what each term of a language is worth in a line, words alike included."""
        found = self._seen.get(lang)
        if found is None:
            how = analysis(lang)
            alike = (how.stem(word) for key in self.weights for word in members(key))
            worth = (
                (term, self._worth(term, how.kin.get(term, ()))) for term in {*self.weights, *alike}
            )
            found = self._seen[lang] = {term: one for term, one in worth if one[0] > 0}
        return found

    def _worth(self, term: str, kin: Sequence[str]) -> Worth:
        best = self.weights.get(term, (0, -2))
        for one in kin:
            if one in self.weights and self.weights[one][0] > best[0]:
                best = self.weights[one]
        return best


def best_line(lines: Lines, asked: Asked) -> tuple[float, int | None]:
    """Return how well the best line fits, 0 to 1.7, and which one is the best that can be shown."""
    words = lines.words
    worth = {words[term]: one for term, one in asked.seen(lines.lang).items() if term in words}
    is_strange = worth.keys().isdisjoint
    best, shown, line = 0.0, 0.0, None
    for at, terms in enumerate(lines.said):
        if is_strange(terms):
            continue
        can_be_shown = lines.kinds[at] >= Kind.HEADING
        value = fit(terms, worth, asked, min(best, shown) if can_be_shown else best)
        best = max(best, value)
        if can_be_shown and value > shown:
            shown, line = value, at
    return best, line


def fit(terms: Sequence[int], worth: Mapping[int, Worth], asked: Asked, least: float) -> float:
    """Return how far a line says what was asked: its likeness, more when in order.

    Args:
        terms: The line's; one of them at least was asked for.
        least: What is not above it may be told as 0.
    """
    best: dict[int, int] = {}
    different = set(terms)
    held = worth.keys() & different
    for term in held:
        weight, place = worth[term]
        if weight > best.get(place, 0):
            best[place] = weight
    shared = sum(weight * weight for weight in best.values())
    others = len(different) - len(held)
    alike = shared / asked.length / math.sqrt(shared + OTHER * OTHER * others)
    most = asked.parts - 1
    if not most:
        return alike
    if alike * (1 + ORDER) <= least:
        return 0.0
    return alike * (1 + ORDER * min(_in_order(terms, worth), most) / most)


def _in_order(terms: Sequence[int], worth: Mapping[int, Worth]) -> int:
    """Return how often a word of the line is followed by the one that was asked for next."""
    previous, found = -2, 0
    for term in terms:
        place = worth[term][1] if term in worth else -2
        found += place >= 0 and place == previous + 1
        previous = place
    return found
