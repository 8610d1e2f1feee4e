"""What the support lead sees: each figure with its numerator, denominator, window and interval."""

from dataclasses import dataclass

from kb.feedback.letter import LetterState
from kb.feedback.worklist import Noticed, Task, TaskKind, worklist
from kb.measure.crowding import addresses_for_a_point
from kb.measure.events import Comment
from kb.measure.figures import Figure
from kb.measure.gaps import Gap
from kb.measure.readership import Readership
from kb.measure.report import Report
from kb.service.measuring import Measured
from kb.service.rows import asked
from kb.service.trend import Step, trend
from kb.store.store import Store
from kb.tickets.ticket import Ticket

WINDOWS = (7, 28, 90, 365)
SHOWN = 10
GOAL = 0.95
"""Share of first responses in time that a support team aims at."""
_FAILING, _ASKED, _GAPS, _COMMENTS = 6, 12, 8, 6
_WIDTH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One piece of a bar 1000 units long."""

    name: str
    count: int
    start: float
    width: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """An article whose readers still wrote in, and what they asked.

    Attributes:
        clearly: Its readers write in clearly more often than readers of all articles, or most
            votes say that it did not solve it.
        asked: Their tickets, the latest first.
        comments: What readers wrote beside a vote that it did not help, the latest first.
    """

    row: Readership
    clearly: bool
    asked: tuple[Ticket, ...]
    comments: tuple[Comment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """Everything on the dashboard.

    Attributes:
        forgers: How many addresses it takes to move the deflection by a point; None without one.
        trend: The deflection week by week.
        outcomes: How all attempts ended, as pieces of one bar.
        failing: The articles that most people read who still wrote in.
        gaps: The topics looked for and not found, each as pieces of a bar.
        stale: What nobody has vouched for in long.
        top: The articles that were read most.
        dropped: What was kept out of the figures since the store began, by reason.
        secrets: Ticket and kind of each live secret to be rotated; never the secret.
        dead: How many letters could not be delivered.
    """

    days: int
    report: Report
    forgers: int | None
    trend: tuple[Step, ...]
    outcomes: tuple[Bar, ...]
    failing: tuple[Failing, ...]
    gaps: tuple[tuple[Gap, tuple[Bar, ...]], ...]
    stale: tuple[Task, ...]
    top: tuple[Readership, ...]
    tasks: tuple[Task, ...]
    dropped: tuple[tuple[str, int], ...]
    secrets: tuple[tuple[str, str], ...]
    dead: int


def board(store: Store, found: Measured, noticed: Noticed, *, days: int) -> Board:
    """Put together what was measured over the last `days` days."""
    report = found.report
    tasks = worklist(report, found.pages, noticed=noticed)
    return Board(
        days=days,
        report=report,
        forgers=addresses_for_a_point(report.deflection.explicit),
        trend=trend(store, found),
        outcomes=bars(report),
        failing=failing(store, found, tasks),
        gaps=gap_bars(report),
        stale=tuple(task for task in tasks if task.kind is TaskKind.STALE),
        top=most_read(report),
        tasks=tasks,
        dropped=store.events.dropped(),
        secrets=store.tickets.live_secrets(),
        dead=len(store.outbox.letters(LetterState.DEAD)),
    )


def failing(store: Store, found: Measured, tasks: tuple[Task, ...]) -> tuple[Failing, ...]:
    """Return the articles that people read who still wrote in, most people first."""
    clearly = {task.article for task in tasks if task.kind is TaskKind.FAILING}
    rows = [r for r in found.report.articles if r.still_wrote_in or r.article in clearly]
    rows.sort(key=lambda r: (r.article not in clearly, -r.still_wrote_in, r.title))
    return tuple(
        Failing(
            row=row, clearly=row.article in clearly,
            asked=tuple(asked(found, row.tickets)[:_ASKED]),
            comments=store.comments.latest(
                row.article, since=found.report.since, most=_COMMENTS
            ),
        )
        for row in rows[:_FAILING]
    )  # fmt: skip


def gap_bars(report: Report) -> tuple[tuple[Gap, tuple[Bar, ...]], ...]:
    """Return the first topics, each with its signals as pieces; the longest bar fills the width."""
    shown = report.gaps.topics[:_GAPS]
    most = max((sum(count for _, count in gap.signals) for gap in shown), default=1)
    return tuple((gap, _pieces([(str(s), n) for s, n in gap.signals], most)) for gap in shown)


def bars(found: Report) -> tuple[Bar, ...]:
    """Return the outcomes as pieces of one bar, in their order; none where nothing happened."""
    counts = [(str(outcome), count) for outcome, count in found.deflection.outcomes]
    total = sum(count for _, count in counts)
    return _pieces(counts, total) if total else ()


def _pieces(counts: list[tuple[str, int]], whole: int) -> tuple[Bar, ...]:
    pieces, start = [], 0.0
    for name, count in counts:
        width = _WIDTH * count / whole
        pieces.append(Bar(name=name, count=count, start=round(start, 2), width=round(width, 2)))
        start += width
    return tuple(pieces)


def window_of(text: str) -> int:
    """Return the window that was asked for, 28 days when it is none of ours."""
    return int(text) if text in map(str, WINDOWS) else 28


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
