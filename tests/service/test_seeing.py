"""What was folded day by day says the same as the events themselves, however they came in."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from measure.moments import page

from kb.config import Config
from kb.helpdesk.traffic import Traffic, traffic
from kb.measure.contacts import Contact
from kb.measure.events import Event, Kind
from kb.measure.report import Given, report, report_of
from kb.measure.report_json import to_json
from kb.service.measuring import measured
from kb.service.seeing import Window, seen
from kb.store.store import Store

SINCE = datetime(2026, 1, 1, 9, 30, tzinfo=UTC)
UNTIL = SINCE + timedelta(days=75)
PAGES = [page(f"a{n}", f"Title {n} of a page", topic=("net", "disk")[n % 2]) for n in range(6)]
TOPICS = [(p.id, p.topic) for p in PAGES]
CONTACTS = [
    Contact(requester=f"c{n % 17}", at=SINCE + timedelta(hours=51 * n), ticket=f"d:{n}")
    for n in range(30)
]
WINDOW = Window(since=SINCE, now=UNTIL, length=timedelta(days=7))


def made(seed: int = 1) -> Traffic:
    return traffic(seed=seed, since=SINCE, until=UNTIL, articles=PAGES, contacts=CONTACTS)


def folded(
    store: Store, contacts: list[Contact] = CONTACTS, window: Window = WINDOW
) -> dict[str, object]:
    found = seen(store, contacts, TOPICS, window)
    span = {"since": window.since, "now": window.now}
    return to_json(report_of(found, Given(contacts=contacts, pages=PAGES, **span)))


def directly(
    events: tuple[Event, ...], contacts: list[Contact] = CONTACTS, window: Window = WINDOW
) -> dict[str, object]:
    span = {"since": window.since, "now": window.now}
    return to_json(report(events=events, contacts=contacts, pages=PAGES, **span))


def test_days_folded_say_what_the_events_say(store: Store) -> None:
    """Added up by day, every figure equals that of all events at once; a second look, too."""
    events = made().events
    store.events.append(events)
    told = directly(events)
    assert told == folded(store)
    assert told == folded(store)


def test_events_folded_as_they_come(store: Store) -> None:
    """Folded after every few hundred events, the figures are those of all events at once."""
    events = made(2).events
    for first in range(0, len(events), 1500):
        store.events.append(events[first : first + 1500])
        store.folds.update(TOPICS)
    assert directly(events) == folded(store)


def test_late_events_and_tickets_change_closed_days(store: Store) -> None:
    """A closed day is added up again when its events or its tickets come late."""
    events = made(3).events
    early = [c for n, c in enumerate(CONTACTS) if n % 2]
    store.events.append(events[::2])
    assert directly(events[::2], early) == folded(store, early)
    assert directly(events[::2]) == folded(store)
    store.events.append(events[1::2])
    assert directly(events) == folded(store)


def test_folds_can_be_made_again(store: Store) -> None:
    """Without its folds the store says the same: they are derived, the events are the facts."""
    store.events.append(made(4).events)
    before = folded(store)
    store.folds.forget()
    assert before == folded(store)


@pytest.mark.parametrize("days", [1, 7, 28])
def test_a_part_of_the_time(store: Store, days: int) -> None:
    """A window that begins and ends within days counts those days' parts."""
    events = made(5).events
    store.events.append(events)
    now = UNTIL - timedelta(days=9, hours=5)
    window = Window(since=now - timedelta(days=days), now=now, length=timedelta(days=7))
    assert directly(events, window=window) == folded(store, window=window)


def test_asked_again_and_again(store: Store) -> None:
    """Asked at one instant after another, also an earlier one, each answer is that of the events.

    A day that was added up says so for as long as no window after it closes, and no longer.
    """
    events = made(8).events
    store.events.append(events)
    for days in (29.5, 30.2, 31.0, 31.7, 36.4, 37.4, 45.0, 33.1):
        window = Window(since=SINCE, now=SINCE + timedelta(days=days), length=timedelta(days=7))
        assert directly(events, window=window) == folded(store, window=window)


def test_only_new_days_are_folded(store: Store) -> None:
    """Nothing new folds nothing; a new event folds its day alone."""
    events = made(6).events
    store.events.append(events)
    assert store.folds.update(TOPICS) > 70
    assert store.folds.update(TOPICS) == 0
    noon = datetime(2026, 2, 3, 12, tzinfo=UTC)
    store.events.append([Event(id="0" * 8 + events[0].id[8:], kind=Kind.VIEW, at=noon, reader="x")])
    assert store.folds.update(TOPICS) == 1


def test_stale_days_can_be_shared_out(store: Store) -> None:
    """Days that follow each other, folded apart and backwards, say what they say in one go."""
    events = made(9).events
    store.events.append(events)
    days = store.folds.stale()
    for part in (days[40:], days[1:40:2], days[0:40:2]):
        store.folds.fold(part, TOPICS)
    assert () == store.folds.stale()
    assert directly(events) == folded(store)


def test_a_visit_over_midnight_is_one(store: Store) -> None:
    """Who reads before midnight and opens the form after it made one attempt, on the first day."""
    late = datetime(2026, 2, 3, 23, 50, tzinfo=UTC)
    steps = ((Kind.SEARCH, 0), (Kind.VIEW, 8), (Kind.FORM_OPENED, 15))
    events = tuple(
        Event(
            id=made(7).events[n].id, kind=kind, at=late + timedelta(minutes=minutes), reader="x",
            article="a1", version="v1", dwell=60 * (kind is Kind.VIEW), results=1,
        )
        for n, (kind, minutes) in enumerate(steps)
    )  # fmt: skip
    for event in events:
        store.events.append([event])
        store.folds.update(TOPICS)
    told = folded(store)
    assert told == directly(events)
    assert told["attempts"] == 1


def test_silence_and_a_canary(store: Store, tmp_path: Path) -> None:
    """Without events nothing is known; with a canary, nobody came and that is known."""
    config = Config(root=tmp_path)
    (tmp_path / "docs").mkdir()
    nothing = measured(config, store, now=UNTIL, days=7).report
    store.events.append(
        [Event(id=made().events[0].id, kind=Kind.CANARY, at=UNTIL - timedelta(days=1), reader="x")]
    )
    nobody = measured(config, store, now=UNTIL, days=7).report
    assert "not zero" in nothing.note
    assert ("zero is zero" in nobody.note, nobody.canaries, nobody.events) == (True, 1, 0)
