"""The edit form and the article are the same thing twice."""

import pytest
from factories import make_article

from kb.articles.article import parse, render
from kb.errors import ArticleError
from kb.service.editing import edited, fields_of


def test_a_form_that_changes_nothing() -> None:
    """What the form shows, sent back as it is, is the article."""
    article = parse(render(make_article()))

    assert article == edited(article, fields_of(article))


def test_a_translation_is_named_in_the_form() -> None:
    """Language and original are fields of the form."""
    article = parse(render(make_article()))
    after = edited(article, {"lang": " de ", "translation_of": "the-original"})

    assert ("de", "the-original") == (after.lang, after.translation_of)
    assert "de" == edited(after, {"lang": ""}).lang


def test_an_original_that_can_be_none_is_refused() -> None:
    """What cannot be an article's id is said, and nothing is saved."""
    with pytest.raises(ArticleError, match="translation_of"):
        edited(make_article(), {"translation_of": "../../etc"})
