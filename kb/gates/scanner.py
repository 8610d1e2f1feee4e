"""Runs the redactor in processes of its own, so that one that crashes or hangs stops the exit."""

import multiprocessing
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

from kb.errors import RedactionError
from kb.redaction import RULES_VERSION, Finding, Redactor

Found = tuple[tuple[Finding, ...], ...]
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


class Scanner:
    """Finds what must not go out; a failure of any kind is raised, never passed over."""

    def __init__(self, book: Rulebook) -> None:
        self._book = book
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
        book = (self._book.words, self._book.allow, self._book.version)
        batches = tuple(_batches(texts))
        if batches and self._pool is None:
            count = min(4, os.cpu_count() or 1, len(batches))
            self._pool = multiprocessing.get_context("spawn").Pool(count)
        waiting = [self._pool.apply_async(_scan, (batch, *book)) for batch in batches]
        for result in waiting:
            try:
                found, failure = result.get(self._book.seconds)
            except multiprocessing.TimeoutError:
                raise _failed(f"gave no answer in {self._book.seconds:g} seconds") from None
            except Exception as error:
                raise _failed(f"stopped ({type(error).__name__})") from None
            if failure:
                raise _failed(failure)
            yield from found


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


def _scan(
    texts: tuple[str, ...], words: tuple[str, ...], allow: tuple[str, ...], version: str
) -> tuple[Found, str]:
    """Return the findings of each text, or why there are none; runs in a process of its own."""
    try:
        if not version or version != RULES_VERSION:
            return (), "has rules of an unknown version"
        if missed := proven():
            return (), f"misses {missed} of {len(PROBES)} probes"
        redactor = Redactor(words, allow)
        return tuple(redactor.find(text) for text in texts), ""
    except Exception as error:
        return (), f"failed ({type(error).__name__})"


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
