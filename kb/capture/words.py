"""Cuts text into the terms by which tickets and pages are compared, in any script."""

import re
from functools import lru_cache
from itertools import chain

_TOKEN = re.compile(r"\w+(?:[_.\-:/']\w+)*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
PLACEHOLDER = re.compile(r"<[a-z][a-z:-]*?(?:-\d+)?>")
_PARTS = re.compile(r"[_.\-:/']")
_MAX = 2_000
_STOP = """\
    a about after again all also am an and any are as at be been before but by can cannot could did do
    does doing don for from get got had has have having he her here hi hello how i if in into is it its
    just like me my no not now of on one only or other our out please re s same she should so some such
    t than thank thanks that the their them then there these they this those to too up use using ve was
    we were what when where which while who why will with would you your m ll d isn doesn didn won
    der die das und ich nicht ein eine ist mit den auf für von zu es im dem des wie bei auch oder
    le la les un une des et je ne pas est que qui dans pour sur avec du de ce il mon au aux
    el los las una y no es en por para con mi se lo al como su
    o os as um uma e não em para com meu do da no na que
    il lo gli i un una e non è che di da per con mio sono
    het een en ik niet is van op te mijn dat met voor"""
STOP = frozenset(_STOP.split())
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
    tokens = _TOKEN.findall(PLACEHOLDER.sub(" ", text[: _MAX * 10]).lower())[:_MAX]
    return tuple(chain.from_iterable(map(_of_token, tokens)))


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
