"""Tests of the outbox, each on SQLite and on PostgreSQL: kept once, in order, held by one."""

import threading
from datetime import datetime, timedelta

import pytest
from factories import AT

from kb.feedback.contact import DESTINATION
from kb.feedback.letter import Letter, LetterState, Receipt, Verdict
from kb.store.outbox import HOLD_SECONDS
from kb.store.store import Store, open_store

SENT = Receipt(verdict=Verdict.SENT, ref="7")
LATER = Receipt(verdict=Verdict.LATER, reason="host: it is busy (429)")


def letter(key: str, destination: str = "slack") -> Letter:
    return Letter(key=key, destination=destination, body=f'{{"text": "{key}"}}')


def stamp(at: datetime) -> int:
    return int(at.timestamp())


def test_a_key_is_kept_once(store: Store) -> None:
    """What is put again under the same key changes nothing, sent or not."""
    assert 2 == store.outbox.put([letter("a"), letter("b")], at=AT)
    assert 0 == store.outbox.put([Letter(key="a", destination="mail", body="{}")], at=AT)

    posted = store.outbox.take("slack", at=AT)
    assert posted
    store.outbox.mark(posted, SENT, due=0, at=AT)

    assert 0 == store.outbox.put([letter("a")], at=AT)
    assert ["a", "b"] == [one.letter.key for one in store.outbox.letters()]


def test_what_arrived_is_forgotten(store: Store) -> None:
    """Of a letter that arrived only its key stays, and what the other side calls it."""
    store.outbox.put([letter("a")], at=AT)
    posted = store.outbox.take("slack", at=AT)
    assert posted
    store.outbox.mark(posted, SENT, due=0, at=AT)
    (kept,) = store.outbox.letters(LetterState.SENT)

    assert ("a", "", "7") == (kept.letter.key, kept.letter.body, kept.ref)
    assert () == store.outbox.destinations()


def test_no_letter_overtakes_another(store: Store) -> None:
    """While the first of a destination waits or is held, the next stays; others go on."""
    store.outbox.put([letter("a"), letter("b"), letter("c", "pager")], at=AT)
    first = store.outbox.take("slack", at=AT)
    assert first
    assert store.outbox.take("slack", at=AT) is None
    store.outbox.mark(first, LATER, due=stamp(AT) + 60, at=AT)

    assert store.outbox.take("slack", at=AT + timedelta(seconds=59)) is None
    other = store.outbox.take("pager", at=AT)
    again = store.outbox.take("slack", at=AT + timedelta(seconds=60))

    assert other
    assert again
    assert ("c", "a", 2, False) == (
        other.letter.key, again.letter.key, again.attempts, again.unsure,
    )  # fmt: skip


def test_a_dead_sender_leaves_it_unsure(store: Store) -> None:
    """What a sender held too long is taken up by the next, who knows that it may have arrived."""
    store.outbox.put([letter("a")], at=AT)
    first = store.outbox.take("slack", at=AT)
    late = AT + timedelta(seconds=HOLD_SECONDS)
    second = store.outbox.take("slack", at=late)
    assert first
    assert second
    assert (1, False, 2, True) == (
        first.attempts, first.unsure, second.attempts, second.unsure,
    )  # fmt: skip

    store.outbox.mark(first, LATER, due=stamp(late), at=late)
    assert store.outbox.take("slack", at=late) is None, "the late sender no longer speaks for it"
    store.outbox.mark(first, SENT, due=0, at=late)
    assert [LetterState.SENT] == [one.state for one in store.outbox.letters()]


def test_a_dead_letter_waits_for_a_person(store: Store) -> None:
    """A refused letter keeps its words and its reason, and lets the next one pass."""
    store.outbox.put([letter("a"), letter("b")], at=AT)
    posted = store.outbox.take("slack", at=AT)
    assert posted
    refused = Receipt(verdict=Verdict.REFUSED, reason="host: it answers 404")
    store.outbox.mark(posted, refused, due=0, at=AT)
    (dead,) = store.outbox.letters(LetterState.DEAD)
    following = store.outbox.take("slack", at=AT)
    assert following
    store.outbox.mark(following, SENT, due=0, at=AT)

    assert ("host: it answers 404", '{"text": "a"}') == (dead.reason, dead.letter.body)
    assert (False, True) == (store.outbox.retry("b", at=AT), store.outbox.retry("a", at=AT))
    again = store.outbox.take("slack", at=AT)
    assert again
    assert ("a", 2) == (again.letter.key, again.attempts)
    store.outbox.mark(again, refused, due=0, at=AT)
    assert store.outbox.drop("a")
    assert 0 == store.outbox.put([letter("a")], at=AT)
    assert store.outbox.take("slack", at=AT) is None


def test_one_of_many_senders_has_it(store: Store, database_url: str) -> None:
    """Eight senders at once: each letter is taken by exactly one."""
    store.outbox.put([letter(f"k{n:02}", f"d{n:02}") for n in range(12)], at=AT)
    taken: list[str] = []

    def sender() -> None:
        own = open_store(database_url)
        for n in range(12):
            posted = own.outbox.take(f"d{n:02}", at=AT)
            if posted:
                taken.append(posted.letter.key)
        own.close()

    threads = [threading.Thread(target=sender) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [f"k{n:02}" for n in range(12)] == sorted(taken)


@pytest.mark.parametrize("name", ["relay-live", "desk:1"])
def test_a_purge_takes_its_letters(store: Store, name: str) -> None:
    """A purge takes letters about the article or its tickets, and unsent digests; others stay."""
    about = Letter(key=f"card:{name}", destination="tickets", body=f'{{"of": "{name}"}}')
    other = Letter(key="page:1", destination="pager", body='{"of": "desk:10"}')
    store.outbox.put([about, letter("digest:2026-W48"), other], at=AT)

    store.purging.purge("relay-live", ["desk:1"])

    assert ["page:1"] == [one.letter.key for one in store.outbox.letters()]


def test_a_purge_leaves_customers_letters(store: Store) -> None:
    """What is told about a purged article is gone; a customer's own ticket goes on."""
    ours = Letter(key="card:a-1", destination="slack", body='{"text": "a-1"}')
    theirs = Letter(key="form:1", destination=DESTINATION, body='{"from": "/articles/a-1/"}')
    store.outbox.put([ours, theirs], at=AT)
    store.purging.purge("a-1", ())

    assert ["form:1"] == [one.letter.key for one in store.outbox.letters()]
