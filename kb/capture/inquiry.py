"""Leaves out of a message the lists that tell a helper something: what they want to know, what is sent to them."""

from kb.capture.phrases import pattern
from kb.capture.pointing import leads_elsewhere
from kb.capture.thread import Form, Unit, units
from kb.tickets.ticket import Message

_INQUIRY = pattern(r"(?i)\b(?:{inquiry})\b[^\n]{0,60}[:?]\s*$")
"""What stands before a list of what a helper would like to know."""
_NEAR = 12
"""So many characters between two rows of one list, at most."""


def answering(message: Message) -> list[Unit]:
    """Return a message's units without the lists of what a helper would like to know."""
    kept: list[Unit] = []
    before, asked = 0, False
    for unit in units(message):
        if unit.form in (Form.STEP, Form.POINT):
            gap = message.body[before : unit.start]
            asked = _INQUIRY.search(gap.rstrip(" \n-*0123456789.)")) is not None or (
                asked and len(gap) < _NEAR
            )
        else:
            asked = False
        before = unit.end if unit.form in (Form.STEP, Form.POINT) else unit.start
        if not asked:
            kept.append(unit)
    return _unsent(kept)


def _unsent(found: list[Unit]) -> list[Unit]:
    """Return units without the rows of a list whose last sends something to the helper: "post it here"."""
    kept: list[Unit] = []
    for unit in found:
        if unit.form in (Form.STEP, Form.POINT) and leads_elsewhere(unit.text):
            while kept and kept[-1].form is unit.form:
                kept.pop()
        else:
            kept.append(unit)
    return kept
