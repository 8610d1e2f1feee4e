"""Who is on which side of an experiment, by reader and for good, and what the sides say."""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from kb.measure.effects import Effect, interval, ratio_of_sums

HELD, SHOWN = "held", "shown"

FEWEST_READERS = 30
"""A side with fewer readers says nothing."""

FEWEST_TICKETS = 5
"""Nor do both sides together with fewer tickets, or fewer forms without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one reader did on one side.

    Attributes:
        arm: As events carry it, e.g. `held@0.1`.
        forms: Closed attempts in which the reader opened the form.
        tickets: How many of them ended in a ticket.
    """

    arm: str
    forms: int
    tickets: int


def arm_of(reader: str, key: bytes, share: float) -> str:
    """Return the reader's side: `held@0.1` without suggestions, `shown@0.1` with; `""` at share 0.

    A keyed hash of the reader decides, so that a reader stays where they are, the workspace's
    shares hold on average, and nobody can choose. The share is part of the side: sides of another
    share were drawn from other odds, and are compared apart.
    """
    if not share:
        return ""
    drawn = hmac.digest(key, f"holdout\0{reader}".encode(), hashlib.sha256)[:8]
    side = HELD if int.from_bytes(drawn) < share * 2**64 else SHOWN
    return f"{side}@{share:g}"


def holdout(trials: Iterable[Trial], *, since: datetime, until: datetime) -> Effect:
    """Return what the suggestions changed: tickets per form opened, shown minus held.

    `difference = sum(tickets)/sum(forms) with suggestions - the same without`, within each share
    that the holdout ever had, weighted by the share's forms; the interval is `± 1.96 se`, with a
    reader as one draw (see `effects.ratio_of_sums`). Below zero: fewer tickets with suggestions.
    Refused under `FEWEST_READERS` a side or `FEWEST_TICKETS` tickets in all.
    """
    shares: dict[str, dict[str, list[tuple[float, float]]]] = defaultdict(lambda: defaultdict(list))
    for trial in trials:
        side, _, share = trial.arm.partition("@")
        if trial.forms and side in (HELD, SHOWN):
            shares[share][side].append((trial.tickets, trial.forms))
    usable = [s for s in shares.values() if min(len(s[HELD]), len(s[SHOWN])) >= FEWEST_READERS]
    everybody = [part for s in usable for side in s.values() for part in side]
    found = Effect(
        name="holdout_difference",
        treated=sum(len(s[SHOWN]) for s in usable),
        compared=sum(len(s[HELD]) for s in usable),
        since=since,
        until=until,
        note="too few readers or tickets",
    )
    tickets = sum(y for y, _ in everybody)
    quiet = sum(x for _, x in everybody) - tickets
    if min(tickets, quiet) < FEWEST_TICKETS:
        return found
    value, spread = _pooled(usable)
    low, high = interval(value, spread)
    return replace(found, value=value, low=low, high=high, note="")


def _pooled(shares: list[dict[str, list[tuple[float, float]]]]) -> tuple[float, float]:
    forms = [sum(x for side in share.values() for _, x in side) for share in shares]
    value = spread = 0.0
    for share, weight in zip(shares, forms, strict=True):
        part = weight / sum(forms)
        (shown, one), (held, other) = ratio_of_sums(share[SHOWN]), ratio_of_sums(share[HELD])
        value += part * (shown - held)
        spread += part**2 * (one + other)
    return value, spread
