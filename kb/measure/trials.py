"""Gathers attempts by reader into the trials of an experiment."""

from collections.abc import Iterable

from kb.measure.attempts import Attempt, Intent, Outcome
from kb.measure.experiment import Trial


def trials_of(attempts: Iterable[Attempt]) -> tuple[Trial, ...]:
    """Return one trial for each reader and side: closed attempts at the form, and tickets."""
    counts: dict[tuple[str, str], list[int]] = {}
    for attempt in attempts:
        if attempt.arm and attempt.intent is Intent.STRONG:
            if attempt.outcome is Outcome.PENDING:
                continue
            row = counts.setdefault((attempt.reader, attempt.arm), [0, 0])
            row[0] += 1
            row[1] += attempt.outcome is Outcome.RECONTACT
    return tuple(
        Trial(arm=arm, forms=forms, tickets=tickets)
        for (_, arm), (forms, tickets) in counts.items()
    )
