"""The report holds every figure, and says the same of traffic as was planted in it."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from measure.moments import DAY, LATER, event, page, read

from kb.helpdesk.traffic import GAP_QUERIES, PROBABILITY, Traffic, traffic
from kb.measure.attempts import attempts
from kb.measure.contacts import Contact
from kb.measure.deflection import deflection
from kb.measure.events import Event, Kind
from kb.measure.report import Report, report
from kb.measure.report_json import SCHEMA, to_json

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=61)
TITLES = (
    "Push fails behind a TLS proxy",
    "Cache misses after upgrading runners",
    "Out of memory while uploading artifacts",
    "Token expired on self-hosted runner",
    "Permissions error on restore",
    "Build queue stuck at zero",
)
PAGES = [page(f"a{n}", title, topic=("net", "disk")[n % 2]) for n, title in enumerate(TITLES)]
CONTACTS = [
    Contact(requester=f"c{n % 17}", at=SINCE + timedelta(hours=53 * n), ticket=f"d:{n}")
    for n in range(28)
]


def made(seed: int, contacts: list[Contact] = CONTACTS, days: int = 61) -> Traffic:
    until = SINCE + timedelta(days=days)
    return traffic(seed=seed, since=SINCE, until=until, articles=PAGES, contacts=contacts)


def measured(planted: Traffic) -> Report:
    return report(events=planted.events, contacts=CONTACTS, pages=PAGES, since=SINCE, now=UNTIL)


def test_the_stream_is_the_same_for_the_same_seed() -> None:
    """A seed is a stream; another seed is another; the size is that of a small site."""
    first = made(1)
    assert first == made(1)
    assert first.events != made(2).events
    assert 5000 < len(first.events) < 7500
    assert 1300 < first.planted.readers < 1700
    assert len({e.id for e in first.events}) == len(first.events)
    assert all(SINCE <= e.at <= UNTIL for e in first.events)


@pytest.mark.parametrize("seed", range(3))
def test_outcomes_are_counted_exactly_as_planted(seed: int) -> None:
    """Every outcome's count, pending ones included, equals what was planted."""
    stream = made(seed)
    found = measured(stream)
    assert stream.planted.outcomes == found.deflection.outcomes
    assert stream.planted.strong_outcomes == found.deflection.strong
    explicit = found.deflection.explicit
    assert (stream.planted.deflected, stream.planted.strong) == (
        explicit.numerator,
        explicit.denominator,
    )


def test_the_planted_probability_lies_in_the_interval() -> None:
    """Over 30 seeds, the 95 % interval holds the planted truth in 26 or more."""
    held, until = 0, SINCE + timedelta(days=35)
    for seed in range(30):
        rows = attempts(made(seed, days=35).events, CONTACTS, now=until)
        figure = deflection(rows, since=SINCE, until=until).explicit
        assert figure.low is not None
        assert figure.high is not None
        held += figure.low <= PROBABILITY <= figure.high
    assert held >= 26


@settings(max_examples=10)
@given(st.integers(0, 10**6), st.integers(1, 60), st.lists(st.integers(0, 2200), max_size=120))
def test_any_window_and_any_contacts_are_counted_exactly(
    seed: int, days: int, hours: list[int]
) -> None:
    """However many wrote in, and however short the window, planted equals measured."""
    contacts = [
        Contact(requester=f"c{h % 7}", at=SINCE + timedelta(hours=h), ticket=f"d:{n}")
        for n, h in enumerate(hours)
    ]
    stream = made(seed, contacts, days)
    until = SINCE + timedelta(days=days)
    topics = [(p.id, p.topic) for p in PAGES]
    rows = attempts(stream.events, contacts, now=until, topics=topics)
    assert stream.planted.outcomes == deflection(rows, since=SINCE, until=until).outcomes


def test_planted_gaps_and_the_failing_article_are_found() -> None:
    """The three gap topics lead the list, and the failing article has the worst votes."""
    stream = made(3)
    found = measured(stream)
    assert set(GAP_QUERIES) == set(stream.planted.gap_queries)
    words = [set(gap.topic.split()) for gap in found.gaps.topics[:3]]
    assert all(any(topic <= set(query.split()) for topic in words) for query in GAP_QUERIES)
    assert all(gap.readers >= 8 for gap in found.gaps.topics[:3])
    worst = max(found.articles, key=lambda row: row.not_solved)
    assert stream.planted.failing_article == worst.article


def test_the_json_form_is_stable_and_names_no_reader() -> None:
    """Schema docworthy.metrics/1: these keys, figures with their parts, and no reader's key."""
    stream = made(4)
    form = to_json(measured(stream))
    assert form["schema"] == SCHEMA == "docworthy.metrics/1"
    assert list(form) == [
        "schema", "since", "until", "window_days", "note", "events", "attempts", "outcomes",
        "outcomes_strong_intent", "explicit_deflection",
        "addresses_for_a_point", "confirmed", "deflection_by_window",
        "implicit_success", "self_service_ratio", "searches", "csat", "first_response", "gaps",
        "articles", "helpfulness", "canaries", "definitions_of_others", "holdout", "article_effects",
        "by_article", "link_rate", "known_share", "known_not_found", "known_not_captured",
        "link_accuracy", "savings",
    ]  # fmt: skip
    text = json.dumps(form)
    assert form == json.loads(text)
    assert not any(key in text for key in {e.reader for e in stream.events if len(e.reader) > 8})


def empty(events: list[Event]) -> Report:
    return report(events=events, contacts=[], pages=[page()], since=DAY, now=LATER)


def test_no_data_is_not_zero() -> None:
    """Without events nothing is known, and the report says so."""
    silent = empty([])
    assert "not zero" in silent.note
    assert silent.deflection.explicit.rate is None
    assert empty([read()]).note == ""


def test_a_revision_and_its_live_page_are_one_article() -> None:
    """Of two pages with one id the first stands for both."""
    live, revision = page(version="v1"), page(version="v2", state="in_review")
    events = [event(Kind.SOLVED, n, reader=f"r{n}", article="a1") for n in range(12)]
    found = report(events=events, contacts=[], pages=[live, revision], since=DAY, now=LATER)
    (row,) = found.articles
    assert row.helpfulness is not None
    assert (row.helpfulness.up, row.version) == (12, "v1")


def test_traffic_needs_something_to_read() -> None:
    """Without articles, or for less than a day, there is no stream to make."""
    with pytest.raises(ValueError, match="at least one article"):
        traffic(seed=1, since=SINCE, until=UNTIL, articles=[], contacts=[])
