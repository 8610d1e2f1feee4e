"""Measure the measuring: durable events a second, kills, a year's figures, coverage, spam.

    scripts/bench measure [PART ...] [--seconds N] [--events N] [--runs N] [--kills N]
        [--quick]

PART is load, kills, volume, coverage, spam or quiet; all of them when left out.
"""

import argparse
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
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

_ON_DISK = "/var/tmp"  # noqa: S108 (where /tmp is memory, as on Debian 13, a sync is free)

PARTS = ("load", "kills", "volume", "coverage", "spam", "quiet")


Reached = Iterator[tuple[str, str, bool]]
"""What was to be reached, what was, and whether it is enough: a line each of the last table."""


def load(seconds: float) -> Reached:
    """Print events a second, each durable before its 202, beside what keeps nothing."""
    print(
        f"\nevents a second, {_BROWSERS} connections, loopback; votes signed, an address a request"
    )
    with tempfile.TemporaryDirectory(prefix="measure-", dir=_ON_DISK) as name, postgresql() as url:
        print(f"the disk takes {sync_ms(Path(name)):.1f} ms to keep 64 kB, half of the time")
        row("server", "events/s", "p50 ms", "p99 ms", "CPU µs each", "refused")
        at, databases = Path(name), [("SQLite", ""), *([("PostgreSQL", url)] if url else [])]
        bare, _ = one_server("Starlette alone, keeps nothing", "bare", at / "bare", seconds)
        for kind, database in databases:
            rate, p99 = one_server(f"ours, {kind}", "ours", at / kind, seconds, database)
            one_server(f"ours, {kind}, 20 a request", "ours", at / kind, seconds, database, 20)
            if not database:
                found = f"{rate:,.0f}, {p99:.0f} ms; bare {bare:,.0f}"
                yield (
                    "8,000 durable events/s, SQLite, p99 < 50 ms",
                    found,
                    rate >= 8000 and p99 < 50,
                )
        for kind, database in databases:
            bulk(database or f"sqlite:///{name}/bulk.sqlite3", f"bare insert, {kind}, 500 a commit")


def one_server(
    name: str, kind: str, folder: Path, seconds: float, url: str = "", batch: int = 1
) -> tuple[float, float]:
    """Print a server's row; return its events a second and the wait in ms of 99 in 100."""
    with running(kind, folder, url) as (port, process):
        send(port, seconds=1, seed=9 + 2 * batch)
        before = cpu_seconds(process.pid)
        told = send(port, browsers=_BROWSERS, seconds=seconds, seed=10 + 2 * batch, batch=batch)
        spent = cpu_seconds(process.pid) - before
    rate, each = len(told.kept) / told.seconds, 1e6 * spent / max(1, len(told.kept))
    p50, p99 = told.percentile(0.5), told.percentile(0.99)
    row(name, f"{rate:,.0f}", f"{p50:.1f}", f"{p99:.1f}", f"{each:.0f}", told.refused or "none")
    return rate, p99


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


def kills(count: int) -> Reached:
    """Print how many promised events were lost or doubled over `count` kills under load.

    What got no answer is sent again to the next server, as a browser does: it may have been kept.
    """
    print("\nkill -9 under load, 16 connections; what got no answer is sent again")
    with tempfile.TemporaryDirectory(prefix="measure-", dir=_ON_DISK) as name, postgresql() as url:
        yield killed("SQLite", f"sqlite:///{name}/kills.sqlite3", Path(name), count)
        if url:
            yield killed("PostgreSQL", url, Path(name), max(1, count // 5))


def killed(kind: str, url: str, folder: Path, count: int) -> tuple[str, str, bool]:
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
    found = f"{lost} lost, {doubled} twice of {len(promised):,}"
    return f"{count} kills, {kind}: nothing lost or kept twice", found, not lost and not doubled


def year(count: int) -> Reached:
    """Print what a year of `count` events costs: to keep, to fold, to ask."""
    print(f"\na year of {count:,} events, SQLite")
    with tempfile.TemporaryDirectory(prefix="measure-", dir=_ON_DISK) as name:
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
        first = volume.alone("ask", url)
        print(f"  figures, the first time (each closed day is added up, once): {first}")
        print(f"  figures, from then on: {volume.alone('ask', url)}")
        print(f"  DuckDB, the same question: {volume.alone('duckdb_asks', str(path))}")
        print(f"  a day's new events folded: {(day := volume.day_more(store, count)):.2f} s")
        print(f"  figures, with that day: {(daily := volume.alone('ask', url))}")
        store.close()
    asked, held = map(float, re.findall(r"([\d.]+) (?:s|MB)\b", daily))
    once = re.findall(r"([\d.]+) s\b", first)[0]
    what = f"figures over {count:,} events, every day, in < 10 s and 1 GB"
    yield what, f"{asked:.1f} s, {held:.0f} MB; the first time {once} s", asked < 10 and held < 1000
    yield "a day's new events folded in < 5 s", f"{day:.1f} s", day < 5


def told(what: str, began: float) -> None:
    print(f"  {what}: {time.perf_counter() - began:.1f} s", flush=True)


def coverage(runs: int) -> Reached:
    """Print how often the 95 % intervals held what was planted.

    Of so many runs of an exact interval, 19 in 20 lie within the chance that is told.
    """
    chance = 1.96 * (0.95 * 0.05 / runs) ** 0.5
    print(f"\nplanted truths in 95 % intervals, {runs} seeded runs each; chance ±{chance:.1%}")
    row("estimator", "truth", "held", "93-97 %", "bias", "refused")
    names, planted, truths = zip(*((n, r, t) for n, r, ts in ESTIMATORS for t in ts), strict=True)
    plant = partial(covered, runs=runs, seed=1)
    shares: list[float] = []
    with ProcessPoolExecutor() as pool:
        for found in pool.map(plant, names, planted, truths):
            shares.append(found.share)
            fits = "yes" if 0.93 <= found.share <= 0.97 else "NO"
            cells = (f"{found.truth:+.2f}", f"{found.share:.1%}", fits, f"{found.bias:+.4f}")
            row(found.name, *cells, found.refused)
    low, high = min(shares), max(shares)
    fit = low >= 0.93 and high <= 0.97
    yield "95 % intervals hold 93 to 97 %", f"{low:.1%} to {high:.1%}", fit


def spammed() -> Reached:
    """Print what spam changes."""
    votes = spam.votes_that_count(100_000)
    yield "100,000 votes from one address count as one", f"{votes}", votes <= 1
    print(f"\n100,000 votes from one address count as {votes}")
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
        points = 100 * (found.after - found.before)
        if days == 28 and addresses >= 10:
            what = f"10 % spam from {addresses} addresses: within a point"
            yield what, f"{points:+.2f} points", abs(points) <= 1
    print(f"nobody kept out, no spam: {found.bare:.1%}")


def watched(years: int) -> Reached:
    """Print whom the watch wakes in quiet years, and how soon it finds what was planted."""
    print(f"\n{years} quiet years a line: weekends, holidays, the clock's changes, growth by half")
    row("topic, tickets a day", "pages", "in years", "planted found", "minutes, at most")
    woken = missed = 0
    for a_day in (0.2, 1, 4, 12, 40):
        rng = random.Random(f"quiet {a_day}")
        paged = sum(len(quiet.surges(quiet.quiet_year(rng, a_day))) for _ in range(years))
        waits = list(quiet.found(rng, a_day, 20))
        late = max((w for w in waits if w < float("inf")), default=float("nan"))
        row(f"{a_day:g}", paged, years, f"{sum(w <= 10 for w in waits)}/20", f"{late:.0f}")
        woken, missed = woken + paged, missed + sum(w > 10 for w in waits)
    yield f"no page in {5 * years} quiet topic-years", f"{woken}", not woken
    yield "a planted surge is paged within ten minutes", f"{100 - missed} of 100", not missed
    row("collector, events a day", "pages", "in years", "longest pause, h", "outage paged, h")
    for a_day in (3, 30, 300):
        rng = random.Random(f"visits {a_day}")
        seen = [quiet.quiet_year(rng, a_day, 0.5) for _ in range(years)]
        paged, pause = (
            sum(len(quiet.silences(t)) for t in seen),
            max(map(quiet.longest_pause, seen)),
        )
        out = quiet.outage(rng, a_day)
        row(a_day, paged, years, f"{pause:.0f}", f"{out:.0f}" if out < float("inf") else "never")


def row(*cells: object) -> None:
    print(f"{cells[0]!s:32}" + "".join(f"{cell!s:>17}" for cell in cells[1:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
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
    reached: list[tuple[str, str, bool]] = []
    for part in given.parts or PARTS:
        shown: dict[str, Callable[[], Reached]] = {
            "load": lambda: load(seconds),
            "kills": lambda: kills(int(deaths)),
            "volume": lambda: year(int(events)),
            "coverage": lambda: coverage(int(runs)),
            "spam": spammed,
            "quiet": lambda: watched(1 if given.quick else 8),
        }
        reached += shown[part]()
        sys.stdout.flush()
    print(f"\n{'to reach':56}{'reached':>44}")
    for what, found, enough in reached:
        print(f"{what:56}{found:>44}  {'yes' if enough else 'NO'}")


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.stderr)
