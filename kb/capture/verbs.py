"""Knows English verbs of doing in all their forms, and whether a text begins with one."""

import re
from functools import cache, lru_cache

from kb.capture.language import languages

_AND_ING = re.compile(r"((?:,|;| and|,? then|, and| or)(?: then| also)?) ([a-z-]+ing)(?=[ ,]|$)")
_TWO_WORDS = re.compile(
    r"(?i)(?:(?:right|left|double)[ -]click|back up|look (?:in|under|inside)\b(?! to)|(?:make|be) sure|(?:do not|don't|never) (?!need|have|know|think|see|want|believe|understand|like|find|get\b|got\b|had\b|was\b|were\b|saw\b|did\b|heard\b|care|mind|even|recall|remember|really|work|worry)\w)"
)
_SUBJECT = re.compile(
    r"(?:,? (?:and|or) \w+)? (?:is|are|was|were|works?|does|doesn't|will|would|has|had|seems?)\b"
)
"""What follows the name of a button or a command that a sentence speaks of."""
FIRST_WORD = re.compile(r"[\"'“‘(*]*([\w-]+)")


@lru_cache(maxsize=4096)
def is_act(word: str) -> bool:
    """Say whether a word is a verb of doing, as an imperative or ending in -ing."""
    return word in languages()["en"].acts or (word.endswith("ing") and bool(base_of(word)))


@lru_cache(maxsize=4096)
def base_of(word: str) -> str:
    """Return the verb of doing whose past or -ing form a word is, `""` for none."""
    if word in (past := languages()["en"].past):
        return past[word]
    ending = next((one for one in ("ing", "ied", "ed") if word.endswith(one)), "")
    stem = word.removesuffix(ending)
    ways = (f"{stem}y",) if ending == "ied" else (stem, f"{stem}e", stem[:-1])
    acts = languages()["en"].acts
    plain = next((way for way in ways if ending and way in acts), "")
    again = word.removeprefix("re-") if not plain else word
    return plain or (f"re-{base_of(again)}" if again != word and base_of(again) else "")


def coordinated(text: str) -> str:
    """Put "and restarting" behind a first -ing form into the imperative, too."""
    return _AND_ING.sub(lambda m: f"{m.group(1)} {base_of(m.group(2)) or m.group(2)}", text)


@cache
def acts() -> frozenset[str]:
    """Return the verbs of doing; "back" is one with "up" alone."""
    return languages()["en"].acts - {"back"}


def begins(text: str) -> bool:
    """Say whether the first word is a verb of doing, as an imperative."""
    if _TWO_WORDS.match(text):
        return True
    word = FIRST_WORD.match(text)
    is_named = word is not None and (
        text[word.end() :].startswith(" of ") or _SUBJECT.match(text, word.end()) is not None
    )
    return word is not None and not is_named and word.group(1).lower() in acts()


def sooner(text: str) -> str:
    """Return "compare" for a "comparing" that was suggested."""
    word = re.match(r"[\w-]+", text)
    base = base_of(word.group().lower()) if word else ""
    return f"{base}{text[word.end() :]}" if word and base and word.group().endswith("ing") else text
