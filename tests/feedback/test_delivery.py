"""Tests of the way out over real HTTP: once, in order, patient, and never silently lost."""

import hashlib
import hmac
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from factories import AT
from feedback.listener import Listener, Request, Says, listening

from kb.feedback.delivery import Carried, deliver
from kb.feedback.letter import Carrier, Letter, LetterState, Verdict
from kb.feedback.slack import Slack
from kb.feedback.webhook import Webhook
from kb.feedback.wire import Host
from kb.store.outbox import HOLD_SECONDS
from kb.store.store import Store, open_store


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    at: datetime = field(default=AT)

    def __call__(self) -> datetime:
        """Return the time it stands at."""
        return self.at


def put(store: Store, *keys: str, destination: str = "hook") -> None:
    letters = [Letter(key=k, destination=destination, body=f'{{"text": "{k}"}}') for k in keys]
    store.outbox.put(letters, at=AT)


def hook(server: Listener) -> Webhook:
    return Webhook(host=Host(base=server.address), secret="s3cret")


def slack(server: Listener) -> Slack:
    return Slack(host=Host(base=server.address, secret_path="/services/T0/B0/hidden"))


def run(
    store: Store, carrier: Carrier, clock: Clock, *, destination: str = "hook"
) -> list[Verdict]:
    done: tuple[Carried, ...] = deliver(store.outbox, {destination: carrier}, now=clock)
    return [one.receipt.verdict for one in done]


def keys(server: Listener) -> list[str]:
    return [request.json["text"] for request in server.heard]


def test_in_order_and_once(store: Store) -> None:
    """Letters arrive in the order of putting, each once, however often one delivers."""
    put(store, "a", "b", "c")
    with listening() as server:
        run(store, hook(server), Clock())
        run(store, hook(server), Clock())

    assert ["a", "b", "c"] == keys(server)
    assert ["a", "b", "c"] == [r.headers["idempotency-key"] for r in server.heard]


def test_a_busy_place_keeps_its_order(store: Store) -> None:
    """429 stops its destination until the time it asks for; then the same letter comes first."""
    put(store, "a", "b")
    clock, answers = Clock(), [Says(status=429, headers={"Retry-After": "120"})]
    with listening(lambda _: answers.pop() if answers else Says()) as server:
        assert [Verdict.LATER] == run(store, hook(server), clock)
        clock.at += timedelta(seconds=119)
        assert [] == run(store, hook(server), clock)
        clock.at += timedelta(seconds=2)
        assert [Verdict.SENT, Verdict.SENT] == run(store, hook(server), clock)

    assert ["a", "a", "b"] == keys(server)


def test_waits_grow_and_end(store: Store) -> None:
    """A place that is down is asked less and less, and given up after a day, with a reason."""
    put(store, "a")
    clock = Clock()
    with listening(lambda _: Says(status=503)) as server:
        while store.outbox.destinations():
            run(store, hook(server), clock)
            clock.at += min(max((clock.at - AT) / 100, timedelta(seconds=5)), timedelta(minutes=2))
    (dead,) = store.outbox.letters(LetterState.DEAD)

    assert 30 < len(server.heard) < 40
    assert "given up after" in dead.reason
    assert "503" in dead.reason


@pytest.mark.parametrize("status", [400, 404, 410, 422, 302])
def test_refused_for_good(store: Store, status: int) -> None:
    """What will never be taken is a dead letter at once, and the next one goes on."""
    put(store, "a", "b")
    answers = [Says(status=status, headers={"Location": "http://127.0.0.1:1/"})]
    with listening(lambda _: answers.pop() if answers else Says()) as server:
        assert [Verdict.REFUSED, Verdict.SENT] == run(store, hook(server), Clock())
    (dead,) = store.outbox.letters(LetterState.DEAD)

    assert f"it answers {status}" in dead.reason


def test_nobody_there(store: Store) -> None:
    """Where nothing listens, nothing was sent: it is tried again, to Slack, too."""
    put(store, "a", destination="slack")
    with listening() as server:
        pass
    clock = Clock()

    assert [Verdict.LATER] == run(store, slack(server), clock, destination="slack")
    assert "does not answer" in store.outbox.letters()[0].reason


def test_unsure_with_a_key_goes_again(store: Store) -> None:
    """No answer after the request was read: who knows keys gets it again under the same key."""
    put(store, "a")
    clock, answers = Clock(), [Says(hang=0.05)]
    with listening(lambda _: answers.pop() if answers else Says()) as server:
        assert [Verdict.UNSURE] == run(store, hook(server), clock)
        clock.at += timedelta(seconds=6)
        assert [Verdict.SENT] == run(store, hook(server), clock)

    assert ["a", "a"] == [r.headers["idempotency-key"] for r in server.heard]


@pytest.mark.parametrize("says", [Says(hang=0.05), Says(status=500), Says(status=504)])
def test_unsure_without_a_key_is_for_a_person(store: Store, says: Says) -> None:
    """Slack knows no keys: what may have been posted is not posted again, and a person is told."""
    put(store, "a", destination="slack")
    with listening(lambda _: says) as server:
        assert [Verdict.REFUSED] == run(store, slack(server), Clock(), destination="slack")
        assert [] == run(store, slack(server), Clock(), destination="slack")
    (dead,) = store.outbox.letters(LetterState.DEAD)

    assert 1 == len(server.heard)
    assert "unknown whether it arrived" in dead.reason
    assert "hidden" not in dead.reason


def test_proved_by_its_signature(store: Store) -> None:
    """The receiver of a webhook can prove who sent it, byte for byte."""
    put(store, "a")
    with listening() as server:
        run(store, hook(server), Clock())
    (request,) = server.heard
    proof = hmac.new(b"s3cret", request.body, hashlib.sha256).hexdigest()

    assert f"sha256={proof}" == request.headers["x-docworthy-signature"]


PROGRAM = """
import sys
from datetime import UTC, datetime, timedelta
from kb.feedback.delivery import deliver
from kb.feedback.slack import Slack
from kb.feedback.webhook import Webhook
from kb.feedback.wire import Host
from kb.store.store import open_store
url, address, seconds = sys.argv[1:]
store = open_store(url)
now = lambda: datetime(2026, 6, 1, 9, tzinfo=UTC) + timedelta(seconds=int(seconds))
deliver(store.outbox, {"hook": Webhook(host=Host(base=address)),
                       "slack": Slack(host=Host(base=address))}, now=now)
"""


def test_killed_between_send_and_mark(database_url: str) -> None:
    """Killed anywhere: a place with keys sees every key, Slack sees none twice, none is lost."""
    store = open_store(database_url)
    rng, letters = random.Random(11), [f"{n:02}" for n in range(12)]
    put(store, *letters)
    put(store, *(f"s{one}" for one in letters), destination="slack")
    clock, slow = Clock(), lambda _: (time.sleep(0.03), Says())[1]
    with listening(slow) as server:
        for _ in range(5):
            _kill(database_url, server.address, clock, rng)
            clock.at += timedelta(seconds=HOLD_SECONDS + 1)
        while store.outbox.destinations():
            carriers = {"hook": Webhook(host=Host(base=server.address)),
                        "slack": Slack(host=Host(base=server.address))}  # fmt: skip
            deliver(store.outbox, carriers, now=clock)
            clock.at += timedelta(seconds=HOLD_SECONDS + 1)
    heard = keys(server)
    dead = [one.letter.key for one in store.outbox.letters(LetterState.DEAD)]
    store.close()

    assert set(letters) <= set(heard)
    assert [] == [key for key in heard if key.startswith("s") and heard.count(key) > 1]
    assert {f"s{one}" for one in letters} <= {*heard, *dead}


def _kill(url: str, address: str, clock: Callable[[], datetime], rng: random.Random) -> None:
    seconds = str(int((clock() - AT).total_seconds()))
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, url, address, seconds],
                               cwd=Path(__file__).parents[2], env={**os.environ})  # fmt: skip
    time.sleep(rng.uniform(0.6, 1.3))
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_thousand_bad_answers(tmp_path: Path) -> None:
    """Each reply dropped, doubled or failed after the fact: one effect a key where keys count."""
    store = open_store(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    rng, clock, effects = random.Random(3), Clock(), dict[str, int]()
    names = [f"{n:03}" for n in range(200)]

    def answer(request: Request) -> Says:
        key = request.headers["idempotency-key"]
        if rng.random() < 0.2:
            return Says(status=503)
        effects.setdefault(key, len(effects))
        return rng.choice((Says(), Says(), Says(status=500), Says(hang=0.001)))

    put(store, *names)
    with listening(answer) as server:
        while store.outbox.destinations():
            run(store, hook(server), clock)
            clock.at += timedelta(seconds=600)
    store.close()

    assert names == sorted(effects, key=effects.__getitem__), "in order, each once"
