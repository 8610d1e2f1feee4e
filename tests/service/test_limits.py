"""The limit on one client, whoever else comes."""

import pytest

from kb.service.failures import Refusal
from kb.service.limits import Limit


class Clock:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        """Return the instant it stands at."""
        return self.now


def taken(limit: Limit, client: str, tries: int) -> int:
    """Return how many of so many requests in a row pass."""
    passed = 0
    for _ in range(tries):
        try:
            limit.take(client)
        except Refusal:
            continue
        passed += 1
    return passed


@pytest.mark.parametrize("pause", [0.0, 1.0, 2.0, 3.0, 7.0, 8.0, 100.0])
def test_a_pause_gives_back_what_its_length_is_worth(pause: float) -> None:
    """After an empty bucket, `rate` requests a second of pause pass, and never more than `burst`."""
    clock = Clock()
    limit = Limit(rate=4.0, burst=30, clock=clock)
    assert 30 == taken(limit, "a", 60)
    clock.now += pause
    assert min(30, int(pause * 4)) == taken(limit, "a", 60)


def test_steady_requests_under_the_rate_always_pass() -> None:
    """Who stays under the rate is never refused, over many turns of what is remembered."""
    clock = Clock()
    limit = Limit(rate=4.0, burst=2, clock=clock)
    for _ in range(200):
        assert 1 == taken(limit, "a", 1)
        clock.now += 0.25


def test_one_client_cannot_hide_among_others() -> None:
    """What one client used up stays used up while thousands of others come."""
    limit = Limit(rate=4.0, burst=30, clock=Clock())
    assert 30 == taken(limit, "a", 30)
    for number in range(20_000):
        limit.take(f"client {number}")
    assert 0 == taken(limit, "a", 5)


def test_a_network_of_ipv6_is_one_client() -> None:
    """Other addresses of the same connection share its bucket; another connection has its own."""
    limit = Limit(clock=Clock())
    assert 30 == sum(taken(limit, f"2001:db8:0:{n:x}::{n:x}", 1) for n in range(60))
    assert 30 == taken(limit, "2001:db8:0:100::1", 60)
