"""Cuts text into the terms by which tickets and pages are compared, in any script."""

import re
from functools import lru_cache
from itertools import chain

from kb.capture import phrases

_TOKEN = re.compile(r"\w+(?:[_.\-:/']\w+)*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
PLACEHOLDER = re.compile(r"<[a-z][a-z:-]*?(?:-\d+)?>")
ADDRESS = re.compile(r"https?://\S+")
"""A page's address, as it stands in prose."""
_PARTS = re.compile(r"[_.\-:/']")
_MAX = 2_000
STOP = phrases.words("common")
_ENDINGS = (
    ("ization", "ize"), ("ational", "ate"), ("fulness", "ful"), ("iveness", "ive"), ("ingly", ""),
    ("edly", ""), ("ing", ""), ("ies", "y"), ("ied", "y"), ("ed", ""), ("es", ""), ("ly", ""),
    ("s", ""),
)  # fmt: skip


@lru_cache(maxsize=16)
def terms(text: str) -> tuple[str, ...]:
    """Return the terms of `text` in order, each as often as it stands there.

    Words are folded and lose common English endings; identifiers also give their parts;
    Japanese, Chinese and Korean give pairs of characters. Redactions and stop words are left out.
    """
    if len(text) < 2 * _MAX:  # too short for so many tokens
        return tuple(chain.from_iterable(map(_of_line, text.split("\n"))))
    return tuple(chain.from_iterable(map(_of_token, _tokens(text[: _MAX * 10])[:_MAX])))


@lru_cache(maxsize=512)
def _of_line(line: str) -> tuple[str, ...]:
    """Return the terms of a line; the same sentences stand in many texts that are compared."""
    return tuple(chain.from_iterable(map(_of_token, _tokens(line))))


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(PLACEHOLDER.sub(" ", text).lower())


@lru_cache(maxsize=1024)
def term_set(sentence: str) -> frozenset[str]:
    """Return the terms of a sentence, each once; sentences are compared many times."""
    return frozenset(terms(sentence))


@lru_cache(maxsize=65_536)
def _of_token(token: str) -> tuple[str, ...]:
    """Return the terms of one token; most tokens were seen before."""
    if _CJK.search(token):
        return _pairs(token)
    parts = _PARTS.split(token)
    found: list[str] = []
    if len(parts) > 1:
        found += [stem(part) for part in parts if len(part) > 1 and part not in STOP]
    if (len(parts) == 1 or any(ch in token for ch in "_.-:/")) and token not in STOP:
        found.append(stem(token))
    return tuple(found)


def _pairs(token: str) -> tuple[str, ...]:
    return tuple(
        run[place : place + 2]
        for run in _CJK.findall(token)
        for place in range(max(1, len(run) - 1))
    )


def stem(word: str) -> str:
    """Return the word without a common English ending; words of under four letters stay."""
    if len(word) < 4 or word.endswith("ss"):
        return word
    for ending, instead in _ENDINGS:
        rest = len(word) - len(ending)
        if word.endswith(ending) and rest + len(instead) >= 3:
            return word[:rest] + instead
    return word
