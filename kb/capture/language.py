"""Tells which language a text is in, and what its words of thanks, success and failure mean."""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_WORD = re.compile(r"[^\W\d_]+")
_KANA = re.compile(r"[\u3040-\u30ff]")
_LOOK_AT = 600
_ENGLISH = "en"
_SOME, _CLEARLY = 5, 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What is known of one language.

    Attributes:
        meaning: A word and the English word whose weight it takes.
        greeting: First words of a greeting, folded.
        closing: First words of a signature or of thanks, folded.
        acts: Words, folded, that tell somebody to do something.
        talk: A pattern of what people say to each other; `""` for none.
        guess: A pattern of what somebody thinks, supposes or regrets; `""` for none.
    """

    code: str
    stop: frozenset[str]
    meaning: dict[str, str]
    greeting: frozenset[str]
    closing: tuple[str, ...]
    acts: frozenset[str]
    talk: str
    guess: str


@cache
def languages() -> dict[str, Language]:
    """Return every language there is data for, by its ISO 639-1 code."""
    path = Path(__file__).with_name("languages.toml")
    raw = tomllib.loads(path.read_text(encoding="utf-8"))
    return {code: _language(code, told) for code, told in raw.items()}


def _language(code: str, told: dict[str, object]) -> Language:
    meanings = told["meaning"]
    pairs = meanings.items() if isinstance(meanings, dict) else ()
    return Language(
        code=code,
        stop=frozenset(str(told["stop"]).split()),
        meaning={word: english for english, words in pairs for word in str(words).split()},
        greeting=frozenset(str(told["greeting"]).split()),
        closing=tuple(str(told["closing"]).split("|")),
        acts=frozenset(str(told["acts"]).split()),
        talk=str(told.get("talk", "")),
        guess=str(told.get("guess", "")),
    )


def detect(text: str) -> str:
    """Return the code of the language most of whose stop words stand in the text's beginning.

    Kana make it Japanese. Where little speaks for another language it is English.
    """
    return _detect(text[:_LOOK_AT])


@cache
def _whose() -> dict[str, tuple[str, ...]]:
    """Return each stop word with the languages that have it."""
    known = languages()
    words = frozenset[str]().union(*(one.stop for one in known.values()))
    return {word: tuple(code for code in known if word in known[code].stop) for word in words}


def surely(text: str) -> str:
    """Return the code of the language a text is in, `""` where it tells too little to be sure."""
    if len(_KANA.findall(text[:_LOOK_AT])) > _SOME:
        return "ja"
    found = _counted(text[:_LOOK_AT])
    best = max(found, key=found.__getitem__)
    next_most = max(count for code, count in found.items() if code != best)
    return best if found[best] > max(_SOME, _CLEARLY * next_most) else ""


@lru_cache(maxsize=1024)
def _detect(text: str) -> str:
    if len(_KANA.findall(text)) > _SOME:
        return "ja"
    found = _counted(text)
    best = max(found, key=found.__getitem__)
    clear = found[best] >= 3 and found[best] > 1.25 * found[_ENGLISH]
    return best if clear else _ENGLISH


@lru_cache(maxsize=512)
def _counted(text: str) -> dict[str, int]:
    """Return how many stop words of each language the text has."""
    found = dict.fromkeys(languages(), 0)
    for codes, count in Counter(map(_whose().get, _WORD.findall(text.lower()))).items():
        for code in codes or ():
            found[code] += count
    return found
