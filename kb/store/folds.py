"""Keeps each day's events folded: derived rows that the events can always make again."""

import gc
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection, delete, func, select, text, update

from kb.measure.contacts import Contact
from kb.measure.events import Event
from kb.measure.sheet import MARGIN, Sheet, sheet_of
from kb.measure.sheet_bytes import pack, unpack, unpack_words
from kb.measure.trails import IDLE
from kb.store import schema
from kb.store.database import Database
from kb.store.events import Events, stamp

_DAY = timedelta(days=1)
_DAY_US = 86_400_000_000
Topics = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """One day as it stands in the store.

    Attributes:
        day: In UTC.
        mark: What its tally was made with, `""` when it has none.
        tally: The day added up, as `tally_bytes` packs it.
        sent: The forms that were sent by those who came on it, packed, see `forms`.
    """

    day: date
    mark: str
    tally: bytes | None
    sent: str

    @property
    def start(self) -> datetime:
        """Its first instant."""
        return datetime.combine(self.day, time(), UTC)

    @property
    def end(self) -> datetime:
        """The instant after its last."""
        return self.start + _DAY

    def forms(self) -> tuple[Contact, ...]:
        """Return the forms that were sent, as contacts whose ticket is not known.

        A visit over midnight may have sent its form on the next day.
        """
        return _contacts(self.sent)


@dataclass(frozen=True, slots=True)
class Folds:
    """The folded days of the store."""

    database: Database

    def update(self, topics: Topics) -> int:
        """Fold every day that got new events since the last time; return how many days.

        What is read is those days' events and `MARGIN` around them, never the whole store. A
        process killed in between folds the rest the next time.
        """
        days = self.stale()
        self.fold(days, topics)
        return len(days)

    def stale(self) -> tuple[date, ...]:
        """Return the days that got new events since they were folded, by day."""
        self._find_new()
        return self._stale()

    def fold(self, days: Sequence[date], topics: Topics) -> None:
        """Fold these days; several processes may share out what is stale.

        Days that follow each other are read once.
        """
        near = _Near()
        with no_cycles():
            for day in days:
                near = self._near(day, near)
                self._fold(near, topics)
                near = near.left()

    def forget(self) -> None:
        """Drop every fold; the next `update` makes all of them again from the events."""
        with self.database.transaction() as connection:
            connection.execute(delete(schema.folds))

    def days(self, since: datetime, until: datetime) -> tuple[Folded, ...]:
        """Return the days that have any instant of [since, until), by day."""
        table = schema.folds.c
        query = select(table.day, table.mark, table.tally, table.sent).where(
            table.day >= since.astimezone(UTC).date().isoformat(),
            table.day <= until.astimezone(UTC).date().isoformat(),
        )
        with self.database.transaction() as connection:
            rows = connection.execute(query.order_by(table.day)).all()
        return tuple(
            Folded(day=date.fromisoformat(day), mark=mark, tally=tally, sent=sent)
            for day, mark, tally, sent in rows
        )

    def sheet(self, day: date) -> Sheet:
        """Return what the day's events were folded into."""
        found = self._packed(day)
        return unpack(found) if found else Sheet()

    def words(self, day: date) -> Sheet:
        """Return the searches and votes of the day's sheet alone, which is most of it less to read."""
        found = self._packed(day)
        return unpack_words(found) if found else Sheet()

    def keep_tally(self, day: date, mark: str, tally: bytes) -> None:
        """Keep the day added up, and what it was made with."""
        change = update(schema.folds).where(schema.folds.c.day == day.isoformat())
        with self.database.transaction() as connection:
            connection.execute(change.values(mark=mark, tally=tally))

    def events_of(self, day: date, since: datetime, until: datetime) -> Iterator[Event]:
        """Yield those of the day's events that lie in [since, until), in the order of arrival."""
        table, start = schema.folds.c, datetime.combine(day, time(), UTC)
        since, until = max(since, start), min(until, start + _DAY)
        with self.database.transaction() as connection:
            found = connection.execute(
                select(table.first, table.last).where(table.day == day.isoformat())
            ).first()
        if found:
            yield from Events(self.database).between(
                found.first, found.last, stamp(since), stamp(until)
            )

    def _packed(self, day: date) -> bytes | None:
        table = schema.folds.c
        with self.database.transaction() as connection:
            return connection.scalar(select(table.sheet).where(table.day == day.isoformat()))

    def _find_new(self) -> None:
        """Note which days have events that came after the last fold, and that they are stale."""
        table = schema.folds
        with self.database.transaction() as connection:
            last = connection.scalar(select(func.max(table.c.last))) or 0
            newest = self._newest(connection)
            rows = connection.execute(_NEW_DAYS, {"last": last, "newest": newest}).all()
            for day, first, newest_of_day, earliest, latest in rows:
                self._note(connection, date.fromordinal(_EPOCH + day), first, newest_of_day)
                if earliest - day * _DAY_US < _IDLE_US:
                    self._spoil(connection, date.fromordinal(_EPOCH + day - 1))
                if latest % _DAY_US > _DAY_US - _IDLE_US:
                    self._spoil(connection, date.fromordinal(_EPOCH + day + 1))

    def _newest(self, connection: Connection) -> int:
        """Return a number below which nothing is still on its way.

        PostgreSQL gives numbers before it commits; for the blink of this question nobody writes.
        """
        if self.database.engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE events IN SHARE MODE"))
        return connection.scalar(select(func.max(schema.events.c.number))) or 0

    def _note(self, connection: Connection, day: date, first: int, last: int) -> None:
        table = schema.folds
        row = {"day": day.isoformat(), "first": first, "last": last, "sent": "[]", "mark": ""}
        insert = self.database.insert(table).values(row)
        wider = {"last": last, "sheet": None, "tally": None, "mark": ""}
        connection.execute(insert.on_conflict_do_update(index_elements=["day"], set_=wider))

    def _spoil(self, connection: Connection, day: date) -> None:
        change = update(schema.folds).where(schema.folds.c.day == day.isoformat())
        connection.execute(change.values(sheet=None, tally=None, mark=""))

    def _stale(self) -> tuple[date, ...]:
        table = schema.folds.c
        query = select(table.day).where(table.sheet.is_(None)).order_by(table.day)
        with self.database.transaction() as connection:
            return tuple(date.fromisoformat(day) for day in connection.scalars(query))

    def _near(self, day: date, last: "_Near") -> "_Near":
        """Read a day and `MARGIN` around it; what the last day's reading held is not read again."""
        start, end = _bounds(day)
        if last.day == day - _DAY:
            before = last.own
            own = [*last.after, *self.events_of(day, start + MARGIN, end)]
        else:
            before = list(self.events_of(day - _DAY, start - MARGIN, start))
            own = list(self.events_of(day, start, end))
        after = list(self.events_of(day + _DAY, end, end + MARGIN))
        return _Near(day=day, before=before, own=own, after=after)

    def _fold(self, near: "_Near", topics: Topics) -> None:
        start, end = _bounds(near.day)
        facts = (*near.before, *near.own, *near.after)
        sheet = sheet_of(facts, since=start, until=end, topics=topics)
        sent = json.dumps([[c.requester, c.at.isoformat()] for c in sheet.sent()])
        change = update(schema.folds).where(schema.folds.c.day == near.day.isoformat())
        with self.database.transaction() as connection:
            connection.execute(change.values(sheet=pack(sheet), sent=sent))


def _contacts(sent: str) -> tuple[Contact, ...]:
    return tuple(
        Contact(requester=reader, at=datetime.fromisoformat(at)) for reader, at in json.loads(sent)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Near:
    """The events of a day, and of `MARGIN` before and after it."""

    day: date = date.min
    before: Sequence[Event] = ()
    own: Sequence[Event] = ()
    after: Sequence[Event] = ()

    def left(self) -> "_Near":
        """Return what the next day needs of it."""
        _, end = _bounds(self.day)
        tail = [event for event in self.own if event.at >= end - MARGIN]
        return _Near(day=self.day, own=tail, after=self.after)


@contextmanager
def no_cycles() -> Iterator[None]:
    """Let nobody look for cycles: there are none in what days hold, and so much that looking is slow."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _bounds(day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, time(), UTC)
    return start, start + _DAY


_EPOCH = date(1970, 1, 1).toordinal()
_IDLE_US = IDLE // timedelta(microseconds=1)
_NEW_DAYS = text(
    f"""
    SELECT at / {_DAY_US} AS day, min(number), max(number), min(at - dwell * CAST(1000000 AS bigint)), max(at)
    FROM events WHERE number > :last AND number <= :newest GROUP BY 1 ORDER BY 1
    """  # noqa: S608 (a number of ours)
)
