"""Tests of the watch: quiet over a quiet year, there within ten minutes, one page an incident."""

import random
from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from math import exp

import pytest

from kb.feedback.incidents import CALM, Incident, Move, moves
from kb.feedback.spikes import FEWEST_WEEKS, Reading, silence, surge, weeks_of

YEAR = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY = 3600.0, 86400.0
SUMMER = (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC))
HOLIDAYS = {(4, 3), (4, 6), (5, 1), (12, 24), (12, 25), (12, 26), (12, 31)}
TICK = timedelta(minutes=10)


def draw(rng: random.Random, mean: float) -> int:
    """Draw a Poisson count (Knuth)."""
    limit, count, product = exp(-mean), 0, rng.random()
    while product > limit:
        count, product = count + 1, product * rng.random()
    return count


def quiet_year(rng: random.Random, a_day: float) -> list[float]:
    """Return a year of tickets on one topic: office hours in local time, weekends, holidays, an
    uneven spread from day to day, and growth by half."""
    times: list[float] = []
    for number in range(365):
        day = YEAR + timedelta(days=number)
        mean = a_day * (1 + number / 730) * rng.gammavariate(8, 1 / 8)
        mean *= 0.15 if day.weekday() >= 5 or (day.month, day.day) in HOLIDAYS else 1.3
        shift = 2 if SUMMER[0] <= day < SUMMER[1] else 1
        for _ in range(draw(rng, mean)):
            hour = rng.gauss(13, 3) - shift if rng.random() < 0.9 else rng.uniform(0, 24)
            times.append(day.timestamp() + hour * HOUR)
    return sorted(times)


def look(times: Sequence[float], now: datetime) -> Reading:
    seen = times[: bisect_right(times, now.timestamp())]
    return surge("tickets:t", "Tickets on t", seen, now=now, weeks=weeks_of(YEAR, now))


def pages(
    times: Sequence[float], reader: Callable[[datetime], Reading], ticks: Sequence[datetime]
) -> list[tuple[Move, datetime]]:
    """Walk through the looks as `kb watch` does, and return what was paged."""
    incident: dict[str, Incident] = {}
    told: list[tuple[Move, datetime]] = []
    for now in ticks:
        for move, watch, _ in moves([reader(now)], incident, now=now):
            if move is Move.OPEN:
                incident[watch] = Incident(watch=watch, began=now)
            elif move is Move.OVER:
                del incident[watch]
            else:
                calm = now if move is Move.CALM else None
                incident[watch] = Incident(watch=watch, began=now, calm=calm)
            if move in (Move.OPEN, Move.OVER):
                told.append((move, now))
    return told


def after_each(times: Sequence[float]) -> list[datetime]:
    """Return the first tick after each ticket: only then can a count have become a surge."""
    step = TICK.total_seconds()
    found = sorted({(at // step + 1) * step for at in times})
    return [datetime.fromtimestamp(at, UTC) for at in found]


@pytest.mark.parametrize("a_day", [0.2, 1.0, 4.0, 12.0])
def test_a_quiet_year_pages_nobody(a_day: float) -> None:
    """Three topics over a year each, with weekends, holidays and both changes of the clock: no page."""
    rng = random.Random(f"quiet {a_day}")
    for _ in range(3):
        times = quiet_year(rng, a_day)
        assert [] == [now for now in after_each(times) if look(times, now).surging]


@pytest.mark.parametrize("a_day", [0.2, 1.0, 4.0])
def test_a_planted_surge_is_there_within_ten_minutes(a_day: float) -> None:
    """Twelve tickets and more within forty minutes: paged at the first look after the last one."""
    rng = random.Random(f"surge {a_day}")
    for _ in range(10):
        begin = YEAR.timestamp() + rng.uniform(80, 330) * DAY
        planted = sorted(begin + rng.uniform(0, 40 * 60) for _ in range(12 + round(2 * a_day)))
        times = sorted([*quiet_year(rng, a_day), *planted])
        looks = [t for t in after_each(times) if planted[0] <= t.timestamp() <= planted[-1] + 600]

        assert any(look(times, now).surging for now in looks)


def test_a_slow_surge_is_found_in_the_day() -> None:
    """Seven times the usual over a whole day is found, too, though no hour is far off."""
    rng = random.Random(5)
    begin = datetime(2026, 9, 15, tzinfo=UTC).timestamp()
    planted = [begin + rng.uniform(0, DAY) for _ in range(60)]
    times = sorted([*quiet_year(rng, 8.0), *planted])
    looks = [now for now in after_each(times) if begin <= now.timestamp() <= begin + 1.5 * DAY]

    assert any(look(times, now).surging for now in looks)


@pytest.mark.parametrize("shape", ["burst", "plateau", "sawtooth"])
def test_one_page_an_incident(shape: str) -> None:
    """However it goes up and down: opened once, closed once, after it was calm for long."""
    begin = datetime(2026, 6, 9, 9, tzinfo=UTC).timestamp()
    waves = {"burst": [0.0], "plateau": [HOUR * n / 4 for n in range(40)],
             "sawtooth": [3 * HOUR * n for n in range(5)]}[shape]  # fmt: skip
    planted = [
        begin + wave + 60 * n for wave in waves for n in range(12 if shape != "plateau" else 2)
    ]
    times = sorted([*quiet_year(random.Random(1), 1.0), *planted])
    ticks = [datetime.fromtimestamp(begin, UTC) + TICK * n for n in range(6 * 24 * 4)]
    told = pages(times, lambda now: look(times, now), ticks)

    assert [Move.OPEN, Move.OVER] == [move for move, _ in told]
    assert told[1][1] - told[0][1] >= CALM


def test_too_young_to_say() -> None:
    """Before four weeks can be compared nothing surges, whatever comes."""
    first = datetime(2026, 6, 1, tzinfo=UTC)
    now = first + timedelta(weeks=FEWEST_WEEKS - 1, days=2)
    times = [now.timestamp() - n for n in range(50, 0, -1)]
    reading = surge("t", "T", times, now=now, weeks=weeks_of(first, now))

    assert (False, False, 50) == (reading.surging, reading.calm, reading.count)
    assert (0, 0) == (weeks_of(None, now), weeks_of(now, now))


def test_a_clock_that_jumps() -> None:
    """A clock set back by a day sees no future, opens nothing twice and fails nowhere."""
    begin = datetime(2026, 6, 9, 9, tzinfo=UTC)
    planted = [begin.timestamp() + 60 * n for n in range(12)]
    times = sorted([*quiet_year(random.Random(1), 1.0), *planted])
    jumps = [begin + timedelta(minutes=20), begin - timedelta(days=1), begin + timedelta(hours=1)]
    told = pages(times, lambda now: look(times, now), [*jumps, begin + timedelta(minutes=70)])

    assert [Move.OPEN] == [move for move, _ in told]


def visits(until: datetime, *, a_day: int = 300) -> list[float]:
    rng, times = random.Random(2), list[float]()
    for number in range(70):
        day = (until - timedelta(days=70 - number)).timestamp()
        times += [day + min(max(rng.gauss(13, 3), 0), 23.9) * HOUR for _ in range(a_day)]
    return sorted(t for t in times if t < until.timestamp())


def test_a_silent_collector_is_paged() -> None:
    """No event in three busy hours, where every week before had some; a quiet night is no news."""
    noon = datetime(2026, 6, 10, tzinfo=UTC)
    times = visits(noon)
    night = silence("collector", times, now=noon + timedelta(hours=3), weeks=8)
    day = silence("collector", times, now=noon + timedelta(hours=15), weeks=8)
    back = [*times, (noon + timedelta(hours=15)).timestamp()]
    again = silence("collector", back, now=noon + timedelta(hours=15, minutes=5), weeks=8)

    assert (False, True, False) == (night.surging, day.surging, again.surging)
    assert again.calm


def test_a_small_site_is_never_silent() -> None:
    """Where few come, none for some hours says nothing."""
    noon = datetime(2026, 6, 10, tzinfo=UTC)
    times = visits(noon, a_day=3)

    assert not silence("c", times, now=noon + timedelta(hours=20), weeks=8).surging
