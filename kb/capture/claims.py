"""Checks what a model says about a ticket: each claim stands on units of the thread, or is refused."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kb.capture.language import languages
from kb.capture.thread import Form, Unit
from kb.capture.words import STOP, terms
from kb.errors import TicketError

MAX_CLAIMS, MAX_LENGTH = 30, 600
_SHARE = 0.6
"""So much of a claim's words must stand in the units that it names."""
_HARD = re.compile(r"`[^`]+`|https?://\S+|[^\s,;()\"“”]*[\d_./\\:@=<>|&$#*{}\[\]-][^\s,;()\"“”]*")
_EDGE = "`.,:;!?*"
_NAME = re.compile(r"\w*[A-Z]\w*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One sentence of a model and the units it says that it stands on."""

    text: str
    units: tuple[Unit, ...]


def claims(rows: Any, sources: Mapping[int, Unit], ticket: str) -> tuple[Claim, ...]:
    """Read a section of a model's answer.

    Args:
        rows: `[{"n": [number, ...], "text": "..."}, ...]`.
        sources: The units that this section may stand on, by number.
        ticket: Key of the ticket, for the error.

    Raises:
        TicketError: A row has another form, names other units, or says what they do not hold.
    """
    if not isinstance(rows, list) or len(rows) > MAX_CLAIMS:
        raise refused(ticket, "its form is another than asked for")
    return tuple(_claim(row, sources, ticket) for row in rows)


def _claim(row: Any, sources: Mapping[int, Unit], ticket: str) -> Claim:
    numbers = row.get("n") if isinstance(row, dict) else None
    text = row.get("text") if isinstance(row, dict) else None
    if not isinstance(numbers, list) or not isinstance(text, str) or not numbers:
        raise refused(ticket, "its form is another than asked for")
    if not all(type(n) is int and n in sources for n in numbers):
        raise refused(ticket, "it stands on what is no evidence for this section")
    found = tuple(sources[n] for n in numbers)
    bare = " ".join(text.split())
    if found[0].form not in (Form.CODE, Form.TABLE) and not holds(bare, [u.text for u in found]):
        raise refused(ticket, "it says what the thread does not hold")
    return Claim(text=bare, units=found)


def holds(text: str, said: Sequence[str]) -> bool:
    """Say whether a text is told by what was said.

    Commands, addresses, versions, numbers and names must stand there letter by letter; of the
    other words most must.
    """
    whole = " ".join(" ".join(said).split())
    if not text or len(text) > MAX_LENGTH:
        return False
    if not all(_stands(hard.strip(_EDGE), whole) for hard in _HARD.findall(text)):
        return False
    return _names_stand(text, whole) and _words_stand(text, whole)


def _stands(hard: str, whole: str) -> bool:
    """Say whether a command, address or number stands there whole; a plain word need not."""
    if hard.isalpha() or not hard:
        return True
    return re.search(rf"(?<![\w.]){re.escape(hard)}(?!\w|\.\w)", whole) is not None


def _names_stand(text: str, whole: str) -> bool:
    """A capital word stands in what was said; the first may be a word of doing or a common one."""
    words = set(re.findall(r"\w+", whole.casefold()))
    usual = STOP | languages()["en"].acts
    starts = {match.end() for match in re.finditer(r"(?:^|[.!?:] )", text)}
    return all(
        name.group().casefold() in words
        or (name.start() in starts and name.group().casefold() in usual)
        for name in _NAME.finditer(text)
    )


def _words_stand(text: str, whole: str) -> bool:
    found, there = terms(text), set(terms(whole))
    return bool(found) and sum(term in there for term in found) >= _SHARE * len(found)


def refused(ticket: str, what: str) -> TicketError:
    """Return the error of a model's draft that does not stand."""
    return TicketError(ticket, f"the model's draft is refused: {what}", "The extractive one stands")
