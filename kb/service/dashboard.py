"""What the support lead sees: each figure with its numerator, denominator, window and interval."""

from dataclasses import dataclass
from datetime import datetime

from kb.config import Config
from kb.feedback.worklist import Task, worklist
from kb.measure.figures import Figure
from kb.measure.readership import Readership
from kb.measure.report import Report
from kb.service.measuring import measured
from kb.store.store import Store

WINDOWS = (7, 28, 90, 365)
SHOWN = 10
_WIDTH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One piece of a bar 1000 units long."""

    name: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything on the dashboard.

    Attributes:
        outcomes: How all attempts ended, as pieces of one bar.
        top: The articles that were read most.
        dropped: What was kept out of the figures since the store began, by reason.
        secrets: Ticket and kind of each live secret to be rotated; never the secret.
    """

    days: int
    report: Report
    outcomes: tuple[Bar, ...]
    top: tuple[Readership, ...]
    tasks: tuple[Task, ...]
    dropped: tuple[tuple[str, int], ...]
    secrets: tuple[tuple[str, str], ...]


def board(config: Config, store: Store, *, now: datetime, days: int) -> Board:
    """Measure the last `days` days."""
    figures = measured(config, store, now=now, days=days)
    found = figures.report
    return Board(
        days=days,
        report=found,
        outcomes=bars(found),
        top=most_read(found),
        tasks=worklist(found, figures.pages),
        dropped=store.events.dropped(),
        secrets=store.tickets.live_secrets(),
    )


def bars(found: Report) -> tuple[Bar, ...]:
    """Return the outcomes as pieces of one bar, in their order; none where nothing happened."""
    total = sum(count for _, count in found.deflection.outcomes)
    pieces, start = [], 0.0
    for outcome, count in found.deflection.outcomes if total else ():
        width = _WIDTH * count / total
        pieces.append(
            Bar(name=str(outcome), count=count, start=round(start, 2), width=round(width, 2))
        )
        start += width
    return tuple(pieces)


def most_read(found: Report) -> tuple[Readership, ...]:
    """Return the articles that somebody was shown, most readers first."""
    seen = [row for row in found.articles if row.views]
    return tuple(sorted(seen, key=lambda row: (-row.readers, -row.views, row.title))[:SHOWN])


def span(figure: Figure) -> dict[str, float] | None:
    """Return where rate and interval stand on a scale 1000 units long; None where unknown."""
    if figure.rate is None or figure.low is None or figure.high is None:
        return None
    low, high = _WIDTH * figure.low, _WIDTH * figure.high
    return {"low": low, "width": max(2.0, high - low), "rate": _WIDTH * figure.rate}


def days_of(text: str) -> int:
    """Return the window that was asked for, 28 days when it is none of ours."""
    return int(text) if text in map(str, WINDOWS) else 28
