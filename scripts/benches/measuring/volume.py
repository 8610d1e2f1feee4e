"""Fills a store with a year of events, folds it, and asks for the figures, DuckDB beside it."""

import csv
import os
import random
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kb.measure.events import Event, Kind
from kb.measure.report import Given, report_of
from kb.redaction import already_safe
from kb.service.seeing import Window, seen
from kb.store.events import stamp
from kb.store.store import Store, open_store

END = datetime(2026, 11, 1, tzinfo=UTC)
_MONTH = timedelta(days=28)
_MONTHS = 13
START = END - _MONTH * _MONTHS
_QUERIES = tuple(already_safe(f"{a} {b}") for a in ("proxy", "cache", "token") for b in "abcdefgh")
_ARTICLES = tuple(f"article-{n}" for n in range(300))


def visits(
    count: int, *, since: datetime = START, span: timedelta = _MONTH, seed: int = 1
) -> Iterator[Event]:
    """Yield about `count` events of readers known for a day, evenly over `span`.

    A visit has four events on average: search, click, a page read, sometimes votes and the form.
    """
    rng, made = random.Random(seed), 0
    while made < count:
        for event in _visit(rng, since + span * (made / count)):
            made += 1
            yield event


def _visit(rng: random.Random, at: datetime) -> Iterator[Event]:
    reader, article = f"{rng.getrandbits(128):032x}", rng.choice(_ARTICLES)
    about = {"article": article, "version": "0123456789ab"}
    steps: list[tuple[Kind, dict[str, object]]] = []
    if rng.random() < 0.6:
        steps.append(
            (Kind.SEARCH, {"query": rng.choice(_QUERIES), "results": rng.choice((0, 3, 9))})
        )
        steps.append((Kind.OPEN, {"rank": 1, **about}))
    steps += [(Kind.VIEW, {"dwell": rng.randrange(120), **about})] * rng.choice((1, 2, 3))
    if rng.random() < 0.12:
        steps.append((rng.choice((Kind.SOLVED, Kind.NOT_SOLVED)), about))
    if rng.random() < 0.15:
        steps.append((Kind.FORM_OPENED, {}))
        if rng.random() < 0.5:
            steps.append((Kind.TICKET_SUBMITTED, {}))
    for number, (kind, more) in enumerate(steps):
        key = f"{rng.getrandbits(128):032x}"
        yield Event(
            id=f"{key[:8]}-{key[8:12]}-{key[12:16]}-{key[16:20]}-{key[20:]}",
            kind=kind, at=at + timedelta(seconds=150 * number), reader=reader, page="/", **more,
        )  # fmt: skip


def fill(store: Store, count: int) -> None:
    """Put a year of thirteen months of four weeks into a store on SQLite.

    The first month is made event by event; the database makes the others from it, weeks later and
    by other readers.
    """
    some: list[Event] = []
    for event in visits(count // _MONTHS):
        some.append(event)
        if len(some) == 20_000:
            store.events.append(some)
            some = []
    store.events.append(some)
    with store.database.transaction() as connection:
        for month in range(1, _MONTHS):
            shift = month * (_MONTH // timedelta(microseconds=1))
            connection.exec_driver_sql(_LATER, (f"{month:08x}", shift, f"{month:02d}"))


_LATER = f"""
INSERT INTO events (id, kind, at, reader, origin, arm, page, article, version, query, results,
                    rank, reason, dwell)
SELECT CAST(? || printf('%08x', number) AS BLOB), kind, at + ?, substr(reader, 1, 30) || ?,
       origin, arm, page, article, version, query, results, rank, reason, dwell
FROM events WHERE number <= (SELECT count(*) FROM events WHERE at < {stamp(START + _MONTH)}) ORDER BY number
"""  # noqa: S608 (a number of ours)


def alone(name: str, given: str) -> str:
    """Call a function of this module in a process of its own; return what it printed."""
    command = [sys.executable, "-c", f"from measuring.volume import {name}\n{name}({given!r})"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def fold(store: Store, url: str, processes: int = 2) -> float:
    """Fold what is stale, shared out among processes; return the peak memory of the largest, in MB."""
    days = store.folds.stale()
    size = -(-len(days) // processes)
    parts = [days[first : first + size] for first in range(0, len(days), size)]
    with ThreadPoolExecutor(processes) as pool:
        peaks = pool.map(lambda part: alone("folds", f"{url} {part[0]} {part[-1]}"), parts)
        return max(map(float, peaks))


def folds(given: str) -> None:
    """Fold the days from one to another; print this process's peak memory."""
    url, first, last = given.split()
    days = range(date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal() + 1)
    open_store(url).folds.fold([date.fromordinal(day) for day in days], ())
    print(_peak())


def ask(url: str) -> None:
    """Print rate, seconds and peak memory of one question for the whole year."""
    store = open_store(url)
    began = time.perf_counter()
    window = Window(since=START, now=END, length=timedelta(days=7))
    found = report_of(
        seen(store, (), (), window),
        Given(contacts=(), pages=(), since=window.since, now=window.now),
    )
    spent = time.perf_counter() - began
    figure = found.deflection.explicit
    print(f"{figure.numerator}/{figure.denominator} deflected, {spent:.2f} s, {_peak():.0f} MB")


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def day_more(store: Store, count: int) -> float:
    """Add one day's new events, and return the seconds that folding them took."""
    day = timedelta(days=1)
    new = list(visits(count // (28 * _MONTHS), since=END - day, span=day, seed=2))
    store.events.append(new)
    began = time.perf_counter()
    store.folds.update(())
    return time.perf_counter() - began


def duckdb_asks(path: str) -> None:
    """Let DuckDB cut the same events into attempts and count them; print the same line."""
    try:
        import duckdb
    except ImportError:
        print("not installed")
        return
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    began = time.perf_counter()
    connection.execute(
        "CREATE TABLE e AS SELECT * FROM read_csv(?, header=true)", [str(_exported(Path(path)))]
    )
    loaded, began = time.perf_counter() - began, time.perf_counter()
    row = connection.execute(_QUERY, [stamp(START), stamp(END - timedelta(days=7))]).fetchone()
    spent = time.perf_counter() - began
    strong, deflected = row or (0, 0)
    print(
        f"{deflected}/{strong} deflected, {spent:.2f} s, {_peak():.0f} MB "
        f"(export and load before: {loaded:.0f} s)"
    )


def _exported(path: Path) -> Path:
    target = path.with_suffix(".csv")
    with closing(sqlite3.connect(path)) as connection, target.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("reader", "at", "kind", "dwell"))
        writer.writerows(connection.execute("SELECT reader, at, kind, dwell FROM events"))
    return target


_QUERY = """
WITH cut AS (
  SELECT *, CASE WHEN "at" - lag("at") OVER w > 1800000000 THEN 1 ELSE 0 END AS new FROM e
  WINDOW w AS (PARTITION BY reader ORDER BY "at")
), numbered AS (
  SELECT *, sum(new) OVER (PARTITION BY reader ORDER BY "at") AS attempt FROM cut
), attempts AS (
  SELECT reader, attempt, min("at" - 1000000 * dwell) AS start,
         bool_or(kind IN ('form_opened', 'ticket_submitted')) AS strong,
         bool_or(kind = 'ticket_submitted') AS wrote, bool_or(kind = 'solved') AS solved,
         bool_or(dwell >= 15) AS read, bool_or(kind = 'not_solved') AS refused
  FROM numbered GROUP BY 1, 2
)
SELECT count(*) FILTER (strong),
       count(*) FILTER (strong AND NOT wrote AND (solved OR (read AND NOT refused)))
FROM attempts WHERE start >= ? AND start <= ?
"""
