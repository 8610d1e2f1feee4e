"""Measure the measuring: durable events a second, kills, a year's figures, coverage, spam.

    scripts/bench measure [PART ...] [--seconds N] [--events N] [--runs N] [--kills N]
        [--quick]

PART is load, kills, volume, coverage, spam or quiet; all of them when left out.
"""

import argparse
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from measuring import quiet, spam, volume  # noqa: E402
from measuring.load import Sending, send  # noqa: E402
from measuring.servers import Nursery, cpu_seconds, postgresql, running  # noqa: E402

from kb.helpdesk.simulator import ESTIMATORS, covered  # noqa: E402
from kb.store.store import open_store  # noqa: E402

_BROWSERS = 128
"""A server that waits for the disk answers as many at a time: few would measure the disk alone."""

PARTS = ("load", "kills", "volume", "coverage", "spam", "quiet")


def load(seconds: float) -> None:
    """Print events a second, each durable before its 202, beside what keeps nothing."""
    print(
        f"\nevents a second, {_BROWSERS} connections, loopback; votes signed, an address a request"
    )
    row("server", "events/s", "p50 ms", "p99 ms", "CPU µs each", "refused")
    with tempfile.TemporaryDirectory(prefix="measure-", dir="/tmp") as name, postgresql() as url:
        print(f"the disk takes {sync_ms(Path(name)):.1f} ms to keep 64 kB, half of the time")
        at, databases = Path(name), [("SQLite", ""), *([("PostgreSQL", url)] if url else [])]
        one_server("Starlette alone, keeps nothing", "bare", at / "bare", seconds)
        for kind, database in databases:
            one_server(f"ours, {kind}", "ours", at / kind, seconds, database)
            one_server(f"ours, {kind}, 20 a request", "ours", at / kind, seconds, database, 20)
        for kind, database in databases:
            bulk(database or f"sqlite:///{name}/bulk.sqlite3", f"bare insert, {kind}, 500 a commit")


def one_server(
    name: str, kind: str, folder: Path, seconds: float, url: str = "", batch: int = 1
) -> None:
    with running(kind, folder, url) as (port, process):
        send(port, seconds=1, seed=9 + 2 * batch)
        before = cpu_seconds(process.pid)
        told = send(port, browsers=_BROWSERS, seconds=seconds, seed=10 + 2 * batch, batch=batch)
        spent = cpu_seconds(process.pid) - before
    rate, each = len(told.kept) / told.seconds, 1e6 * spent / max(1, len(told.kept))
    p50, p99 = told.percentile(0.5), told.percentile(0.99)
    row(name, f"{rate:,.0f}", f"{p50:.1f}", f"{p99:.1f}", f"{each:.0f}", told.refused or "none")


def sync_ms(folder: Path) -> float:
    """Return the median of 50 times in which a group's bytes get onto the disk."""
    waits = []
    with (folder / "synced").open("wb", buffering=0) as file:
        for _ in range(50):
            file.write(os.urandom(65_536))
            began = time.perf_counter()
            os.fsync(file.fileno())
            waits.append(time.perf_counter() - began)
    return 1000 * statistics.median(waits)


def bulk(url: str, name: str) -> None:
    store = open_store(url)
    events = list(volume.visits(50_000))
    began = time.perf_counter()
    for first in range(0, len(events), 500):
        store.events.append(events[first : first + 500])
    row(name, f"{len(events) / (time.perf_counter() - began):,.0f}", "", "", "", "")
    store.close()


def kills(count: int) -> None:
    """Print how many promised events were lost or doubled over `count` kills under load.

    What got no answer is sent again to the next server, as a browser does: it may have been kept.
    """
    print("\nkill -9 under load, 16 connections; what got no answer is sent again")
    with tempfile.TemporaryDirectory(prefix="measure-", dir="/tmp") as name, postgresql() as url:
        killed("SQLite", f"sqlite:///{name}/kills.sqlite3", Path(name), count)
        if url:
            killed("PostgreSQL", url, Path(name), max(1, count // 5))


def killed(kind: str, url: str, folder: Path, count: int) -> None:
    promised, again, repeated = list[str](), list[Sending](), 0
    rng, nursery = random.Random(3), Nursery()
    open_store(url).close()
    for number in range(count):
        port, pid = nursery.bear(folder, url)
        timer = threading.Timer(rng.uniform(0.02, 0.5), os.kill, (pid, signal.SIGKILL))
        told = send(
            port, browsers=16, seconds=30, seed=100 + number, again=again, on_first=timer.start
        )
        timer.join()
        promised, again = promised + told.kept, told.unanswered
        repeated += len(again)
    nursery.close()
    store = open_store(url)
    kept = Counter(event.id for event in store.events.all())
    store.close()
    lost, doubled = sum(key not in kept for key in promised), sum(n > 1 for n in kept.values())
    print(
        f"  {kind}: {count} kills, {len(promised):,} promised, {repeated:,} sent again, "
        f"{lost} lost, {doubled} kept twice"
    )


def year(count: int) -> None:
    """Print what a year of `count` events costs: to keep, to fold, to ask."""
    print(f"\na year of {count:,} events, SQLite")
    with tempfile.TemporaryDirectory(prefix="measure-", dir="/tmp") as name:
        path = Path(name) / "year.sqlite3"
        url = f"sqlite:///{path}"
        store = open_store(url)
        began = time.perf_counter()
        volume.fill(store, count)
        told("written", began)
        print(f"  {store.events.count():,} events, {path.stat().st_size / 1e6:,.0f} MB")
        began = time.perf_counter()
        peak = volume.fold(store, url)
        told(f"all of it folded by two processes, {peak:.0f} MB each; a team does it daily", began)
        print(f"  figures, the first time (closed days are added up): {volume.alone('ask', url)}")
        print(f"  figures, from then on: {volume.alone('ask', url)}")
        print(f"  DuckDB, the same question: {volume.alone('duckdb_asks', str(path))}")
        print(f"  a day's new events folded: {volume.day_more(store, count):.2f} s")
        store.close()


def told(what: str, began: float) -> None:
    print(f"  {what}: {time.perf_counter() - began:.1f} s", flush=True)


def coverage(runs: int) -> None:
    """Print how often the 95 % intervals held what was planted.

    Of so many runs of an exact interval, 19 in 20 lie within the chance that is told.
    """
    chance = 1.96 * (0.95 * 0.05 / runs) ** 0.5
    print(f"\nplanted truths in 95 % intervals, {runs} seeded runs each; chance ±{chance:.1%}")
    row("estimator", "truth", "held", "93-97 %", "bias", "refused")
    names, planted, truths = zip(*((n, r, t) for n, r, ts in ESTIMATORS for t in ts), strict=True)
    plant = partial(covered, runs=runs, seed=1)
    with ProcessPoolExecutor() as pool:
        for found in pool.map(plant, names, planted, truths):
            fits = "yes" if 0.93 <= found.share <= 0.97 else "NO"
            cells = (f"{found.truth:+.2f}", f"{found.share:.1%}", fits, f"{found.bias:+.4f}")
            row(found.name, *cells, found.refused)


def spammed() -> None:
    """Print what spam changes."""
    print(f"\n100,000 votes from one address count as {spam.votes_that_count(100_000)}")
    print('10 % spam, all of it "solved", on 3,000 attempts of people in four weeks')
    row("spam", "deflection", "with spam", "points", "spam kept out", "people kept out")
    for addresses, days in ((1, 1), (3, 1), (10, 1), (1, 28), (10, 28), (30, 28), (300, 28)):
        found = spam.moved(3000, 0.1, addresses, days)
        row(
            f"{addresses} addresses, {days} days",
            f"{found.before:.1%}",
            f"{found.after:.1%}",
            f"{100 * (found.after - found.before):+.2f}",
            f"{found.spam_out:.0%}",
            f"{found.people_out:.0%}",
        )
    print(f"nobody kept out, no spam: {found.bare:.1%}")


def watched(years: int) -> None:
    """Print whom the watch wakes in quiet years, and how soon it finds what was planted."""
    print(f"\n{years} quiet years a line: weekends, holidays, the clock's changes, growth by half")
    row("topic, tickets a day", "pages", "in years", "planted found", "minutes, at most")
    for a_day in (0.2, 1, 4, 12, 40):
        rng = random.Random(f"quiet {a_day}")
        paged = sum(len(quiet.surges(quiet.quiet_year(rng, a_day))) for _ in range(years))
        waits = list(quiet.found(rng, a_day, 20))
        late = max((w for w in waits if w < float("inf")), default=float("nan"))
        row(f"{a_day:g}", paged, years, f"{sum(w <= 10 for w in waits)}/20", f"{late:.0f}")
    row("collector, events a day", "pages", "in years", "longest pause, h", "outage paged, h")
    for a_day in (3, 30, 300):
        rng = random.Random(f"visits {a_day}")
        seen = [quiet.quiet_year(rng, a_day, 0.5) for _ in range(years)]
        paged, pause = (
            sum(len(quiet.silences(t)) for t in seen),
            max(map(quiet.longest_pause, seen)),
        )
        row(f"{a_day}", paged, years, f"{pause:.0f}", f"{quiet.outage(rng, a_day):.0f}")


def row(*cells: object) -> None:
    print(f"{cells[0]!s:32}" + "".join(f"{cell!s:>17}" for cell in cells[1:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=PARTS)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--events", type=int)
    parser.add_argument("--runs", type=int)
    parser.add_argument("--kills", type=int)
    parser.add_argument("--quick", action="store_true", help="every part, much smaller")
    given = parser.parse_args()
    usual = (2, 200_000, 300, 10) if given.quick else (8, 10_000_000, 1000, 200)
    asked = (given.seconds, given.events, given.runs, given.kills)
    seconds, events, runs, deaths = (
        b if a is None else a for a, b in zip(asked, usual, strict=True)
    )
    for part in given.parts:
        {
            "load": lambda: load(seconds),
            "kills": lambda: kills(int(deaths)),
            "volume": lambda: year(int(events)),
            "coverage": lambda: coverage(int(runs)),
            "spam": spammed,
            "quiet": lambda: watched(1 if given.quick else 5),
        }[part]()
        sys.stdout.flush()


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.stderr)
