"""Tests of incidents, each on SQLite and on PostgreSQL: one is kept with its page, or not at all."""

from datetime import timedelta

from factories import AT, make_event, make_ticket

from kb.feedback.incidents import letter_of
from kb.feedback.letter import Letter
from kb.measure.events import Kind
from kb.store.incidents import MakeLetter
from kb.store.store import Store

WATCH = "tickets:proxy"


def made(*, over: bool = False) -> MakeLetter:
    def make(number: int) -> Letter:
        return letter_of(WATCH, number, "Surge", team="customer-support", over=over, at=AT)

    return make


def keys(store: Store) -> list[str]:
    return [one.letter.key.rpartition("-")[2] for one in store.outbox.letters()]


def test_one_page_an_incident(store: Store) -> None:
    """Opened once and closed once, each with its page; the next incident has a name of its own."""
    assert store.incidents.begin(WATCH, made(), at=AT)
    assert [WATCH] == list(store.incidents.open())
    store.incidents.calm(WATCH, AT)
    assert AT == store.incidents.open()[WATCH].calm
    store.incidents.end(WATCH, made(over=True), at=AT)
    store.incidents.end(WATCH, made(over=True), at=AT)
    assert {} == store.incidents.open()
    assert store.incidents.begin(WATCH, made(), at=AT)

    assert ["0:open", "0:over", "1:open"] == keys(store)


def test_two_watchers_at_once(store: Store) -> None:
    """Whoever comes second with the same page opens nothing."""
    store.outbox.put([letter_of(WATCH, 0, "Surge", team="t", over=False, at=AT)], at=AT)

    assert not store.incidents.begin(WATCH, made(), at=AT)
    assert {} == store.incidents.open()


def test_without_a_pager(store: Store) -> None:
    """An incident is kept where nobody can be paged, and is no page later."""
    assert store.incidents.begin(WATCH, lambda _: None, at=AT)

    assert ([WATCH], []) == (list(store.incidents.open()), keys(store))


def test_what_is_watched(store: Store) -> None:
    """Tickets come with their tags, votes once an address and day, arrivals by the minute."""
    store.tickets.take("d", tickets=[make_ticket(tags=("doc-worthy", "proxy"))], dead=())
    votes = [
        make_event(n, kind=Kind.NOT_SOLVED, reason="other", reader=f"{n:032}", origin="o" * 32)
        for n in range(1, 50)
    ]
    other = make_event(60, kind=Kind.NOT_SOLVED, reason="other", reader="d" * 32)
    store.events.append([*votes, other, make_event(61)])
    since = AT - timedelta(days=1)
    found = store.watching

    assert ((AT.timestamp(), ("doc-worthy", "proxy")),) == found.tickets(since)
    assert 2 == len(found.not_solved(since))
    assert 51 == len(found.arrivals(since))
    assert (AT, AT + timedelta(minutes=1)) == (found.first(), found.first_event())
    assert () == found.tickets(AT + timedelta(days=1))
