"""What a settled search is, and what came of it."""

from datetime import timedelta

from measure.moments import DAY, LATER, event, read

from kb.measure.events import Event, Kind
from kb.measure.searches import Search, search_figures, settled_searches


def search(seconds: float, query: str = "proxy", results: int = 3, reader: str = "r1") -> Event:
    return event(Kind.SEARCH, seconds, query=query, results=results, reader=reader)


def click(seconds: float, article: str = "a1") -> Event:
    return event(Kind.OPEN, seconds, article=article)


def settled(*events: Event) -> list[Search]:
    return list(settled_searches(events, now=LATER))


def test_a_run_of_prefixes_is_one_search() -> None:
    """As one types, only the last of a run counts; a pause or other words begin a new one."""
    typed = [search(0, "pro"), search(2, "prox"), search(4, "proxy")]
    assert [s.query for s in settled(*typed)] == ["proxy"]
    assert [s.query for s in settled(search(0, "pro"), search(11, "proxy"))] == ["pro", "proxy"]
    assert [s.query for s in settled(search(0), search(2, "cache"))] == ["proxy", "cache"]


def test_a_click_belongs_to_the_search_before_it() -> None:
    """Within a minute, and not after the next search."""
    (late,) = settled(search(0), click(61))
    assert not late.clicked
    first, second = settled(search(0), search(20, "cache"), click(25))
    assert (first.clicked, second.clicked) == (False, True)


def test_success_is_a_click_that_was_read() -> None:
    """Opened, read for 15 seconds or more, and no new search within 30 seconds."""
    (good,) = settled(search(0), click(5), read("a1", 40, dwell=20))
    (glanced,) = settled(search(0), click(5), read("a1", 20, dwell=14))
    (other_page,) = settled(search(0), click(5), read("a2", 40, dwell=20))
    again, _ = settled(search(0), click(5), read("a1", 22, dwell=15), search(35, "cache"))
    assert [s.succeeded for s in (good, glanced, other_page, again)] == [True, False, False, False]


def test_a_fresh_search_counts_as_nothing_yet() -> None:
    """What may still be clicked and read is left out."""
    assert settled_searches([search(0)], now=DAY + timedelta(minutes=29)) == ()
    assert len(settled_searches([search(0)], now=DAY + timedelta(minutes=30))) == 1


def test_the_three_figures() -> None:
    """Zero results of all, no click of those with results, success of all."""
    found = settled(
        *(search(0, results=0, reader=f"z{n}") for n in range(3)),
        *(search(0, reader=f"n{n}") for n in range(11)),
        search(0), click(5), read("a1", 40, dwell=20),
    )  # fmt: skip
    figures = search_figures(found, since=DAY, until=LATER)
    parts = [
        (f.numerator, f.denominator)
        for f in (figures.zero_result_rate, figures.no_click_rate, figures.search_success)
    ]
    assert parts == [(3, 15), (11, 12), (1, 15)]
