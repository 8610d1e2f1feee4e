"""Sends what waits in the outbox: each once, in order, patiently, and nothing silently lost.

What holds, for every letter, whatever is killed or times out whenever:

- It is kept before it is sent, and marked as under way before the first byte leaves.
- Where the other side knows keys, or can be asked (pagers, comments, issues), it goes out at least
  once and shows once.
- Where it cannot (Slack, mail), it goes out at most once: an attempt of which nobody knows whether
  it arrived makes a dead letter, and a person decides (`kb outbox retry` or `drop`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from kb.feedback.letter import Carrier, Posted, Receipt, Verdict

PATIENCE = 24 * 3600
"""Seconds from the first attempt after which a letter is given up and becomes a dead one."""
FIRST_WAIT, LONGEST_WAIT = 5, 3600
"""Seconds before the second attempt, doubled each time; and the most."""
_UNKNOWN = (
    "it is unknown whether it arrived; look there, then kb outbox retry it, or kb outbox drop it"
)


class Box(Protocol):
    """Where letters wait; the store keeps one."""

    def destinations(self) -> tuple[str, ...]:
        """Return where letters wait to go."""

    def take(self, destination: str, *, at: datetime) -> Posted | None:
        """Return the first letter that waits there, held for us; None when it is not its time."""

    def mark(self, posted: Posted, receipt: Receipt, *, due: int, at: datetime) -> None:
        """Keep what became of a letter that we hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One attempt, as it is told."""

    key: str
    destination: str
    receipt: Receipt


def deliver(
    box: Box, carriers: Mapping[str, Carrier], *, now: Callable[[], datetime]
) -> tuple[Carried, ...]:
    """Try every letter whose time has come; a destination that asks us to wait keeps its order.

    A destination without a carrier is left alone: its letters wait until somebody has set it up.
    """
    return tuple(
        one
        for destination in box.destinations()
        if destination in carriers
        for one in _deliver_to(box, destination, carriers[destination], now)
    )


def _deliver_to(
    box: Box, destination: str, carrier: Carrier, now: Callable[[], datetime]
) -> list[Carried]:
    told: list[Carried] = []
    while posted := box.take(destination, at=now()):
        receipt = _judged(posted, _attempt(carrier, posted), now())
        box.mark(posted, receipt, due=_due(posted, receipt, now()), at=now())
        told.append(Carried(key=posted.letter.key, destination=destination, receipt=receipt))
        if receipt.verdict in (Verdict.LATER, Verdict.UNSURE):
            break
    return told


def _attempt(carrier: Carrier, posted: Posted) -> Receipt:
    if posted.unsure and not carrier.repeats:
        return Receipt(verdict=Verdict.REFUSED, reason=_UNKNOWN)
    receipt = carrier.send(posted.letter, again=posted.attempts > 1)
    if receipt.verdict is Verdict.UNSURE and not carrier.repeats:
        return Receipt(verdict=Verdict.REFUSED, reason=f"{receipt.reason}: {_UNKNOWN}")
    return receipt


def _judged(posted: Posted, receipt: Receipt, now: datetime) -> Receipt:
    """Give up on what was tried for a whole day."""
    waits = receipt.verdict in (Verdict.LATER, Verdict.UNSURE)
    if waits and now.timestamp() - posted.tried > PATIENCE:
        reason = f"given up after {posted.attempts} attempts; {receipt.reason}"
        return Receipt(verdict=Verdict.REFUSED, reason=reason)
    return receipt


def _due(posted: Posted, receipt: Receipt, now: datetime) -> int:
    """Wait as long as we are asked to and as long as our own patience says, the longer of both."""
    own = min(FIRST_WAIT * 2 ** min(posted.attempts - 1, 20), LONGEST_WAIT)
    return int(now.timestamp() + max(own, min(receipt.wait, PATIENCE)) + 0.999)
