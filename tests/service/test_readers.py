"""Who a reader is: known for a day, a window or by account, and over midnight."""

from datetime import UTC, datetime, timedelta

import pytest

from kb.measure.experiment import arm_of
from kb.measure.wire import Said
from kb.service.readers import Identity, Readers, Sender

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATE = datetime(2026, 3, 2, 23, 50, tzinfo=UTC)
RANDOM, ACCOUNT = "a" * 32, "b" * 32


def salts(at: datetime) -> tuple[bytes, bytes]:
    """Each day its own salt, and the one of the day before."""
    return (f"{at.date()}".encode(), f"{(at - timedelta(days=1)).date()}".encode())


def known(level: Identity, **said: str) -> set[str]:
    """Return the keys of one browser on two days and from two addresses."""
    readers = Readers(salts=salts, secret=b"k" * 32, identity=level)
    return {
        readers.sender(address, "Firefox", Said(**said), NOON + timedelta(days=day)).reader
        for day in (0, 1)
        for address in ("192.0.2.1", "192.0.2.2")
    }


@pytest.mark.parametrize(
    ("level", "said", "keys"),
    [
        (Identity.DAY, {"reader": RANDOM, "account": ACCOUNT}, 4),
        (Identity.WINDOW, {"reader": RANDOM, "account": ACCOUNT}, 1),
        (Identity.WINDOW, {}, 4),
        (Identity.ACCOUNT, {"reader": RANDOM, "account": ACCOUNT}, 1),
        (Identity.ACCOUNT, {"reader": RANDOM}, 1),
    ],
)
def test_a_reader_is_known_as_far_as_the_site_chose(
    level: Identity, said: dict[str, str], keys: int
) -> None:
    """A day's key changes with day and address; the others stay, and fall back where unknown."""
    assert keys == len(known(level, **said))


def test_the_account_is_the_portals_own_id() -> None:
    """It joins to tickets, whose requesters have the same hash."""
    assert {ACCOUNT} == known(Identity.ACCOUNT, account=ACCOUNT)


def test_the_browsers_own_id_is_never_kept() -> None:
    """Of a first-party id only a keyed hash goes on."""
    assert RANDOM not in known(Identity.WINDOW, reader=RANDOM)


def over_midnight(pause: timedelta) -> tuple[Sender, Sender]:
    readers = Readers(salts=salts, secret=b"k" * 32)
    one, other = (readers.sender("192.0.2.1", "Firefox", Said(), at) for at in (LATE, LATE + pause))
    return one, other


def test_a_visit_outlives_midnight() -> None:
    """Who was here ten minutes before midnight is the same reader ten minutes after."""
    before, after = over_midnight(timedelta(minutes=20))
    assert before.reader == after.reader


def test_after_a_pause_the_new_day_begins() -> None:
    """Who comes back after half an hour is somebody new: yesterday is forgotten."""
    before, after = over_midnight(timedelta(minutes=31))
    assert before.reader != after.reader


def test_the_address_alone_has_a_key() -> None:
    """Whatever browser it names, one address has one origin a day."""
    readers = Readers(salts=salts, secret=b"k" * 32)
    found = [readers.sender("192.0.2.1", agent, Said(), NOON) for agent in ("one", "two")]
    assert (1, 2) == (len({s.origin for s in found}), len({s.reader for s in found}))


def test_a_reader_stays_on_a_side() -> None:
    """The holdout's share is held on average, a reader never changes sides, no share is no side."""
    arms = [arm_of(f"r{n}", b"key", 0.2) for n in range(4000)]
    assert arms == [arm_of(f"r{n}", b"key", 0.2) for n in range(4000)]
    assert {"held@0.2", "shown@0.2"} == set(arms)
    assert 700 < arms.count("held@0.2") < 900
    assert arm_of("r1", b"key", 0) == ""


def test_no_request_waits_for_salts_that_were_prepared() -> None:
    """Asked every hour beside the requests, the store is asked by none of them, at midnight neither."""
    asked: list[datetime] = []

    def counted(at: datetime) -> tuple[bytes, bytes]:
        asked.append(at)
        return salts(at)

    readers, unprepared = (Readers(salts=one, secret=b"k" * 32) for one in (counted, salts))
    for hour in range(50):
        at = NOON + timedelta(hours=hour)
        readers.prepare(at)
        before = len(asked)
        said = [one.sender("192.0.2.1", "Firefox", Said(), at) for one in (readers, unprepared)]
        assert said[0] == said[1]
        assert before == len(asked)

    assert [at.hour for at in asked] == [12, 0, 0]


def test_without_preparing_the_first_request_asks() -> None:
    """Salts of a day that never came are not kept for later ones."""
    readers = Readers(salts=salts, secret=b"k" * 32)
    readers.prepare(LATE)
    later = LATE + timedelta(days=7)
    fresh = Readers(salts=salts, secret=b"k" * 32)

    assert len({one.sender("192.0.2.1", "Firefox", Said(), later) for one in (readers, fresh)}) == 1
    assert salts(LATE) not in readers._ahead.values()
