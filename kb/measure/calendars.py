"""Business hours: how much working time lies between two instants, in the calendar of a plan."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_MIDNIGHT = time()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """When a team works, as clocks on its wall say it.

    Attributes:
        zone: IANA name, e.g. `America/Los_Angeles`.
        spans: `(weekday, from, to)` with Monday as 0; `to` at midnight is the end of the day.
        holidays: Days, in that zone, on which nobody works.
    """

    zone: str
    spans: tuple[tuple[int, time, time], ...]
    holidays: frozenset[date] = frozenset()

    def between(self, since: datetime, until: datetime) -> timedelta:
        """Return the working time in [since, until).

        Wall clocks are turned into instants day by day, so a day on which clocks change is as
        long as it really is.
        """
        worked, zone = timedelta(0), ZoneInfo(self.zone)
        day, last = since.astimezone(zone).date(), until.astimezone(zone).date()
        while day <= last:
            for opens, closes in self._hours(day, zone):
                worked += max(timedelta(0), min(until, closes) - max(since, opens))
            day += _DAY
        return worked

    def business_day(self) -> timedelta:
        """Return how long one business day is: the longest of the week."""
        return max(_length(opens, closes) for _, opens, closes in self.spans)

    def _hours(self, day: date, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
        if day in self.holidays:
            return []
        return [
            (_at(day, opens, zone), _at(day + _DAY * (closes == _MIDNIGHT), closes, zone))
            for weekday, opens, closes in self.spans
            if weekday == day.weekday()
        ]


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _length(opens: time, closes: time) -> timedelta:
    day = date(2000, 1, 3)
    end = datetime.combine(day + _DAY * (closes == _MIDNIGHT), closes)
    return end - datetime.combine(day, opens)
