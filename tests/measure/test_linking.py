"""Link rate, and known against new."""

from datetime import timedelta

from factories import make_ticket
from measure.moments import DAY, LATER

from kb.measure.linking import linking

TICKETS = [make_ticket(key=f"d:{n}", solved_at=DAY + timedelta(hours=n)) for n in range(40)]


def test_known_was_written_down_before() -> None:
    """Of solved tickets: linked ones, and among the decided ones those known before."""
    found = linking(
        TICKETS,
        answered=["d:1", "d:2"],
        known={f"d:{n}": None for n in range(2, 8)},
        new=[f"d:{n}" for n in range(8, 26)],
        judged={},
        since=DAY,
        until=LATER,
    )
    link, known = found.link_rate, found.known_share
    assert (link.numerator, link.denominator) == (7, 40)
    assert (known.numerator, known.denominator) == (6, 24)


def test_tickets_outside_the_window_are_in_neither() -> None:
    """A ticket solved before or after is not counted."""
    found = linking(
        TICKETS,
        answered=[],
        known={"d:0": None},
        new=[],
        judged={"d:0": True},
        since=LATER,
        until=LATER,
    )
    assert (found.link_rate.denominator, found.known_share.denominator) == (0, 0)
    assert found.link_rate.rate is None
    assert found.accuracy.denominator == 0


def test_known_is_not_found_or_not_captured() -> None:
    """An article that was out when the ticket came was not found; one that was not, not captured."""
    came = TICKETS[0].created_at
    found = linking(
        TICKETS,
        answered=[],
        known={
            "d:1": came - timedelta(days=1),
            "d:2": came,
            "d:3": came + timedelta(days=1),
            "d:4": None,
        },
        new=[f"d:{n}" for n in range(8, 26)],
        judged={},
        since=DAY,
        until=LATER,
    )
    parts = (found.known_not_found, found.known_not_captured)
    assert [(2, 22), (2, 22)] == [(one.numerator, one.denominator) for one in parts]


def test_accuracy_is_of_the_links_that_were_looked_at() -> None:
    """A link that nobody looked at is neither right nor wrong, and a few say nothing."""
    judged = {f"d:{n}": n != 5 for n in range(12)}
    found = linking(
        TICKETS,
        answered=[],
        known={f"d:{n}": None for n in range(30)},
        new=[],
        judged=judged,
        since=DAY,
        until=LATER,
    )
    assert (11, 12) == (found.accuracy.numerator, found.accuracy.denominator)
    assert "looked at" in found.accuracy.note
