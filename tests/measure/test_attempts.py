"""Who tried what, and how it ended."""

from datetime import timedelta
from typing import Any

import pytest
from measure.moments import DAY, LATER, event, one, read, wrote

from kb.measure.attempts import WINDOW, Attempt, Intent, Outcome, attempts, deflected
from kb.measure.events import Event, Kind

FORM = event(Kind.FORM_OPENED, 120)
WEEK = WINDOW.total_seconds()


def outcome(*events: Event, **given: Any) -> Outcome:
    return one(*events, **given).outcome


def test_strong_intent_and_a_read_article_without_ticket_is_probable() -> None:
    """Strong intent, an article read, the window closed, no ticket: probable."""
    found = one(read("a1"), FORM)
    assert (found.intent, found.outcome) == (Intent.STRONG, Outcome.PROBABLE)
    assert deflected(found)


def test_a_vote_confirms() -> None:
    """ "This solved it" confirms, whatever the intent; only with strong intent does it deflect."""
    assert outcome(read("a1"), event(Kind.SOLVED, 70, article="a1")) is Outcome.CONFIRMED
    assert outcome(read("a1"), FORM, event(Kind.FORM_SOLVED, 130)) is Outcome.CONFIRMED
    assert not deflected(one(read("a1"), event(Kind.SOLVED, 70, article="a1")))


def test_the_last_vote_on_a_version_counts() -> None:
    """Who takes "solved" back has not confirmed."""
    votes = [event(Kind.SOLVED, 70, article="a1"), event(Kind.NOT_SOLVED, 80, article="a1")]
    assert outcome(read("a1"), *votes) is Outcome.INDETERMINATE
    assert outcome(read("a1"), *votes, FORM) is Outcome.ABANDONED


def test_a_vote_without_an_article_confirms_nothing() -> None:
    """A confirmation is tied to an article; without one nothing is credited and nobody lost."""
    assert outcome(FORM, event(Kind.FORM_SOLVED, 130)) is Outcome.INDETERMINATE
    assert outcome(FORM, event(Kind.SOLVED, 130)) is Outcome.ABANDONED


@pytest.mark.parametrize("seconds", [0, 300, WEEK])
def test_a_ticket_in_the_window_is_a_recontact(seconds: float) -> None:
    """A ticket from the start of the attempt to the end of the window wins over every vote."""
    found = one(
        read("a1", 60, dwell=60),
        event(Kind.SOLVED, 70, article="a1"),
        FORM,
        contacts=(wrote(seconds),),
    )
    assert (found.outcome, found.ticket) == (Outcome.RECONTACT, "d:1")


@pytest.mark.parametrize("seconds", [-1, WEEK + 1])
def test_a_ticket_outside_the_window_is_none(seconds: float) -> None:
    """A ticket before the attempt, or after the window, says nothing about it."""
    found = one(read("a1", 60, dwell=60), FORM, contacts=(wrote(seconds),))
    assert (found.outcome, found.ticket) == (Outcome.PROBABLE, "")


def test_somebody_elses_ticket_is_no_recontact() -> None:
    """A ticket joins by the reader's own key alone."""
    assert outcome(read("a1"), FORM, contacts=(wrote(200, requester="r2"),)) is Outcome.PROBABLE


def test_the_sent_form_is_a_recontact_without_a_known_ticket() -> None:
    """The form that the reader sent joins where the requester's key does not."""
    found = one(read("a1"), FORM, event(Kind.TICKET_SUBMITTED, 200))
    assert (found.outcome, found.ticket) == (Outcome.RECONTACT, "")


def test_a_form_without_reading_is_abandoned() -> None:
    """Strong intent, nothing relevant read, no ticket: a failure, never a success."""
    assert outcome(event(Kind.SEARCH, 0, query="x", results=0), FORM) is Outcome.ABANDONED
    assert outcome(read("a1", dwell=14), FORM) is Outcome.ABANDONED


def test_everything_else_is_indeterminate() -> None:
    """Reading without intent prevents no ticket that we know of."""
    assert outcome(read("a1")) is Outcome.INDETERMINATE


def test_an_open_window_is_pending_whatever_happened() -> None:
    """Before the window has closed neither a success nor a failure counts."""
    start = DAY + timedelta(seconds=20)
    early = start + WINDOW - timedelta(seconds=1)
    assert outcome(read("a1"), FORM, now=early) is Outcome.PENDING
    assert outcome(read("a1"), FORM, contacts=(wrote(200),), now=early) is Outcome.PENDING
    assert outcome(read("a1"), FORM, now=start + WINDOW) is Outcome.PROBABLE


@pytest.mark.parametrize(
    ("events", "intent"),
    [
        ([event(Kind.SUGGESTION_SHOWN)], Intent.STRONG),
        ([event(Kind.SEARCH, query="x", results=1)], Intent.MEDIUM),
        ([read("a1")], Intent.MEDIUM),
        ([read(""), read("a1", 120)], Intent.WEAK),
    ],
)
def test_intent(events: list[Event], intent: Intent) -> None:
    """The form is strong; a search, or landing on an article, is medium; the rest is weak."""
    assert intent is one(*events).intent


def test_page_loads_alone_are_no_attempt() -> None:
    """Pages opened and closed at once are not eligible."""
    assert attempts([read("a1", dwell=3), read("a2", 70, dwell=0)], [], now=LATER) == ()


def test_silence_ends_an_attempt() -> None:
    """More than half an hour without activity begins a new attempt; a long read is no silence."""
    first = event(Kind.SEARCH, 0, query="x", results=1)
    after = event(Kind.SEARCH, 1801, query="x", results=1)
    long_read = read("a1", 3000, dwell=2000)
    assert len(attempts([first, after], [], now=LATER)) == 2
    assert len(attempts([first, long_read], [], now=LATER)) == 1


def test_a_change_of_topic_ends_an_attempt() -> None:
    """Articles of two topics are two problems; an article without a topic never splits."""
    events = [read("a1", 60), read("a2", 120), read("a3", 180)]

    def split(*topics: tuple[str, str]) -> list[tuple[str, ...]]:
        return [a.articles for a in attempts(events, [], now=LATER, topics=topics)]

    assert split() == [("a1", "a2", "a3")]
    assert split(("a1", "proxy"), ("a3", "cache")) == [("a1", "a2"), ("a3",)]
    assert split(("a1", "proxy"), ("a2", "proxy")) == [("a1", "a2", "a3")]


def test_one_attempt_counts_once_however_many_articles() -> None:
    """Three articles and five views are one attempt."""
    events = [read(a, 60 * i) for i, a in enumerate(("a1", "a2", "a1", "a3", "a2"), 1)]
    found = one(*events, FORM)
    assert ("a1", "a2", "a3") == found.articles == found.viewed


def test_a_repeated_event_and_a_later_one_change_nothing() -> None:
    """An id counts once, and what happened after `now` is not known yet."""
    vote = event(Kind.SOLVED, 70, article="a1")
    future = event(Kind.FORM_OPENED, LATER.timestamp() - DAY.timestamp() + 1)
    once: tuple[Attempt, ...] = attempts([read("a1", 60), vote], [], now=LATER)
    again = attempts([vote, read("a1", 60), vote, future], [], now=LATER)
    assert once == again
