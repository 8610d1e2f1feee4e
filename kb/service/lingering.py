"""Keeps connections from using the service up: so many at once, and none over which nothing comes."""

import asyncio
import contextlib
import resource
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

LOOK_SECONDS = 10.0
"""A connection that no request came over between two looks is ended; uvicorn alone would keep one
for ever that has not told its first request whole."""
BACKLOG = 512
"""So many connections may be accepted before the first of them is counted (asyncio accepts as many
at once as may wait)."""
_SPARE = 64
_MOST_FILES = 65_536


def room() -> int:
    """Let this process open as many files as it may, and return how many connections fit.

    Each may need a second file, the one that it is sent. Past the system's limit asyncio would log
    each attempt to accept, and in a minute fill memory and disk with that.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = _MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, _MOST_FILES)
    if most > soft:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    soft = min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], _MOST_FILES)
    return max(_SPARE, (soft - BACKLOG - _SPARE) // 2)


@dataclass(slots=True)
class Lingering:
    """Looks at every connection now and then.

    Attributes:
        seconds: Between two looks.
    """

    seconds: float = LOOK_SECONDS
    _idle: dict[Any, object] = field(default_factory=dict)
    _begun: bool = False

    def begin(self, loop: asyncio.AbstractEventLoop, connections: Collection[Any]) -> None:
        """Look from now on; a second time it changes nothing."""
        if not self._begun:
            self._begun = True
            loop.call_later(self.seconds, self._look, loop, connections)

    def _look(self, loop: asyncio.AbstractEventLoop, connections: Collection[Any]) -> None:
        """End what is as idle as it was; all the state there is dies with the next look."""
        before, self._idle = self._idle, {}
        for one in tuple(connections):
            last = _last_request(one)
            if last is None:
                continue
            if one in before and before[one] is last:
                one.transport.close()
            else:
                self._idle[one] = last
        loop.call_later(self.seconds, self._look, loop, connections)


def _last_request(connection: Any) -> object:
    """Return what stands for the last request, None while one is under way or nobody can tell."""
    if hasattr(connection, "is_waiting"):
        return None if connection.is_waiting else connection.heard
    cycle = getattr(connection, "cycle", connection)
    if cycle is connection:
        return None
    if cycle is None:
        return _NO_REQUEST
    return cycle if cycle.response_complete else None


_NO_REQUEST = object()
