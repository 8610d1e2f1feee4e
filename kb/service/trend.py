"""The deflection week by week: each step with its own numerator, denominator and interval."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from kb.measure.contacts import contacts_of
from kb.measure.deflection import deflection_of
from kb.measure.figures import Figure
from kb.measure.tally import Ends
from kb.service.measuring import Measured
from kb.service.seeing import Window, daily
from kb.store.store import Store

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_FEWEST, _MOST = 8, 13
WIDTH, HEIGHT = 1000.0, 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the trend.

    Attributes:
        figure: Deflection of the attempts that began in it; its window is the step.
        pending: Attempts that are not decided yet.
        x: Where it stands on a scale of `WIDTH`.
    """

    figure: Figure
    pending: int
    x: float

    @property
    def low(self) -> float:
        """The lower end of the interval, on a scale of `HEIGHT` from above."""
        return HEIGHT * (1 - (self.figure.low or 0.0))

    @property
    def high(self) -> float:
        """The upper end, likewise."""
        return HEIGHT * (1 - (self.figure.high or 0.0))

    @property
    def rate(self) -> float:
        """The rate, likewise."""
        return HEIGHT * (1 - (self.figure.rate or 0.0))


def trend(store: Store, found: Measured) -> tuple[Step, ...]:
    """Return eight to thirteen steps of whole weeks that end with the last day of `found`.

    A step whose windows are all open, or that has too little data, has no rate.
    """
    report = found.report
    weeks = max(_FEWEST, -(-(report.until - report.since).days // 7))
    length = _WEEK * -(-weeks // _MOST)
    count = min(weeks, _MOST)
    last = datetime.combine(report.until.astimezone(UTC).date(), time(), UTC) + _DAY
    starts = [last - length * (count - place) for place in range(count)]
    window = Window(since=starts[0], now=report.until, length=report.window)
    days = round(report.window / _DAY)
    ends: list[Ends] = [Counter() for _ in starts]
    for day, tally in daily(store, contacts_of(found.tickets), found.topics, window):
        place = (datetime.combine(day, time(), UTC) - starts[0]) // length
        if 0 <= place < count:
            ends[place] += tally.ends[days]
    return tuple(
        _step(ends[place], (since, min(since + length, report.until)), (place + 0.5) / count)
        for place, since in enumerate(starts)
    )


def _step(ends: Ends, span: tuple[datetime, datetime], share: float) -> Step:
    told = deflection_of(ends, since=span[0], until=span[1])
    return Step(figure=told.explicit, pending=told.pending, x=round(WIDTH * share, 1))
