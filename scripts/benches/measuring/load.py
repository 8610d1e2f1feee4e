"""Sends events as browsers do, as many at once as wanted, and notes what was promised and when."""

import asyncio
import json
import random
import sys
import time
from dataclasses import dataclass, field
from uuid import UUID

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_WORDS = ("proxy", "timeout", "cache", "runner", "deploy", "token", "upgrade", "queue")


@dataclass(slots=True)
class Ledger:
    """What the server promised to keep.

    Attributes:
        kept: Ids of the events that a 202 stands for.
        waits: Seconds from request to answer.
        refused: Answers that were no 202, by status.
    """

    kept: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0

    def percentile(self, share: float) -> float:
        """Return the wait in milliseconds that `share` of the requests did not exceed."""
        ordered = sorted(self.waits)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def event(rng: random.Random) -> dict[str, object]:
    """Return one event of a mixture: six views in ten, a search, a click, votes, the form."""
    article = f"article-{rng.randrange(300)}"
    about = {"page": f"/articles/{article}/", "article": article, "version": "0123456789ab"}
    kind = rng.choices(
        ("view", "search", "open", "solved", "not_solved", "form_opened"), (60, 12, 10, 8, 5, 5)
    )[0]
    more: dict[str, object] = {}
    if kind == "search":
        about, more = {"page": "/"}, {"query": " ".join(rng.sample(_WORDS, 3)), "results": 7}
    elif kind == "view":
        more = {"dwell": rng.randrange(200)}
    elif kind == "not_solved":
        more = {"reason": "unclear"}
    key = str(UUID(int=rng.getrandbits(128), version=4))
    return {"id": key, "kind": kind, **about, **more}


class _Browser(asyncio.Protocol):
    """One kept-alive connection: sends, waits for the answer, sends again until told to stop."""

    def __init__(self, ledger: Ledger, rng: random.Random, until: float) -> None:
        self.ledger, self.rng, self.until = ledger, rng, until
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.key, self.sent, self.heard = "", 0.0, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._send()

    def _send(self) -> None:
        one = event(self.rng)
        body = json.dumps({"v": 1, "events": [one]}).encode()
        address = ".".join(str(self.rng.randrange(1, 255)) for _ in range(4))
        head = (
            f"POST /events HTTP/1.1\r\nHost: x\r\nUser-Agent: {AGENT}\r\n"
            f"X-Forwarded-For: {address}\r\nContent-Type: text/plain\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        self.key, self.sent, self.heard = str(one["id"]), time.perf_counter(), b""
        self.transport.write(head.encode() + body)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.heard += data
        head, found, rest = self.heard.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(head):
            return
        status = head[9:12].decode()
        if status == "202":
            self.ledger.kept.append(self.key)
            self.ledger.waits.append(time.perf_counter() - self.sent)
        else:
            self.ledger.refused[status] = self.ledger.refused.get(status, 0) + 1
        if time.perf_counter() < self.until:
            self._send()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.gone.done():
            self.gone.set_result(None)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def _all(port: int, browsers: int, seconds: float, seed: int) -> Ledger:
    ledger, loop = Ledger(), asyncio.get_running_loop()
    began = time.perf_counter()
    made = [
        await loop.create_connection(
            lambda n=n: _Browser(ledger, random.Random(seed * 1000 + n), began + seconds),
            "127.0.0.1",
            port,
        )
        for n in range(browsers)
    ]
    await asyncio.gather(*(browser.gone for _, browser in made))
    ledger.seconds = time.perf_counter() - began
    return ledger


def send(port: int, *, browsers: int = 64, seconds: float = 5, seed: int = 1) -> Ledger:
    """Keep so many connections busy for so long; a connection that dies ends its browser."""
    try:
        import uvloop
    except ImportError:
        return asyncio.run(_all(port, browsers, seconds, seed))
    return uvloop.run(_all(port, browsers, seconds, seed))


if __name__ == "__main__":
    port, browsers, seconds, seed = (int(one) for one in sys.argv[1:5])
    told = send(port, browsers=browsers, seconds=seconds, seed=seed)
    print(
        json.dumps(
            {
                "kept": told.kept if "--ids" in sys.argv else len(told.kept),
                "seconds": told.seconds,
                "p50": told.percentile(0.5),
                "p99": told.percentile(0.99),
                "refused": told.refused,
            }
        )
    )
