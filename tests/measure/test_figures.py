"""A figure shows its parts, and says so when it knows too little."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from measure.moments import DAY, LATER, event, one, page, read, wrote

from kb.measure.attempts import Attempt, Outcome, attempts
from kb.measure.definitions import implicit_success, self_service_ratio
from kb.measure.deflection import deflection
from kb.measure.events import Event, Kind
from kb.measure.figures import Figure, figure_json, share, wilson
from kb.measure.readership import readership
from kb.measure.tally import Tally, count
from kb.measure.votes import helpfulness, last_votes


def figure(numerator: int, denominator: int) -> Figure:
    return share("x", numerator, denominator, since=DAY, until=LATER)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(45, 400, 0.085, 0.147), (81, 263, 0.2553, 0.3662), (0, 10, 0.0, 0.2775), (0, 0, 0.0, 1.0)],
)
def test_wilson_agrees_with_published_values(
    successes: int, trials: int, low: float, high: float
) -> None:
    """45 of 400 is 8.5 to 14.7 % (metrics.md); 81 of 263 is Newcombe's (1998) worked example."""
    assert (low, high) == pytest.approx(wilson(successes, trials), abs=5e-4)


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_wilson_holds_the_rate(one_number: int, other: int) -> None:
    """The interval lies in [0, 1], holds the rate, and is the mirror of the failures' interval."""
    successes, trials = sorted((one_number, other))
    low, high = wilson(successes, trials)
    assert 0 <= low <= high <= 1
    if trials:
        assert low - 1e-9 <= successes / trials <= high + 1e-9
        assert (1 - high, 1 - low) == pytest.approx(wilson(trials - successes, trials))


def test_too_little_data_is_said() -> None:
    """Under ten there is neither rate nor interval, and never a zero."""
    few = figure(0, 9)
    assert (few.rate, few.low, few.high, few.note) == (None, None, None, "too little data")
    assert str(few) == "too little data (0 of 9)"
    assert figure(0, 10).rate == 0.0
    assert figure_json(figure(0, 0))["rate"] is None


def test_a_figure_reads_with_its_parts() -> None:
    """Numerator, denominator and interval stand beside the rate."""
    assert str(figure(45, 400)) == "11.2% (45 of 400; 95 % interval 8.5% to 14.7%)"


def attempts_of(*counts: tuple[int, list[Event]], wrote_in: int = 0) -> tuple[Attempt, ...]:
    events, contacts, number = [], [], 0
    for times, pattern in counts:
        for _ in range(times):
            number += 1
            for e in pattern:
                copy = event(
                    e.kind, (e.at - DAY).total_seconds(), reader=f"r{number}", article=e.article,
                    dwell=e.dwell, results=e.results,
                )  # fmt: skip
                events.append(copy)
    contacts = [wrote(500, requester=f"r{n}", ticket=f"d:{n}") for n in range(1, wrote_in + 1)]
    return attempts(events, contacts, now=LATER)


FORM = event(Kind.FORM_OPENED, 120)
SOLVED = event(Kind.SOLVED, 130, article="a1")


def test_deflection_counts_confirmed_and_probable_of_strong_intent() -> None:
    """Explicit = (confirmed with strong intent + probable) / strong; weak votes stay outside."""
    rows = attempts_of(
        (8, [read(), FORM]), (6, [read(), FORM, SOLVED]), (4, [FORM]), (20, [read(), SOLVED]),
        wrote_in=3,
    )  # fmt: skip
    found = deflection(rows, since=DAY, until=LATER)
    assert (found.explicit.numerator, found.explicit.denominator) == (11, 18)
    assert (found.confirmed.numerator, found.confirmed.denominator) == (6, 18)
    assert [n for _, n in found.outcomes] == [26, 5, 3, 4, 0, 0]
    assert [n for _, n in found.strong] == [6, 5, 3, 4, 0, 0]


def test_pending_is_in_no_denominator() -> None:
    """A window still open counts as nothing, and is told apart."""
    row = one(read(), FORM, now=DAY + timedelta(days=1))
    found = deflection([row], since=DAY, until=LATER)
    assert (found.explicit.denominator, found.pending) == (0, 1)
    assert (Outcome.PENDING, 1) in found.outcomes


def test_an_attempt_outside_the_window_is_not_counted() -> None:
    """The window is half open: [since, until) by the attempt's start."""
    row = one(read(seconds=40), FORM)
    assert deflection([row], since=row.start, until=LATER).explicit.denominator == 1
    assert deflection([row], since=DAY - timedelta(1), until=row.start).explicit.denominator == 0


def test_others_definitions_are_labelled() -> None:
    """Implicit success and the self-service ratio say what they are not."""
    search = event(Kind.SEARCH, 10, results=2)
    click = event(Kind.OPEN, 12, article="a1")
    rows = attempts_of((7, [search, click]), (5, [search]), wrote_in=2)
    seen = Tally()
    count(seen, rows)
    implicit = implicit_success(seen, since=DAY, until=LATER)
    assert (implicit.numerator, implicit.denominator) == (5, 12)
    assert "not deflection" in implicit.note
    contacts = [wrote(1, requester=f"c{n % 10}") for n in range(20)]
    ratio = self_service_ratio(seen, contacts, since=DAY, until=LATER)
    assert (ratio.numerator, ratio.denominator, ratio.low) == (12, 10, None)
    assert str(ratio) == "1.2 (12 of 10)"


def test_one_vote_a_reader_a_version() -> None:
    """The last vote counts; a hundred thousand from one reader are one."""
    again = [event(Kind.SOLVED, n, article="a1") for n in range(50)]
    other = event(Kind.NOT_SOLVED, 60, article="a1")
    newer = event(Kind.SOLVED, 61, article="a1", version="v2")
    assert (other, newer) == last_votes([*again, other, newer])


def test_helpfulness_is_hidden_under_ten_votes() -> None:
    """The lower bound shows from ten votes on, for each version by itself."""
    votes = [event(Kind.SOLVED, n, reader=f"r{n}", article="a1") for n in range(10)]
    newer = [event(Kind.SOLVED, n, reader=f"r{n}", article="a1", version="v2") for n in range(9)]
    first, second = helpfulness([*votes, *newer])
    assert (first.up, first.down) == (10, 0)
    assert first.lower == pytest.approx(0.7225, abs=1e-4)
    assert (second.up, second.lower) == (9, None)


def test_an_article_shares_credit_and_names_who_still_wrote_in() -> None:
    """A deflected attempt is shared among the articles read; a reader who wrote in is told once."""
    events = [read("a1", 60), read("a2", 120), event(Kind.FORM_OPENED, 130)]
    events += [read("a1", 60, reader="r2"), read("a1", 9000, reader="r2")]
    contacts = [wrote(9500, requester="r2", ticket="d:7")]
    rows = attempts(events, contacts, now=LATER)
    seen = Tally()
    count(seen, rows)
    found, _ = readership([page("a1"), page("a2")], seen, seen.cast(), since=DAY, until=LATER)
    assert (
        found.views,
        found.readers,
        found.still_wrote_in,
        found.tickets,
        found.credit,
    ) == (3, 2, 1, ("d:7",), 0.5)
    assert (found.wrote_in.numerator, found.wrote_in.denominator) == (2, 3)
