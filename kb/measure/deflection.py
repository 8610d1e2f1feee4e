"""How many attempts ended without a ticket, and what else the outcomes say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kb.measure.attempts import Attempt, Intent, Outcome, deflected
from kb.measure.contacts import Contact
from kb.measure.figures import Figure, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Deflection:
    """The two honest figures and the counts they come from.

    Attributes:
        explicit: (confirmed with strong intent + probable) / closed attempts with strong intent.
        confirmed: confirmed with strong intent / closed attempts with strong intent.
        outcomes: How many attempts ended how, every `Outcome` in its order.
        strong: The same of attempts with strong intent alone.
        pending: Attempts whose window is still open; they stand in no denominator.
    """

    explicit: Figure
    confirmed: Figure
    outcomes: tuple[tuple[Outcome, int], ...]
    strong: tuple[tuple[Outcome, int], ...]
    pending: int


def deflection(attempts: Sequence[Attempt], *, since: datetime, until: datetime) -> Deflection:
    """Count the attempts that started in [since, until).

    `explicit_deflection_rate = (CONFIRMED_strong + PROBABLE) / attempts_with_strong_intent`,
    `confirmed_rate = CONFIRMED_strong / attempts_with_strong_intent` (`metrics.md`, canonical
    definitions), each with its Wilson 95 % interval. Pending attempts are in neither part.
    """
    inside = [a for a in attempts if since <= a.start < until]
    outcomes = outcome_counts(inside)
    strong = [a for a in inside if a.intent is Intent.STRONG]
    closed = [a for a in strong if a.outcome is not Outcome.PENDING]
    confirmed = sum(a.outcome is Outcome.CONFIRMED for a in closed)
    return Deflection(
        explicit=share(
            "explicit_deflection_rate",
            sum(deflected(a) for a in closed),
            len(closed),
            since=since,
            until=until,
        ),
        confirmed=share("confirmed_rate", confirmed, len(closed), since=since, until=until),
        outcomes=outcomes,
        strong=outcome_counts(strong),
        pending=dict(outcomes)[Outcome.PENDING],
    )


def outcome_counts(attempts: Sequence[Attempt]) -> tuple[tuple[Outcome, int], ...]:
    """Return every outcome with its number of attempts, zero included, in the enum's order."""
    counted = Counter(a.outcome for a in attempts)
    return tuple((outcome, counted[outcome]) for outcome in Outcome)


def implicit_success(attempts: Sequence[Attempt], *, since: datetime, until: datetime) -> Figure:
    """Return `(#click, no contact) / search attempts`, closed ones only: context, not deflection.

    Source: SearchUnify's stage 1, as quoted in `metrics.md`. It says nothing about intent.
    """
    searched = [
        a
        for a in attempts
        if a.searches and since <= a.start < until and a.outcome is not Outcome.PENDING
    ]
    quiet = sum(a.clicks > 0 and a.outcome is not Outcome.RECONTACT for a in searched)
    note = "no intent; not deflection"
    return share("implicit_success", quiet, len(searched), since=since, until=until, note=note)


def self_service_ratio(
    attempts: Sequence[Attempt], contacts: Sequence[Contact], *, since: datetime, until: datetime
) -> Figure:
    """Return `distinct eligible readers / distinct requesters`, a ratio without an interval.

    Compatible with Zendesk's self-service score (its article 4408894139930); it mixes units.
    """
    readers = {a.reader for a in attempts if since <= a.start < until}
    requesters = {c.requester for c in contacts if since <= c.at < until}
    return Figure(
        name="self_service_ratio",
        numerator=len(readers),
        denominator=len(requesters),
        since=since,
        until=until,
        note="readers to requesters, as Zendesk counts; not deflection",
    )
