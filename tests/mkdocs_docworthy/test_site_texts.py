"""The interface's words, in every language."""

import re

import pytest
from mkdocs_docworthy.texts import LANGUAGES, counted, texts


def test_six_languages_have_a_catalogue() -> None:
    """English, German, French, Spanish, Portuguese and Japanese, to start with."""
    assert {"en", "de", "fr", "es", "pt", "ja"} <= set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_say_the_same(language: str) -> None:
    """Every catalogue has the same keys, none empty, with the same places to fill in."""
    english, other = texts("en"), texts(language)
    assert list(english) == list(other)
    for key, words in english.items():
        assert other[key].strip()
        assert re.findall(r"\{\w+\}", words) == re.findall(r"\{\w+\}", other[key]), key


@pytest.mark.parametrize(("tag", "yes"), [("pt-BR", "Sim"), ("DE_de", "Ja"), ("tlh", "Yes")])
def test_a_language_tag_finds_its_catalogue(tag: str, yes: str) -> None:
    """A region is left away, and a language without a catalogue reads English."""
    assert yes == texts(tag)["yes"]


def test_one_and_many() -> None:
    """One is said differently from many where the language does."""
    assert "1 article" == counted(texts("en"), "articles", 1)
    assert "3 artículos" == counted(texts("es"), "articles", 3)
