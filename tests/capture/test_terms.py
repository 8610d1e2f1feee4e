"""Tests of terms and languages: what is read in a shorter way is read as it always was."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.capture.answer import may_state_cause, states_cause
from kb.capture.language import detect
from kb.capture.talk import ends
from kb.capture.words import terms

_ALPHABET = "ab AB's_-.:/<>1\n\tÉΣé’日本"


@given(st.lists(st.text(_ALPHABET, max_size=30), max_size=6))
def test_a_texts_terms_are_its_lines_terms(lines: list[str]) -> None:
    """No term reaches over the end of a line, so a text is read line by line."""
    each = [term for line in lines for one in line.split("\n") for term in terms(one)]
    assert list(terms("\n".join(lines))) == each


def test_a_long_text_is_read_as_a_short_one_is() -> None:
    """How long a text is changes none of its terms, up to two thousand."""
    short = "error in kettle.lid_heater: don't <person-1> restart, 日本語\n"
    assert terms(short * 100) == terms(short) * 100


@pytest.mark.parametrize("extra", ["", " – ’"])
def test_a_language_is_told_alike_with_and_without_letters_beyond_ascii(extra: str) -> None:
    """Marks that are no letters do not change which words are counted."""
    assert detect(f"Il_programma NON si apre, e la finestra2che non va{extra}") == "it"
    assert detect(f"The_program does NOT open, and the window2that is there{extra}") == "en"


@pytest.mark.parametrize("parting", ["THANKS", "Kind regards, Mara", "İyi günler", "IYI GÜNLER"])
def test_a_parting_goes_however_it_is_written(parting: str) -> None:
    """Small letters, capitals and a Turkish i are one."""
    told = "Open the lid of the kettle and wait"
    assert ends(f"{told}. {parting}.", "en") == len(told)


@pytest.mark.parametrize(
    "sentence",
    [
        "It happens because the lid of the kettle stays open.",
        "Caused by a lid that stays open.",
        "The root cause is the open lid.",
        "Das liegt daran, dass der Deckel offen steht.",
    ],
)
def test_a_text_may_state_a_cause_where_a_sentence_does(sentence: str) -> None:
    """A text that may not is not looked at sentence by sentence."""
    assert states_cause(sentence)
    assert may_state_cause(f"Hello,\n{sentence.upper()}\nBye")
    assert not may_state_cause("Close the lid.")
