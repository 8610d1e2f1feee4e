"""Memory and CPU time of `kb triage --auto` and `kb draft` over many tickets, each in its own process."""

import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

from kb.store.store import open_store
from kb.tickets.ticket import Ticket

COMMANDS = (("triage", "--auto"), ("draft",))
_PAGE = 500
_WATCHED = """
import pathlib, runpy
try:
    runpy.run_module("kb", run_name="__main__", alter_sys=True)
finally:
    status = pathlib.Path("/proc/self/status").read_text()
    pathlib.Path("peak").write_text(status.partition("VmHWM:")[2].split()[0])
"""
"""The system's own peak of a child counts what its parent had when it was born."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One command over so many tickets: CPU seconds and peak MiB."""

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
    before = _spent()
    _kb(root, folder, command)
    seconds = _spent() - before
    peak = int((folder / "peak").read_text(encoding="utf-8")) / 1024
    return Run(command=f"kb {' '.join(command)}", tickets=number, seconds=seconds, peak=peak)


def _spent() -> float:
    """Return the CPU seconds of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _kb(root: Path, folder: Path, command: tuple[str, ...]) -> None:
    env = {**os.environ, "PYTHONPATH": str(root), "KB_PERSON": "bench@vendor.example",
           "KB_SECRET": "a key for the bench"}  # fmt: skip
    subprocess.run(
        [sys.executable, "-c", _WATCHED, *command], cwd=folder, env=env, check=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
