"""Watches quiet years and planted surges: whom the watch would have woken, and how soon."""

import random
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import exp

from kb.feedback.incidents import Incident, Move, moves
from kb.feedback.spikes import Reading, silence, surge, weeks_of

YEAR = datetime(2026, 1, 1, tzinfo=UTC)
TICK = timedelta(minutes=10)
DAYS = 365
_HOUR, _DAY = 3600.0, 86400.0
_SUMMER = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))
_HOLIDAYS = {(4, 3), (4, 6), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31)}
_LARGEST_DRAW = 500


def quiet_year(rng: random.Random, a_day: float, weekend: float = 0.15) -> list[float]:
    """Return a year's times, in seconds since 1970: nothing happens in it that is not usual.

    Office hours in local time (so both changes of the clock are in it), weekends, holidays, days
    that differ by a gamma of shape 8, and growth by half over the year.
    """
    times: list[float] = []
    for number in range(DAYS):
        day = YEAR + timedelta(days=number)
        mean = a_day * (1 + number / 730) * rng.gammavariate(8, 1 / 8)
        is_off = day.weekday() >= 5 or (day.month, day.day) in _HOLIDAYS
        shift = 2 if _SUMMER[0] <= day < _SUMMER[1] else 1
        for _ in range(_draw(rng, mean * (weekend if is_off else 1.3))):
            hour = rng.gauss(13, 3) - shift if rng.random() < 0.9 else rng.uniform(0, 24)
            times.append(day.timestamp() + hour * _HOUR)
    return sorted(times)


def _draw(rng: random.Random, mean: float) -> int:
    """Draw a Poisson count (Knuth), a large one as the sum of smaller ones."""
    if mean > _LARGEST_DRAW:
        return _draw(rng, mean / 2) + _draw(rng, mean / 2)
    limit, count, product = exp(-mean), 0, rng.random()
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count


def pages(reader: Callable[[datetime], Reading], ticks: Sequence[datetime]) -> list[datetime]:
    """Walk through the looks as `kb watch` does; return when an incident was opened."""
    incidents: dict[str, Incident] = {}
    opened: list[datetime] = []
    for now in ticks:
        for move, watch, _ in moves([reader(now)], incidents, now=now):
            if move is Move.OVER:
                del incidents[watch]
                continue
            calm = now if move is Move.CALM else None
            incidents[watch] = Incident(watch=watch, began=now, calm=calm)
            if move is Move.OPEN:
                opened.append(now)
    return opened


def surges(times: Sequence[float]) -> list[datetime]:
    """Return when a topic with these tickets would have paged: only a ticket can make a surge."""

    def look(now: datetime) -> Reading:
        return surge("tickets:t", "Tickets on t", times, now=now, weeks=weeks_of(YEAR, now))

    step = TICK.total_seconds()
    ticks = sorted({(at // step + 1) * step for at in times})
    return pages(look, [datetime.fromtimestamp(at, UTC) for at in ticks])


def silences(times: Sequence[float]) -> list[datetime]:
    """Return when a collector with these events would have paged, asked every hour."""

    def look(now: datetime) -> Reading:
        return silence("collector", times, now=now, weeks=weeks_of(YEAR, now))

    return pages(look, [YEAR + timedelta(hours=n) for n in range(24 * DAYS)])


def found(rng: random.Random, a_day: float, count: int) -> Iterator[float]:
    """Plant a surge into so many quiet years: twelve tickets and two days' more, in 40 minutes.

    Yields the minutes from its last ticket to the page, infinity where there was none.
    """
    for _ in range(count):
        begin = YEAR.timestamp() + rng.uniform(80, 330) * _DAY
        planted = sorted(begin + rng.uniform(0, 40 * 60) for _ in range(12 + round(2 * a_day)))
        times = sorted([*quiet_year(rng, a_day), *planted])
        near = times[: bisect_right(times, planted[-1])]
        ticks = [datetime.fromtimestamp(begin, UTC) + TICK * n for n in range(6)]

        def look(now: datetime, near: Sequence[float] = near) -> Reading:
            return surge("tickets:t", "", near, now=now, weeks=weeks_of(YEAR, now))

        at = next(iter(pages(look, ticks)), None)
        yield max(0.0, (at.timestamp() - planted[-1]) / 60) if at else float("inf")


def outage(rng: random.Random, a_day: float) -> float:
    """Cut the events off at eleven on a Wednesday in June; return the hours until the page."""
    cut = datetime(2026, 6, 10, 11, tzinfo=UTC)
    times = [at for at in quiet_year(rng, a_day, 0.5) if at < cut.timestamp()]
    return next(
        ((at - cut) / timedelta(hours=1) for at in silences(times) if at >= cut), float("inf")
    )


def longest_pause(times: Sequence[float]) -> float:
    """Return the longest time without an event, in hours."""
    return max(later - earlier for earlier, later in pairwise(times)) / _HOUR
