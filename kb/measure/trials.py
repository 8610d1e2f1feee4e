"""Gathers attempts by reader into the trials of an experiment."""

from collections.abc import Iterable

from kb.measure.attempts import Attempt, Intent, Outcome
from kb.measure.experiment import Trial


def trials_of(attempts: Iterable[Attempt]) -> tuple[Trial, ...]:
    """Return one trial for each reader and side: closed attempts at the form, and tickets."""
    return tuple(
        Trial(arm=arm, forms=forms, tickets=tickets)
        for (_, arm), (forms, tickets) in forms_by_reader(attempts).items()
    )


def forms_by_reader(attempts: Iterable[Attempt]) -> dict[tuple[str, str], tuple[int, int]]:
    """Return `(reader, side)` → closed attempts at the form, and how many ended in a ticket."""
    counts: dict[tuple[str, str], tuple[int, int]] = {}
    for attempt in attempts:
        if attempt.arm and attempt.intent is Intent.STRONG:
            if attempt.outcome is Outcome.PENDING:
                continue
            forms, tickets = counts.get((attempt.reader, attempt.arm), (0, 0))
            wrote = attempt.outcome is Outcome.RECONTACT
            counts[attempt.reader, attempt.arm] = (forms + 1, tickets + wrote)
    return counts
