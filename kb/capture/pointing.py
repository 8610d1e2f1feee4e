"""Tells sentences that only point elsewhere: to a page, to another thread, to a private message."""

import re
from functools import cache

from kb.capture.language import languages
from kb.capture.phrases import pattern, words

_LINK = re.compile(r"\[[^\]]*\]\([^)]*\)|\(?<?https?://[^\s)>]+[>)]?")
_AWAY = pattern(r"\b(?:{away})")
_POINTING = words("pointing")
_TAKES = re.compile(
    r"\b(?:use|try|install|get|download|with|need|via)\b.{0,30}\b(?:add-?ons?|extensions?|plug-?ins?|program|tool|version|driver|patch)\b"
)
"""What somebody is to fetch from where the link leads: a deed, not a reading."""
_CLAUSE = re.compile(r"[,;:.>(]|->")
_FEW, _SHARE = 3, 0.35


def leads_elsewhere(text: str) -> bool:
    """Say whether a sentence sends two people on: to another thread, or to a private message."""
    return bool(_AWAY.search(text.lower()))


def points_elsewhere(text: str) -> bool:
    """Say whether a sentence tells nothing but where to look: a link, and words that lead to it."""
    bare = _LINK.sub(" ", text)
    if bare == text or "`" in bare:
        return False
    if _TAKES.search(bare.lower()):
        return False
    words = re.findall(r"[^\W\d_]+", bare.lower())
    telling = sum(word not in _POINTING for word in words)
    if telling > 1 and orders(bare.lower()):
        return False
    return telling <= max(_FEW, _SHARE * len(words))


@cache
def _deeds() -> frozenset[str]:
    """Return the words of doing of every language, but for those that lead to a page."""
    return frozenset[str]().union(*(one.acts for one in languages().values())) - _POINTING


def orders(text: str) -> bool:
    """Say whether a clause begins with what somebody is to do, whatever the link behind it tells."""
    clauses = (re.findall(r"[^\W\d_]+", clause)[:_FEW] for clause in _CLAUSE.split(text))
    return any(not _deeds().isdisjoint(clause) for clause in clauses)
