"""Holds the rows of an index that was just built, so that nothing is read back to export it."""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kb.search import ranking
from kb.search.ranking import Row


@dataclass(slots=True)
class Postings:
    """What was indexed, by term; empty when the index stood already."""

    _held: defaultdict[str, "array[int]"] = field(
        default_factory=lambda: defaultdict(lambda: array("I"))
    )

    def __bool__(self) -> bool:
        """Say whether anything is held."""
        return bool(self._held)

    def add(self, number: int, impacts: Mapping[str, int]) -> None:
        """Take down a page's impact on the row of each of its terms."""
        held = self._held
        for term, impact in impacts.items():
            held[term].extend((number, impact))

    def terms(self) -> Iterator[str]:
        """Return every term."""
        return iter(self._held)

    def row(self, term: str, pages: float) -> Row | None:
        """Return a term's row; `pages` is as for `ranking.row`."""
        held = self._held.get(term)
        return ranking.row(zip(held[::2], held[1::2], strict=True), pages) if held else None
