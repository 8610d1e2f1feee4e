"""One look at everything that is watched: tickets by topic, articles' votes, the collector."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from kb.config import Config
from kb.feedback.incidents import Move, letter_of, moves
from kb.feedback.letter import Letter
from kb.feedback.spikes import LOOK_BACK, Reading, silence, surge, weeks_of
from kb.store.incidents import MakeLetter
from kb.store.store import Store

_LONGEST = 120


def look(config: Config, store: Store, *, now: datetime) -> tuple[Reading, ...]:
    """Return what every watch reads: each topic and article of the last day, and the collector."""
    since, watching = now - LOOK_BACK, store.watching
    tickets = _series(
        (at, tag)
        for at, tags in watching.tickets(since)
        for tag in tags
        if tag not in config.triage.tags and at <= now.timestamp()
    )
    votes = _series((at, a) for at, a in watching.not_solved(since) if at <= now.timestamp())
    weeks, event_weeks = (
        weeks_of(first, now) for first in (watching.first(), watching.first_event())
    )
    return (
        *_surges("tickets", "Tickets on", tickets, now, weeks),
        *_surges("not-solved", 'Votes "not solved" on', votes, now, event_weeks),
        silence("collector", watching.arrivals(since), now=now, weeks=event_weeks),
    )


def page(config: Config, store: Store, readings: Sequence[Reading], *, now: datetime) -> list[str]:
    """Open, keep and close incidents, each with its page; return what was paged, in words."""
    told: list[str] = []
    for move, watch, message in moves(readings, store.incidents.open(), now=now):
        if move is Move.OPEN:
            if store.incidents.begin(watch, _maker(config, watch, message, now), at=now):
                told.append(message)
        elif move is Move.OVER:
            store.incidents.end(watch, _maker(config, watch, message, now, over=True), at=now)
            told.append(f"{watch}: {message}")
        else:
            store.incidents.calm(watch, now if move is Move.CALM else None)
    return told


def _maker(
    config: Config, watch: str, message: str, at: datetime, *, over: bool = False
) -> MakeLetter:
    """Nobody is paged where nothing is set up; the incident is kept all the same."""
    team = next(iter(config.paging.teams), "")

    def make(number: int) -> Letter | None:
        if not config.paging.kind:
            return None
        return letter_of(watch, number, message, team=team, over=over, at=at)

    return make


def _series(rows: Iterable[tuple[float, str]]) -> dict[str, list[float]]:
    series: dict[str, list[float]] = defaultdict(list)
    for at, name in rows:
        series[name].append(at)
    return series


def _surges(
    kind: str, about: str, series: dict[str, list[float]], now: datetime, weeks: int
) -> Iterator[Reading]:
    for name, times in sorted(series.items()):
        named = " ".join(name.split())[:_LONGEST]
        yield surge(f"{kind}:{named}", f"{about} {named}", times, now=now, weeks=weeks)
