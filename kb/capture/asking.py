"""Tells questions from statements, and finds the facts that answer what a requester asks."""

import re
from collections.abc import Iterator

from kb.capture.language import detect, surely
from kb.capture.phrases import pattern, words
from kb.capture.pointing import leads_elsewhere, points_elsewhere
from kb.capture.problem import first_of
from kb.capture.thread import Form, Unit, units
from kb.capture.words import term_set
from kb.tickets.ticket import Message, Ticket

_ASKS = pattern(r"(?i)(?:{asks})")
"""A helper who asks back, with a question mark or without."""
_CODE = re.compile(r"`[^`]*`")
_LINK = re.compile(r"https?://[^\s)>]+")
_AROUND = pattern(r"(?i)\b(?:{asks_around})")
_BETWEEN = re.compile(r"[.!?:] |, (?=\w+ )")
_UNSURE = pattern(r"(?i)\b(?:{hedge}|{voice}|{opinion}|{failed})\b", "en")
_LEANS = pattern(r"(?i)(?:{leans}|{depends})\b")
_GOES_ON = pattern(r"(?i)(?:{goes_on})\b", "en")
_GENERIC = words("everywhere")
_SAME, _MOST, _WORDY, _FIRST = 2, 3, 45, 2


def is_question(text: str) -> bool:
    """Say whether a sentence is a question, or asks for something to be told or sent."""
    bare = _CODE.sub("", _LINK.sub("", text))
    return "?" in bare or "？" in bare or _ASKS.match(text) is not None


def facts(ticket: Ticket, solved: Message, product: str) -> tuple[Unit, ...]:
    """Return up to three sentences of an answer that tell what was asked: where, whether, which, why.

    Nothing where no such question was asked, or where the answer asks back.
    """
    said = units(solved)
    if any(is_question(one.text) for one in said):
        return ()
    lang = surely(solved.body) or detect(solved.body)
    asked = " ".join(_questions(ticket, lang))
    if not asked:
        return ()
    own = term_set(f"{asked}\n{ticket.subject}") - term_set(product) - _GENERIC
    return tuple(_telling(said, own, lang))[:_MOST]


def _questions(ticket: Ticket, lang: str) -> Iterator[str]:
    """Yield what the requester asks that a fact can answer, of the subject and the first message."""
    opens = pattern(r"(?i)(?:\W|\b(?:{conjunction})\b)*(?:{inquires})\b", lang)
    first = first_of(ticket)
    said = [unit.text for unit in units(first)] if first else []
    for text in (ticket.subject, *(one for one in said if "?" in one)):
        for clause in _BETWEEN.split(text):
            if opens.match(clause) and not _AROUND.search(clause):
                yield clause


def _telling(said: tuple[Unit, ...], own: frozenset[str], lang: str) -> Iterator[Unit]:
    """Yield the sentence that speaks of what was asked, at the beginning, and those behind it."""
    begun = False
    for place, unit in enumerate(said):
        if not begun and place >= _FIRST:
            return
        text = unit.text
        if unit.form is not Form.SENTENCE or not _is_sure(text, lang):
            continue
        speaks = len(term_set(text) & own) >= _SAME and not _LEANS.match(text)
        is_apart = len(text.split()) <= _WORDY and not _GOES_ON.match(text)
        begun = begun or (speaks and is_apart)
        if begun and is_apart:
            yield unit


def _is_sure(text: str, lang: str) -> bool:
    """Say whether a sentence states something, of nobody and without a doubt."""
    if leads_elsewhere(text) or points_elsewhere(text):
        return False
    if lang == "en":
        return _UNSURE.search(text.lower()) is None
    return pattern(r"(?i)\b(?:{guess})\b", lang).search(text) is None
