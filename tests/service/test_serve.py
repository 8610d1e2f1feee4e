"""Serving: the link is told once it listens, nothing else is said, and a stop is clean."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
from yard import BROWSER, NOW, PROGRAM

from kb.config import Config, Service
from kb.errors import SourceError
from kb.service.serve import serve
from kb.store.store import open_store


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_serves_says_nothing_and_stops(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: signal.Signals
) -> None:
    """The link works as soon as it is told; site and API share the port; no output but the link."""
    monkeypatch.setenv("KB_SECRET", "a secret for tests")
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("<h1>Ferrywright</h1>")
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        link = process.stdout.readline().decode().strip() if process.stdout else ""
        with httpx2.Client(headers={"User-Agent": BROWSER}, follow_redirects=True) as client:
            assert 200 == client.get(link).status_code
            home = link.partition("/team/")[0]
            assert "<h1>Ferrywright</h1>" == client.get(f"{home}/").text
            assert {"status": "ok"} == client.get(f"{home}/health").json()
        process.send_signal(stop)
        rest, said = process.communicate(timeout=20)
    assert (b"", b"") == (rest, said)


def test_taken_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that somebody else listens on is an error with a place and a way out."""
    monkeypatch.setenv("KB_SECRET", "a secret for tests")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        config = Config(root=tmp_path, service=Service(port=port))
        store = open_store(config.database)
        told = rf"127\.0\.0\.1:{port}: it cannot be listened on \(Address already in use\)\."
        with pytest.raises(SourceError, match=told):
            serve(config, store, now=lambda: NOW, on_ready=lambda link: None)
        store.close()


def test_no_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site that was not built is told before anything listens."""
    monkeypatch.setenv("KB_SECRET", "a secret for tests")
    config = Config(root=tmp_path, service=Service(port=0))
    store = open_store(config.database)
    with pytest.raises(SourceError, match=r"site: no built site is there\. Run mkdocs build"):
        serve(config, store, now=lambda: NOW, on_ready=lambda link: None, site=tmp_path / "site")
    store.close()
