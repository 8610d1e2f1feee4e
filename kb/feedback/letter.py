"""What goes out: a letter with a key, where it goes, and what became of it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One thing to be told to the outside, once.

    Attributes:
        key: Whatever is told twice under the same key goes out once; up to 200 characters, no
            person's data, e.g. `digest:2026-W48`.
        destination: Name of the carrier that takes it, e.g. `slack`, `pager`, `tickets`; letters
            of one destination go out in the order in which they were put.
        body: JSON that the carrier understands; forgotten once it has arrived.
    """

    key: str
    destination: str
    body: str


class LetterState(StrEnum):
    """Where a letter stands."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


class Verdict(StrEnum):
    """What came of one attempt to send."""

    SENT = "sent"
    LATER = "later"
    UNSURE = "unsure"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What one attempt to send came to.

    Attributes:
        verdict: *sent* it arrived; *later* it did not, and may another time; *unsure* it may have
            arrived; *refused* it never will as it is.
        reason: What is so and what to do, without a full stop; never a secret, never the letter.
        ref: What the other side calls it, e.g. an issue's number.
        wait: Seconds that the other side asks us to wait, 0 when it says nothing.
    """

    verdict: Verdict
    reason: str = ""
    ref: str = ""
    wait: float = 0.0


class Carrier(Protocol):
    """Takes letters to one destination.

    Attributes:
        repeats: Sending again what may have arrived does no harm: the other side knows the key,
            or is asked for it first.
        address: Where it goes, as people may read it; never a secret.
    """

    @property
    def repeats(self) -> bool:
        """Say whether sending again does no harm."""

    @property
    def address(self) -> str:
        """Return where it goes."""

    def send(self, letter: Letter, *, again: bool) -> Receipt:
        """Make one attempt.

        Args:
            letter: What to send.
            again: It was tried before; where the other side does not know keys, look first.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """A letter as the outbox holds it.

    Attributes:
        letter: The letter; its body is `""` once it has arrived.
        attempts: How often it was tried.
        unsure: An earlier attempt may have arrived, and nobody knows.
        kept: When it was put, in seconds since 1970.
        due: When it may be tried next, likewise.
        tried: When it was tried first, 0 when it was not.
        reason: Why it waits or is dead.
        ref: What the other side calls it.
    """

    letter: Letter
    state: LetterState = LetterState.WAITING
    attempts: int = 0
    unsure: bool = False
    kept: int = 0
    due: int = 0
    tried: int = 0
    reason: str = ""
    ref: str = ""
