"""Tests of the errors: each is a sentence to a colleague, with an exit code."""

import pytest

from kb import errors
from kb.errors import KbError

ALL = [one for one in vars(errors).values() if isinstance(one, type)]


@pytest.mark.parametrize("kind", ALL, ids=lambda one: one.__name__)
def test_error_is_a_sentence(kind: type[KbError]) -> None:
    """An error reads *where: what is so. what to do.*"""
    error = kind("docs/x.md:4", "state is 'publshed'", "Use draft or published")

    assert "docs/x.md:4: state is 'publshed'. Use draft or published." == str(error)


@pytest.mark.parametrize("kind", ALL, ids=lambda one: one.__name__)
def test_error_has_an_exit_code(kind: type[KbError]) -> None:
    """1 is something to act on, 2 wrong usage, 3 a source or service that failed."""
    assert kind.exit_code in (1, 2, 3)


def test_error_keeps_its_parts() -> None:
    """A door can tell the place, the fact and the remedy apart."""
    error = KbError("x", "it is so", "Mend it")

    assert ("x", "it is so", "Mend it") == (error.where, error.what, error.todo)
