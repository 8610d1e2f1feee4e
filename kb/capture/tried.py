"""Finds what was tried in vain: by the requester's own words, or as an answer that did not help."""

import re
from collections.abc import Iterable
from dataclasses import replace

from kb.capture.answer import Told, stands_on, told_by
from kb.capture.doing import as_deed
from kb.capture.language import detect, surely
from kb.capture.phrases import pattern
from kb.capture.thread import Form, Unit, units
from kb.capture.words import terms
from kb.tickets.ticket import Message, Role, Ticket

HEADING = "What did not work"
_TRIED = re.compile(
    r"(?i)(?:(?:and|so|but|then),? )?(?:(?:i|we)(?:'ve| have)? )?(?:also |already |even )*tried (?!that\b|this\b|it\b|everything|all\b|both|various|several|many|again)"
    r"(?P<what>[^.;!?]{12,120}?)"
    r",? (?:but|however|(?:with|to|without) (?=no\b|any\b|avail|success|luck)|and (?=nothing|it (?:still|did)|that did|the same|still))"
    r".*?(?:\bno\b|\bnot|n't|fail|nothing|still|same|avail|without|luck)"
)
_DENIED = pattern(r"\b(?:{in_vain})")
_ATTEMPTED = pattern(r"(?i)\b(?:{attempted})\b")
"""What somebody did who tried, in a language whose deeds are not put into the imperative."""
_INQUIRES = re.compile(
    r"(?i)\?|\b(?:post|paste|attach|upload|send|copy)\b.{0,60}\b(?:information|reply|here|screen ?shots?|logs?|text|clipboard)\b"
)
"""A message that wants to know something: what it tells to do was not meant as the cure."""
_VAGUE = re.compile(
    r"(?i)^\w+ (?:it|that|this|them|those|these|so)\b|\b(?:like|as) this\b|\bsame\b|\band (?:disabling|removing|deleting|using|re\w+ing)\b"
)
_MOST, _FEW, _FEW_ACTS, _LONGEST, _SOON, _SAME = 3, 3, 2, 160, 160, 0.6


def in_vain(ticket: Ticket, solved: Message, told: Iterable[Told]) -> tuple[Unit, ...]:
    """Return up to three attempts that evidently failed: in English as what to do, else as it was told.

    Args:
        told: The answer: what stands there did work.
    """
    messages = ticket.public_messages
    lang = detect(f"{ticket.subject}\n{messages[0].body}")
    before = messages[: messages.index(solved)]
    answers = {message.id for message in stands_on(messages, solved)}
    found = [unit for m in before if m.role is Role.REQUESTER for unit in _own(m, lang)]
    for message, reply in zip(before, messages[1:], strict=False):
        if message.role is not Role.REQUESTER and message.id not in answers:
            found += _denied(message, reply, lang)
    worked = [set(terms(one.unit.text)) for one in told]
    return tuple(unit for unit in found if not _is_like(unit, worked))[:_MOST]


def _own(message: Message, lang: str) -> Iterable[Unit]:
    """Yield what the requester says they tried, and that it failed, in one sentence."""
    if lang != "en":
        yield from (unit for unit in units(message) if _is_attempt(unit))
        return
    for unit in units(message) if "tried" in message.body.lower() else ():
        match = _TRIED.match(unit.text) if unit.form is Form.SENTENCE else None
        text = (
            as_deed(re.split(r", and (?:that|it|this)\b", match.group("what"))[0]) if match else ""
        )
        if len(text.split()) >= _FEW and not _VAGUE.search(text):
            yield replace(unit, text=f"{text[:1].upper()}{text[1:]}.")


def _is_attempt(unit: Unit) -> bool:
    text = unit.text
    is_short = unit.form is Form.SENTENCE and len(text) <= _LONGEST
    return is_short and bool(_ATTEMPTED.search(text) and _DENIED.search(text.lower()))


def _denied(message: Message, reply: Message, lang: str) -> list[Unit]:
    """Return an answer's acts where the requester's next message says that they did not help."""
    if reply.role is not Role.REQUESTER or not _DENIED.search(reply.body[:_SOON].lower()):
        return []
    if _INQUIRES.search(message.body):
        return []
    acts = [one.unit for one in told_by(message, surely(message.body) or lang) if one.act]
    if any(pattern(r"(?i)\b(?:{guess})\b", lang).search(one.text) for one in acts):
        return []
    fits = all(one.form is Form.SENTENCE and len(one.text) <= _LONGEST for one in acts)
    return acts if fits and len(acts) <= _FEW_ACTS else []


def _is_like(unit: Unit, worked: list[set[str]]) -> bool:
    own = set(terms(unit.text))
    return any(len(own & one) >= _SAME * len(own) for one in worked)
