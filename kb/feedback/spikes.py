"""Says whether something surges or has fallen silent, against the same hours of earlier weeks."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import exp, lgamma, log
from statistics import fmean, variance

WEEKS, FEWEST_WEEKS = 8, 4
"""How many earlier weeks are compared, and under how many nothing is said."""
SURGE, STILL_UP = 1e-6, 1e-2
"""Chance under which a count surges; and over which it is back to usual."""
UNEVEN = 6.0
"""Shape of the gamma that days differ by at least, however even eight of them looked."""
LEAST = 5
"""Fewer than so many are never a surge."""
_HOUR, _WEEK = 3600.0, 7 * 86400.0
_WINDOWS = (1, 24)
_SILENT_WINDOWS = (3, 24)
LOOK_BACK = timedelta(weeks=WEEKS, days=1, hours=2)
"""How far back events are needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one look at one watch saw.

    Attributes:
        watch: Its name, e.g. `tickets:proxy`.
        message: What is so, for a page.
        count: How many in the window; `usual` the mean of the same hours in earlier weeks.
        hours: Length of the window.
        chance: Of seeing that (or more, or nothing) when all is as usual.
        surging: Somebody is to be paged.
        calm: It is back to usual.
    """

    watch: str
    message: str
    count: int
    usual: float
    hours: int
    chance: float
    surging: bool
    calm: bool


def weeks_of(first: datetime | None, now: datetime) -> int:
    """Return how many earlier weeks can be compared, given when anything was seen first."""
    if first is None:
        return 0
    whole = (now - first - timedelta(days=1)) // timedelta(weeks=1)
    return max(0, min(WEEKS, whole))


def surge(watch: str, about: str, times: Sequence[float], *, now: datetime, weeks: int) -> Reading:
    """Look at the last hour and the last day of a series, and return what is least likely.

    The count is compared with those of the same hours of the same weekday in `weeks` earlier
    weeks, by the upper tail of a negative binomial. Its mean is `m = (S + 1/2) / weeks`, S their
    sum (Jeffreys' prior on a Poisson rate). Its shape adds two squared coefficients of variation,
    `1/shape = 1/(S + 1/2) + 1/days`: how little `weeks` counts tell of the rate, and how uneven
    days are by themselves, `days = min(UNEVEN, m^2 / (variance - m))`. Of an hour the busiest of
    itself and its neighbours is compared, so that a clock put forward or back surges nothing.

    Args:
        about: What the series is, e.g. `Tickets on proxy`.
        times: Seconds since 1970, ascending.
        weeks: See `weeks_of`; under `FEWEST_WEEKS` nothing surges and nothing is calm.
    """
    at = now.timestamp()
    readings = [_window(times, at, hours, weeks) for hours in _WINDOWS]
    count, usual, hours, chance = min(readings, key=lambda row: row[3])
    enough = weeks >= FEWEST_WEEKS
    lasting = "hour" if hours == 1 else f"{hours} hours"
    return Reading(
        watch=watch,
        message=f"{about} surge: {count} in the last {lasting}, {usual:.1f} are usual",
        count=count,
        usual=usual,
        hours=hours,
        chance=chance,
        surging=enough and count >= LEAST and count > 2 * usual and chance < SURGE,
        calm=enough and all(row[3] > STILL_UP for row in readings),
    )


def silence(watch: str, times: Sequence[float], *, now: datetime, weeks: int) -> Reading:
    """Say whether nothing arrives any more: the chance of none, by the same distribution.

    Every earlier week must have had some in these hours; nights and holidays say nothing.
    """
    at, worst = now.timestamp(), (1.0, 0.0, _SILENT_WINDOWS[0])
    for hours in _SILENT_WINDOWS:
        before = _before(times, at, hours, weeks)
        if _count(times, at - hours * _HOUR, at) or not before or min(before) < 3:
            continue
        worst = min(worst, (_none(before), fmean(before), hours))
    chance, usual, hours = worst
    count = _count(times, at - hours * _HOUR, at)
    return Reading(
        watch=watch,
        message=f"The collector is silent: no event in {hours} hours, and every week before had some",
        count=count,
        usual=usual,
        hours=hours,
        chance=chance,
        surging=weeks >= FEWEST_WEEKS and chance < SURGE,
        calm=_count(times, at - _HOUR, at) > 0,
    )


def _window(
    times: Sequence[float], at: float, hours: int, weeks: int
) -> tuple[int, float, int, float]:
    count = _count(times, at - hours * _HOUR, at)
    before = _before(times, at, hours, weeks)
    usual = fmean(before) if before else 0.0
    if not before or count <= usual:
        return count, usual, hours, 1.0
    return count, usual, hours, _or_more(count, before)


def _before(times: Sequence[float], at: float, hours: int, weeks: int) -> list[int]:
    """Return the counts of the same window in earlier weeks."""
    shifts = (-_HOUR, 0.0, _HOUR) if hours == 1 else (0.0,)
    return [
        max(
            _count(times, at - week * _WEEK - hours * _HOUR + shift, at - week * _WEEK + shift)
            for shift in shifts
        )
        for week in range(1, weeks + 1)
    ]


def _count(times: Sequence[float], since: float, until: float) -> int:
    return bisect_left(times, until) - bisect_left(times, since)


def _or_more(count: int, before: Sequence[int]) -> float:
    return _tail(count, *_law(before))


def _none(before: Sequence[int]) -> float:
    shape, p = _law(before)
    return exp(shape * log(p))


def _law(before: Sequence[int]) -> tuple[float, float]:
    """Return the negative binomial as (shape, p): P(n) = C(n + shape - 1, n) p^shape (1-p)^n."""
    weeks, mean = len(before), (sum(before) + 0.5) / len(before)
    spread = variance(before) if weeks > 1 else 0.0
    days = min(UNEVEN, mean * mean / (spread - mean)) if spread > mean else UNEVEN
    shape = 1 / (1 / (sum(before) + 0.5) + 1 / days)
    return shape, shape / (shape + mean)


def _tail(count: int, shape: float, p: float) -> float:
    """Return P(X >= count), summed upwards from there: exact where it is small."""
    if count <= 0:
        return 1.0
    term = exp(
        lgamma(count + shape) - lgamma(shape) - lgamma(count + 1)
        + shape * log(p) + count * log(1 - p)
    )  # fmt: skip
    total, n = 0.0, count
    while term > total * 1e-12 and n < count + 100_000:
        total += term
        term *= (n + shape) / (n + 1) * (1 - p)
        n += 1
    return min(1.0, total)
