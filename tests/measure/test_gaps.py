"""What is missing, named only by words that enough readers used."""

from datetime import timedelta

from measure.moments import DAY, event, page

from kb.measure.events import Event, Kind
from kb.measure.gaps import Gaps, Signal, gaps
from kb.measure.searches import settled_searches

NOW = DAY + timedelta(days=1)


def searches(count: int, query: str, *, results: int = 0, first: int = 0) -> list[Event]:
    return [
        event(Kind.SEARCH, n, reader=f"r{first + n}", query=query, results=results)
        for n in range(count)
    ]


def found(*events: Event, unanswered: tuple[str, ...] = (), k: int = 5) -> Gaps:
    searched = settled_searches(events, now=NOW)
    pages = [page("a1", "Rotate signing keys")]
    return gaps(searched, events, pages=pages, unanswered=unanswered, now=NOW, k=k)


def test_order_endings_and_small_words_do_not_matter() -> None:
    """ "Export logs" and "how to export the log" are one topic."""
    (topic,) = found(*searches(3, "export logs"), *searches(3, "how to export log", first=3)).topics
    assert (topic.readers, topic.score) == (6, 18)


def test_a_reader_counts_once_a_signal() -> None:
    """Searching nine times is one reader."""
    often = [
        event(Kind.SEARCH, 60 * n, reader="r0", query="export logs", results=0) for n in range(9)
    ]
    (topic,) = found(*searches(5, "export logs"), *often).topics
    assert (topic.readers, topic.score) == (5, 15)


def test_all_signals_of_one_topic_are_one_gap() -> None:
    """Zero results, no click, "missing" votes and unanswered tickets add up by their weights."""
    votes = [
        event(Kind.NOT_SOLVED, n, reader=f"v{n}", article="a1", reason="missing") for n in range(2)
    ]
    (topic,) = found(
        *searches(5, "rotate signing keys"),
        *searches(2, "rotate signing key", results=4, first=10),
        *votes,
        unanswered=("Rotate the signing key?",),
    ).topics
    assert dict(topic.signals) == {
        Signal.ZERO_RESULTS: 5,
        Signal.NO_CLICK: 2,
        Signal.MISSING: 2,
        Signal.UNANSWERED: 1,
    }
    assert (topic.readers, topic.score) == (10, 5 * 3 + 2 + 2 * 3 + 2)


def test_rare_words_are_never_shown() -> None:
    """Under k readers a topic is counted and not named; a rare word in a common topic is cut."""
    result = found(
        *searches(4, "merger with canary corp"),
        *searches(6, "export audit logs weekly", first=10),
        *searches(1, "export audit logs weekly canary", first=30),
    )
    assert [gap.topic for gap in result.topics] == ["export audit logs weekly"]
    assert (result.other_topics, result.other_readers) == (1, 4)
    assert "canary" not in repr(result)


def test_k_is_a_parameter() -> None:
    """A smaller team may choose a smaller k."""
    assert [gap.topic for gap in found(*searches(2, "export logs"), k=2).topics] == ["export logs"]


def test_results_that_others_open_are_no_gap() -> None:
    """No click says nothing where more readers opened what the same words found."""
    shown = searches(10, "proxy", results=3)
    clicks = [event(Kind.OPEN, n + 5, reader=f"r{n}", article="a1") for n in range(6)]
    assert [gap.topic for gap in found(*shown).topics] == ["proxy"]
    assert found(*shown, *clicks).topics == ()


def test_only_the_last_28_days_count() -> None:
    """An older search is no gap any more."""
    later = DAY + timedelta(days=29)
    old = settled_searches(searches(9, "export logs"), now=later)
    assert gaps(old, [], now=later).topics == ()
