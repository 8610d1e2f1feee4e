"""Answers beacons at their connection: what came as a whole needs no task, scope or middleware."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from http import HTTPStatus
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.types import Scope
from uvicorn.protocols.http.auto import AutoHTTPProtocol
from uvicorn.server import ServerState

from kb.errors import KbError
from kb.service.bodies import LARGEST_BODY
from kb.service.collector import ACCEPTED, HEADERS, Collector, Told
from kb.service.failures import as_refusal, failure, log_unexpected
from kb.service.lingering import Lingering
from kb.service.proxy import Forwarded

_HEAD = re.compile(
    rb"POST /events HTTP/1\.1\r\n(?:[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t -~\x80-\xff]*\r\n)+\r\n"
)
_FIELD = re.compile(r"([^:\r\n]+):[\t ]*([^\r\n]*)\r\n")
_UNUSUAL = frozenset(("transfer-encoding", "expect", "upgrade", "cookie"))
_SCOPE: Scope = {"type": "http", "path": "/events", "query_string": b"", "headers": []}

Pairs = tuple[tuple[bytes, bytes], ...]


class Beacon(NamedTuple):
    """A request that needs nothing but the collector: its headers in lower case, and its body."""

    headers: dict[str, str]
    body: bytes


def read(data: bytes) -> Beacon | None:
    """Return the beacon that `data` is, None where it is anything else.

    Only what nobody can read in two ways is one: HTTP/1.1, each header once on a line of its own
    (RFC 9112), a length that is exactly what came, nothing behind it, no cookie. The rest, broken
    requests too, is for the server's own parser.
    """
    head = _HEAD.match(data)
    if head is None:
        return None
    end = head.end()
    fields = _FIELD.findall(data[22:end].decode("latin-1"))
    headers = {name.lower(): value.rstrip("\t ") for name, value in fields}
    is_plain = (
        len(headers) == len(fields)
        and headers.get("content-length") == str(len(data) - end)
        and len(data) - end <= LARGEST_BODY
        and "host" in headers
        and headers.get("connection", "keep-alive").lower() == "keep-alive"
        and _UNUSUAL.isdisjoint(headers)
    )
    return Beacon(headers, data[end:]) if is_plain else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beacons:
    """What every connection needs to answer a beacon.

    Attributes:
        forwarded: Says who the reader is, behind proxies that are trusted.
        origins: Of the pages that may send, `""` for no page among them.
        most: How many connections there may be at once; more are ended at once.
    """

    collector: Collector
    forwarded: Forwarded
    origins: frozenset[str]
    most: int = 10_000
    lingering: Lingering = field(default_factory=Lingering)

    def connection(
        self, *, config: Any, server_state: ServerState, app_state: Any, _loop: Any = None
    ) -> "Connection":
        """Return the protocol of a new connection: what uvicorn makes of its setting `http`."""
        loop = _loop or asyncio.get_running_loop()
        self.lingering.begin(loop, server_state.connections)

        def ordinary() -> asyncio.Protocol:
            return AutoHTTPProtocol(
                config=config, server_state=server_state, app_state=app_state, _loop=loop
            )  # type: ignore[call-arg]

        return Connection(self, ordinary, server_state, loop, config.timeout_keep_alive)

    def take(self, peer: str, beacon: Beacon, told: Told) -> None:
        """Hand it to the collector; what it refuses, or nobody expected, is told at once."""
        address = self.forwarded.reader(peer, beacon.headers.get("x-forwarded-for", ""))
        try:
            self.collector.take(address, beacon.headers, beacon.body, told)
        except KbError as error:
            told(error)
        except Exception as error:
            log_unexpected(error)
            told(as_refusal(Request(_SCOPE), error))


class Connection(asyncio.Protocol):
    """One connection, for as long as nothing but whole beacons comes over it.

    At the first thing that is none, the server's own protocol has it, for good: this is how
    uvicorn hands a connection to a protocol of WebSockets, too.
    """

    def __init__(
        self,
        beacons: Beacons,
        ordinary: Callable[[], asyncio.Protocol],
        state: ServerState,
        loop: asyncio.AbstractEventLoop,
        idle: float,
    ) -> None:
        self.beacons, self.ordinary, self.state = beacons, ordinary, state
        self.loop, self.idle = loop, idle
        self.transport: asyncio.Transport
        self.peer, self.origin = "", ""
        self.later, self.heard = b"", 0.0
        self.is_waiting, self.is_ending = False, False
        self.timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Be one of the server's connections: it waits for them when it stops."""
        self.transport = transport
        if len(self.state.connections) >= self.beacons.most:
            transport.abort()
            return
        peer = transport.get_extra_info("peername")
        self.peer = peer[0] if peer else ""
        self.state.connections.add(self)  # type: ignore[arg-type]

    def connection_lost(self, exc: Exception | None) -> None:
        """Be none of them any more; what the collector has taken is kept all the same."""
        self._leave()

    def data_received(self, data: bytes) -> None:
        """Take a beacon; hand the connection over with anything else."""
        if self.is_waiting:
            self.later += data
            self.transport.pause_reading()
            return
        beacon = read(data)
        origin = beacon.headers.get("origin", "") if beacon else ""
        if beacon is None or origin not in self.beacons.origins:
            self._hand_over(data)
            return
        self.is_waiting, self.origin = True, origin
        self.beacons.take(self.peer, beacon, self.told)

    def told(self, error: KbError | None) -> None:
        """Answer: 202 if everything is on the disk, and then read what came meanwhile."""
        self.is_waiting = False
        if self.transport.is_closing():
            return
        self.transport.write(self._answer(error))
        self.heard = self.loop.time()
        if self.is_ending:
            self.transport.close()
        elif self.timer is None:
            self.timer = self.loop.call_later(self.idle, self._look)
        if self.later and not self.is_ending:
            data, self.later = self.later, b""
            self.transport.resume_reading()
            self.data_received(data)

    def shutdown(self) -> None:
        """End, as the server says, once what is under way is answered."""
        self.is_ending = True
        if not self.is_waiting:
            self.transport.close()

    def pause_writing(self) -> None:
        """Read nothing more from who does not read answers."""
        self.transport.pause_reading()

    def resume_writing(self) -> None:
        """Read on."""
        if not self.later:
            self.transport.resume_reading()

    def _answer(self, error: KbError | None) -> bytes:
        usual = tuple(self.state.default_headers)  # the date, by the second
        if error is None:
            return accepted(usual, self.origin)
        told = failure(as_refusal(Request(_SCOPE), error))
        headers = (*usual, *told.raw_headers, *_allowed(self.origin))
        return written(told.status_code, headers, bytes(told.body))

    def _look(self) -> None:
        """Close what nothing has come over for as long as uvicorn waits."""
        left = self.idle - (self.loop.time() - self.heard)
        if left <= 0 and not self.is_waiting:
            self.transport.close()
        else:
            self.timer = self.loop.call_later(max(left, 1), self._look)

    def _leave(self) -> None:
        self.state.connections.discard(self)
        if self.timer:
            self.timer.cancel()

    def _hand_over(self, data: bytes) -> None:
        self._leave()
        protocol = self.ordinary()
        protocol.connection_made(self.transport)
        self.transport.set_protocol(protocol)
        protocol.data_received(data)


@lru_cache(64)
def accepted(usual: Pairs, origin: str) -> bytes:
    """Return the 202, which is the same for everybody within a second."""
    return written(202, (*usual, *HEADERS, *_allowed(origin)), ACCEPTED)


def _allowed(origin: str) -> Pairs:
    if not origin:
        return ()
    return (b"access-control-allow-origin", origin.encode("latin-1")), (b"vary", b"Origin")


def written(status: int, headers: Pairs, body: bytes) -> bytes:
    """Return an answer as it goes over the wire (RFC 9112)."""
    lines = [b"HTTP/1.1 %d %s\r\n" % (status, HTTPStatus(status).phrase.encode())]
    lines += [b"%s: %s\r\n" % pair for pair in headers]
    return b"".join([*lines, b"\r\n", body])
