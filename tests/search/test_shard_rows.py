"""A row that is brought forward is the row that the index would give."""

import random

import pytest

from kb.search import ranking
from kb.search.ranking import MOST_POSTINGS
from kb.search.rows import Shift, read, shifted, written

PAGES = 4096.0


@pytest.mark.parametrize(
    "held", [0, 1, 40, MOST_POSTINGS - 1, MOST_POSTINGS, MOST_POSTINGS + 2, 3000]
)
def test_a_row_follows_from_the_one_before(held: int) -> None:
    """Pages come, go and weigh otherwise: what is told is so, and most of it is told."""
    dice, told = random.Random(held), 0
    for _ in range(20):
        every = {number: dice.randint(1, 9) for number in dice.sample(range(9000), held)}
        gone = dice.sample(sorted(every), min(held, dice.randint(0, 2)))
        give = {
            number: dice.randint(1, 9)
            for number in dice.sample(range(9000, 9100), dice.randint(0, 2))
        }
        give |= {number: dice.randint(1, 9) for number in gone if dice.random() < 0.6}
        shift = Shift({number: every[number] for number in gone}, give)
        after = {number: weight for number, weight in every.items() if number not in gone} | give

        row, is_told = shifted(ranking.row(every.items(), PAGES), shift, PAGES)

        told += is_told
        assert not is_told or row == ranking.row(after.items(), PAGES)
    assert told >= 10


def test_a_row_that_was_cut_says_when_it_does_not_know_the_next() -> None:
    """The heaviest page goes, and nobody says who comes in its place."""
    row = ranking.row(((number, 5) for number in range(MOST_POSTINGS + 1)), PAGES)

    assert shifted(row, Shift({0: 5}, {}), PAGES) == (None, False)
    assert shifted(row, Shift({0: 5}, {7000: 9}), PAGES)[1]


def test_a_shard_keeps_a_row() -> None:
    """What is read is what was written."""
    row = ranking.row([(3, 9), (70, 1), (71, 4)], PAGES)

    assert (found := written(row))
    assert read(found) == row
