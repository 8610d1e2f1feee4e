"""Sends events as browsers do, as many at once as wanted, and notes what was promised and when."""

import contextlib
import itertools
import json
import random
import selectors
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from kb.articles.page_token import token

AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PAGE_KEY = b"a page key for benches"
Sending = tuple[list[str], bytes]
_VERSION = "0123456789ab"
_TOKENS = [token(PAGE_KEY, f"article-{n}", _VERSION) for n in range(300)]
_WORDS = ("proxy", "timeout", "cache", "runner", "deploy", "token", "upgrade", "queue")
_FRESH = "~~~~~~"
"""Stands for a word that nobody has typed before: one search in four has one."""

_SHAPES = 5_000


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

    def promised(self, keys: list[str], wait: float) -> None:
        """Note a 202."""
        if not self.kept and self.on_first:
            self.on_first()
        self.kept += keys
        self.waits.append(wait)


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
        words = [*rng.sample(_WORDS, 3), *([_FRESH] if rng.random() < 0.25 else [])]
        about, more = {"page": "/"}, {"query": " ".join(words), "results": 7}
    elif kind == "view":
        more = {"dwell": rng.randrange(200)}
    elif kind == "solved":
        more = {"token": _TOKENS[number]}
    elif kind == "not_solved":
        more = {"token": _TOKENS[number], "reason": "unclear"}
    return {"kind": kind, **about, **more}


def requests(rng: random.Random, batch: int) -> Iterator[Sending]:
    """Yield POSTs of so many events, each from an address of its own, with the events' ids.

    Whoever shares two cores with what it measures must be cheap: the events are drawn and written
    once, and each gets a new id whenever it is sent.
    """
    shapes = [json.dumps(event(rng))[1:] for _ in range(_SHAPES)]
    while True:
        keys = [_key(rng) for _ in range(batch)]
        some = (f'{{"id": "{key}", {rng.choice(shapes).replace(_FRESH, key[:6])}' for key in keys)
        body = f'{{"v": 1, "events": [{", ".join(some)}]}}'
        head = (
            f"POST /events HTTP/1.1\r\nHost: x\r\nUser-Agent: {AGENT}\r\n"
            f"X-Forwarded-For: {socket.inet_ntoa(rng.randbytes(4))}\r\n"
            f"Content-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield keys, (head + body).encode()


def _key(rng: random.Random) -> str:
    text = f"{rng.getrandbits(128):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class _Browser:
    """One kept-alive connection: sends, waits for the answer, sends again until told to stop."""

    def __init__(self, ledger: Ledger, sendings: Iterator[Sending], port: int) -> None:
        self.ledger, self.sendings = ledger, sendings
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.sending: Sending | None = None
        self.sent, self.heard = 0.0, b""

    def send(self) -> None:
        self.sending = next(self.sendings)
        self.sent, self.heard = time.perf_counter(), b""
        self.socket.sendall(self.sending[1])

    def hears_all(self) -> bool:
        """Read what came; say whether it is a whole answer, and note what it promises."""
        if not (data := self.socket.recv(65536)):
            raise ConnectionResetError
        self.heard += data
        head, found, rest = self.heard.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(head):
            return False
        status = head[9:12].decode()
        if status == "202" and self.sending:
            self.ledger.promised(self.sending[0], time.perf_counter() - self.sent)
        else:
            self.ledger.refused[status] = self.ledger.refused.get(status, 0) + 1
        self.sending = None
        return True

    def close(self) -> None:
        self.socket.close()
        if self.sending:
            self.ledger.unanswered.append(self.sending)


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0


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
    ledger = Ledger(on_first=on_first)
    fresh = requests(random.Random(seed), batch)
    sendings = itertools.chain(again, [next(fresh)], fresh)  # the shapes are drawn before the clock
    began = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        with contextlib.suppress(OSError):  # the server may be gone before all have come
            for _ in range(browsers):
                browser = _Browser(ledger, sendings, port)
                selector.register(browser.socket, selectors.EVENT_READ, browser)
                browser.send()
        while selector.get_map():
            for key, _ in selector.select():
                _answered(key.data, selector, began + seconds)
    ledger.seconds = time.perf_counter() - began
    return ledger


def _answered(browser: _Browser, selector: selectors.BaseSelector, until: float) -> None:
    try:
        if not browser.hears_all():
            return
        if time.perf_counter() < until:
            browser.send()
            return
    except OSError:
        pass  # it died; what was under way is not answered
    selector.unregister(browser.socket)
    browser.close()
