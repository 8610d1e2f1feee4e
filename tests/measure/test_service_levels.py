"""Satisfaction with its response rate, and the time to the first response."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from measure.moments import DAY, LATER

from kb.errors import ConfigError
from kb.measure.service_levels import compared, csat, first_response
from kb.measure.sla import promise_for, read_sla
from kb.measure.thoughtful import is_thoughtful
from kb.redaction import already_safe
from kb.tickets.ticket import Message, Role, Satisfaction, Status, Ticket


def message(
    hours: float,
    role: Role = Role.AGENT,
    *,
    public: bool = True,
    said: str = "I checked the log: set `proxy.idle` to 90s, then try again.",
) -> Message:
    at = DAY + timedelta(hours=hours)
    return Message(
        id=f"{hours}", role=role, author="x", public=public, body=already_safe(said), created_at=at
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


SLA = """
## Since 2026-01-01

| Severity | pro | basic |
|---|---|---|
| 1, broken | 4 hours | 1 business day |
| 2, impaired | 2 business hours | 2 business days |

| Plan | Time zone | Business hours |
|---|---|---|
| pro | America/Los_Angeles | Sun 14:00 to Fri 17:00 |
| basic | Europe/Berlin | Mon to Fri 08:00 to 17:00 |

| Holiday | Plans |
|---|---|
| 2026-03-03 | basic |

## Since 2026-06-01

| Severity | pro |
|---|---|
| 1 | 1 hour |
"""
PROMISES = read_sla(SLA, "sla.md")
ACK = "Thanks for writing in. We are on it and will get back to you soon."


@pytest.mark.parametrize(
    ("messages", "hours", "part"),
    [
        ([message(4)], 100, (1, 1)),
        ([message(4.01)], 100, (0, 1)),
        ([message(1, Role.AUTOMATIC), message(5)], 100, (0, 1)),
        ([message(1, public=False), message(5)], 100, (0, 1)),
        ([message(1, Role.OTHER), message(5)], 100, (0, 1)),
        ([message(1, said=ACK), message(5)], 100, (0, 1)),
        ([message(1, said=ACK), message(3)], 100, (1, 1)),
        ([], 5, (0, 1)),
        ([], 3, (0, 0)),
        ([message(6)], 3, (0, 0)),
    ],
)
def test_first_response(messages: list[Message], hours: float, part: tuple[int, int]) -> None:
    """The first public reply by an agent that helps counts; past due is breached; not due is not."""
    until = DAY + timedelta(hours=hours)
    found = first_response([ticket(*messages)], PROMISES, since=DAY, until=until)
    assert part == (found.attainment.numerator, found.attainment.denominator)
    assert found.not_due == (part[1] == 0)


def test_an_acknowledgement_is_told_apart() -> None:
    """How many tickets were only acknowledged at first stands beside the figure."""
    found = first_response(
        [ticket(message(1, said=ACK)), ticket(message(1))], PROMISES, since=DAY, until=LATER
    )
    assert (found.acknowledged, "1 tickets" in found.attainment.note) == (1, True)


@pytest.mark.parametrize(
    ("plan", "severity", "day", "within"),
    [
        ("pro", 1, "2026-05-31", timedelta(hours=4)),
        ("pro", 1, "2026-06-01", timedelta(hours=1)),
        ("pro", 2, "2026-06-02", timedelta(hours=2)),
        ("Pro", 2, "2026-03-01", timedelta(hours=2)),
        ("basic", 1, "2026-03-01", timedelta(hours=9)),
        ("basic", 2, "2026-03-01", timedelta(hours=18)),
        ("pro", 1, "2025-12-31", None),
        ("pro", 3, "2026-03-01", None),
        ("pro", None, "2026-03-01", None),
        ("free", 1, "2026-03-01", None),
    ],
)
def test_what_was_promised_when_the_ticket_came(
    plan: str, severity: int | None, day: str, within: timedelta | None
) -> None:
    """By plan, severity and day; a business day is as long as the plan's own; else nothing."""
    at = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    found = promise_for(PROMISES, plan=plan, severity=severity, at=at)
    assert within == (found.within if found else None)


@pytest.mark.parametrize(
    ("plan", "since", "until", "hours"),
    [
        ("basic", "2026-03-02T07:00+01:00", "2026-03-02T09:30+01:00", 1.5),
        ("basic", "2026-03-02T16:00+01:00", "2026-03-04T09:00+01:00", 2),
        ("basic", "2026-03-06T16:00+01:00", "2026-03-09T09:00+01:00", 2),
        ("basic", "2026-03-27T16:30+01:00", "2026-03-30T08:30+02:00", 1),
        ("pro", "2026-03-06T16:00-08:00", "2026-03-08T15:00-07:00", 2),
        ("pro", "2026-03-09T00:00-07:00", "2026-03-11T00:00-07:00", 48),
    ],
)
def test_business_hours(plan: str, since: str, until: str, hours: float) -> None:
    """Nights, weekends and holidays do not count, and days on which clocks change are right."""
    promise = next(p for p in PROMISES if p.plan == plan and p.calendar)
    used = promise.used(datetime.fromisoformat(since), datetime.fromisoformat(until))
    assert timedelta(hours=hours) == used


@pytest.mark.parametrize(
    ("page", "where"),
    [
        ("| Severity | pro |\n|---|---|\n| 1 | soon |", "sla.md:3"),
        ("| Severity | pro |\n|---|---|\n| high | 1 hour |", "sla.md:3"),
        ("| Severity | pro |\n|---|---|\n| 1 | 2 business hours |", "sla.md:3"),
        ("## Since 2026-13-01", "sla.md:1"),
    ],
)
def test_a_page_that_cannot_be_read_is_told_by_its_line(page: str, where: str) -> None:
    """A promise that nobody can compute is an error with its place, never a guess."""
    with pytest.raises(ConfigError) as told:
        read_sla(page, "sla.md")
    assert where == told.value.where


def test_our_own_page_is_the_form() -> None:
    """The page that documents the form can itself be read, and so can the bundled help desk's."""
    root = Path(__file__).parents[2]
    for name in ("docs/sla.md", "kb/helpdesk/docs/sla.md"):
        assert len(read_sla((root / name).read_text(encoding="utf-8"), name)) >= 8


THOUGHTFUL = (Path(__file__).parents[1] / "fixtures" / "thoughtful.txt").read_text("utf-8")


@pytest.mark.parametrize("line", [one for one in THOUGHTFUL.splitlines() if one[:1] in "+-"])
def test_thoughtful(line: str) -> None:
    """`+` what was or will be done and a next step; `-` only that somebody is there."""
    assert (line[0] == "+") == is_thoughtful(line[2:])


def test_with_and_without_an_article_at_the_same_severities() -> None:
    """A better share that is only the mix of severities is no difference."""
    rows = [(0, True, n < 10) for n in range(20)] + [(3, True, n < 72) for n in range(80)]
    rows += [(0, False, n < 40) for n in range(80)] + [(3, False, n < 18) for n in range(20)]
    found = compared("csat_with_article", rows, since=DAY, until=LATER)
    assert found.value == pytest.approx(0)
    assert compared("x", rows[:25], since=DAY, until=LATER).value is None
