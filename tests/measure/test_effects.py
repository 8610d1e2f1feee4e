"""Cause, not correlation: the estimators hold planted truths, and refuse where there is too little."""

from datetime import datetime, timedelta
from operator import attrgetter
from random import Random

import pytest
from measure.moments import DAY, LATER, page

from kb.helpdesk.simulator import END, ESTIMATORS, Run, at_the_form, covered, planted_trials
from kb.measure.article_effect import SPAN, Asked, article_effects
from kb.measure.attempts import attempts
from kb.measure.experiment import Trial, holdout
from kb.measure.trials import trials_of

CASES = [
    pytest.param(name, run, truth, id=f"{name} {truth}")
    for name, run, truths in ESTIMATORS
    for truth in truths[:2]
]


@pytest.mark.parametrize(("name", "run", "truth"), CASES)
def test_intervals_hold_the_planted_truth(name: str, run: Run, truth: float) -> None:
    """Of 40 seeded runs the 95 % intervals miss the truth, none among them, in at most six."""
    found = covered(name, run, truth, runs=40, seed=7)
    assert found.runs == 40
    assert found.held >= 34
    assert abs(found.bias) < 0.1


def test_what_is_planted_comes_out_of_the_events() -> None:
    """The trials that the simulator plants are those that attempts at the form are gathered into."""
    planted = planted_trials(Random(5), -0.1, readers=300)
    rows = attempts(at_the_form(planted, Random(6)), (), now=END + timedelta(days=30))
    key = attrgetter("arm", "forms", "tickets")
    assert sorted(map(key, planted)) == sorted(map(key, trials_of(rows)))


def trials(held: tuple[int, int], shown: tuple[int, int], share: str = "0.5") -> list[Trial]:
    """Return `(readers, tickets)` of both sides, a form each."""
    return [
        Trial(arm=f"{side}@{share}", forms=1, tickets=int(n < tickets))
        for side, (readers, tickets) in (("held", held), ("shown", shown))
        for n in range(readers)
    ]


def test_the_difference_is_shown_minus_held() -> None:
    """Tickets per form opened, with suggestions minus without."""
    found = holdout(trials((100, 60), (100, 40)), since=DAY, until=LATER)
    assert found.value == pytest.approx(-0.2)
    assert found.low is not None
    assert found.high is not None
    assert found.low < -0.2 < found.high < 0
    assert (100, 100) == (found.treated, found.compared)


def test_shares_are_compared_apart() -> None:
    """Sides drawn at other odds, in better or worse times, do not feign an effect."""
    good = trials((50, 5), (450, 45), "0.1")
    bad = trials((450, 360), (450, 360), "0.5")
    found = holdout([*good, *bad], since=DAY, until=LATER)
    assert found.value == pytest.approx(0)


@pytest.mark.parametrize(
    "few", [[], trials((29, 9), (400, 99)), trials((100, 1), (100, 2)), trials((60, 60), (60, 60))]
)
def test_too_little_data_is_refused(few: list[Trial]) -> None:
    """Few readers on a side, few tickets, or nothing but tickets: no value, and the reason."""
    found = holdout(few, since=DAY, until=LATER)
    assert (found.value, found.low, found.high) == (None, None, None)
    assert "too few" in found.note
    assert "not enough data" in str(found)


def asked(topic: str, before: int, after: int) -> list[Asked]:
    middle = DAY + SPAN
    return [
        *(Asked(at=middle - SPAN * (n + 1) / (before + 2), topics=(topic,)) for n in range(before)),
        *(Asked(at=middle + SPAN * (n + 1) / (after + 2), topics=(topic,)) for n in range(after)),
    ]


ARTICLE = page(topic="net", published_at=DAY + SPAN)
CONTROLS = [one for n in range(8) for one in asked(f"c{n}", 60, 88 + n)]


def test_growth_is_not_the_articles_fault() -> None:
    """Where every topic grew by half, one that stood still fell by a third."""
    (found,) = article_effects([ARTICLE], [*asked("net", 60, 61), *CONTROLS], now=DAY + 3 * SPAN)
    assert found.value == pytest.approx(-1 / 3, abs=0.03)
    assert "8 topics" in found.note


@pytest.mark.parametrize(
    ("own", "others", "now", "why"),
    [
        ((19, 5), CONTROLS, DAY + 3 * SPAN, "tickets before"),
        ((60, 60), asked("c1", 60, 60), DAY + 3 * SPAN, "topics to compare"),
        ((60, 60), CONTROLS, DAY + SPAN + timedelta(days=3), "not over"),
    ],
)
def test_an_effect_is_refused(
    own: tuple[int, int], others: list[Asked], now: datetime, why: str
) -> None:
    """Few tickets, few topics to compare with, or a span not over: no value, and the reason."""
    (found,) = article_effects([ARTICLE], [*asked("net", *own), *others], now=now)
    assert found.value is None
    assert why in found.note


def test_a_topic_has_one_first_article() -> None:
    """The second article of a topic did not bring the first one's change."""
    second = page("a2", topic="net", published_at=DAY + SPAN + timedelta(days=1))
    found = article_effects([second, ARTICLE], CONTROLS, now=DAY + 3 * SPAN)
    assert ["a1"] == [effect.about for effect in found]
