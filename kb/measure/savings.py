"""What prevented tickets saved, in the team's own costs, minus what the articles cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from kb.measure.attempts import Outcome
from kb.measure.deflection import Deflection
from kb.measure.pages import PageRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """The team's own costs, in one currency.

    Attributes:
        ticket: Of one more ticket (marginal, not average).
        hour: Of an hour of writing.
        hours: To write, review and keep up one article.
    """

    ticket: float
    hour: float
    hours: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Savings:
    """What it came to in the window.

    Attributes:
        confirmed: Tickets that readers said they did not need to write, at the form.
        probable: Those that look like it.
        articles: How many articles went out in the window.
        written: What those articles cost.
        low: confirmed x ticket - written; the figure to use.
        high: (confirmed + probable) x ticket - written; no more than that.
    """

    confirmed: int
    probable: int
    articles: int
    written: float
    low: float
    high: float


def savings(found: Deflection, out: Sequence[PageRef], costs: Costs | None) -> Savings | None:
    """Return what was saved, None when the team has told no costs.

    `savings = CONFIRMED x marginal cost (range: + PROBABLE) - hours of writing, review and upkeep
    x rate`. Only attempts with strong intent count; nothing is paid out on
    *indeterminate*.

    Args:
        out: The articles that went out in the window.
    """
    if costs is None or not costs.ticket:
        return None
    ends = dict(found.strong)
    confirmed, probable = ends[Outcome.CONFIRMED], ends[Outcome.PROBABLE]
    written = len(out) * costs.hours * costs.hour
    return Savings(
        confirmed=confirmed,
        probable=probable,
        articles=len(out),
        written=written,
        low=confirmed * costs.ticket - written,
        high=(confirmed + probable) * costs.ticket - written,
    )
