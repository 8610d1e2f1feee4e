"""A static host for a built site, which says nothing of who asks, nor of who hangs up."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any


class Host(ThreadingHTTPServer):
    """A server to which a browser that leaves in the middle of an answer is no error."""

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Tell of every other error."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Quiet(SimpleHTTPRequestHandler):
    """Serves files, after `before` has been told the path: it may wait, or hang up by raising a
    ConnectionError."""

    def __init__(self, *args: Any, before: Callable[[str], Any], **options: Any) -> None:
        self.before = before
        super().__init__(*args, **options)

    def do_GET(self) -> None:
        """Serve a file."""
        self.before(self.path)
        super().do_GET()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(server: Host) -> Iterator[str]:
    """Serve until the end of the block; yield the address."""
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@contextmanager
def hosted(site: Path, before: Callable[[str], Any] = str) -> Iterator[str]:
    """Serve a folder until the end of the block; yield the address."""
    handler = partial(Quiet, directory=str(site), before=before)
    with served(Host(("127.0.0.1", 0), handler)) as address:
        yield address
