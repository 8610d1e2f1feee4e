"""Runs a builder, and says what it cost: time, CPU, and the memory of all its processes together."""

import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_SILENT = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true",
           "PYTHONDONTWRITEBYTECODE": ""}  # fmt: skip
"""Nobody's notices, and everybody's code compiled, as an installed package has it."""
_TICK = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one build cost.

    Attributes:
        wall: Seconds.
        cpu: Seconds, of all its processes.
        peak: Megabytes (10^6 bytes) that all its processes held at a time, shared pages once.
        output: Megabytes of the site.
        files: Number of the site's files.
    """

    name: str
    wall: float
    cpu: float
    peak: float
    output: float
    files: int


class Refused(Exception):  # noqa: N818
    """A build ended with something to act on; the message is what it said.

    Attributes:
        row: What it cost to find out.
    """

    def __init__(self, said: str, row: Row) -> None:
        super().__init__(said)
        self.row = row


def run(name: str, command: list[str], folder: Path, until: float) -> Row:
    """Build, and return what it cost; one that is not done in time is stopped, and its row says so.

    Args:
        until: When it is stopped, by `time.monotonic`.

    Raises:
        Refused: The builder said no.
    """
    started = time.monotonic()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **_SILENT}, stdout=said, stderr=said
        )
        scale, clock = _Scale(child.pid), threading.Timer(max(1, until - started), child.kill)
        clock.start()
        _, status, usage = os.wait4(child.pid, 0)
        clock.cancel()
        wall, peak = time.monotonic() - started, scale.stop()
        child.returncode = os.waitstatus_to_exitcode(status)
        is_stopped = child.returncode == -signal.SIGKILL
        sizes = [path.stat().st_size for path in (folder / "site").rglob("*") if path.is_file()]
        row = Row(
            name=f"{name}, stopped" if is_stopped else name,
            wall=round(wall, 2),
            cpu=round(usage.ru_utime + usage.ru_stime, 2),
            peak=round(max(peak, usage.ru_maxrss * 1024) / 1e6),
            output=round(sum(sizes) / 1e6),
            files=len(sizes),
        )
        if child.returncode and not is_stopped:
            said.seek(0)
            raise Refused(said.read().decode(), row)
    return row


class _Scale:
    """Weighs a process and its children, again and again, until it is stopped."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak, self._over = pid, 0, threading.Event()
        self._thread = threading.Thread(target=self._weigh, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Return the most bytes that were seen."""
        self._over.set()
        self._thread.join()
        return self._peak

    def _weigh(self) -> None:
        while not self._over.wait(_TICK):
            self._peak = max(self._peak, sum(_held(pid) for pid in _family(self._pid)))


def _family(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        with suppress(OSError):
            children = Path(f"/proc/{one}/task/{one}/children").read_text()
            found += [int(child) for child in children.split()]
    return found


def _held(pid: int) -> int:
    """Return a process's share of memory in bytes (proc(5), smaps_rollup)."""
    with suppress(OSError):
        rolled = Path(f"/proc/{pid}/smaps_rollup").read_text()
        found = re.search(r"(?m)^Pss:\s+(\d+) kB", rolled)
        return int(found.group(1)) * 1024 if found else 0
    return 0
