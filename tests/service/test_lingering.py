"""Connections that only take room: nobody alone can use the service up, and nobody is told a lie."""

import contextlib
import json
import resource
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from yard import BROWSER, NOW, TOKEN, served

from kb.config import Config
from kb.service.app import assemble
from kb.service.lingering import Lingering, room
from kb.store.store import open_store

MOST = 4
ASK = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
FORM = b"POST /team/who HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\n"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """A service that has room for four connections, and looks at them every tenth of a second."""
    monkeypatch.setenv("KB_SECRET", "a secret for tests")
    (tmp_path / "site" / "articles").mkdir(parents=True)
    (tmp_path / "site" / "articles" / "index.html").write_text("<h1>Articles</h1>")
    config = Config(root=tmp_path)
    store = open_store(config.database)
    made = assemble(config, store, now=lambda: NOW, token=TOKEN, site=tmp_path / "site")
    beacons = replace(made.beacons, most=MOST, lingering=Lingering(seconds=0.1))
    with contextlib.closing(store), served(made.app, beacons.connection) as address:
        yield "127.0.0.1", int(address.rpartition(":")[2])


def said(connection: socket.socket) -> bytes:
    """Return everything that comes until the service ends the connection."""
    connection.settimeout(20)
    with contextlib.suppress(ConnectionResetError):
        return b"".join(iter(lambda: connection.recv(65536), b""))
    return b""


@pytest.mark.parametrize(
    "sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\n", ASK + b"G", b"POST /events HTTP/1.1\r\nHos"]
)
def test_nobody_holds_a_connection_with_nothing(place: tuple[str, int], sent: bytes) -> None:
    """Nothing, half a head, half a head after a request: the service ends it."""
    with socket.create_connection(place) as connection:
        connection.sendall(sent)
        answer = said(connection)
    assert answer.startswith(b"HTTP/1.1 200 OK" if ASK in sent else b"")


def test_a_request_under_way_is_no_such_thing(place: tuple[str, int]) -> None:
    """A body that is still coming is waited for, however often the service looks meanwhile."""
    body = json.dumps({"v": 1, "events": []}).encode()
    head = (
        f"POST /events HTTP/1.1\r\nHost: x\r\nUser-Agent: {BROWSER}\r\nContent-Type: text/plain\r\n"
    )
    length = f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(place) as connection, socket.create_connection(place) as other:
        connection.sendall(f"{head}{length}".encode() + body[:3])
        said(other)  # its end tells that the service has looked twice
        connection.sendall(body[3:])
        assert said(connection).startswith(b"HTTP/1.1 400 Bad Request")


def test_more_than_fit_are_ended(place: tuple[str, int]) -> None:
    """The fifth of four is ended at once, and the service goes on."""
    with contextlib.ExitStack() as held:
        for _ in range(3 * MOST):
            held.enter_context(socket.create_connection(place))
        last = held.enter_context(socket.create_connection(place))
        said(last)
    with socket.create_connection(place) as connection:
        connection.sendall(ASK)
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK")


def test_a_length_told_twice(place: tuple[str, int]) -> None:
    """A proxy that believes the other one sees two requests where we see one: neither is answered."""
    hidden = b"GET /team/ HTTP/1.1\r\nHost: x\r\n\r\n"
    length = f"Transfer-Encoding: chunked\r\nContent-Length: {len(hidden) + 5}\r\n\r\n"
    with socket.create_connection(place) as connection:
        connection.sendall(b"POST /events HTTP/1.1\r\nHost: x\r\n" + length.encode())
        connection.sendall(b"0\r\n\r\n" + hidden)
        answer = said(connection)
    assert 1 == answer.count(b"HTTP/1.1 ")
    assert answer.startswith(b"HTTP/1.1 400 Bad Request")


def test_a_slow_form_is_not_waited_for(place: tuple[str, int]) -> None:
    """Also a form of the team's pages, before anybody knows who sends it, has its ten seconds."""
    kind = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 50\r\n\r\nwho="
    with socket.create_connection(place) as connection:
        connection.sendall(FORM + kind)
        connection.settimeout(60)
        assert connection.recv(65536).startswith(b"HTTP/1.1 408 Request Timeout")


def test_a_redirect_names_no_host(place: tuple[str, int]) -> None:
    """The host that a request names leads no reader, and no cache, elsewhere."""
    for path in ("/articles", "//articles"):
        address = f"http://127.0.0.1:{place[1]}{path}?q=1"
        answer = httpx2.get(address, headers={"Host": "elsewhere.example"})
        assert (307, "/articles/?q=1") == (answer.status_code, answer.headers["location"])


def test_room_is_within_what_the_system_allows() -> None:
    """Two files a connection, and what waits to be accepted, fit."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        fits = room()
        assert 2 * fits < resource.getrlimit(resource.RLIMIT_NOFILE)[0]
        assert fits >= 64
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
