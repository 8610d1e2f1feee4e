"""Which language a text is in, as far as the words tell that carry its sentences."""

from collections import Counter
from functools import cache, lru_cache

from kb.redaction.lists import function_words
from kb.redaction.views import part_at

ENGLISH = frozenset(
    [
        "the",
        "and",
        "to",
        "of",
        "is",
        "in",
        "it",
        "you",
        "that",
        "for",
        "on",
        "with",
        "this",
        "not",
        "are",
        "have",
        "was",
        "but",
        "be",
        "if",
        "my",
        "can",
        "from",
    ]
)
ENOUGH = 4
"""Fewer such words than this say nothing."""
READ = 6000
"""Characters of a text that are looked at."""


@cache
def _spoken() -> dict[str, tuple[str, ...]]:
    """Return the languages that each word carries sentences of."""
    found: dict[str, tuple[str, ...]] = dict.fromkeys(ENGLISH, ("en",))
    for name, words in function_words().items():
        for word in words:
            found[word] = (*found.get(word, ()), name)
    return found


def carries_sentences(word: str, text: str, at: int) -> bool:
    """Return whether a word (small letters) is a function word of the language at `at` in `text`.

    Where the text as a whole is in another, as a list of titles may be, its own line decides.
    """
    spoken = _spoken().get(word)
    if spoken is None:
        return False
    return language(part_at(text, at)) in spoken or language(_line_at(text, at)) in spoken


def _line_at(text: str, at: int) -> str:
    end = text.find("\n", at)
    return text[text.rfind("\n", 0, at) + 1 : len(text) if end < 0 else end]


@lru_cache(maxsize=64)
def language(text: str) -> str:
    """Return the language of a text (ISO 639-1), or "" for English and what cannot be told."""
    spoken = _spoken()
    shares = Counter[str]()
    for word, times in Counter(filter(spoken.__contains__, text[:READ].split())).items():
        for name in spoken[word]:
            shares[name] += times
    english = shares.pop("en", 0)
    most, best = max(((times, name) for name, times in shares.items()), default=(0, ""))
    return best if most >= ENOUGH and most > english else ""
