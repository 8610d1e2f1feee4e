"""Fills a store with a year of events, folds it, and asks for the figures, DuckDB beside it."""

import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kb.measure.events import Event, Kind
from kb.measure.report import Given, report_of
from kb.redaction import already_safe
from kb.service.seeing import Window, seen
from kb.store.store import Store, open_store

END = datetime(2026, 11, 1, tzinfo=UTC)
_DAYS = 365
_QUERIES = tuple(already_safe(f"{a} {b}") for a in ("proxy", "cache", "token") for b in "abcdefgh")
_ARTICLES = tuple(f"article-{n}" for n in range(300))


def visits(count: int, *, seed: int = 1, days: int = _DAYS) -> Iterator[Event]:
    """Yield about `count` events of readers known for a day, evenly over `days` until `END`.

    A visit has four events on average: search, click, a page read, sometimes votes and the form.
    """
    rng = random.Random(seed)
    start, made = END - timedelta(days=days), 0
    while made < count:
        at = start + timedelta(seconds=86_400 * days * made / count)
        for event in _visit(rng, at):
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


def fill(store: Store, count: int) -> float:
    """Put the year into the store, and return the seconds that the inserts took."""
    spent, some = 0.0, list[Event]()
    for event in visits(count):
        some.append(event)
        if len(some) == 20_000:
            spent += _append(store, some)
            some = []
    return spent + _append(store, some)


def _append(store: Store, some: list[Event]) -> float:
    began = time.perf_counter()
    store.events.append(some)
    return time.perf_counter() - began


def figures(url: str) -> str:
    """Ask for the figures of the whole year in a process of its own; return what it printed."""
    command = [sys.executable, "-c", f"{_ASK}\nask({url!r})"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True
    ).stdout.strip()


_ASK = "from measuring.volume import ask"


def ask(url: str) -> None:
    """Print events, rate, seconds and peak memory of one question for the whole year."""
    store = open_store(url)
    began = time.perf_counter()
    window = Window(since=END - timedelta(days=_DAYS), now=END, length=timedelta(days=7))
    found = report_of(
        seen(store, (), (), window),
        Given(contacts=(), pages=(), since=window.since, now=window.now),
    )
    spent = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figure = found.deflection.explicit
    print(
        f"{found.events} events, {figure.numerator}/{figure.denominator}, {spent:.2f} s, {peak:.0f} MB"
    )


def day_more(store: Store, count: int) -> float:
    """Add one day's new events, and return the seconds that folding them took."""
    new = list(visits(max(1, count // _DAYS), seed=2, days=1))
    store.events.append(new)
    began = time.perf_counter()
    store.folds.update(())
    return time.perf_counter() - began


def duckdb_asks(path: Path) -> str:
    """Let DuckDB cut the same events into attempts and count them; return what it says."""
    try:
        import duckdb
    except ImportError:
        return "not installed"
    connection = duckdb.connect()
    began = time.perf_counter()
    rows = _exported(path)
    loaded = time.perf_counter() - began
    connection.execute("CREATE TABLE e AS SELECT * FROM read_csv(?, header=true)", [str(rows)])
    began = time.perf_counter()
    strong, deflected = connection.execute(_QUERY).fetchone() or (0, 0)
    spent = time.perf_counter() - began
    return f"{deflected}/{strong}, {spent:.2f} s (export first: {loaded:.0f} s)"


def _exported(path: Path) -> Path:
    import csv
    import sqlite3

    target = path.with_suffix(".csv")
    with sqlite3.connect(path) as connection, target.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("reader", "at", "kind", "article", "dwell"))
        writer.writerows(connection.execute("SELECT reader, at, kind, article, dwell FROM events"))
    return target


_QUERY = """
WITH cut AS (
  SELECT *, CASE WHEN "at" - lag("at") OVER w > 1800000000 THEN 1 ELSE 0 END AS new FROM e
  WINDOW w AS (PARTITION BY reader ORDER BY "at")
), numbered AS (
  SELECT *, sum(new) OVER (PARTITION BY reader ORDER BY "at") AS attempt FROM cut
), attempts AS (
  SELECT reader, attempt, bool_or(kind IN ('form_opened', 'ticket_submitted')) AS strong,
         bool_or(kind = 'ticket_submitted') AS wrote, bool_or(kind = 'solved') AS solved,
         bool_or(dwell >= 15) AS read, bool_or(kind = 'not_solved') AS refused
  FROM numbered GROUP BY 1, 2
)
SELECT count(*) FILTER (strong),
       count(*) FILTER (strong AND NOT wrote AND (solved OR (read AND NOT refused))) FROM attempts
"""
