"""Runs the redactor in processes of its own, so that one that crashes or hangs stops the exit."""

import gc
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing.connection import Connection
from typing import Any, Self, TypeVar

from kb.errors import RedactionError
from kb.gates.forking import can_fork
from kb.redaction import RULES_VERSION, Finding, Redactor

Job = TypeVar("Job")
Made = TypeVar("Made")
Look = Callable[[Redactor, Any, Job], Made]
"""Work for a process that has a proven redactor: takes it, the scanner's context, and one job."""
_BATCH = 150_000
PROBES = (
    "write to quirina@vandersloot-optics.example",
    "the server 100.71.16.9 refuses it",
    "token = " + "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0hL3nR6",
    "aws_access_key_id = " + "AKIA" + "QZ4RT7WX2YV5NB3M",
    "git clone https://deploy:" + "Xk29fLq7Zt1vBn4w" + "@git.vandersloot-optics.example/app.git",
    "Authorization: Bearer " + "Zt1vBn4wXk29fLq7Rr8sT2uV5yA3bC6d",
    "-----BEGIN RSA PRIVATE KEY-----\n" + "MIIEow" + "aB3dE6gH9jK2mN5p" * 4 + "\n-----END RSA PRIVATE KEY-----",
    "card number: 4000 0012 3456 7899",
    "payload: " + "cGFzc3dvcmQ9WmllckchN2tROXNUMXZX",
)  # fmt: skip
"""What every scanner must find, one of each family; all of it invented and invalid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """What a scanner has to be.

    Attributes:
        words: The workspace's private words.
        allow: What the workspace lets stand.
        version: The version of the rules that the door has; a scanner with others is unknown.
        seconds: How long one batch of texts may take.
    """

    words: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    version: str = RULES_VERSION
    seconds: float = 30.0


class Ready:
    """A scanner's process that proves itself while its work is still being made, for one job."""

    def __init__(self) -> None:
        self._pipe, theirs = multiprocessing.Pipe()
        ends = (self._pipe, theirs)
        process = multiprocessing.get_context("fork").Process
        self._process = process(target=_attend, args=ends, daemon=True)
        self._process.start()
        theirs.close()

    @classmethod
    def begun(cls) -> Self | None:
        """Return one where forking is safe, else None: to start one anew is nothing gained."""
        return cls() if can_fork() else None

    def prepare(self, make: Callable[..., object], *args: object) -> None:
        """Let it run a function of a module before its job comes; what fails is passed over."""
        with suppress(OSError):
            self._pipe.send((make, args))

    @property
    def is_spent(self) -> bool:
        """Whether it had its job, or was let go."""
        return self._pipe.closed

    def close(self) -> None:
        """Let it go."""
        self._pipe.close()
        self._process.terminate()
        self._process.join()

    def look(self, book: Rulebook, context: object, look: Look[Job, Made], job: Job) -> Any:
        """Return what was made of the job, or why nothing was.

        Raises:
            EOFError: The process stopped.
            TimeoutError: It gave no answer in time.
        """
        try:
            self._pipe.send((_answer, (book, context, look, job)))
            if not self._pipe.poll(book.seconds):
                raise multiprocessing.TimeoutError
            return self._pipe.recv()
        finally:
            self.close()


class Scanner:
    """Finds what must not go out; a failure of any kind is raised, never passed over.

    Args:
        book: What the scanner has to be.
        context: What each look is given besides; it goes to every process once.
        ready: A process that was begun before, for work that is one job; only the first such work
            of all scanners that are given it finds it there.
    """

    def __init__(self, book: Rulebook, context: object = None, ready: Ready | None = None) -> None:
        self._book, self._context, self._ready = book, context, ready
        self._pool: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.terminate()
            self._pool.join()

    def find(self, texts: Sequence[str]) -> Iterator[tuple[Finding, ...]]:
        """Yield the findings of each text, in order.

        Raises:
            RedactionError: The scanner crashed, timed out, is of other rules, or finds nothing.
        """
        for found in self.each(_findings, tuple(_batches(texts))):
            yield from found

    def each(self, look: Look[Job, Made], jobs: Sequence[Job]) -> Iterator[Made]:
        """Yield what `look`, a function of a module, makes of each job, in order.

        Raises:
            RedactionError: As for `find`; a `look` that raises is a scanner that failed.
        """
        for result in self._begun(look, jobs):
            try:
                made, failure = result()
            except multiprocessing.TimeoutError:
                raise _failed(f"gave no answer in {self._book.seconds:g} seconds") from None
            except Exception as error:
                raise _failed(f"stopped ({type(error).__name__})") from None
            if failure:
                raise _failed(failure)
            yield made

    def _begun(
        self, look: Look[Job, Made], jobs: Sequence[Job]
    ) -> list[Callable[[], tuple[Made, str]]]:
        """Begin with the jobs, and return what waits for each."""
        book, context, ready = self._book, self._context, self._ready
        if ready and not ready.is_spent and len(jobs) == 1:
            return [partial(ready.look, book, context, look, jobs[0])]
        if jobs and self._pool is None:
            count = min(4, os.cpu_count() or 1, len(jobs))
            self._pool = _processes().Pool(count, initializer=_begin, initargs=(book, context))
        waiting = [self._pool.apply_async(_look, (look, job)) for job in jobs]
        return [partial(one.get, book.seconds) for one in waiting]


def _processes() -> Any:
    """Return how processes are started: forked where that is safe, which costs nearly nothing."""
    return multiprocessing.get_context("fork" if can_fork() else "spawn")


def _failed(what: str) -> RedactionError:
    return RedactionError(
        "the scanner", f"it {what}, so nothing passes", "Install Docworthy anew, then try again"
    )


def _batches(texts: Sequence[str]) -> Iterator[tuple[str, ...]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text) + 200
        if size > _BATCH:
            yield tuple(batch)
            batch, size = [], 0
    if batch:
        yield tuple(batch)


_book, _context = Rulebook(version=""), None


def _attend(ours: Connection, pipe: Connection) -> None:
    """Be ready for one job: the rules are loaded and proven before it comes."""
    ours.close()
    gc.freeze()
    with suppress(Exception):
        proven()
    with suppress(EOFError, OSError):
        make, args = pipe.recv()
        while make is not _answer:
            with suppress(Exception):
                make(*args)
            make, args = pipe.recv()
        pipe.send(_answer(*args))


def _answer(book: Rulebook, context: object, look: Look[Any, Any], job: Any) -> tuple[Any, str]:
    """Return what was made of the one job of a process that was ready for it."""
    _begin(book, context)
    return _look(look, job)


def _begin(book: Rulebook, context: object) -> None:
    """Take over what a process of this scanner goes by."""
    global _book, _context
    _book, _context = book, context
    gc.freeze()  # looking through what was inherited would copy it


def _look(look: Look[Any, Any], job: Any) -> tuple[Any, str]:
    """Return what was made of a job, or why nothing was; runs in a process of its own."""
    try:
        if not _book.version or _book.version != RULES_VERSION:
            return None, "has rules of an unknown version"
        if missed := proven():
            return None, f"misses {missed} of {len(PROBES)} probes"
        redactor = Redactor(_book.words, _book.allow)
        return look(redactor, _context, job), ""
    except Exception as error:
        return None, f"failed ({type(error).__name__})"


def _findings(
    redactor: Redactor, _: object, texts: tuple[str, ...]
) -> tuple[tuple[Finding, ...], ...]:
    return tuple(redactor.find(text) for text in texts)


def prove() -> None:
    """Make sure that the redactor finds what it must, before anything is let in or out.

    Raises:
        RedactionError: It fails, or misses a probe.
    """
    try:
        missed = proven()
    except Exception as error:
        raise _failed(f"failed ({type(error).__name__})") from None
    if missed:
        raise _failed(f"misses {missed} of {len(PROBES)} probes")


@cache
def proven() -> int:
    """Return how many probes the rules as they come miss: none, or they are not to be trusted."""
    redactor = Redactor()
    return sum(not redactor.find(probe) for probe in PROBES)
