"""Tests of headings: an article is headed in its language, and known by the English names."""

import pytest
from factories import make_article

from kb.articles.article import SECTIONS, parse, render
from kb.articles.headings import address, heading, named
from kb.errors import ArticleError
from kb.search.gather import of_article

LANGUAGES = ("en", "de", "fr", "es", "pt", "pt-BR", "it", "nl", "ja", "fi")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_written_and_read_back(lang: str) -> None:
    """What is headed in a language is read back as the same article, sections by their names."""
    article = make_article(lang=lang, sections=tuple((name, f"{name} text.") for name in SECTIONS))
    text = render(article)

    assert article == parse(text)
    assert all(f"## {heading(name, lang)}\n" in text for name in SECTIONS)


def test_english_headings_stay_good() -> None:
    """An article in another language that is headed in English is read as before."""
    text = render(make_article(lang="de")).replace("## Problem\n", "## Issue\n")
    assert parse(text) == make_article(lang="de")


def test_another_languages_heading_is_none() -> None:
    """A French article is not headed in German."""
    text = render(make_article(lang="fr")).replace("## Problème\n", "## Umgebung\n")
    with pytest.raises(ArticleError, match="'Umgebung' is not a section"):
        parse(text)


def test_an_anchor_is_the_same_in_every_language() -> None:
    """A link to a section holds whatever the page's language is called."""
    for lang in LANGUAGES:
        assert list(SECTIONS) == [address(heading(name, lang)) for name in SECTIONS]
    article = make_article(lang="ja")
    sheet = of_article(article, render(article).partition("---\n\n")[2])
    assert "resolution" in sheet.anchors
    assert "Issue" == named("Issue", "xx")
