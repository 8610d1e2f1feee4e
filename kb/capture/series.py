"""Cuts a sentence that tells many deeds one after the other into a step each."""

import re
from functools import cache

from kb.capture.language import languages
from kb.capture.phrases import pattern

_MANY = 4
_WORD = re.compile(r"([^\W\d_]+(?:-[^\W\d_]+)*)(?= \S|[.!]\s*$)")
_OPEN = (("(", ")"), ("“", "”"), ("„", "“"), ("«", "»"), ("[", "]"))
_ENDS = ")]'’”`\"/"


def steps_of(text: str, lang: str) -> tuple[str, ...]:
    """Return a step a deed where a sentence tells four and more, else the sentence itself.

    A cut stands between clauses, outside brackets, quotation and code, before a word that tells
    what to do. Where words do not stand apart a clause cannot stand alone as it is: nothing is cut.
    """
    known = languages()[lang]
    if not known.spaces:
        return (text,)
    found, start = list[str](), 0
    for cut in _between(lang).finditer(text):
        piece = text[start : cut.start()]
        is_deed = any(_is_deed(clause, known.acts) for clause in re.split("[,:] ", piece))
        if is_deed and _is_deed(text[cut.end() :], known.acts) and _is_whole(text[: cut.start()]):
            found.append(piece)
            start = cut.end()
    if len(found) + 1 < _MANY:
        return (text,)
    return (*map(_ended, found), text[start:])


def _is_deed(clause: str, acts: frozenset[str]) -> bool:
    """Say whether a clause begins with what to do and goes on, or ends with it."""
    word = _WORD.match(clause)
    return word is not None and word.group(1).lower() in acts


@cache
def _between(lang: str) -> re.Pattern[str]:
    """Return what matches between two deeds: a mark, a word that joins, or both."""
    return pattern(
        r"(?i)[,;:] (?:(?:{and_then}),? )*|(?: [-–]+>? | (?=(?:{and_then}) ))(?:(?:{and_then}),? )*",
        lang,
    )


def _is_whole(text: str) -> bool:
    """Say whether every bracket, quotation and code that a text begins ends in it."""
    pairs = all(text.count(one) <= text.count(two) for one, two in _OPEN)
    return pairs and text.count("`") % 2 == 0 and text.count('"') % 2 == 0


def _ended(step: str) -> str:
    """End a step with a full stop where it ends in a word."""
    step = step.strip(" ,;:-–")
    return f"{step}." if step[-1:].isalnum() or step[-1:] in _ENDS else step
