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
        known=[f"d:{n}" for n in range(2, 8)],
        new=[f"d:{n}" for n in range(8, 26)],
        since=DAY,
        until=LATER,
    )
    link, known = found.link_rate, found.known_share
    assert (link.numerator, link.denominator) == (7, 40)
    assert (known.numerator, known.denominator) == (6, 24)


def test_tickets_outside_the_window_are_in_neither() -> None:
    """A ticket solved before or after is not counted."""
    found = linking(TICKETS, answered=[], known=["d:0"], new=[], since=LATER, until=LATER)
    assert (found.link_rate.denominator, found.known_share.denominator) == (0, 0)
    assert found.link_rate.rate is None
