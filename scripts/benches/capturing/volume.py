"""Memory and time of `kb triage --auto` and `kb draft` over many tickets, each in its own process."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

from kb.store.store import open_store
from kb.tickets.ticket import Ticket

COMMANDS = (("triage", "--auto"), ("draft",))
_PAGE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One command over so many tickets: wall seconds and peak MiB."""

    command: str
    tickets: int
    seconds: float
    peak: float


def measure(root: Path, tickets: Sequence[Ticket], number: int) -> list[Run]:
    """Run each command in a new workspace that holds `number` tickets."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        _kb(root, folder, ("init",))
        _fill(folder, tickets, number)
        return [_run(root, folder, command, number) for command in COMMANDS]


def _fill(folder: Path, tickets: Sequence[Ticket], number: int) -> None:
    """Keep the tickets again and again, each time with other ids and half a year later."""
    store = open_store(f"sqlite:///{folder / '.kb' / 'store.sqlite3'}")
    left = islice(_again(tickets), number)
    while page := list(islice(left, _PAGE)):
        store.tickets.take("bench", tickets=page, dead=())
    store.close()


def _again(tickets: Sequence[Ticket]) -> Iterator[Ticket]:
    turn = 0
    while True:
        later = timedelta(days=180 * turn)
        for one in tickets:
            yield replace(one, key=f"bench:{turn}-{one.key.partition(':')[2]}",
                          created_at=one.created_at + later)  # fmt: skip
        turn += 1


def _run(root: Path, folder: Path, command: tuple[str, ...], number: int) -> Run:
    start = time.perf_counter()
    process = _kb(root, folder, command, wait=False)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status):
        raise SystemExit(f"bench: kb {' '.join(command)} failed")
    seconds = time.perf_counter() - start
    return Run(
        command=f"kb {' '.join(command)}",
        tickets=number,
        seconds=seconds,
        peak=usage.ru_maxrss / 1024,
    )


def _kb(
    root: Path, folder: Path, command: tuple[str, ...], *, wait: bool = True
) -> subprocess.Popen[bytes]:
    env = {**os.environ, "PYTHONPATH": str(root), "KB_PERSON": "bench@vendor.example",
           "KB_SECRET": "a key for the bench"}  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "kb", *command],
        cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    if wait:
        process.wait()
    return process
