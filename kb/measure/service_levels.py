"""How the support team answers: satisfaction, and the time to the first response."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from statistics import fmean

from kb.measure.effects import Effect, interval
from kb.measure.figures import Figure, share
from kb.measure.sla import Promise, promise_for
from kb.measure.thoughtful import is_thoughtful
from kb.tickets.ticket import Message, Role, Satisfaction, Ticket

_FEWEST = 30


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
    """Attainment of the promises, and what it leaves out.

    Attributes:
        attainment: met / (met + breached + still open past due).
        not_due: Unanswered tickets whose time has not run out; they count as nothing.
        without_target: Tickets of a plan and severity that nothing was promised for.
        acknowledged: Tickets whose first reply by an agent did not count: it only said that
            somebody is there.
    """

    attainment: Figure
    not_due: int
    without_target: int
    acknowledged: int


def csat(tickets: Iterable[Ticket], *, since: datetime, until: datetime) -> Csat:
    """Return the satisfaction of the tickets solved in [since, until).

    `CSAT = good / (good + bad)`, always with its response rate and coverage.
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
    promises: Sequence[Promise],
    *,
    since: datetime,
    until: datetime,
) -> FirstResponse:
    """Return how many tickets created in [since, until) were answered in time, as seen at `until`.

    `TTFR_attainment = met / (met + breached + open_past_due)`, in the business
    hours of the plan, by what was promised on the day the ticket was created. The first response
    is the first public message by an agent that helps (`thoughtful.is_thoughtful`); automatic
    ones never count.
    """
    inside = [t for t in tickets if since <= t.created_at < until]
    verdicts = [in_time(t, promises, until) for t in inside]
    counts = Counter(verdicts)
    acknowledged = sum(_is_acknowledged(t, until) for t in inside)
    note = f"replies that help; {acknowledged} tickets were only acknowledged at first"
    return FirstResponse(
        attainment=share(
            "first_response_attainment",
            counts[Verdict.MET],
            counts[Verdict.MET] + counts[Verdict.BREACHED],
            since=since,
            until=until,
            note=note,
        ),
        not_due=counts[Verdict.NOT_DUE],
        without_target=counts[Verdict.NO_PROMISE],
        acknowledged=acknowledged,
    )


class Verdict(StrEnum):
    """What became of a promise, as seen at one instant."""

    MET = "met"
    BREACHED = "breached"
    NOT_DUE = "not_due"
    NO_PROMISE = "no_promise"


def in_time(ticket: Ticket, promises: Sequence[Promise], now: datetime) -> Verdict:
    """Say whether the ticket's first response came in time, as seen at `now`."""
    promise = promise_for(
        promises, plan=ticket.plan, severity=ticket.severity, at=ticket.created_at
    )
    if promise is None:
        return Verdict.NO_PROMISE
    answers = (m.created_at for m in _replies(ticket, now) if is_thoughtful(m.body))
    answered = min(answers, default=None)
    used = promise.used(ticket.created_at, answered or now)
    if used > promise.within:
        return Verdict.BREACHED
    return Verdict.MET if answered else Verdict.NOT_DUE


def _replies(ticket: Ticket, now: datetime) -> list[Message]:
    return [m for m in ticket.messages if m.public and m.role is Role.AGENT and m.created_at < now]


def _is_acknowledged(ticket: Ticket, now: datetime) -> bool:
    replies = _replies(ticket, now)
    return bool(replies) and not is_thoughtful(min(replies, key=lambda m: m.created_at).body)


def compared(
    name: str, rows: Iterable[tuple[int | None, bool, bool]], *, since: datetime, until: datetime
) -> Effect:
    """Return a share with an article minus the same without, adjusted for the mix of severities.

    Direct standardisation: `sum over severities of w (p_with - p_without)`, w the severity's part
    of all tickets that can be compared, `Var = sum w^2 (p(1-p)/n with + the same without)`. What
    tickets have an article was not drawn by lot: this compares, it proves nothing.

    Args:
        name: `csat_with_article` or `first_response_with_article`.
        rows: `(severity, has an article, good)` of each ticket.
    """
    strata: dict[int | None, dict[bool, list[bool]]] = {}
    for severity, has_article, good in rows:
        strata.setdefault(severity, {True: [], False: []})[has_article].append(good)
    usable = [s for s in strata.values() if s[True] and s[False]]
    total = sum(len(s[True]) + len(s[False]) for s in usable)
    sides = [sum(len(s[side]) for s in usable) for side in (True, False)]
    found = Effect(
        name=name,
        treated=sides[0],
        compared=sides[1],
        since=since,
        until=until,
        note=f"fewer than {_FEWEST} tickets on a side",
    )
    if min(sides) < _FEWEST:
        return found
    value = spread = 0.0
    for one in usable:
        weight = (len(one[True]) + len(one[False])) / total
        value += weight * (fmean(one[True]) - fmean(one[False]))
        spread += weight**2 * (_variance(one[True]) + _variance(one[False]))
    low, high = interval(value, spread)
    note = "adjusted for severities; compared, not proved"
    return replace(found, value=value, low=low, high=high, note=note)


def _variance(some: Sequence[bool]) -> float:
    """Of a share, after Agresti and Coull: two of each kind added, so that none is never certain."""
    p = (sum(some) + 2) / (len(some) + 4)
    return p * (1 - p) / (len(some) + 4)


def by_article(
    tickets: Sequence[Ticket],
    promises: Sequence[Promise],
    answered: Collection[str],
    *,
    since: datetime,
    until: datetime,
) -> tuple[Effect, ...]:
    """Return satisfaction and attainment of tickets that have an article against those without.

    Args:
        answered: Keys of the tickets that an article answers.
    """
    solved = [t for t in tickets if t.solved_at and since <= t.solved_at < until]
    rated = (Satisfaction.GOOD, Satisfaction.BAD)
    votes = [
        (t.severity, t.key in answered, t.satisfaction is Satisfaction.GOOD)
        for t in solved
        if t.satisfaction in rated
    ]
    told = [
        (t.severity, t.key in answered, verdict is Verdict.MET)
        for t in tickets
        if since <= t.created_at < until
        if (verdict := in_time(t, promises, until)) in (Verdict.MET, Verdict.BREACHED)
    ]
    return (
        compared("csat_with_article", votes, since=since, until=until),
        compared("first_response_with_article", told, since=since, until=until),
    )
