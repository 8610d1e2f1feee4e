"""Beacons: what comes as a whole is answered at the connection, exactly as the long way answers."""

import contextlib
import json
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from yard import BROWSER, ORIGIN, PROGRAM, Running

from kb.service.beacons import read
from kb.service.bodies import LARGEST_BODY

HEAD = f"Host: x\r\nUser-Agent: {BROWSER}\r\nContent-Type: text/plain\r\n"


def body(**fields: object) -> str:
    row = {"id": str(uuid4()), "kind": "view", "page": "/x/", **fields}
    return json.dumps({"v": 1, "events": [row]})


def request(text: str, more: str = "", head: str = HEAD, first: str = "POST /events") -> bytes:
    length = f"Content-Length: {len(text.encode())}\r\n"
    return f"{first} HTTP/1.1\r\n{head}{more}{length}\r\n{text}".encode()


def answers(port: str, *parts: bytes, count: int = 1) -> list[bytes]:
    """Send the parts so that each is read alone; return the answers, without their date."""
    with socket.create_connection(("127.0.0.1", int(port))) as connection:
        connection.settimeout(10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for number, part in enumerate(parts):
            if number:  # whoever answers what was asked later has read what was sent before
                httpx2.get(f"http://127.0.0.1:{port}/health")
            connection.sendall(part)
        reader = connection.makefile("rb")
        return [b"".join(_answer(reader)) for _ in range(count)]


def _answer(reader: object) -> Iterator[bytes]:
    length = 0
    for line in iter(reader.readline, b"\r\n"):  # type: ignore[attr-defined]
        assert line, "the connection ended before its answer"
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
        if not line.lower().startswith(b"date:"):
            yield line
    yield reader.read(length)  # type: ignore[attr-defined]


CASES = {
    "kept": (body(), ""),
    "from a known page": (body(), f"Origin: {ORIGIN}\r\n"),
    "from an unknown page": (body(), "Origin: https://elsewhere.example\r\n"),
    "a robot": (body(), "From: x\r\nPurpose: prefetch\r\n"),
    "not tracked": (body(), "DNT: 1\r\n"),
    "does not fit": (body(kind="dance"), f"Origin: {ORIGIN}\r\n"),
    "no JSON": ("{", ""),
    "another kind behind a cookie": (body(), "Cookie: kb=none\r\n"),
    "two of a kind": (body(), "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.1\r\n"),
}


@pytest.mark.parametrize("case", CASES)
def test_both_ways_answer_alike(running: Running, case: str) -> None:
    """Byte for byte but for the date, whether it comes at once or its body comes later."""
    port, (text, more) = running.address.rpartition(":")[2], CASES[case]
    whole = request(text, more)
    middle = whole.index(b"\r\n\r\n") + 4
    assert answers(port, whole) == answers(port, whole[:middle], whole[middle:])


def test_another_type_is_refused_alike(running: Running) -> None:
    """A wrong type is 415 on both ways, and nothing is kept."""
    port, head = running.address.rpartition(":")[2], HEAD.replace("text/plain", "image/png")
    whole = request(body(), head=head)
    (at_once,), (in_parts,) = answers(port, whole), answers(port, whole[:40], whole[40:])
    assert at_once.startswith(b"HTTP/1.1 415 ")
    assert at_once == in_parts
    assert 0 == running.store.events.count()


def test_durable_when_answered(running: Running) -> None:
    """A beacon's 202 means that another connection to the store sees the event, by its address."""
    port = running.address.rpartition(":")[2]
    for n in (1, 2, 1):
        (told,) = answers(port, request(body(), f"X-Forwarded-For: 192.0.2.{n}\r\n"))
        assert told.startswith(b"HTTP/1.1 202 ")
    first, second, again = running.store.events.all()
    assert first.origin == again.origin != second.origin


def test_a_crowd_of_beacons_is_told_to_wait(running: Running) -> None:
    """Over the limit the answer is 429, and says when to come again."""
    port = running.address.rpartition(":")[2]
    told = [answers(port, request(body()))[0] for _ in range(40)]
    late = next(one for one in told if not one.startswith(b"HTTP/1.1 202 "))
    assert late.startswith(b"HTTP/1.1 429 ")
    assert re.search(rb"(?i)\r\nretry-after: [1-9]", late)


def test_one_after_the_other(running: Running) -> None:
    """Requests that come before the last is answered are answered in their order, beacons or not."""
    port = running.address.rpartition(":")[2]
    health = b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"
    told = answers(port, request(body()), request("{") + health, count=3)
    assert [b"202", b"400", b"200"] == [one[9:12] for one in told]
    told = answers(port, request(body()) + request(body()), count=2)
    assert [b"202", b"202"] == [one[9:12] for one in told]
    assert 3 == running.store.events.count()


def test_a_stop_waits_for_what_is_under_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A beacon that waits for the disk when the service is stopped is answered, and then no more."""
    monkeypatch.setenv("KB_SECRET", "a secret for tests")
    (tmp_path / "site").mkdir()
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        home = process.stdout.readline().decode().partition("/team/")[0]
        port = int(home.rpartition(":")[2])
        answers(str(port), request(body()))  # the day's salts are asked for once
        kept = sqlite3.connect(tmp_path / ".kb" / "store.sqlite3", isolation_level=None)
        with contextlib.closing(kept), socket.create_connection(("127.0.0.1", port)) as connection:
            connection.settimeout(20)
            kept.execute("BEGIN IMMEDIATE")  # nobody else can write now
            connection.sendall(request(body()))
            httpx2.get(f"{home}/health")
            process.send_signal(signal.SIGTERM)
            kept.execute("ROLLBACK")
            told = connection.makefile("rb").read()
            count = kept.execute("SELECT count(*) FROM events").fetchone()[0]
        process.wait(20)
    assert told.startswith(b"HTTP/1.1 202 ")
    assert 2 == count


PLAIN = request("{}")
UNUSUAL = {
    "another address": request("{}", first="POST /events/"),
    "another method": request("{}", first="PUT /events"),
    "a query": request("{}", first="POST /events?x"),
    "HTTP/1.0": PLAIN.replace(b"HTTP/1.1", b"HTTP/1.0"),
    "more than its length": PLAIN + b"x",
    "less than its length": PLAIN[:-1],
    "no length": PLAIN.replace(b"Content-Length: 2\r\n", b""),
    "two lengths": request("{}", "Content-Length: 2\r\n"),
    "a length with a sign": PLAIN.replace(b": 2", b": +2"),
    "chunks": request("{}", "Transfer-Encoding: chunked\r\n"),
    "a folded line": request("{}", "X: a\r\n b\r\n"),
    "a bare line end": request("{}", "X: a\nY: b\r\n"),
    "a space before the colon": request("{}", "X : a\r\n"),
    "a zero byte": request("{}", "X: \0\r\n"),
    "no host": PLAIN.replace(b"Host: x\r\n", b""),
    "a cookie": request("{}", "cookie: a=b\r\n"),
    "an upgrade": request("{}", "Upgrade: websocket\r\nConnection: Upgrade\r\n"),
    "a last request": request("{}", "Connection: close\r\n"),
    "waits for leave": request("{}", "Expect: 100-continue\r\n"),
    "too much": request("x" * (LARGEST_BODY + 1)),
    "nothing": b"",
}


def test_only_what_is_read_in_one_way_is_a_beacon() -> None:
    """A plain request is one; whatever two parsers could read differently is the server's."""
    beacon = read(PLAIN)
    assert beacon is not None
    assert ("text/plain", b"{}") == (beacon.headers["content-type"], beacon.body)
    assert [] == [name for name, data in UNUSUAL.items() if read(data) is not None]
