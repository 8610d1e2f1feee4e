"""How the support team answers: satisfaction, and the time to the first response."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.measure.figures import Figure, share
from kb.tickets.ticket import Role, Satisfaction, Ticket

ANY_PLAN = "*"
"""A `Target.plan` that fits every plan."""

CALENDAR_HOURS = "calendar hours; every public reply by an agent counts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How soon a ticket of one plan and severity is answered.

    Attributes:
        plan: As tickets name it, or `ANY_PLAN`.
        severity: 0 (worst) to 3; None fits every severity, unknown ones too.
        hours: From the ticket's creation to the first response.
    """

    plan: str
    severity: int | None
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Csat:
    """Satisfaction, and how far it may be believed.

    Attributes:
        rating: good / (good + bad).
        response_rate: (good + bad) / tickets that were asked.
        coverage: Tickets that were asked / solved tickets.
    """

    rating: Figure
    response_rate: Figure
    coverage: Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstResponse:
    """Attainment of the targets, and what it leaves out.

    Attributes:
        attainment: met / (met + breached + still open past due).
        not_due: Unanswered tickets whose time has not run out; they count as nothing.
        without_target: Tickets of a plan and severity that no target names.
    """

    attainment: Figure
    not_due: int
    without_target: int


def csat(tickets: Iterable[Ticket], *, since: datetime, until: datetime) -> Csat:
    """Return the satisfaction of the tickets solved in [since, until).

    `CSAT = good / (good + bad)`, always with its response rate and coverage (`metrics.md`).
    """
    solved = [t for t in tickets if t.solved_at and since <= t.solved_at < until]
    asked = [t for t in solved if t.satisfaction is not Satisfaction.UNOFFERED]
    rated = [t for t in asked if t.satisfaction is not Satisfaction.OFFERED]
    good = sum(t.satisfaction is Satisfaction.GOOD for t in rated)
    return Csat(
        rating=share("csat", good, len(rated), since=since, until=until),
        response_rate=share("csat_response_rate", len(rated), len(asked), since=since, until=until),
        coverage=share("csat_coverage", len(asked), len(solved), since=since, until=until),
    )


def first_response(
    tickets: Iterable[Ticket],
    targets: Sequence[Target],
    *,
    since: datetime,
    until: datetime,
) -> FirstResponse:
    """Return how many tickets created in [since, until) were answered in time, as seen at `until`.

    `TTFR_attainment = met / (met + breached + open_past_due)` (`metrics.md`). The first response
    is the first public message by an agent; automatic ones never count. Hours are calendar hours
    and every reply counts for now: the figure's note says so.
    """
    verdicts: list[bool | None] = []
    without = 0
    for ticket in tickets:
        if since <= ticket.created_at < until:
            target = target_of(ticket, targets)
            if target is None:
                without += 1
            else:
                verdicts.append(_in_time(ticket, target, until))
    return FirstResponse(
        attainment=share(
            "first_response_attainment",
            sum(v is True for v in verdicts),
            sum(v is not None for v in verdicts),
            since=since,
            until=until,
            note=CALENDAR_HOURS,
        ),
        not_due=sum(v is None for v in verdicts),
        without_target=without,
    )


def target_of(ticket: Ticket, targets: Sequence[Target]) -> Target | None:
    """Return the first target that fits the ticket's plan and severity, None if none does."""
    return next(
        (
            target
            for target in targets
            if target.plan in {ticket.plan, ANY_PLAN} and target.severity in {ticket.severity, None}
        ),
        None,
    )


def _in_time(ticket: Ticket, target: Target, now: datetime) -> bool | None:
    """True for met, False for breached or past due, None while there is time."""
    due = ticket.created_at + timedelta(hours=target.hours)
    answers = [
        m.created_at
        for m in ticket.messages
        if m.public and m.role is Role.AGENT and m.created_at < now
    ]
    if answers:
        return min(answers) <= due
    return None if now <= due else False
