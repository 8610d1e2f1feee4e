"""Does independent work on all cores, where the system can fork; else one after the other."""

import gc
import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, TypeVar

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
    if hands < 2 or not _can_fork():
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


def begin(make: Callable[[], Made]) -> Callable[[], Made]:
    """Begin to make something in a process of its own; return what waits until it is made.

    What is made must be picklable. Where nobody can fork, or that process fails, it is made when it
    is asked for, and an error is raised there.
    """
    if not _can_fork():
        return make
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_send, args=(ours, theirs, make))
    process.start()
    theirs.close()

    def made() -> Made:
        found: list[Made] = []
        with suppress(EOFError, OSError):
            found.append(ours.recv())
        ours.close()
        process.join()
        return found[0] if found else make()

    return made


def _send(theirs: Connection, to: Connection, make: Callable[[], object]) -> None:
    """Make something and send it; who fails sends nothing, and whoever waits makes it himself."""
    theirs.close()
    gc.freeze()
    with suppress(Exception):
        to.send(make())


def _can_fork() -> bool:
    can = "fork" in multiprocessing.get_all_start_methods()
    return can and threading.active_count() == 1


def _call(job: Any) -> Any:
    assert _work is not None  # noqa: S101
    return _work(job)
