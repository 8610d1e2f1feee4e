"""One page an incident: opened by a surge, kept open while it flaps, closed by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from kb.feedback.letter import Letter
from kb.feedback.paging import Page
from kb.feedback.spikes import Reading

CALM = timedelta(hours=6)
"""What has been as usual for so long is over; what comes back before is the same incident."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One open incident.

    Attributes:
        calm: Since when it is as usual, None while it lasts.
    """

    watch: str
    began: datetime
    calm: datetime | None = None


class Move(StrEnum):
    """What becomes of an incident after a look."""

    OPEN = "open"
    UP = "up"
    CALM = "calm"
    OVER = "over"


def moves(
    readings: Sequence[Reading], open_ones: Mapping[str, Incident], *, now: datetime
) -> tuple[tuple[Move, str, str], ...]:
    """Return what changes: the move, the watch, and what a page says.

    What is no longer watched at all is calm.
    """
    found: list[tuple[Move, str, str]] = []
    seen = {reading.watch: reading for reading in readings}
    for watch, reading in seen.items():
        if reading.surging and watch not in open_ones:
            found.append((Move.OPEN, watch, reading.message))
    for watch, incident in open_ones.items():
        reading_now = seen.get(watch)
        is_calm = reading_now is None or reading_now.calm
        if not is_calm and incident.calm:
            found.append((Move.UP, watch, ""))
        elif is_calm and not incident.calm:
            found.append((Move.CALM, watch, ""))
        elif is_calm and incident.calm and now - incident.calm >= CALM:
            found.append((Move.OVER, watch, f"Back to usual since {incident.calm:%Y-%m-%d %H:%M}"))
    return tuple(found)


def alias_of(watch: str, number: int) -> str:
    """Return the incident's name at the pager: the watch and which of its incidents it is."""
    return f"docworthy-{sha256(watch.encode()).hexdigest()[:16]}-{number}"


def letter_of(
    watch: str, number: int, message: str, *, team: str, over: bool, at: datetime
) -> Letter:
    """Return the page that an incident began, or that it is over."""
    alias = alias_of(watch, number)
    detail = f"{watch}, incident {number + 1}. kb watch shows the counts."
    page = Page(
        alias=alias, team=team, message=message, detail=detail, over=over, at=at.isoformat()
    )
    return page.letter(f"incident:{alias}:{'over' if over else 'open'}")
