"""Which language a text is in, as far as the words tell that carry its sentences."""

from functools import cache, lru_cache

from kb.redaction.lists import function_words

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
def _anywhere() -> frozenset[str]:
    return frozenset[str]().union(*function_words().values())


def carries_sentences(word: str, text: str) -> bool:
    """Return whether a word (small letters) is a function word of the language that `text` is in."""
    return word in _anywhere() and word in function_words().get(language(text), frozenset())


@lru_cache(maxsize=8)
def language(text: str) -> str:
    """Return the language of a text (ISO 639-1), or "" for English and what cannot be told."""
    words = [word for word in text[:READ].split() if word.islower()]
    most, best = max((_share(words, known), name) for name, known in function_words().items())
    return best if most >= ENOUGH and most > _share(words, ENGLISH) else ""


def _share(words: list[str], known: frozenset[str]) -> int:
    return sum(word in known for word in words)
