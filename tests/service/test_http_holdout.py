"""The holdout as a reader meets it: who sees no suggestions, for how long, and what is recorded."""

from uuid import uuid4

import httpx2
import pytest
from yard import Running

from kb.config import Measure


@pytest.fixture
def measure() -> Measure:
    """Half of the readers are held out."""
    return Measure(holdout=0.5)


def suggested(client: httpx2.Client, address: str) -> bool:
    """Ask for suggestions from an address of its own; say whether any came."""
    answer = client.get("/suggest?q=relay", headers={"X-Forwarded-For": address})
    assert 200 == answer.status_code
    return bool(answer.json()["results"])


def test_the_side_is_the_readers_and_what_they_do_carries_it(
    running: Running, visitor: httpx2.Client
) -> None:
    """About the share sees nothing, each reader always the same, and their events say which."""
    addresses = [f"192.0.2.{number}" for number in range(1, 61)]
    shown = [suggested(visitor, address) for address in addresses]
    for address in addresses:
        one = {"id": str(uuid4()), "kind": "form_opened"}
        visitor.post(
            "/events", json={"v": 1, "events": [one]}, headers={"X-Forwarded-For": address}
        )
    assert shown == [suggested(visitor, address) for address in addresses]
    sides = ["shown@0.5" if one else "held@0.5" for one in shown]
    assert sides == [event.arm for event in running.store.events.all()]
    assert 15 <= sum(shown) <= 45


def test_the_held_still_find_by_searching(visitor: httpx2.Client) -> None:
    """The experiment is about suggestions: a search finds, whichever side asks."""
    for number in range(1, 21):
        place = {"X-Forwarded-For": f"192.0.2.{number}"}
        assert visitor.get("/search?q=relay", headers=place).json()["results"]
