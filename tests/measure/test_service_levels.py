"""Satisfaction with its response rate, and the time to the first response."""

from datetime import datetime, timedelta

import pytest
from measure.moments import DAY, LATER

from kb.measure.service_levels import ANY_PLAN, Target, csat, first_response, target_of
from kb.redaction import already_safe
from kb.tickets.ticket import Message, Role, Satisfaction, Status, Ticket


def message(hours: float, role: Role = Role.AGENT, *, public: bool = True) -> Message:
    at = DAY + timedelta(hours=hours)
    return Message(
        id=f"{hours}", role=role, author="x", public=public, body=already_safe("hi"), created_at=at
    )


def ticket(
    *messages: Message,
    rated: Satisfaction = Satisfaction.UNOFFERED,
    plan: str = "pro",
    severity: int | None = 1,
    solved: datetime | None = DAY,
) -> Ticket:
    return Ticket(
        key="d:1",
        subject=already_safe("x"),
        status=Status.SOLVED,
        tags=(),
        messages=messages,
        requester="c",
        created_at=DAY,
        updated_at=DAY,
        solved_at=solved,
        plan=plan,
        severity=severity,
        satisfaction=rated,
    )


def test_csat_comes_with_response_rate_and_coverage() -> None:
    """good / (good + bad); rated of asked; asked of solved. An open ticket is in none."""
    rated = (
        [Satisfaction.GOOD] * 9
        + [Satisfaction.BAD] * 3
        + [Satisfaction.OFFERED] * 8
        + [Satisfaction.UNOFFERED] * 5
    )
    tickets = [ticket(rated=r) for r in rated] + [ticket(rated=Satisfaction.GOOD, solved=None)]
    found = csat(tickets, since=DAY, until=LATER)
    parts = [
        (f.numerator, f.denominator) for f in (found.rating, found.response_rate, found.coverage)
    ]
    assert parts == [(9, 12), (12, 20), (20, 25)]


TARGETS = (
    Target(plan="pro", severity=1, hours=4),
    Target(plan="pro", severity=None, hours=24),
    Target(plan=ANY_PLAN, severity=0, hours=1),
)


@pytest.mark.parametrize(
    ("messages", "hours", "part"),
    [
        ([message(4)], 100, (1, 1)),
        ([message(4.01)], 100, (0, 1)),
        ([message(1, Role.AUTOMATIC), message(5)], 100, (0, 1)),
        ([message(1, public=False), message(5)], 100, (0, 1)),
        ([message(1, Role.OTHER), message(5)], 100, (0, 1)),
        ([], 5, (0, 1)),
        ([], 3, (0, 0)),
        ([message(6)], 3, (0, 0)),
    ],
)
def test_first_response(messages: list[Message], hours: float, part: tuple[int, int]) -> None:
    """The first public reply by an agent counts; late or past due is breached; not due is not."""
    until = DAY + timedelta(hours=hours)
    found = first_response([ticket(*messages)], TARGETS, since=DAY, until=until)
    assert part == (found.attainment.numerator, found.attainment.denominator)
    assert found.not_due == (part[1] == 0)
    assert "calendar hours" in found.attainment.note


@pytest.mark.parametrize(
    ("plan", "severity", "hours"),
    [("pro", 1, 4), ("pro", 2, 24), ("pro", None, 24), ("free", 0, 1), ("free", 1, None)],
)
def test_the_first_target_that_fits_holds(
    plan: str, severity: int | None, hours: float | None
) -> None:
    """Targets are tried in order; a plan and severity without one is told apart."""
    target = target_of(ticket(plan=plan, severity=severity), TARGETS)
    assert hours == (target.hours if target else None)
    if hours is None:
        one = ticket(plan=plan, severity=severity)
        assert first_response([one], TARGETS, since=DAY, until=LATER).without_target == 1
