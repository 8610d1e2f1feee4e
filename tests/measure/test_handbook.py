"""The page on how it is measured says what the functions say."""

from pathlib import Path

from kb.measure.handbook import SECTIONS, chapters

PAGE = Path(__file__).parents[2] / "docs" / "team" / "metrics.md"


def test_the_page_is_made_from_the_docstrings() -> None:
    """Every definition stands in the page word for word: `python -m kb.measure PAGE` mends it."""
    assert PAGE.read_text(encoding="utf-8").endswith(f"kb.measure -->\n\n{chapters()}")


def test_every_definition_has_its_formula() -> None:
    """A function that is a definition tells its formula or its rule, with something in code."""
    plain = [f.__name__ for _, group in SECTIONS for f in group if "`" not in (f.__doc__ or "")]
    assert [] == plain


def test_a_number_behind_a_name_is_told() -> None:
    """A reader without the source knows how few votes are too few, and is sent to no other page."""
    assert "Here `LEAST` is 10." in chapters()
    assert "Here `IDLE` is 1,800 seconds, `FEWEST` is 3, `ONE_IN` is 1,000." in chapters()
    assert "metrics.md" not in chapters()
