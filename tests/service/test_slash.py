"""The slash command on a running service: proved, once, kept before it is promised."""

import hashlib
import hmac
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest
from feedback import places
from feedback.listener import Listener, Says, listening
from yard import NOW, ORIGIN, TOKEN, fill, served

from kb.articles.library import Library
from kb.config import Config, Paging, Service
from kb.feedback.letter import LetterState
from kb.service.app import assemble
from kb.store.store import Store, open_store

SIGNING = "shh"
Type = Callable[..., httpx2.Response]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield opened
    opened.close()


@pytest.fixture
def pager() -> Iterator[Listener]:
    with listening(places.PagerDuty()) as server:
        yield server


@pytest.fixture
def typed(
    tmp_path: Path, store: Store, pager: Listener, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Type]:
    """Return what types a command into Slack."""
    monkeypatch.setenv("KB_SECRET", "a key for tests")
    monkeypatch.setenv("KB_SLACK_SIGNING_SECRET", SIGNING)
    monkeypatch.setenv("KB_PAGER_KEY", "R0UTE")
    config = replace(
        Config(root=tmp_path),
        service=Service(origins=(ORIGIN,)),
        paging=Paging(kind="pagerduty", url=pager.address),
    )
    fill(Library(config.docs), store)
    app = assemble(config, store, now=lambda: NOW, token=TOKEN).app
    with served(app) as address, httpx2.Client(base_url=address, trust_env=False) as client:

        def send(text: str, *, secret: str = SIGNING, user: str = "U1") -> httpx2.Response:
            body = urlencode({"command": "/genie", "text": text, "user_id": user}).encode()
            stamp = str(int(NOW.timestamp()))
            signed = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
            headers = {"X-Slack-Request-Timestamp": stamp,
                       "X-Slack-Signature": f"v0={signed.hexdigest()}",
                       "Content-Type": "application/x-www-form-urlencoded"}  # fmt: skip
            return client.post("/hooks/slack", content=body, headers=headers)

        yield send


def arrived(store: Store, pager: Listener) -> list[str]:
    """Return the summaries once nothing waits any more."""
    until = time.monotonic() + 10
    while store.outbox.destinations() and time.monotonic() < until:
        time.sleep(0.02)
    return [request.json["payload"]["summary"] for request in pager.heard]


def test_an_alert_goes_out(typed: Type, store: Store, pager: Listener) -> None:
    """What people type today wakes the team, and only the one who typed is answered."""
    answer = typed("alert docs are down for customer-support")

    assert {"response_type": "ephemeral", "text": "Paging customer-support."} == answer.json()
    assert ["docs are down"] == arrived(store, pager)


def test_a_replay_wakes_nobody(typed: Type, store: Store, pager: Listener) -> None:
    """The same signed request a second time is refused; the same words again are one page."""
    typed("alert docs are down for customer-support")

    assert 409 == typed("alert docs are down for customer-support").status_code
    again = typed("alert docs are down for customer-support", user="U2").json()
    assert "within the last ten minutes" in again["text"]
    assert ["docs are down"] == arrived(store, pager)


def test_a_pager_that_is_down(typed: Type, store: Store, pager: Listener) -> None:
    """The page is kept before it is promised: what cannot go out now waits."""
    pager.answering = lambda _: Says(status=503, body="busy")
    typed("alert docs are down for customer-support")
    until = time.monotonic() + 10
    while not pager.heard and time.monotonic() < until:
        time.sleep(0.02)

    assert 1 == len(store.outbox.letters(LetterState.WAITING))


@pytest.mark.parametrize("text", ["alert x for nobody", "alert x", "", "dance"])
def test_nobody_is_woken_by_mistake(typed: Type, store: Store, text: str) -> None:
    """A team that is none, or half a command, is answered with what can be typed."""
    assert "`customer-support`" in typed(text).json()["text"]
    assert () == store.outbox.letters()


def test_search_answers_with_pages(typed: Type) -> None:
    """`search` finds published pages and links to them; where nothing is found it says so."""
    found = typed("search certificate expired").json()["text"]

    assert f"<{ORIGIN}/articles/relay-live/" in found
    assert "Relay certificate has expired>" in found
    assert "No page has that" in typed("search zzzzqqq").json()["text"]


def test_forged(typed: Type, store: Store) -> None:
    """What Slack did not sign is refused."""
    answer = typed("alert docs are down for customer-support", secret="guessed")

    assert (401, ()) == (answer.status_code, store.outbox.letters())


def test_without_a_secret(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the signing secret there is nothing at this address."""
    monkeypatch.setenv("KB_SECRET", "a key for tests")
    monkeypatch.delenv("KB_SLACK_SIGNING_SECRET", raising=False)
    (tmp_path / "docs").mkdir()
    app = assemble(Config(root=tmp_path), store, now=lambda: NOW, token=TOKEN).app
    with served(app) as address:
        answer = httpx2.post(f"{address}/hooks/slack", content=b"text=help", trust_env=False)

    assert 404 == answer.status_code
