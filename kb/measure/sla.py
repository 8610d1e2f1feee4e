"""Reads the response times from the page of the docs that customers read."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from kb.errors import ConfigError
from kb.measure.calendars import Calendar

_SINCE = re.compile(r"^#{1,6} .*\bsince (\d{4}-\d{2}-\d{2})\b", re.IGNORECASE)
_PROMISE = re.compile(r"(\d+(?:\.\d+)?) (business )?(minute|hour|day)s?", re.IGNORECASE)
_HOURS = re.compile(r"([a-z]{3})[a-z]*(?: to ([a-z]{3})[a-z]*)?,? (\d{1,2}:\d\d) to (\d{1,2}:\d\d)")
_LONG = re.compile(r"([a-z]{3})[a-z]* (\d{1,2}:\d\d) to ([a-z]{3})[a-z]* (\d{1,2}:\d\d)")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_UNITS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
_TODO = "Write it as docs/sla.md does"


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """How soon a ticket of one plan and severity is answered, from a day on.

    Attributes:
        since: Tickets created before it have older promises; `datetime.min` (aware) for always.
        plan: As tickets name it.
        severity: 0 (worst) to 3.
        within: Working time where `calendar` is given, time on the clock where it is None.
        calendar: When the team works for this plan.
    """

    since: datetime
    plan: str
    severity: int
    within: timedelta
    calendar: Calendar | None = None

    def used(self, since: datetime, until: datetime) -> timedelta:
        """Return how much of the promised time has gone by."""
        return self.calendar.between(since, until) if self.calendar else until - since


def promise_for(
    promises: Sequence[Promise], *, plan: str, severity: int | None, at: datetime
) -> Promise | None:
    """Return what was promised to a ticket created at `at`: the youngest that was in force."""
    fits = [
        p for p in promises if p.plan == plan.lower() and p.severity == severity and p.since <= at
    ]
    return max(fits, key=lambda p: p.since, default=None)


def read_sla(page: str, where: str) -> tuple[Promise, ...]:
    """Read every promise from a Markdown page.

    A table whose first column is *Severity* has a column for each plan: `4 hours`, `2 business
    hours`, `3 business days`. A table *Plan | Time zone | Business hours* says when the team works
    (`Mon to Fri 08:00 to 17:00`, `Sun 14:00 to Fri 17:00`), and *Holiday | Plans* when it does
    not. A heading with `since 2026-01-01` puts what follows into force on that day (UTC).

    Raises:
        ConfigError: A cell is not what its column holds; `where` and its line say which.
    """
    promises: list[Promise] = []
    for since, tables in _sections(page, where):
        calendars = _calendars(tables)
        for header, rows in tables:
            if header[0].lower() == "severity":
                for line, cells in rows:
                    promises += _row(since, header, cells, calendars, f"{where}:{line}")
    return tuple(promises)


_Rows = list[tuple[int, list[str]]]
_Table = tuple[list[str], _Rows]


def _sections(page: str, where: str) -> Iterator[tuple[datetime, list[_Table]]]:
    """Yield each stretch of the page that has its own date, with its tables."""
    since, tables = datetime.min.replace(tzinfo=UTC), list[_Table]()
    inside = False
    for number, line in enumerate(page.splitlines(), 1):
        if found := _SINCE.match(line):
            yield since, tables
            since, tables = _start(found[1], f"{where}:{number}"), []
        if not line.lstrip().startswith("|"):
            inside = False
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not inside:
            tables.append((cells, []))
        elif set(line) - set("|-: "):
            tables[-1][1].append((number, cells))
        inside = True
    yield since, tables


def _row(
    since: datetime,
    header: Sequence[str],
    cells: Sequence[str],
    calendars: dict[str, Calendar],
    where: str,
) -> Iterator[Promise]:
    if not cells[0][:1].isdigit():
        raise ConfigError(where, "the severity does not begin with its number", _TODO)
    for plan, cell in zip(header[1:], cells[1:], strict=False):
        found = _PROMISE.fullmatch(cell)
        if not found:
            raise ConfigError(where, f"the time for '{plan}' is not one", _TODO)
        calendar = calendars.get(plan.lower()) if found[2] else None
        if found[2] and calendar is None:
            raise ConfigError(where, f"'{plan}' has no business hours", _TODO)
        unit = _UNITS[found[3].lower()]
        if calendar and found[3].lower() == "day":
            unit = calendar.business_day()
        yield Promise(
            since=since,
            plan=plan.lower(),
            severity=int(cells[0][0]),
            within=float(found[1]) * unit,
            calendar=calendar,
        )


def _calendars(tables: Sequence[_Table]) -> dict[str, Calendar]:
    off: dict[str, set[date]] = {}
    for header, rows in tables:
        if header[0].lower() == "holiday":
            for _, cells in rows:
                for plan in cells[1].split(","):
                    off.setdefault(plan.strip().lower(), set()).add(date.fromisoformat(cells[0]))
    return {
        cells[0].lower(): Calendar(
            zone=cells[1],
            spans=tuple(_spans(cells[2].lower().replace("–", " to "))),
            holidays=frozenset(off.get(cells[0].lower(), ())),
        )
        for header, rows in tables
        if [name.lower() for name in header] == ["plan", "time zone", "business hours"]
        for _, cells in rows
    }


def _spans(text: str) -> Iterator[tuple[int, time, time]]:
    """Yield each weekday's hours: `mon to fri 08:00 to 17:00`, `sun 14:00 to fri 17:00`."""
    for part in text.split(";"):
        if found := _LONG.fullmatch(part.strip()):
            first, last = _DAYS.index(found[1]), _DAYS.index(found[3])
            for step in range((last - first) % 7 + 1):
                opens = _clock(found[2]) if step == 0 else time()
                closes = _clock(found[4]) if step == (last - first) % 7 else time()
                yield (first + step) % 7, opens, closes
        elif found := _HOURS.fullmatch(part.strip()):
            first = _DAYS.index(found[1])
            last = _DAYS.index(found[2] or found[1])
            for step in range((last - first) % 7 + 1):
                yield (first + step) % 7, _clock(found[3]), _clock(found[4])
        else:
            raise ConfigError("business hours", "they are not days and times", _TODO)


def _clock(text: str) -> time:
    hours, minutes = text.split(":")
    return time(int(hours) % 24, int(minutes))


def _start(text: str, where: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise ConfigError(where, "the date is not one", "Write it as 2026-01-31") from None
