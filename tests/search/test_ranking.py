"""Tests of the ranking's short cuts: they leave out work, and never a page."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_shards import docs

from kb.search.lines import from_json, lines_of
from kb.search.memory import Held, Index
from kb.search.page import Page
from kb.search.ranking import Gain, Gains, Row, first, rank
from kb.search.sheet import make_sheet
from kb.search.whoosh import Searcher, refresh

__all__ = ["docs"]

rows = st.dictionaries(st.integers(0, 60), st.integers(1, 255), min_size=1).map(
    lambda held: Row(1 + 400 // len(held), len(held), *zip(*sorted(held.items()), strict=True))
)
gains = st.builds(Gain, rows, st.sampled_from((4, 3)), st.sampled_from((4, 5)))


def added_up(parts: list[Gains], most: int) -> list[tuple[int, int]]:
    """Return the best pages by adding up everything."""
    scores = dict[int, int]()
    for part in parts:
        for number in {number for gain in part for number in gain.row.numbers}:
            best = max(gain.values().get(number, 0) for gain in part)
            scores[number] = scores.get(number, 0) + best
    ordered = sorted(scores.items(), key=lambda one: (-one[1], one[0]))
    return [(score, number) for number, score in ordered[:most]]


@settings(max_examples=300)
@given(st.lists(st.lists(gains, max_size=3), max_size=8), st.integers(1, 12))
def test_the_first_pages_are_those_of_the_whole_sum(parts: list[Gains], most: int) -> None:
    """Whatever is not added up, order and scores of the first pages stay, ties included."""
    assert added_up(parts, most) == first(parts, most)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("deliverydate", "dates"),
        ("deliveriesdates", "dates"),
        ("portstatus", "ports"),
        ("windlassjam", "jams"),
        ("deliverydatum", ""),  # its second half is no known word
        ("xyzdate", ""),  # nor is its first
    ],
)
def test_words_run_together_are_read_as_two(query: str, found: str) -> None:
    """A word that no page holds, nor one like it, is read as the two known words it is made of."""
    said = {"dates": "Delivery dates change", "ports": "The port has a status",
            "jams": "Windlass jams"}  # fmt: skip
    pages = tuple(Page(id=name, url=name, title=title, words="", body="Ask the harbour.")
                  for name, title in said.items())  # fmt: skip
    hits = Index(pages).search(query)
    assert found == (hits[0].id if hits else "")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("500gb", "disk"),  # as it stands there
        ("gb", "disk"),
        ("8 inches", "screen"),
        ("12inch", "screen"),
    ],
)
def test_an_amount_is_found_by_its_unit(query: str, found: str) -> None:
    """A number run together with its unit is found whole, and by the unit alone."""
    said = {"disk": "A disk of 500gb, gigabytes in full", "screen": "The screen has 8inch"}
    pages = tuple(Page(id=name, url=name, title=title, words="", body="Ask the harbour.")
                  for name, title in said.items())  # fmt: skip
    assert found == Index(pages).search(query)[0].id


def test_lines_are_kept_as_they_are_made(docs: Path, tmp_path: Path) -> None:
    """What the index keeps of a page's lines is what its sheet says."""
    index = Searcher(tmp_path / "s", refresh(docs, tmp_path / "s"))
    for number in index.numbers.values():
        made = lines_of(index.sheet(number))
        assert made == index.lines(number) == from_json(made.to_json())
    index.close()


class Far(Held):
    """An index far away: a row that was not announced costs a round trip of its own."""

    def __init__(self, *titles: str) -> None:
        super().__init__([make_sheet(path=one, url=one, title=one, lang="en", markdown="")
                          for one in titles])  # fmt: skip
        self.announced, self.alone = set[str](), list[str]()

    def expect(self, terms: Iterable[str] = (), numbers: Iterable[int] = ()) -> None:
        """Hear what will be asked for."""
        self.announced.update(terms)

    def row(self, term: str) -> Row | None:
        """Return the term's pages."""
        if term not in self.announced:
            self.alone.append(term)
        return super().row(term)


def test_what_a_word_may_mean_is_asked_for_at_once() -> None:
    """The nearest words of an unknown one are one round trip, not one each."""
    far = Far("relays", "relaxed", "related", "relapse")
    assert rank("relaz", far, 5)
    assert [] == far.alone
