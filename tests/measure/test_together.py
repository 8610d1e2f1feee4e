"""Which articles are read in one visit is told of many readers, and of none alone."""

from datetime import datetime, timedelta

from measure.moments import DAY, LATER, event, page, read

from kb.measure.events import Event, Kind
from kb.measure.report import report
from kb.measure.sheet import sheet_of
from kb.measure.tally import Tally, tally
from kb.measure.tally_bytes import pack, unpack
from kb.measure.together import Together, pairs

PAIR = ("cache", "proxy")
PAGES = [page("cache"), page("proxy"), page("token")]


def visit(reader: str, *articles: str, at: float = 0) -> list[Event]:
    """Return the events of somebody who reads these articles."""
    return [read(one, at + 60 * n, reader=reader) for n, one in enumerate(articles, 1)]


def told(*events: Event) -> tuple[Together, ...]:
    ordered = sorted(events, key=lambda one: one.at)
    found = report(events=ordered, contacts=(), pages=PAGES, since=DAY, now=LATER)
    return found.together


def tallied(events: list[Event], since: datetime = DAY) -> Tally:
    until, window = since + timedelta(days=1), timedelta(days=7)
    sheet = sheet_of(events, since=since, until=until, topics=())
    return tally(sheet, (), since=since, now=until, window=window, windows=())


def test_a_pair_that_enough_readers_read_is_told() -> None:
    """Five readers of both are told as five, whatever else each of them read."""
    visits = [one for n in range(5) for one in visit(f"r{n}", "proxy", "cache")]
    more = visit("r5", "token", "cache")
    assert (Together(pair=("cache", "proxy"), readers=5),) == told(*visits, *more)


def test_a_pair_that_few_readers_read_is_not_told() -> None:
    """Four readers are too few, however often one of them comes back."""
    visits = [one for n in range(4) for one in visit(f"r{n}", "proxy", "cache")]
    again = [one for n in range(1, 6) for one in visit("r0", "proxy", "cache", at=n * 7200)]
    assert () == told(*visits, *again)


def test_only_reading_in_one_visit_counts() -> None:
    """A page shown for a moment, another visit's page, and an article that is gone are no pair."""
    visits = [
        one
        for n in range(6)
        for one in (
            *visit(f"r{n}", "proxy", "gone"),
            event(Kind.VIEW, 200, reader=f"r{n}", article="token", dwell=2),
            *visit(f"r{n}", "cache", at=90_000),
        )
    ]
    assert () == told(*visits)


def test_days_add_up_and_are_kept() -> None:
    """Two days' pairs are added by reader, and are the same once they were packed."""
    one, other = (tallied(visit(f"r{n}", "proxy", "cache")) for n in range(2))
    one.add(unpack(pack(other)))
    assert [2] == [len(readers) for readers in one.together.values()]
    kept = unpack(pack(one))
    assert one.together[PAIR].one() == kept.together[PAIR].one()


def test_a_visit_that_leafs_through_gives_few_pairs() -> None:
    """Of a visit to a thousand articles the first eight count."""
    assert 28 == len(list(pairs([f"a{n:04}" for n in range(1000)])))
