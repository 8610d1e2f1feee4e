"""Keeps one client from crowding out the others: so many requests a second, in memory."""

import hashlib
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from kb.service.failures import Refusal

_MOST_CLIENTS = 10_000


@dataclass(slots=True)
class Limit:
    """A bucket for each client: `burst` requests at once, `rate` more a second.

    Clients are known by a keyed hash whose key dies with the process, never by their address.
    """

    rate: float = 4.0
    burst: int = 30
    clock: Callable[[], float] = monotonic
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    _buckets: dict[bytes, tuple[float, float]] = field(default_factory=dict)

    def take(self, client: str) -> None:
        """Take one request from the client's bucket.

        Raises:
            Refusal: It is empty (429); `Retry-After` says in how many seconds it is not.
        """
        key = hashlib.blake2s(client.encode(), key=self._key, digest_size=16).digest()
        now = self.clock()
        left, seen = self._buckets.get(key, (float(self.burst), now))
        left = min(float(self.burst), left + (now - seen) * self.rate)
        if left < 1:
            raise self._refusal(left)
        self._buckets[key] = (left - 1, now)
        if len(self._buckets) > _MOST_CLIENTS:
            self._forget(now)

    def _forget(self, now: float) -> None:
        """Drop the buckets that are full again; when none is, the one unseen for longest."""
        refill = self.burst / self.rate
        kept = {key: row for key, row in self._buckets.items() if now - row[1] < refill}
        while len(kept) > _MOST_CLIENTS:
            del kept[min(kept, key=lambda key: kept[key][1])]
        self._buckets = kept

    def _refusal(self, left: float) -> Refusal:
        wait = str(max(1, math.ceil((1 - left) / self.rate)))
        headers = {
            "Retry-After": wait,
            "X-Rate-Limit-Limit": str(self.burst),
            "X-Rate-Limit-Remaining": "0",
            "X-Rate-Limit-Reset": wait,
        }
        return Refusal(
            429, "request", "too many requests", f"Wait {wait} s, then go on", headers=headers
        )
