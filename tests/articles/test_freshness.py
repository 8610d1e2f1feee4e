"""Tests of freshness: what is due, what the product mended, and what no version needs any more."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from factories import AT, AUTHOR, later, make_article, published

from kb.articles.approval import digest, is_approved
from kb.articles.article import Article, Verb, parse, render
from kb.articles.freshness import Reason, claimed, due, due_on, in_range, retired_by
from kb.articles.lifecycle import move

SUPPORTED = {"ferry": "4.5"}


TODAY = AT.date()


def reasons(article: Article, today: date = TODAY) -> tuple[Reason, ...]:
    found = due([article], today, supported=SUPPORTED, demand={})
    return found[0].reasons if found else ()


def test_fresh_is_not_listed() -> None:
    """An article whose day has not come wants nothing."""
    assert () == reasons(published())


def test_due_on_its_day() -> None:
    """From the day of review_by on it is due."""
    day = date(2027, 6, 1)
    assert [(), (Reason.DUE,)] == [reasons(published(), d) for d in (day - timedelta(1), day)]


def test_verified_holds_a_year() -> None:
    """Who tried it moves its day by a year, and the approval still holds."""
    looked = move(
        published(), Verb.VERIFY, by=AUTHOR, at=AT + timedelta(days=300), note="did it on 4.6"
    )
    assert date(2028, 3, 27) - timedelta(days=1) <= due_on(looked) <= date(2028, 3, 28)
    assert is_approved(looked)


def test_without_a_date_the_approval_counts() -> None:
    """An article without review_by is due a year after it was approved."""
    assert AT.date() + timedelta(days=365) == due_on(published(make_article(review_by="")))


@pytest.mark.parametrize(
    ("fixed", "found"),
    [("Ferry 4.5", True), ("ferry 4.4.9", True), ("Ferry 4.5.1", False), ("Other 1.0", False),
     ("Ferry", False), ("Ferry 4.10", False)],
)  # fmt: skip
def test_fixed_for_every_supported_version(fixed: str, found: bool) -> None:
    """A workaround is retired once the oldest supported version has the fix."""
    article = published(make_article(fixed_in=(fixed,)))
    assert (found, found) == (
        Reason.FIXED in reasons(article),
        bool(retired_by(article, SUPPORTED)),
    )


@pytest.mark.parametrize(
    ("claims", "found"),
    [(("Ferry >=4.0,<4.5",), True), (("Ferry <=4.4",), True), (("Ferry <=4.5",), False),
     (("Ferry >=4.0",), False), (("Ferry 4.4",), True), (("Ferry 5.0",), False),
     (("Ferry 4.5",), False), (("Ferry <4.5", "Other <2"), False), ((), False)],
)  # fmt: skip
def test_out_of_range(claims: tuple[str, ...], found: bool) -> None:
    """An article is out of range when none of its ranges has a supported version."""
    assert found is (Reason.OUT_OF_RANGE in reasons(published(make_article(applies_to=claims))))


@pytest.mark.parametrize(
    ("version", "wanted", "holds"),
    [("4.2", ">=4.0,<4.5", True), ("4.5.0", ">=4.0,<4.5", False), ("4.10", ">=4.9", True),
     ("4.2.1", "=4.2", True), ("4.20", "=4.2", False), ("v4.2", "4.2", True)],
)  # fmt: skip
def test_ranges(version: str, wanted: str, holds: bool) -> None:
    """Versions are compared by their numbers."""
    assert holds is in_range(version, wanted)


def test_claims() -> None:
    """A claim is a product, which may hold spaces, and a version or range."""
    assert [("Ferry Cloud", ">=4.0,<4.5"), ("Ferry", "4.2"), ("Ferry", "")] == [
        claimed(c) for c in ("Ferry Cloud >=4.0,<4.5", "Ferry 4.2", "Ferry")
    ]


def test_most_needed_first() -> None:
    """What most people need stands first."""
    flagged = [
        move(published(make_article(id=f"a-{n}")), Verb.FLAG, by=AUTHOR, at=later(50), note="wrong")
        for n in range(3)
    ]
    found = due(flagged, AT.date(), supported={}, demand={"a-1": 9, "a-2": 3})
    assert ["a-1", "a-2", "a-0"] == [one.article for one in found]


def test_ranges_are_content() -> None:
    """A range that changes voids the approval; articles without ranges keep their digest."""
    article = published()
    assert not is_approved(replace(article, applies_to=("Ferry <4.5",)))
    assert not is_approved(replace(article, translation_of="proxy-1"))
    assert digest(article) == digest(replace(article, applies_to=(), superseded_by="other-1"))


def test_new_fields_round_trip() -> None:
    """Ranges, fixes, the original and the article that took its place are read back as written."""
    article = replace(
        published(make_article(applies_to=("Ferry >=4.0,<4.5",), fixed_in=("Ferry 4.5",))),
        translation_of="proxy-1",
        superseded_by="other-1",
    )
    assert article == parse(render(article))
