"""Days add up to what all of it at once is, and come out of their bytes as they went in."""

from collections import Counter
from random import Random

from measure.moments import DAY, LATER, event, read, wrote

from kb.measure.attempts import WINDOW
from kb.measure.events import Event, Kind
from kb.measure.report import OTHER_WINDOWS
from kb.measure.runs import Distinct, Keyed
from kb.measure.sheet import whole
from kb.measure.tally import Tally, tally
from kb.measure.tally_bytes import pack, unpack


def tally_of(events: list[Event]) -> Tally:
    return tally(
        whole(events, now=LATER, topics=()),
        [wrote(90_000, requester="r7", ticket="d:7")],
        since=DAY, now=LATER, window=WINDOW, windows=OTHER_WINDOWS,
    )  # fmt: skip


def day_of_readers(day: int) -> list[Event]:
    """Ten readers, of whom the next day sees nine again: they read, vote, and some go to the form."""
    at = day * 86_400
    return [
        one
        for number in range(day, day + 10)
        for one in (
            read(f"a{number % 3}", at + 60, reader=f"r{number}"),
            event(
                (Kind.SOLVED, Kind.NOT_SOLVED)[(number + day) % 2],
                at + 90, reader=f"r{number}", article=f"a{number % 3}",
            ),
            event(Kind.FORM_OPENED, at + 100, reader=f"r{number}")._replace(
                arm=("held@0.5", "shown@0.5")[number % 2]
            ),
        )
    ]  # fmt: skip


def test_numbers_are_counted_once() -> None:
    """However many runs hold a number, few or a quarter of a million in all, it counts once."""
    rng = Random(1)
    some = [[rng.getrandbits(64) for _ in range(50_000)] for _ in range(4)]
    found = Distinct()
    for first, second in zip(some, [*some[1:], some[0]], strict=True):
        found.add(Distinct.of([*first, *second[:9_000]]))
    everything = {number for run in some for number in run}
    assert len(found) == len(everything)
    assert list(found.one()) == sorted(everything)
    assert len(Distinct()) == 0
    assert len(Distinct.of([0, 2**64 - 1])) == 2


def test_the_last_value_stands_and_sums_add_up() -> None:
    """Of a key on several days the last value is one thing, their sum another."""
    found = Keyed.of({1: 10, 2: 20})
    found.add(Keyed.of({2: 5, 3: 7}))
    assert found.last() == {1: 10, 2: 5, 3: 7}
    assert found.summed() == {1: 10, 2: 25, 3: 7}


def test_days_add_up() -> None:
    """Readers who return count once, their last vote stands, and their forms add up."""
    days = [day_of_readers(day) for day in range(5)]
    found = Tally()
    for events in days:
        found.add(unpack(pack(tally_of(events))))
    at_once = tally_of([one for events in days for one in events])
    assert len(found.readers) == len(at_once.readers) == 14
    assert found.cast() == at_once.cast()
    assert Counter(found.sides()) == Counter(at_once.sides())
    for article, own in at_once.articles.items():
        other = found.articles[article]
        assert len(own.readers) == len(other.readers) > 1
        assert (own.views, own.closed) == (other.views, other.closed)


def test_bytes_hold_everything() -> None:
    """What is packed comes out the same, also when it is of many days."""
    found = tally_of(day_of_readers(0))
    assert found.articles["a1"].tickets == {"d:7"}
    assert unpack(pack(found)) == found
    again = tally_of(day_of_readers(1))
    found.add(again)
    out = unpack(pack(found))
    assert (out.cast(), sorted(out.sides())) == (found.cast(), sorted(found.sides()))
    assert (len(out.readers), out.others, out.ends) == (11, found.others, found.ends)
