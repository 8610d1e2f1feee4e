"""Tests of titles: a way that is asked for, a platform that is a name."""

import pytest
from factories import make_thread, make_ticket

from kb.capture.environment import environment, platform_of
from kb.capture.problem import problem_of
from kb.capture.title import title
from kb.redaction import already_safe
from kb.tickets.ticket import Role, Ticket


def asked(subject: str, platform: str = "") -> Ticket:
    """Return a ticket of one message, with a form's field."""
    return make_ticket(
        subject=already_safe(subject),
        messages=make_thread((Role.REQUESTER, "The push stops after a minute.")),
        fields=(("platform", already_safe(platform)),) if platform else (),
    )


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        ("Is there a way to sort the crates in the hold?", "How to sort the crates in the hold"),
        ("Is there any easy way to sort all the crates?", "How to sort all the crates"),
    ],
)
def test_what_asks_for_a_way_begins_with_how(subject: str, expected: str) -> None:
    """No title begins with "to"."""
    ticket = asked(subject)
    found, _ = title(ticket.subject, problem_of(ticket), product="", platform="", lang="en")
    assert expected == found


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("Windows 10", "Windows 10"),
        ("Windows 10 (still)", "Windows 10"),
        ("Debian 12 (amd64)", "Debian 12 (amd64)"),
        ("it happens on Ubuntu 24.04 at work", "Ubuntu 24.04"),
        ("both Ubuntu 24.04 and Android 15 have it", ""),
        ("333", ""),
    ],
)
def test_a_platform_is_a_name(field: str, expected: str) -> None:
    """Of what somebody types into a form a title takes the one name that stands in it."""
    assert expected == platform_of(asked("Push stops", field))


def test_a_number_is_no_system() -> None:
    """A field without a letter is no fact of the environment."""
    assert "4444" not in [fact for _, fact in environment(asked("Push stops", "4444"), None)]
