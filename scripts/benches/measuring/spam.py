"""Spams the figures, and says how far they moved."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kb.measure.attempts import attempts
from kb.measure.deflection import deflection
from kb.measure.events import Event, Kind
from kb.measure.votes import last_votes

START = datetime(2026, 1, 5, tzinfo=UTC)
END = START + timedelta(days=30)


def votes_that_count(count: int) -> int:
    """Return how many of `count` votes from one address, each from another browser, count."""
    rng = random.Random(1)
    spam = (
        Event(
            id=str(UUID(int=rng.getrandbits(128), version=4)), kind=Kind.SOLVED,
            at=START + timedelta(seconds=n / 2), reader=f"browser {n}", origin="one address",
            article="a", version="v",
        )
        for n in range(count)
    )  # fmt: skip
    return len(last_votes(spam))


def moved(people: int, share: float, addresses: int, days: int) -> tuple[float, float]:
    """Return the deflection rate without and with `share` of spam, each spammed attempt "solved".

    Args:
        days: The spam is spread over so many; who an address was is not known on the next day.
    """
    rng = random.Random(2)
    honest = [
        e for n in range(people) for e in _attempt(rng, f"r{n}", f"o{n}", rng.random() < 0.42)
    ]
    spam = [
        e
        for n in range(int(people * share))
        for e in _attempt(rng, f"s{n}", f"spam {n % addresses}", True, day=n // addresses % days)
    ]
    rates = []
    for events in (honest, honest + spam):
        rows = attempts(events, (), now=END + timedelta(days=30))
        rates.append(deflection(rows, since=START, until=END).explicit.rate or 0.0)
    return rates[0], rates[1]


def _attempt(
    rng: random.Random, reader: str, origin: str, solved: bool, day: int | None = None
) -> list[Event]:
    days = rng.random() * 29 if day is None else day + rng.random() / 2
    start = START + timedelta(days=days)
    kinds = [Kind.VIEW, Kind.FORM_OPENED, Kind.SOLVED if solved else Kind.TICKET_SUBMITTED]
    return [
        Event(
            id=str(UUID(int=rng.getrandbits(128), version=4)), kind=kind,
            at=start + timedelta(minutes=3 * n), reader=reader, origin=origin, article="a",
            version="v", dwell=60 * (kind is Kind.VIEW),
        )
        for n, kind in enumerate(kinds)
    ]  # fmt: skip
