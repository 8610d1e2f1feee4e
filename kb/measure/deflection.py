"""How many attempts ended without a ticket, and what else the outcomes say."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kb.measure.attempts import Attempt, Intent, Outcome
from kb.measure.figures import Figure, share
from kb.measure.tally import Ends


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
    `confirmed_rate = CONFIRMED_strong / attempts_with_strong_intent`, each with its Wilson 95 %
    interval. Pending attempts are in neither part.
    """
    inside = [a for a in attempts if since <= a.start < until]
    return deflection_of(Counter((a.intent, a.outcome) for a in inside), since=since, until=until)


def deflection_of(ends: Ends, *, since: datetime, until: datetime) -> Deflection:
    """Return the same from how many attempts of an intent ended how."""
    outcomes, strong = _by_outcome(ends, tuple(Intent)), _by_outcome(ends, (Intent.STRONG,))
    closed = sum(count for outcome, count in strong if outcome is not Outcome.PENDING)
    confirmed = ends[Intent.STRONG, Outcome.CONFIRMED]
    solved = confirmed + ends[Intent.STRONG, Outcome.PROBABLE]
    return Deflection(
        explicit=share("explicit_deflection_rate", solved, closed, since=since, until=until),
        confirmed=share("confirmed_rate", confirmed, closed, since=since, until=until),
        outcomes=outcomes,
        strong=strong,
        pending=dict(outcomes)[Outcome.PENDING],
    )


def _by_outcome(ends: Ends, intents: Sequence[Intent]) -> tuple[tuple[Outcome, int], ...]:
    return tuple((o, sum(ends[intent, o] for intent in intents)) for o in Outcome)
