"""Does independent work on all cores, where the system can fork; else one after the other."""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from kb.gates.forking import can_fork

Job = TypeVar("Job")
Made = TypeVar("Made")

_WORTH = 64
"""With fewer jobs, starting processes takes longer than the work."""
_CHUNK = 32
_work: Callable[[Any], Any] | None = None


def each(make: Callable[[Job], Made], jobs: Sequence[Job]) -> Iterator[Made]:
    """Yield `make(job)` for each job, in order.

    `make` may be a closure: children inherit it. What it returns must be picklable. In a process
    with several threads (a preview with its watcher), forking is not safe, and nobody forks.
    """
    hands = min(os.cpu_count() or 1, len(jobs) // _WORTH)
    if hands < 2 or not can_fork():
        yield from map(make, jobs)
        return
    global _work
    _work = make
    try:
        # frozen: looking through what was inherited, as the collector does, would copy it
        with multiprocessing.get_context("fork").Pool(hands, initializer=gc.freeze) as pool:
            yield from pool.imap(_call, jobs, chunksize=_CHUNK)
    finally:
        _work = None


def _call(job: Any) -> Any:
    assert _work is not None  # noqa: S101
    return _work(job)
