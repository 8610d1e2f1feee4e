"""Tests of who is who: one person in many spellings is one, and two people stay two."""

import pytest
from factories import AUTHOR, REVIEWER, later, make_article, submitted

from kb.articles.article import Verb
from kb.articles.identity import is_same
from kb.articles.lifecycle import move
from kb.errors import LifecycleError

ALIKE = (
    "mara.lind@ferrywright.example",
    "maralind@ferrywright.example",
    "m.a.r.a.lind@ferrywright.example",
    "mаra.lind@ferrywright.example",  # Cyrillic a
    "mаrа.lind@ferrywright.example",
    "mara.lınd@ferrywright.example",  # Turkish dotless i
    "mara.1ind@ferrywright.example",
    "mara.Iind@ferrywright.example",
    "rnara.lind@ferrywright.example",
    "márã.lind@ferrywright.example",
    "μara.lind@ferrywright.example".replace("μ", "м"),
    "mara.lind@ferrywrіght.example",  # Ukrainian i in the host
    "mara.lind@fеrrywright.example",
    "mailto:mara.lind@ferrywright.example",
    '"mara.lind"@ferrywright.example',
    "mara.lind(reviewer)@ferrywright.example",
    "mara.lind@ferrywright.example.",
    "mara.lind@.ferrywright.example",
    "𝓶𝓪𝓻𝓪.𝓵𝓲𝓷𝓭@ferrywright.example",
    "mara\u2060.lind@ferrywright.example",
    "mara.lind\ufe0f@ferrywright.example",
    "\u202emara.lind@ferrywright.example",
    "mara.lind",
    "Mara Lind",
    "mara lind",
)


@pytest.mark.parametrize("by", ALIKE, ids=ascii)
def test_author_in_disguise(by: str) -> None:
    """Whatever looks like the author to a hurried eye may not approve."""
    assert is_same(by, AUTHOR)
    with pytest.raises(LifecycleError):
        move(submitted(), Verb.APPROVE, by=by, at=later(20))


def test_same_full_name_at_another_address() -> None:
    """A second mailbox of the same full name is the same person."""
    article = submitted(make_article(by="Mara Lind <mara@one.example>"), by=REVIEWER)
    with pytest.raises(LifecycleError, match="you wrote"):
        move(article, Verb.APPROVE, by="Mara Lind <lind@two.example>", at=later(20))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (AUTHOR, REVIEWER),
        ("mara.lind@one.example", "mara.lind@two.example"),
        ("info@one.example", "info@two.example"),
        ("user2@one.example", "user3@one.example"),
        ("Support <a@one.example>", "Support <b@one.example>"),
        ("Mara Lind <mara@one.example>", "Mara Lund <mara.lund@one.example>"),
        ("tove", "mara"),
    ],
)
def test_two_people(one: str, other: str) -> None:
    """People with other addresses are others, also where one part is the same."""
    assert not is_same(one, other)
