"""Tests of the webhook door on a running service: what is proved marks the source, once."""

import hashlib
import hmac
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from yard import NOW, TOKEN, served

from kb.config import Config, Source
from kb.service.app import assemble
from kb.store.store import Store, open_store
from kb.tickets.webhook import LARGEST_BODY


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.at: datetime = NOW

    def __call__(self) -> datetime:
        """Return the time it stands at."""
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    yield opened
    opened.close()


Post = Callable[..., httpx2.Response]


@pytest.fixture
def post(
    tmp_path: Path, store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Post]:
    """Return what posts a signed webhook to a running service of a GitHub workspace."""
    monkeypatch.setenv("KB_SECRET", "a key for tests")
    monkeypatch.setenv("KB_HOOK_SECRET", "new old")
    (tmp_path / "docs").mkdir()
    config = replace(Config(root=tmp_path), source=Source(name="gh", kind="github"))
    app = assemble(config, store, now=clock, token=TOKEN).app
    with served(app) as address, httpx2.Client(base_url=address, trust_env=False) as client:

        def send(
            body: bytes = b"{}", proof: str = "new", name: str = "d-1", kind: str = "github"
        ) -> httpx2.Response:
            signed = hmac.digest(proof.encode(), body, hashlib.sha256).hex()
            headers = {"X-Hub-Signature-256": f"sha256={signed}", "X-GitHub-Delivery": name}
            return client.post(f"/hooks/{kind}", content=body, headers=headers)

        yield send


@pytest.mark.parametrize("secret", ["new", "old"])
def test_a_hint_marks_the_source(post: Post, store: Store, secret: str) -> None:
    """A delivery that either secret proves makes the source due, until it was read."""
    assert not store.tickets.is_due("gh")
    assert 202 == post(proof=secret).status_code
    assert store.tickets.is_due("gh")

    store.tickets.settle("gh", at=NOW + timedelta(seconds=1))
    assert not store.tickets.is_due("gh")


def test_a_hint_while_it_is_read(post: Post, store: Store, clock: Clock) -> None:
    """A hint that comes while the source is read keeps it due."""
    post()
    clock.at = NOW + timedelta(seconds=30)
    post(b'{"a": 1}', name="d-2")
    store.tickets.settle("gh", at=NOW + timedelta(seconds=10))

    assert store.tickets.is_due("gh")


def test_a_delivery_counts_once(post: Post, store: Store, clock: Clock) -> None:
    """Sent again a hundred times, under its name or another, within three days, it is one hint."""
    post()
    store.tickets.settle("gh", at=NOW + timedelta(seconds=1))
    for number in range(100):
        clock.at = NOW + timedelta(minutes=43 * number)
        assert 202 == post(name="d-1" if number % 2 else f"e-{number}").status_code

    assert not store.tickets.is_due("gh")


def test_ids_are_forgotten(post: Post, store: Store, clock: Clock) -> None:
    """After four days an id is no longer kept."""
    post()
    store.tickets.settle("gh", at=NOW + timedelta(seconds=1))
    clock.at = NOW + timedelta(days=4, seconds=1)
    post()

    assert store.tickets.is_due("gh")


def test_forged(post: Post, store: Store) -> None:
    """What nothing proves is refused and marks nothing; the answer repeats nothing of it."""
    answer = post(b'{"canary": 1}', proof="guessed")

    assert (401, False) == (answer.status_code, store.tickets.is_due("gh"))
    assert "canary" not in answer.text


@pytest.mark.parametrize("kind", ["zendesk", "jira", "gitlab", "x/y"])
def test_another_kind(post: Post, store: Store, kind: str) -> None:
    """There is a door for the workspace's own source alone."""
    assert (404, False) == (post(kind=kind).status_code, store.tickets.is_due("gh"))


def test_too_large(post: Post, store: Store) -> None:
    """A body over the limit is refused before its signature is looked at; one below it is not."""
    assert 413 == post(b"x" * (LARGEST_BODY + 1)).status_code
    assert not store.tickets.is_due("gh")
    assert 202 == post(b"x" * LARGEST_BODY).status_code


def test_without_a_secret(tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a secret in the environment there is nothing at this address."""
    monkeypatch.setenv("KB_SECRET", "a key for tests")
    monkeypatch.delenv("KB_HOOK_SECRET", raising=False)
    (tmp_path / "docs").mkdir()
    config = replace(Config(root=tmp_path), source=Source(name="gh", kind="github"))
    with served(assemble(config, store, now=lambda: NOW, token=TOKEN).app) as address:
        answer = httpx2.post(f"{address}/hooks/github", content=b"{}", trust_env=False)

    assert 404 == answer.status_code
