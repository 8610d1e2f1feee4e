"""Tests of the store, each on SQLite and on PostgreSQL."""

from datetime import UTC, datetime, timedelta

import pytest
from factories import AT, later, make_event, make_ticket
from keeping import decide, take
from sqlalchemy import select

from kb.capture.triage import Outcome
from kb.errors import StoreError
from kb.measure.events import Kind
from kb.redaction import already_safe
from kb.store import schema
from kb.store.store import Store
from kb.tickets.ticket import Satisfaction, Status


def test_ticket_round_trip(store: Store) -> None:
    """A ticket comes out of the store as it went in, internal notes and times and all."""
    ticket = make_ticket(
        subject=already_safe("Ütf-8 \U0001f6a2 «stays»"), url="https://x.example/1"
    )
    take(store, ticket)

    assert [ticket] == list(store.tickets.all())


def test_bare_ticket_round_trip(store: Store) -> None:
    """What a ticket does not have stays absent."""
    ticket = make_ticket(
        status=Status.OPEN,
        solved_at=None,
        severity=None,
        fields=(),
        tags=(),
        satisfaction=Satisfaction.UNOFFERED,
    )
    take(store, ticket)

    assert [ticket] == list(store.tickets.all())


def test_tickets_oldest_first(store: Store) -> None:
    """Tickets are told in the order in which they were created, then by key."""
    keys = {"helpdesk:3": 5, "helpdesk:1": 9, "helpdesk:2": 5}
    take(store, *(make_ticket(key=key, created_at=later(at)) for key, at in keys.items()))

    assert ["helpdesk:2", "helpdesk:3", "helpdesk:1"] == [t.key for t in store.tickets.all()]


def test_newer_copy_replaces(store: Store) -> None:
    """A newer copy of a ticket takes the older one's place."""
    newer = make_ticket(updated_at=later(90), plan="enterprise")
    take(store, make_ticket())
    take(store, newer)

    assert [newer] == list(store.tickets.all())


def test_same_age_replaces(store: Store) -> None:
    """A page read again, e.g. with better redaction, takes the old copy's place."""
    again = make_ticket(plan="enterprise")
    take(store, make_ticket())
    take(store, again)

    assert [again] == list(store.tickets.all())


def test_older_copy_does_not_replace(store: Store) -> None:
    """An older copy that comes late changes nothing."""
    newer = make_ticket(updated_at=later(90))
    take(store, newer)
    take(store, make_ticket(updated_at=later(30)))

    assert [newer] == list(store.tickets.all())


def test_cursor_is_empty_at_first(store: Store) -> None:
    """A source that was never read has no cursor."""
    assert store.tickets.cursors("helpdesk") == {}


def test_cursor_moves_with_page(store: Store) -> None:
    """A cursor is what the last page said, for each part of each source by itself."""
    for part, cursor in (("a", "10"), ("b", "20"), ("a", "30"), ("b", "")):
        take(store, cursor=cursor, part=part)

    assert ({"a": "30", "b": "20"}, {}) == (
        store.tickets.cursors("helpdesk"),
        store.tickets.cursors("other"),
    )


def test_page_is_whole_or_nothing(store: Store) -> None:
    """A page that fails half way leaves neither its tickets nor its cursor."""
    take(store, cursor="a.jsonl:10")
    with pytest.raises(StoreError):
        take(store, make_ticket(), make_ticket(key=None), cursor="a.jsonl:20")

    assert ({"": "a.jsonl:10"}, []) == (
        store.tickets.cursors("helpdesk"),
        list(store.tickets.all()),
    )


def test_page_fails_with_the_reader(store: Store) -> None:
    """An error of whoever feeds the page keeps nothing of it either."""

    def feed():
        yield make_ticket()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.tickets.take("helpdesk", tickets=feed(), cursor="a.jsonl:20", dead=())

    assert ({}, []) == (store.tickets.cursors("helpdesk"), list(store.tickets.all()))


def test_dead_letters_count_attempts(store: Store) -> None:
    """What cannot be read is kept by place, with how often somebody tried it again."""
    take(store, dead=[("a.jsonl:2", "not JSON")])
    take(store, dead=[("a.jsonl:2", "not JSON")])
    take(store, dead=[("a.jsonl:2", "no id")], retried=True)
    take(store, dead=[("a.jsonl:1", "not JSON")], retried=True)
    told = [(one.place, one.reason, one.attempts) for one in store.tickets.dead_letters("helpdesk")]

    assert [("a.jsonl:1", "not JSON", 1), ("a.jsonl:2", "no id", 2)] == told


def test_read_place_is_no_dead_letter(store: Store) -> None:
    """A mended ticket joins the others and its dead letter goes, that of another source stays."""
    store.tickets.take("other", tickets=(), dead=[("a.jsonl:2", "not JSON")])
    take(store, dead=[("a.jsonl:2", "not JSON"), ("a.jsonl:3", "not JSON")])
    take(store, make_ticket(), read=["a.jsonl:2"])

    assert ["a.jsonl:3"] == [one.place for one in store.tickets.dead_letters("helpdesk")]
    assert ["a.jsonl:2"] == [one.place for one in store.tickets.dead_letters("other")]


def test_changes_are_counted(store: Store) -> None:
    """Told are the tickets that are new or have changed, not those that came once more."""
    pages = [[make_ticket()], [make_ticket()], [make_ticket(plan="free")], [make_ticket(key="x:2")]]
    pages.append([make_ticket(updated_at=later(-5))])
    told = [store.tickets.take("helpdesk", tickets=page, dead=(), cursor="1") for page in pages]

    assert [1, 0, 1, 1, 0] == told


def test_a_page_may_hold_a_ticket_twice(store: Store) -> None:
    """Of two copies in one page the newer stays, whichever comes first."""
    newer = make_ticket(plan="free", updated_at=later(90))

    store.tickets.take("helpdesk", tickets=[make_ticket(), newer, make_ticket()], dead=())

    assert [newer] == list(store.tickets.all())


def test_any_year(store: Store) -> None:
    """A ticket may say that it is of any year there is."""
    at = [datetime(year, 1, 1, tzinfo=UTC) for year in (1, 9999)]
    take(store, *(make_ticket(key=f"helpdesk:{one.year}", created_at=one) for one in at))

    assert at == [ticket.created_at for ticket in store.tickets.all()]


def test_hint_counts_once(store: Store) -> None:
    """A delivery makes its source due once, by any of its ids, until the ids are forgotten."""
    first = store.tickets.hint("helpdesk", ("a", "b"), at=AT)
    again = store.tickets.hint("helpdesk", ("c", "b"), at=AT + timedelta(days=3))
    later_on = store.tickets.hint("helpdesk", ("a", "b"), at=AT + timedelta(days=5))

    assert (True, False, True) == (first, again, later_on)
    assert (True, False) == (store.tickets.is_due("helpdesk"), store.tickets.is_due("other"))


def test_settle_takes_back_what_came_before(store: Store) -> None:
    """Once a source was read it is due only for a hint that came meanwhile."""
    store.tickets.hint("helpdesk", ("a",), at=AT)
    store.tickets.settle("helpdesk", at=AT)
    still = store.tickets.is_due("helpdesk")
    store.tickets.settle("helpdesk", at=later(1))

    assert (True, False) == (still, store.tickets.is_due("helpdesk"))


def test_gone_ticket_goes(store: Store) -> None:
    """A ticket that its source has deleted is deleted here, and nothing else is."""
    take(store, make_ticket(), make_ticket(key="helpdesk:2"))
    take(store, gone=["helpdesk:1042", "helpdesk:7"])

    assert ["helpdesk:2"] == [ticket.key for ticket in store.tickets.all()]


def test_live_secrets_once(store: Store) -> None:
    """A live secret is told once a ticket and kind, never by its value."""
    for _ in range(2):
        take(store, secrets=[("helpdesk:2", "secret:aws-key"), ("helpdesk:1", "secret:jwt")])

    assert (("helpdesk:1", "secret:jwt"), ("helpdesk:2", "secret:aws-key")) == (
        store.tickets.live_secrets()
    )


def test_event_round_trip(store: Store) -> None:
    """An event comes out as it went in; unknown stays unknown and never becomes zero."""
    events = (
        make_event(1),
        make_event(2, kind=Kind.SEARCH, query=already_safe("proxy 504"), results=0, article=""),
        make_event(3, kind=Kind.NOT_SOLVED, reason="unclear"),
        make_event(4, kind=Kind.OPEN, rank=1, dwell=40),
    )
    store.events.append(events)

    assert events == store.events.all()


def test_events_once(store: Store) -> None:
    """An event that arrives twice, in one batch or in two, is kept once, as it first came."""
    store.events.append([make_event(1), make_event(1, page="/second/")])
    store.events.append([make_event(1, page="/third/"), make_event(2)])

    assert (make_event(1), make_event(2)) == store.events.all()


def test_no_events(store: Store) -> None:
    """An empty batch is no error and no row."""
    store.events.append([])

    assert store.events.count() == 0


def test_many_events(store: Store) -> None:
    """More events than one statement takes are all kept."""
    store.events.append(make_event(number) for number in range(1203))

    assert store.events.count() == 1203


def test_events_since(store: Store) -> None:
    """Events are told from a moment on, that moment included, by time."""
    store.events.append(make_event(number) for number in (3, 1, 2))

    assert (make_event(2), make_event(3)) == store.events.all(since=later(2))


def test_drops_add_up(store: Store) -> None:
    """What was kept out is counted by reason, over days."""
    store.events.drop("bot", at=AT)
    store.events.drop("bot", at=AT, count=4)
    store.events.drop("bot", at=AT + timedelta(days=1))
    store.events.drop("opt-out", at=AT)

    assert (("bot", 6), ("opt-out", 1)) == store.events.dropped()


def test_salt_of_a_day(store: Store) -> None:
    """One day has one salt, the next another."""
    first, again = store.events.salts(AT)[0], store.events.salts(later(60))[0]
    next_day = store.events.salts(AT + timedelta(days=1))[0]

    assert (True, 16, False) == (first == again, len(first), first == next_day)


def test_salts_are_forgotten(store: Store) -> None:
    """No salt outlives 48 hours, so that yesterday's readers cannot be told apart any more."""
    for day in range(4):
        store.events.salts(AT + timedelta(days=day))
    with store.database.transaction() as connection:
        days = connection.scalars(select(schema.salts.c.day).order_by(schema.salts.c.day)).all()

    assert ["2026-06-03", "2026-06-04"] == days


def test_last_decision_counts(store: Store) -> None:
    """Of several decisions on a ticket the last one counts; all are kept."""
    said = [
        decide("helpdesk:1", Outcome.NEW),
        decide("helpdesk:2", Outcome.DECLINED, minute=1),
        decide("helpdesk:1", Outcome.KNOWN, minute=2),
    ]
    for decision in said:
        store.decisions.append(decision)
    with store.database.transaction() as connection:
        rows = len(connection.execute(select(schema.decisions)).all())

    assert ((said[1], said[2]), 3) == (store.decisions.current(), rows)


def test_visits_add_up_by_week_and_cell(store: Store) -> None:
    """What two groups counted in one cell is one number, and comes back with the week's salt."""
    (week,) = store.crowding.weeks(AT)
    for _ in range(2):
        store.events.keep((), visits={(week.day.isoformat(), 7): 2, (week.day.isoformat(), 8): 1})
    (again,) = store.crowding.weeks(later(60))

    assert (week.day, week.salt) == (again.day, again.salt)
    assert ({7: 4, 8: 2}, 6) == (dict(again.visits), again.total)


def test_weeks_are_forgotten(store: Store) -> None:
    """No salt of a week and no count outlives five weeks."""
    for number in range(8):
        at = AT + timedelta(weeks=number)
        week = store.crowding.weeks(at)[-1]
        store.events.keep((), visits={(week.day.isoformat(), number): 1})
    with store.database.transaction() as connection:
        cells = connection.scalars(select(schema.visits.c.cell).order_by(schema.visits.c.cell))

        assert [3, 4, 5, 6, 7] == list(cells)
    assert 5 == len(store.crowding.weeks(AT + timedelta(weeks=7)))
