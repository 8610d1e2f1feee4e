"""Commits together what many requests brought at once; each learns when its own is on the disk."""

import asyncio
import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from kb.errors import KbError
from kb.measure.events import Comment, Event
from kb.store.events import Events

MOST_WAITING = 50_000
"""Events that may wait for the disk; above it the door says "later" instead of filling memory."""

_LINGER = 0.002
_MOST_AT_ONCE = 5_000


class Parcel(NamedTuple):
    """What one request brought.

    Attributes:
        events: To be kept.
        dropped: What was kept out, `(day, reason)` and how often.
        comments: What was written beside votes.
        visits: New visits to the form, by `(week, cell)`.
        told: Called in the loop once all of it is durable (None), or with what went wrong.
    """

    events: Sequence[Event]
    dropped: Mapping[tuple[str, str], int]
    told: Callable[[KbError | None], None]
    comments: Sequence[Comment] = ()
    visits: Mapping[tuple[str, int], int] = MappingProxyType({})


@dataclass(slots=True)
class GroupCommit:
    """One thread writes, so that a disk that syncs 1,000 times a second keeps 10,000 events.

    While one group is being synced the next one gathers. Nobody is told "kept" before the sync.
    """

    events: Events
    _loop: asyncio.AbstractEventLoop | None = None
    _waiting: list[Parcel] = field(default_factory=list)
    _size: int = 0
    _wake: threading.Condition = field(default_factory=threading.Condition)
    _thread: threading.Thread | None = None
    _closing: bool = False

    def put(self, parcel: Parcel) -> bool:
        """Queue a parcel; False when too much waits already, and it was not queued.

        Called in the loop in which whoever brings parcels is told of them.
        """
        with self._wake:
            if self._closing or self._size + len(parcel.events) > MOST_WAITING:
                return False
            self._waiting.append(parcel)
            self._size += len(parcel.events)
            if self._thread is None:
                self._begin()
            self._wake.notify()
        return True

    def _begin(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write what waits, and end."""
        with self._wake:
            self._closing = True
            self._wake.notify()
        if self._thread:
            self._thread.join()

    def _run(self) -> None:
        busy = False
        while True:
            if busy:
                time.sleep(_LINGER)  # under load a group grows; alone nobody waits
            group = self._take()
            if not group:
                return
            busy = len(group) > 1
            error = self._write(group)
            with contextlib.suppress(RuntimeError):  # the loop is gone, and nobody waits
                if self._loop:
                    self._loop.call_soon_threadsafe(_tell, group, error)

    def _take(self) -> list[Parcel]:
        with self._wake:
            while not (self._waiting or self._closing):
                self._wake.wait()
            group, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
            self._size -= sum(len(parcel.events) for parcel in group)
        return group

    def _write(self, group: Sequence[Parcel]) -> KbError | None:
        dropped: Counter[tuple[str, str]] = Counter()
        visits: Counter[tuple[str, int]] = Counter()
        for parcel in group:
            if parcel.dropped:
                dropped.update(parcel.dropped)
            if parcel.visits:
                visits.update(parcel.visits)
        events = [event for parcel in group for event in parcel.events]
        comments = [comment for parcel in group for comment in parcel.comments]
        try:
            self.events.keep(events, dropped, comments, visits)
        except KbError as error:
            return error
        return None


def _tell(group: Sequence[Parcel], error: KbError | None) -> None:
    for parcel in group:
        parcel.told(error)
