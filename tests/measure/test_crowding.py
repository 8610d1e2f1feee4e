"""A crowd behind one address: its part of the visits to the form, and no more."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from kb.measure.crowding import (
    CELLS,
    FEWEST,
    ONE_IN,
    WEEKS,
    Crowd,
    Week,
    addresses_for_a_point,
    cell_of,
    connection_of,
    monday,
)
from kb.measure.events import Event, Kind
from kb.measure.figures import share

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
DAY = timedelta(days=1)


class Weeks:
    """Weeks that are remembered in memory."""

    def __init__(self) -> None:
        self.known: dict[date, Week] = {}

    def __call__(self, at: datetime) -> list[Week]:
        """Return those that are young enough, the one that runs last."""
        day = monday(at)
        self.known.setdefault(day, Week(day=day, salt=day.isoformat().encode()))
        return [w for d, w in self.known.items() if day - d < timedelta(weeks=WEEKS)]


def form(kind: Kind = Kind.FORM_OPENED, *, at: datetime = NOON, reader: str = "") -> Event:
    return Event(id=str(uuid4()), kind=kind, at=at, reader=reader or str(uuid4()))


def test_an_address_has_its_part_in_five_weeks() -> None:
    """One visit a day from one address, each by another browser: the first three count."""
    crowd = Crowd(Weeks())
    counted = [crowd.lets([form(at=NOON + n * DAY)], "192.0.2.1")[0] for n in range(28)]
    assert FEWEST == sum(counted)
    assert all(counted[:FEWEST])


def test_another_address_is_another_crowd() -> None:
    """What one address did takes nothing from others."""
    crowd = Crowd(Weeks())
    for _ in range(10):
        crowd.lets([form()], "192.0.2.1")
    assert crowd.lets([form()], "192.0.2.2")[0]


def test_a_visit_that_began_ends() -> None:
    """A form that was opened while there was room is still sent after the room is gone."""
    crowd = Crowd(Weeks())
    assert crowd.lets([form(reader="first")], "192.0.2.1")[0]
    for _ in range(10):
        crowd.lets([form()], "192.0.2.1")
    sent = form(Kind.TICKET_SUBMITTED, at=NOON + timedelta(minutes=20), reader="first")
    assert (True, {}) == crowd.lets([sent], "192.0.2.1")


def test_a_visit_that_did_not_count_never_does() -> None:
    """What was opened without room is not sent either: its outcome decides nothing."""
    crowd = Crowd(Weeks())
    for _ in range(FEWEST):
        crowd.lets([form()], "192.0.2.1")
    assert not crowd.lets([form(reader="late")], "192.0.2.1")[0]
    sent = form(Kind.TICKET_SUBMITTED, at=NOON + timedelta(minutes=5), reader="late")
    assert not crowd.lets([sent], "192.0.2.1")[0]


def test_after_five_weeks_there_is_room_again() -> None:
    """What is over for five weeks is forgotten."""
    crowd = Crowd(Weeks())
    for _ in range(10):
        crowd.lets([form()], "192.0.2.1")
    assert crowd.lets([form(at=NOON + timedelta(weeks=WEEKS))], "192.0.2.1")[0]


def test_a_large_site_has_larger_crowds() -> None:
    """Where 20,000 visits are remembered, one address may have twenty of them."""
    weeks = Weeks()
    weeks(NOON)[0].add(CELLS, 20_000)
    crowd = Crowd(weeks)
    assert 20 == sum(crowd.lets([form()], "192.0.2.1")[0] for _ in range(40))


def test_what_is_new_is_told_by_week_and_cell() -> None:
    """The store is told which cell of which week had a visit, and nothing else."""
    weeks = Weeks()
    told = Crowd(weeks).lets([form()], "192.0.2.1")[1]
    assert {("2026-03-02", cell_of(b"2026-03-02", "192.0.2.1")): 1} == told


def test_a_cell_is_no_address() -> None:
    """65,536 cells: addresses share them, evenly."""
    cells = Counter(cell_of(b"salt", f"10.{n >> 8 & 255}.{n & 255}.7") for n in range(65_536))
    assert set(cells) <= set(range(CELLS))
    assert 40_000 < len(cells) < 43_000  # 1 - 1/e of them, as drawn by lot
    assert max(cells.values()) < 12


@pytest.mark.parametrize(
    ("address", "connection"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:22ff::1", "2001:db8:1:2200::/56"),
        ("2001:db8:1:2200:aa::2", "2001:db8:1:2200::/56"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/56"),
        ("no:address", "no:address"),
        ("", ""),
    ],
)
def test_a_network_of_ipv6_is_one_connection(address: str, connection: str) -> None:
    """Who has one address of IPv6 has 2^72 of them; all are one."""
    assert connection == connection_of(address)


@pytest.mark.parametrize(("attempts", "solved"), [(2220, 1000), (80, 8), (9000, 8900), (90, 0)])
def test_so_many_addresses_move_the_rate_by_a_point(attempts: int, solved: int) -> None:
    """Whichever way it moves further: so many addresses move it by a point, one fewer do not."""
    figure = share("rate", solved, attempts, since=NOON - timedelta(days=28), until=NOON)
    found = addresses_for_a_point(figure)
    assert found is not None
    each = max(FEWEST, attempts // ONE_IN)

    def moved(addresses: int) -> float:
        made_up = addresses * each
        up = (solved + made_up) / (attempts + made_up) - solved / attempts
        down = solved / attempts - solved / (attempts + made_up)
        return max(up, down)

    assert moved(found - 1) < 0.01 <= moved(found)


def test_too_little_for_a_rate_says_nothing_of_who_moves_it() -> None:
    """Nine attempts have no rate, and so nobody moves it; three times five weeks give three parts."""
    since = NOON - timedelta(days=28)
    assert addresses_for_a_point(share("rate", 3, 9, since=since, until=NOON)) is None
    long = share("rate", 900, 2000, since=NOON - timedelta(weeks=15), until=NOON)
    short = share("rate", 900, 2000, since=since, until=NOON)
    told = [addresses_for_a_point(figure) for figure in (short, long)]
    assert told == [13, 5]
