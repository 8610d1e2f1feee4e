"""Spams the figures, and says how far they moved."""

import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from kb.measure.attempts import attempts
from kb.measure.crowding import WEEKS, Crowd, Week, monday
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What spam did to the deflection rate.

    Attributes:
        bare: The rate of the people alone, nobody kept out.
        before: The rate of the people alone, as it is measured.
        after: With the spam.
        people_out: The part of the people's attempts that counts as a crowd's, 0 to 1.
        spam_out: The part of the spam that does, or is over an address's day.
    """

    bare: float
    before: float
    after: float
    people_out: float
    spam_out: float


def moved(people: int, share: float, addresses: int, days: int) -> Moved:
    """Spam `share` of the people's attempts, each "solved", through the rules of the collector.

    Three people in ten sit in one of forty offices, each behind one address.

    Args:
        days: The spam is spread over so many.
    """
    rng = random.Random(2)
    honest = [_attempt(rng, f"r{n}", _home(rng, n), rng.random() < 0.42) for n in range(people)]
    spam = [
        _attempt(rng, f"s{n}", f"spam {n % addresses}", True, day=n // addresses % days)
        for n in range(int(people * share))
    ]
    bare, kept, both = (_rate(some) for some in (honest, _through(honest), _through(honest + spam)))
    return Moved(
        bare=bare[0], before=kept[0], after=both[0], people_out=1 - kept[1] / people,
        spam_out=1 - (both[1] - kept[1]) / len(spam),
    )  # fmt: skip


def _home(rng: random.Random, number: int) -> str:
    return f"office {rng.randrange(40)}" if rng.random() < 0.3 else f"home {number}"


def _through(visits: list[list[Event]]) -> list[list[Event]]:
    """Return the visits that the collector would keep, in the order of time."""
    weeks: dict[date, Week] = {}

    def known(at: datetime) -> list[Week]:
        weeks.setdefault(monday(at), Week(day=monday(at), salt=str(monday(at)).encode()))
        return list(weeks.values())[-WEEKS:]

    crowd = Crowd(known)
    ordered = sorted(visits, key=lambda visit: visit[0].at)
    return [visit for visit in ordered if crowd.lets(visit, visit[0].origin.partition("|")[0])[0]]


def _rate(visits: list[list[Event]]) -> tuple[float, int]:
    """Return the rate, and of how many attempts."""
    rows = attempts([e for visit in visits for e in visit], (), now=END + timedelta(days=30))
    figure = deflection(rows, since=START, until=END).explicit
    return figure.rate or 0.0, int(figure.denominator)


def _attempt(
    rng: random.Random, reader: str, address: str, solved: bool, day: int | None = None
) -> list[Event]:
    days = rng.random() * 29 if day is None else day + rng.random() / 2
    start = START + timedelta(days=days)
    kinds = [Kind.VIEW, Kind.FORM_OPENED, Kind.SOLVED if solved else Kind.TICKET_SUBMITTED]
    return [
        Event(
            id=str(UUID(int=rng.getrandbits(128), version=4)), kind=kind,
            at=start + timedelta(minutes=3 * n), reader=reader, article="a", version="v",
            origin=f"{address}|{start.date()}", dwell=60 * (kind is Kind.VIEW),
        )
        for n, kind in enumerate(kinds)
    ]  # fmt: skip
