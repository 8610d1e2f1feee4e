"""A term's row in a shard: written, read, and brought forward by what its pages give now."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import accumulate, pairwise
from typing import Any

from kb.search.ranking import MOST_POSTINGS, Row, idf

Impacts = Mapping[tuple[int, str], int]
"""What pages give to the rows of their terms, by page number and term."""


@dataclass(frozen=True, slots=True)
class Shift:
    """What pages that came, changed or went gave to one row, and what they give now, by number."""

    gave: dict[int, int] = field(default_factory=dict)
    give: dict[int, int] = field(default_factory=dict)


def shifts(gave: Impacts, give: Impacts) -> dict[str, Shift]:
    """Return the shift of each term's row."""
    found = defaultdict[str, Shift](Shift)
    for (number, term), impact in gave.items():
        found[term].gave[number] = impact
    for (number, term), impact in give.items():
        found[term].give[number] = impact
    return found


def read(row: list[Any]) -> Row:
    """Return what `written` wrote."""
    rarity, pages, gaps, impacts = row
    return Row(rarity, pages, tuple(accumulate(gaps)), tuple(impacts))


def written(row: Row | None) -> list[Any] | None:
    """Return a row as a shard has it, None for one without pages."""
    if row is None or not row.numbers:
        return None
    gaps = [now - before for before, now in pairwise((0, *row.numbers))]
    return [row.idf, row.pages, gaps, list(row.impacts)]


def shifted(row: Row | None, shift: Shift, pages: float) -> tuple[Row | None, bool]:
    """Return a row after a shift, and whether it is told by the one before: else ask the index.

    A row that was cut does not say which page comes next. It need not while those that it has, and
    those that come, all weigh more than the last that it had.

    Args:
        pages: As for `ranking.row`.
    """
    before = dict(zip(row.numbers, row.impacts, strict=True)) if row else {}
    last = max(map(_weight, before.items())) if row and row.pages > len(before) else None
    holding = (row.pages if row else 0) - len(shift.gave) + len(shift.give)
    kept = {number: impact for number, impact in before.items() if number not in shift.gave}
    kept |= shift.give
    if len(kept) > MOST_POSTINGS:
        kept = dict(sorted(kept.items(), key=_weight)[:MOST_POSTINGS])
    if len(kept) < min(holding, MOST_POSTINGS):
        return None, False
    if not kept:
        return None, True
    if last and max(map(_weight, kept.items())) > last:
        return None, False
    numbers, impacts = zip(*sorted(kept.items()), strict=True)
    return Row(idf(holding, pages), holding, numbers, impacts), True


def _weight(posting: tuple[int, int]) -> tuple[int, int]:
    """Return what orders pages: first where the term weighs most."""
    number, impact = posting
    return -impact, number
