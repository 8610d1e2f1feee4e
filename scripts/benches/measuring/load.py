"""Sends events as browsers do, as many at once as wanted, and notes what was promised and when."""

import asyncio
import contextlib
import itertools
import json
import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from kb.articles.page_token import token

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGE_KEY = b"a page key for benches"
Sending = tuple[list[str], bytes]
_VERSION = "0123456789ab"
_TOKENS = [token(PAGE_KEY, f"article-{n}", _VERSION) for n in range(300)]
_WORDS = ("proxy", "timeout", "cache", "runner", "deploy", "token", "upgrade", "queue")


@dataclass(slots=True)
class Ledger:
    """What the server promised to keep.

    Attributes:
        kept: Ids of the events that a 202 stands for.
        waits: Seconds from request to answer.
        refused: Answers that were no 202, by status.
        unanswered: `(ids, request)` of what was on its way when a connection died; a browser
            would send it again.
        seconds: From the first connection to the end of the last.
        on_first: Called at the first 202.
    """

    kept: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    unanswered: list[Sending] = field(default_factory=list)
    seconds: float = 0.0
    on_first: Callable[[], None] | None = None

    def percentile(self, share: float) -> float:
        """Return the wait in milliseconds that `share` of the requests did not exceed."""
        ordered = sorted(self.waits)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def event(rng: random.Random) -> dict[str, object]:
    """Return one event of a mixture: six views in ten, a search, a click, votes, the form."""
    number = rng.randrange(300)
    article = f"article-{number}"
    about = {"page": f"/articles/{article}/", "article": article, "version": _VERSION}
    kind = rng.choices(
        ("view", "search", "open", "solved", "not_solved", "form_opened"), (60, 12, 10, 8, 5, 5)
    )[0]
    more: dict[str, object] = {}
    if kind == "search":
        about, more = {"page": "/"}, {"query": " ".join(rng.sample(_WORDS, 3)), "results": 7}
    elif kind == "view":
        more = {"dwell": rng.randrange(200)}
    elif kind == "solved":
        more = {"token": _TOKENS[number]}
    elif kind == "not_solved":
        more = {"token": _TOKENS[number], "reason": "unclear"}
    key = str(UUID(int=rng.getrandbits(128), version=4))
    return {"id": key, "kind": kind, **about, **more}


def request(rng: random.Random, batch: int) -> Sending:
    """Return one POST of so many events from an address of its own, and the events' ids."""
    some = [event(rng) for _ in range(batch)]
    body = json.dumps({"v": 1, "events": some}).encode()
    address = ".".join(str(rng.randrange(1, 255)) for _ in range(4))
    head = (
        f"POST /events HTTP/1.1\r\nHost: x\r\nUser-Agent: {AGENT}\r\n"
        f"X-Forwarded-For: {address}\r\nContent-Type: text/plain\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return [str(one["id"]) for one in some], head.encode() + body


class _Browser(asyncio.Protocol):
    """One kept-alive connection: sends, waits for the answer, sends again until told to stop."""

    def __init__(self, ledger: Ledger, requests: Iterator[Sending], until: float) -> None:
        self.ledger, self.requests, self.until = ledger, requests, until
        self.gone: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.sending: Sending | None = None
        self.sent, self.heard = 0.0, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._send()

    def _send(self) -> None:
        self.sending = next(self.requests)
        self.sent, self.heard = time.perf_counter(), b""
        self.transport.write(self.sending[1])  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        self.heard += data
        head, found, rest = self.heard.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(head):
            return
        status = head[9:12].decode()
        if status == "202" and self.sending:
            if not self.ledger.kept and self.ledger.on_first:
                self.ledger.on_first()
            self.ledger.kept.extend(self.sending[0])
            self.ledger.waits.append(time.perf_counter() - self.sent)
        else:
            self.ledger.refused[status] = self.ledger.refused.get(status, 0) + 1
        self.sending = None
        if time.perf_counter() < self.until:
            self._send()
        else:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.sending:
            self.ledger.unanswered.append(self.sending)
        if not self.gone.done():
            self.gone.set_result(None)


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


async def _all(
    ledger: Ledger, port: int, browsers: int, seconds: float, requests: Iterator[Sending]
) -> Ledger:
    loop, made = asyncio.get_running_loop(), list[_Browser]()
    began = time.perf_counter()
    with contextlib.suppress(OSError):  # the server may be gone before all have come
        for _ in range(browsers):
            _, browser = await loop.create_connection(
                lambda: _Browser(ledger, requests, began + seconds), "127.0.0.1", port
            )
            made.append(browser)
    await asyncio.gather(*(browser.gone for browser in made))
    ledger.seconds = time.perf_counter() - began
    return ledger


def send(
    port: int,
    *,
    browsers: int = 64,
    seconds: float = 5,
    seed: int = 1,
    batch: int = 1,
    again: Iterable[Sending] = (),
    on_first: Callable[[], None] | None = None,
) -> Ledger:
    """Keep so many connections busy for so long; a connection that dies ends its browser.

    Args:
        batch: Events a request.
        again: What is sent first, as a browser does that got no answer.
        on_first: Called when the first answer promises that an event is kept.
    """
    rng = random.Random(seed)
    fresh = (request(rng, batch) for _ in itertools.count())
    wanted = _all(Ledger(on_first=on_first), port, browsers, seconds, itertools.chain(again, fresh))
    try:
        import uvloop
    except ImportError:
        return asyncio.run(wanted)
    return uvloop.run(wanted)
