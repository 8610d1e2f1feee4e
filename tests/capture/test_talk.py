"""Tests of what is talk: a greeting alone tells a reader nothing, however it ends."""

import pytest

from kb.capture.talk import is_talk


@pytest.mark.parametrize(
    "text",
    [
        "Morning.",
        "Good morning",
        "Good evening!",
        "Hopefully.",
        "Help!",
        "Good morning Ferry Help Crew,",
    ],
)
def test_a_greeting_is_talk_with_and_without_a_stop(text: str) -> None:
    """The mark behind it changes nothing."""
    assert is_talk(text)


@pytest.mark.parametrize("text", ["Morning jobs fail with 502.", "Day view is empty"])
def test_a_sentence_that_begins_like_one_is_none(text: str) -> None:
    """What goes on after the word is told."""
    assert not is_talk(text)
