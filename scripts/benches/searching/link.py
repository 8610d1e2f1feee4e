"""A static host behind a link of a known delay and rate, which counts every byte that comes down."""

import asyncio
import gzip
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path
from typing import Any

_PACKED = {".js", ".html", ".json", ".css"}


@lru_cache(64)
def _packed(path: str) -> bytes:
    return gzip.compress(Path(path).read_bytes(), 9)


class _Host(SimpleHTTPRequestHandler):
    """A static host as most are: connections stay open, text is packed, and nothing waits to be sent.

    Python writes head and body apart; without `TCP_NODELAY`, which nginx, Apache and Caddy all set,
    the kernel holds each body back for 40 ms: what was measured then was that, not the engine.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def send_head(self) -> Any:
        path = self.translate_path(self.path)
        if Path(path).suffix not in _PACKED or not Path(path).is_file():
            return super().send_head()
        body = _packed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(path))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        return BytesIO(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@dataclass(slots=True)
class Link:
    """Where the browser connects.

    Attributes:
        delay: Seconds of a round trip.
        rate: Bytes a second, down; all connections share it.
        bytes: What came down so far, headers included.
    """

    delay: float
    rate: float
    host: int = 0
    address: str = ""
    bytes: int = 0
    _free: float = 0.0

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take one connection to the host and back, late by the delay."""
        await asyncio.sleep(self.delay)  # the handshake
        far, near = await asyncio.open_connection("127.0.0.1", self.host)
        await asyncio.gather(
            self._pump(reader, near, down=False), self._pump(far, writer, down=True)
        )

    async def _pump(self, source: Any, target: Any, *, down: bool) -> None:
        now = asyncio.get_running_loop().time
        queue: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivering = asyncio.create_task(_deliver(queue, target, now))
        with suppress(OSError):
            while data := await source.read(16384):
                due = now()
                if down:
                    self.bytes += len(data)
                    self._free = due = max(due, self._free) + len(data) / self.rate
                queue.put_nowait((due + self.delay / 2, data))
        queue.put_nowait((0.0, b""))
        await delivering


async def _deliver(queue: Any, target: Any, now: Any) -> None:
    with suppress(OSError):
        while True:
            due, data = await queue.get()
            if not data:
                break
            await asyncio.sleep(max(0.0, due - now()))
            target.write(data)
            await target.drain()
    target.close()


@contextmanager
def linked(site: Path, *, delay: float = 0.0, rate: float = 1e9) -> Iterator[Link]:
    """Serve a folder on the loopback behind a link."""
    host = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Host, directory=str(site)))
    threading.Thread(target=host.serve_forever, daemon=True).start()
    link, loop = Link(delay, rate, host.server_port), asyncio.new_event_loop()
    server = loop.run_until_complete(asyncio.start_server(link.connect, "127.0.0.1", 0))
    link.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield link
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    host.shutdown()
    host.server_close()
