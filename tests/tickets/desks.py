"""A help desk on loopback that speaks a source's wire format, and fails in every way it is told."""

import contextlib
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kb.tickets.http import Clock

Reply = Callable[[Request], Any]


@dataclass
class Trouble:
    """An answer that comes instead of the true one.

    Attributes:
        cut: Send only so many bytes of the true answer, though all were promised.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    cut: int | None = None


@dataclass
class Desk:
    """Replies by path; every request is written down, troubles come first, in order."""

    replies: dict[str, Reply]
    troubles: dict[str, deque[Trouble]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    seen: list[Request] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    url: str = ""

    def fail(self, path: str, *troubles: Trouble) -> None:
        """Let the next requests of a path fail so."""
        self.troubles.setdefault(path, deque()).extend(troubles)

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        path, query = request.url.path, request.url.query
        self.asked.append(f"{path}?{query}" if query else path)
        self.seen.append(request)
        self.bodies.append(await request.body())
        waiting = self.troubles.get(path)
        trouble = waiting.popleft() if waiting else None
        if trouble and trouble.cut is None:
            return Response(trouble.body, trouble.status, headers=trouble.headers)
        reply = next((one for key, one in self.replies.items() if _fits(key, path)), None)
        if reply is None:
            return JSONResponse({"error": "RecordNotFound"}, 404)
        request.state.body = self.bodies[-1]
        told = reply(request)
        response = told if isinstance(told, Response) else JSONResponse(told)
        if trouble and trouble.cut is not None:
            response.body = bytes(response.body)[: trouble.cut]
            response.headers["content-length"] = str(trouble.cut)
        return response


def _fits(key: str, path: str) -> bool:
    return path == key or (key.endswith("*") and path.startswith(key[:-1]))


@contextlib.contextmanager
def open_desk(replies: dict[str, Reply]) -> Iterator[Desk]:
    """Serve a desk on a free port of loopback."""
    desk = Desk(replies)
    app = Starlette(routes=[Route("/{path:path}", desk.answer, methods=["GET", "POST"])])
    listening = socket.create_server(("127.0.0.1", 0))
    desk.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    config = uvicorn.Config(app, access_log=False, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    try:
        yield desk
    finally:
        server.should_exit = True
        thread.join(10)
        listening.close()


@dataclass
class FakeTime:
    """A clock whose sleep takes no time and is written down."""

    at: float = 1_780_000_000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self.slept.append(seconds)
        self.at += seconds

    def clock(self) -> Clock:
        """Return it as a client takes it."""
        return Clock(now=lambda: self.at, sleep=self.sleep, jitter=lambda: 0.25)
