"""Keeps one client from crowding out the others: so many requests a second, in memory."""

import hashlib
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic

from kb.measure.crowding import connection_of
from kb.service.failures import Refusal

_MOST_CLIENTS = 100_000


@dataclass(slots=True)
class Limit:
    """A bucket for each client: `burst` requests at once, `rate` more a second.

    Clients are known by a keyed hash whose key dies with the process, never by their address. Of
    each only the instant is kept at which its bucket is full again (the generic cell rate
    algorithm, ITU-T I.371), and it is dropped within two refills of that: no request ever pays
    for the others, however many clients there are.
    """

    rate: float = 4.0
    burst: int = 30
    clock: Callable[[], float] = monotonic
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    _full: dict[bytes, float] = field(default_factory=dict)
    _before: dict[bytes, float] = field(default_factory=dict)
    _turned: float = 0.0

    def take(self, address: str) -> None:
        """Take one request from the bucket of whoever has the address, or its network of IPv6.

        Raises:
            Refusal: It is empty (429); `Retry-After` says in how many seconds it is not.
        """
        key = hashlib.blake2s(
            connection_of(address).encode(), key=self._key, digest_size=16
        ).digest()
        now = self.clock()
        if now - self._turned > self.burst / self.rate or len(self._full) >= _MOST_CLIENTS:
            self._full, self._before, self._turned = {}, self._full, now
        full = max(now, self._full.get(key) or self._before.get(key, now))
        left = self.burst - (full - now) * self.rate
        if left < 1:
            raise self._refusal(left)
        self._full[key] = full + 1 / self.rate

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
