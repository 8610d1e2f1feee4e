"""Measure the measuring: durable events a second, kills, a year's figures, coverage, spam.

    scripts/bench measure [PART ...] [--seconds N] [--events N] [--runs N] [--kills N]

PART is load, kills, volume, coverage or spam; all of them when left out.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from measuring import spam, volume  # noqa: E402
from measuring.load import Ledger, send  # noqa: E402
from measuring.servers import cpu_seconds, postgresql, running  # noqa: E402

from kb.helpdesk.simulator import ESTIMATORS, covered  # noqa: E402
from kb.store.store import open_store  # noqa: E402

PARTS = ("load", "kills", "volume", "coverage", "spam")


def load(seconds: float) -> None:
    """Print events a second, each durable before its 202, beside what keeps nothing."""
    print("\nevents a second, one a request, 64 connections, loopback")
    row("server", "events/s", "p50 ms", "p99 ms", "CPU µs each", "refused")
    with tempfile.TemporaryDirectory() as name:
        one_server("Starlette alone, keeps nothing", "bare", Path(name) / "bare", seconds)
        one_server("ours, SQLite", "ours", Path(name) / "sqlite", seconds)
        with postgresql() as url:
            if url:
                one_server("ours, PostgreSQL", "ours", Path(name) / "pg", seconds, url)
        bulk(f"sqlite:///{name}/bulk.sqlite3", "bare insert, SQLite, 500 a commit")
    with postgresql() as url:
        if url:
            bulk(url, "bare insert, PostgreSQL, 500 a commit")


def one_server(name: str, kind: str, folder: Path, seconds: float, url: str = "") -> None:
    with running(kind, folder, url) as (port, process):
        send(port, seconds=1, seed=9)
        before = cpu_seconds(process.pid)
        told = send(port, seconds=seconds)
        spent = cpu_seconds(process.pid) - before
    rate, each = len(told.kept) / told.seconds, 1e6 * spent / max(1, len(told.kept))
    p50, p99 = told.percentile(0.5), told.percentile(0.99)
    row(name, f"{rate:,.0f}", f"{p50:.1f}", f"{p99:.1f}", f"{each:.0f}", told.refused or "none")


def bulk(url: str, name: str) -> None:
    store = open_store(url)
    events = list(volume.visits(50_000))
    began = time.perf_counter()
    for first in range(0, len(events), 500):
        store.events.append(events[first : first + 500])
    row(name, f"{len(events) / (time.perf_counter() - began):,.0f}", "", "", "", "")
    store.close()


def kills(count: int) -> None:
    """Print how many promised events were lost or doubled over `count` kills under load."""
    lost = doubled = promised = 0
    rng = random.Random(3)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(count):
            told = killed(folder, rng.uniform(0.2, 0.8), number)
            store = open_store(f"sqlite:///{folder / '.kb' / 'store.sqlite3'}")
            lost += sum(not store.events.has(key) for key in told.kept)
            promised += len(told.kept)
            store.close()
        store = open_store(f"sqlite:///{folder / '.kb' / 'store.sqlite3'}")
        ids = [event.id for event in store.events.all()]
        doubled = len(ids) - len(set(ids))
        store.close()
    print(f"\n{count} kills under load: {promised:,} promised, {lost} lost, {doubled} kept twice")


def killed(folder: Path, after: float, seed: int) -> Ledger:
    with running("ours", folder) as (port, process):
        timer = threading.Timer(after, process.send_signal, (signal.SIGKILL,))
        timer.start()
        told = send(port, browsers=16, seconds=after + 1, seed=seed + 100)
        timer.join()
        process.wait()
    return told


def year(count: int) -> None:
    """Print what a year of `count` events costs: to keep, to fold, to ask."""
    print(f"\na year of {count:,} events")
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "year.sqlite3"
        url = f"sqlite:///{path}"
        store = open_store(url)
        print(f"  kept in {volume.fill(store, count):.1f} s, {path.stat().st_size / 1e6:,.0f} MB")
        began = time.perf_counter()
        store.folds.update(())
        print(f"  folded from nothing in {time.perf_counter() - began:.1f} s")
        print(f"  figures, first time (closed days are added up): {volume.figures(url)}")
        print(f"  figures, from then on: {volume.figures(url)}")
        print(f"  a day's new events folded in {volume.day_more(store, count):.2f} s")
        store.close()
        print(f"  DuckDB, the same attempts: {volume.duckdb_asks(path)}")


def coverage(runs: int) -> None:
    """Print how often the 95 % intervals held what was planted."""
    print(f"\nplanted truths in 95 % intervals, {runs} seeded runs each")
    row("estimator", "truth", "held", "bias", "refused", "")
    for name, run, truths in ESTIMATORS:
        for truth in truths:
            found = covered(name, run, truth, runs=runs, seed=1)
            row(
                name, f"{truth:+.2f}", f"{found.share:.1%}", f"{found.bias:+.4f}", found.refused, ""
            )


def spammed() -> None:
    """Print what spam changes."""
    print(f"\n100,000 votes from one address count as {spam.votes_that_count(100_000)}")
    for addresses in (1, 3, 10):
        before, after = spam.moved(3000, 0.1, addresses)
        print(
            f"10 % spam from {addresses} addresses: deflection {before:.1%} to {after:.1%}, "
            f"{100 * (after - before):+.2f} points"
        )


def row(*cells: object) -> None:
    print(f"{cells[0]!s:36}" + "".join(f"{cell!s:>14}" for cell in cells[1:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], default=PARTS)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--kills", type=int, default=200)
    given = parser.parse_args()
    for part in given.parts:
        {
            "load": lambda: load(given.seconds),
            "kills": lambda: kills(given.kills),
            "volume": lambda: year(given.events),
            "coverage": lambda: coverage(given.runs),
            "spam": spammed,
        }[part]()
        sys.stdout.flush()


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(error.stderr)
