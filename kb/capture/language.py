"""Tells which language a text is in, and what is known of each: words and phrases, a file a language."""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

_WORD = re.compile(r"[^\W\d_]+")
_KANA = re.compile(r"[\u3040-\u30ff]")
_PLAIN = {n: chr(n).lower() if chr(n).isalpha() else " " for n in range(128)}
_LOOK_AT = 600
_ENGLISH = "en"
_SOME, _CLEARLY = 5, 1.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What is known of one language, as its file in `languages/` tells it.

    Attributes:
        meaning: A word and the English word whose weight it takes.
        greeting: First words of a greeting, folded.
        closing: First words of a signature or of thanks, folded.
        acts: Words, folded, that tell somebody to do something.
        done: How a participle or a past ends that tells what was done, `""` where it is not told.
        verb_last: Whether what to do may stand at the end of a clause.
        spaces: Whether words stand apart.
        words: Every text of the file as words, by its name.
        phrases: Every list of the file, by its name: small patterns.
        past: A past that is not regular, and its verb.
        endings: How a past or a gerund ends, and how its infinitive may.
        participle: Whether a past has its mark before the stem, and stands at the end: "gelöscht".
    """

    code: str
    stop: frozenset[str]
    meaning: dict[str, str]
    greeting: frozenset[str]
    closing: tuple[str, ...]
    acts: frozenset[str]
    done: str
    verb_last: bool
    spaces: bool
    words: dict[str, frozenset[str]]
    phrases: dict[str, tuple[str, ...]]
    past: dict[str, str]
    endings: dict[str, str]
    participle: bool


@cache
def languages() -> dict[str, Language]:
    """Return every language there is data for, by its ISO 639-1 code."""
    folder = Path(__file__).with_name("languages")
    return {path.stem: _language(path) for path in sorted(folder.glob("*.toml"))}


def _language(path: Path) -> Language:
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    words = {name: frozenset(one.split()) for name, one in told.items() if isinstance(one, str)}
    phrases = {name: tuple(one) for name, one in told.items() if isinstance(one, list)}
    meaning = {
        word: english for english, row in told.get("meaning", {}).items() for word in row.split()
    }
    return Language(
        code=path.stem,
        stop=words["stop"],
        meaning=meaning,
        greeting=words["greeting"],
        closing=phrases["closing"],
        acts=words["acts"],
        done=told.get("done", ""),
        verb_last=told.get("verb_last", True),
        spaces=told.get("spaces", True),
        words=words,
        phrases=phrases,
        past=told.get("past", {}),
        endings=told.get("endings", {}),
        participle=told.get("participle", False),
    )


def detect(text: str) -> str:
    """Return the code of the language most of whose stop words stand in the text's beginning.

    Kana make it Japanese. Where little speaks for another language it is English.
    """
    return _detect(text[:_LOOK_AT])


@cache
def _whose() -> tuple[dict[str, int], list[tuple[str, ...]]]:
    """Return each stop word's group, and which languages the words of a group belong to."""
    known = languages()
    words = frozenset[str]().union(*(one.stop for one in known.values()))
    codes = {word: tuple(code for code in known if word in known[code].stop) for word in words}
    groups = list(dict.fromkeys(codes.values()))
    return {word: groups.index(one) for word, one in codes.items()}, groups


def surely(text: str) -> str:
    """Return the code of the language a text is in, `""` where it tells too little to be sure."""
    text = text[:_LOOK_AT]
    if _is_kana(text):
        return "ja"
    found = _counted(text)
    best = max(found, key=found.__getitem__)
    next_most = max(count for code, count in found.items() if code != best)
    return best if found[best] > max(_SOME, _CLEARLY * next_most) else ""


def speaks_more(text: str, one: str, other: str) -> bool:
    """Say whether a text, however short, has words of one language and none of the other's own."""
    told = set(_WORD.findall(text[:_LOOK_AT].lower()))
    known = languages()
    if other not in known:
        return False
    own, others = known[one].stop - known[other].stop, known[other].stop - known[one].stop
    return len(told & own) > 1 and told.isdisjoint(others)


@lru_cache(maxsize=1024)
def _detect(text: str) -> str:
    if _is_kana(text):
        return "ja"
    found = _counted(text)
    best = max(found, key=found.__getitem__)
    clear = found[best] >= 3 and found[best] > 1.25 * found[_ENGLISH]
    return best if clear else _ENGLISH


@lru_cache(maxsize=512)
def _counted(text: str) -> dict[str, int]:
    """Return how many stop words of each language the text has."""
    found = dict.fromkeys(languages(), 0)
    whose, groups = _whose()
    for group, count in Counter(map(whose.get, _words(text))).items():
        for code in groups[group] if group is not None else ():
            found[code] += count
    return found


def _words(text: str) -> list[str]:
    """Return the words in small letters; plain English is told apart letter by letter, far sooner."""
    return text.translate(_PLAIN).split() if text.isascii() else _WORD.findall(text.lower())


def _is_kana(text: str) -> bool:
    return not text.isascii() and len(_KANA.findall(text)) > _SOME
