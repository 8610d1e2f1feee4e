"""Tells people from a crowd behind one address: so many visits to the form in five weeks."""

import hashlib
import ipaddress
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import ceil

from kb.measure.events import FORM, Event, Kind
from kb.measure.figures import Figure
from kb.measure.trails import IDLE

WEEKS = 5
"""How many weeks are remembered: the one that runs and four before it."""

FEWEST = 3
"""Visits to the form in those weeks that every address may have."""

ONE_IN = 1000
"""Above that, one address may be so small a part of all visits to the form."""

CELLS = 65_536
"""How many counts a week has. 2^32 addresses share them, so that a count is nobody's."""

_LARGEST_CONNECTION = 56
"""Bits that a provider leaves as they are for one customer on IPv6 (RFC 6177)."""


@dataclass(slots=True, kw_only=True)
class Week:
    """How often the form was visited from where, in one week.

    Attributes:
        day: Its Monday (UTC).
        salt: Random, and deleted with the week.
        visits: By cell, see `cell_of`.
        total: Of all cells.
    """

    day: date
    salt: bytes
    visits: Counter[int] = field(default_factory=Counter)
    total: int = 0

    def add(self, cell: int, visits: int) -> None:
        """Count visits."""
        self.visits[cell] += visits
        self.total += visits


@dataclass(slots=True)
class Crowd:
    """Lets visits to the form through until their address has had its part.

    Whose address it is, is not remembered: under the random salt of each week it counts in one of
    65,536 cells, each of which stands for 65,536 addresses, and which no event names. A salt and
    its counts are deleted after five weeks.

    Attributes:
        weeks: Returns the weeks that are remembered, the one that runs last. It is asked once an
            hour, so that several collectors of one store know of each other.
    """

    weeks: Callable[[datetime], Sequence[Week]]
    _hour: datetime | None = None
    _known: Sequence[Week] = ()
    _visits: dict[str, tuple[datetime, bool]] = field(default_factory=dict)

    def lets(
        self, events: Sequence[Event], address: str
    ) -> tuple[bool, dict[tuple[str, int], int]]:
        """Say whether events of the form count, and in which cell how many visits are new.

        One reader's events of the form are one visit until `IDLE` has passed without any; opening
        the form again is counted, but ends no visit that has begun. A visit counts where the
        address has had fewer than `max(FEWEST, all visits / ONE_IN)` in the weeks remembered,
        whatever came of them.

        Args:
            events: One request's, with one reader; one of the form among them at least.
            address: Where they come from; nothing of it outlives the call.

        Returns:
            Whether the events count, and the visits that are new, by week and cell.
        """
        own = [event for event in events if event.kind in FORM]
        reader, at = own[0].reader, own[-1].at
        self._turn(at)
        seen, counts = self._visits.get(reader, (at - 2 * IDLE, False))
        is_new = at - seen > IDLE
        if is_new:
            counts = self._may_come(address)
        self._remember(reader, at, counts)
        opened = sum(event.kind is Kind.FORM_OPENED for event in own)
        fresh = max(opened, int(is_new)) if counts else 0
        if not fresh:
            return counts, {}
        week = self._known[-1]
        cell = cell_of(week.salt, address)
        week.add(cell, fresh)
        return counts, {(week.day.isoformat(), cell): fresh}

    def _turn(self, at: datetime) -> None:
        hour = at.replace(minute=0, second=0, microsecond=0)
        if hour != self._hour:
            self._known, self._hour = self.weeks(at), hour

    def _may_come(self, address: str) -> bool:
        had = sum(week.visits[cell_of(week.salt, address)] for week in self._known)
        return had < max(FEWEST, sum(week.total for week in self._known) // ONE_IN)

    def _remember(self, reader: str, at: datetime, counts: bool) -> None:
        if len(self._visits) > CELLS:
            self._visits = {k: v for k, v in self._visits.items() if at - v[0] <= IDLE}
        self._visits[reader] = (at, counts)


def addresses_for_a_point(figure: Figure) -> int | None:
    """Return how many addresses it takes to move a rate of the form's visits by a point.

    Made-up visits can be told from people's by where they come from alone: of `n` that count in
    `w` spans of five weeks, one address has at most `k = w max(FEWEST, n / w / ONE_IN)`. All of
    `A` addresses' visits ended alike move the rate `r` by `A k (max(r, 1 - r)) / (n + A k)`, so
    `A = 0.01 n / (k (max(r, 1 - r) - 0.01))`, rounded up. Who has that many is not held. None
    where there is too little for a rate.
    """
    if figure.rate is None:
        return None
    spans = max(1, ceil((figure.until - figure.since) / timedelta(weeks=WEEKS)))
    each = spans * max(FEWEST, figure.denominator // spans // ONE_IN)
    furthest = max(figure.rate, 1 - figure.rate)
    return ceil(0.01 * figure.denominator / (each * (furthest - 0.01)))


def monday(at: datetime) -> date:
    """Return the day on which the week of an instant began, in UTC."""
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def cell_of(salt: bytes, address: str) -> int:
    """Return the cell of an address: 16 bits of a keyed BLAKE2s (RFC 7693)."""
    text = connection_of(address).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2s(text, key=salt, digest_size=2).digest())


def connection_of(address: str) -> str:
    """Return what of an address is one customer's: IPv4 whole, of IPv6 the first 56 bits.

    Who has one address of IPv6 has a network of them: each was somebody else, if it counted whole.
    """
    if ":" not in address:
        return address
    try:
        given = ipaddress.IPv6Address(address.partition("%")[0])
    except ValueError:
        return address
    if given.ipv4_mapped:
        return str(given.ipv4_mapped)
    return str(ipaddress.IPv6Network((given, _LARGEST_CONNECTION), strict=False))
