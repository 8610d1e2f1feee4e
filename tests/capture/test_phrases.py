"""Tests of the languages' files: adding a language is adding data, and the data is sound."""

import re

import pytest

from kb.capture.language import languages
from kb.capture.phrases import pattern, words

NAMES = sorted(languages())


@pytest.mark.parametrize("code", NAMES)
def test_a_language_has_only_what_english_explains(code: str) -> None:
    """No list has a name that the English file does not have: a slip would never be read."""
    known, told = languages()["en"], languages()[code]
    assert set() == {*told.words, *told.phrases} - {*known.words, *known.phrases}


@pytest.mark.parametrize("code", NAMES)
def test_phrases_are_whole_patterns(code: str) -> None:
    """Each phrase compiles by itself, captures nothing by name and is not empty."""
    for phrases in languages()[code].phrases.values():
        assert all(phrases)
        assert [] == [one for one in phrases if re.compile(one).groupindex]
        assert len(phrases) == len(set(phrases))


def test_a_slot_is_any_phrase_of_any_language() -> None:
    """One frame reads every language; where words do not stand apart it asks for no border."""
    cause = pattern(r"(?i)\b(?:{cause})\b")
    assert cause.search("Because of the tide.")
    assert cause.search("Das liegt daran, dass Ebbe ist.")
    assert cause.search("潮が原因です。")
    assert not cause.search("becauseway")


def test_a_language_that_lists_nothing_matches_nothing() -> None:
    """A pattern of one language without such a list finds nothing, not everything."""
    assert not pattern(r"\b(?:{went_well})\b", "de").search("and it works")


def test_words_are_those_of_every_language() -> None:
    """Words that no search looks for come from every file."""
    assert {"the", "und", "het"} <= words("common")
