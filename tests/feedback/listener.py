"""Real servers on loopback, for HTTP and for mail, that record what comes and answer as told."""

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """What came, as the other side saw it."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """Return its JSON."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Says:
    """One answer; `hang` keeps the line open so long and then drops it without a word."""

    status: int = 200
    body: Any = "ok"
    headers: dict[str, str] = field(default_factory=dict)
    hang: float = 0.0


Answering = Callable[[Request], Says]


@dataclass(slots=True)
class Listener:
    """The server, what it heard, and how it answers."""

    address: str = ""
    heard: list[Request] = field(default_factory=list)
    answering: Answering = lambda _: Says()


@contextlib.contextmanager
def listening(answering: Answering = lambda _: Says()) -> Iterator[Listener]:
    """Serve until the block ends."""
    listener = Listener(answering=answering)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _take(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {k.lower(): v for k, v in self.headers.items()}
            request = Request(self.command, self.path, headers, self.rfile.read(length))
            listener.heard.append(request)
            says = listener.answering(request)
            if says.hang:
                time.sleep(says.hang)
                self.close_connection = True
                return
            body = says.body if isinstance(says.body, str) else json.dumps(says.body)
            self.send_response(says.status)
            for name, value in says.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _take  # noqa: N815 (http.server's names)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    listener.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Postbox:
    """A mail server that says what it is told to, and keeps what came."""

    def __init__(self, says: str) -> None:
        self.says, self.kept = says, b""
        self.recipients: list[bytes] = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        line, _ = self.server.accept()
        with line, line.makefile("rb") as lines:
            line.sendall(b"220 mail\r\n")
            for command in lines:
                if command.upper().startswith(b"RCPT"):
                    self.recipients.append(command.strip())
                if not command.upper().startswith(b"DATA"):
                    line.sendall(b"250 ok\r\n")
                    continue
                line.sendall(b"354 go on\r\n")
                for row in lines:
                    self.kept += row
                    if row == b".\r\n":
                        break
                if not self.says:
                    return
                line.sendall(f"{self.says}\r\n".encode())

    def close(self) -> None:
        """Stop."""
        self.thread.join()
        self.server.close()
