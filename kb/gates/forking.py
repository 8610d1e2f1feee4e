"""Begins work in a process of its own, where forking is safe."""

import gc
import multiprocessing
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import TypeVar

Made = TypeVar("Made")


def can_fork() -> bool:
    """Say whether this process may fork: it has no other threads, and the system can."""
    can = "fork" in multiprocessing.get_all_start_methods()
    return can and threading.active_count() == 1


def begin(make: Callable[[], Made]) -> Callable[[], Made]:
    """Begin to make something in a process of its own; return what waits until it is made.

    What is made must be picklable. Where nobody can fork, or that process fails, it is made when it
    is asked for, and an error is raised there. Whoever asks for nothing leaves nobody behind: the
    process ends with this one.
    """
    if not can_fork():
        return make
    ours, theirs = multiprocessing.Pipe(duplex=False)
    begun = multiprocessing.get_context("fork").Process
    process = begun(target=_send, args=(ours, theirs, make), daemon=True)
    process.start()
    theirs.close()

    def made() -> Made:
        found = list[Made]()
        with suppress(EOFError, OSError):
            found.append(ours.recv())
        ours.close()
        process.join()
        return found[0] if found else make()

    return made


def _send(theirs: Connection, to: Connection, make: Callable[[], object]) -> None:
    """Make something and send it; who fails sends nothing, and whoever waits makes it himself."""
    theirs.close()
    gc.freeze()  # looking through what was inherited would copy it
    with suppress(Exception):
        to.send(make())
