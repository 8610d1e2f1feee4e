"""Earlier questions and help pages found again: ours beside plain BM25 and SQLite FTS5."""

import math
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from kb.capture.meaning import Meaning
from kb.capture.ranking import Ranking

Row = dict[str, Any]
Ask = Callable[[str, int], list[int]]
"""The best ten places for a text, of those before a place."""
Question = tuple[str, int, set[int]]
"""Its text, its place, and the right places, all before it."""
LIMIT = 10
_STOP = frozenset(
    re.findall(
        r"\w+",
        """
    a an and are as at be but by for from has have i if in into is it its me my no not of on or so
    such that the their then there these they this to was we were what when where which who will
    with you your""",
    )
)
_ENDINGS = (
    ("ization", "ize"), ("ational", "ate"), ("fulness", "ful"), ("iveness", "ive"), ("ingly", ""),
    ("edly", ""), ("ing", ""), ("ies", "y"), ("ied", "y"), ("ed", ""), ("es", ""), ("ly", ""),
    ("s", ""),
)  # fmt: skip


def told(ranks: Sequence[int]) -> str:
    """Return hit at 1, 5, 10 and the mean reciprocal rank; rank 0 is not among the ten."""
    number = max(1, len(ranks))
    hits = (sum(0 < rank <= k for rank in ranks) / number for k in (1, 5, 10))
    mrr = sum(1 / rank for rank in ranks if rank) / number
    return "  ".join(f"{hit:.3f}" for hit in hits) + f"  {mrr:.3f}  of {len(ranks)}"


def plain_bm25(texts: Sequence[str]) -> Ask:
    """BM25 as `score/bm25_eval.py` has it: k1 1.2, b 0.75, stemmed, a query's term counts thrice."""
    counts = [Counter(_words(text)) for text in texts]
    lengths = np.array([count.total() for count in counts], float)
    norms = 1.2 * (0.25 + 0.75 * lengths / lengths.mean())
    postings: dict[str, tuple[list[int], list[int]]] = {}
    for place, count in enumerate(counts):
        for word, times in count.items():
            places, seen = postings.setdefault(word, ([], []))
            places.append(place)
            seen.append(times)
    arrays = {word: (np.array(places), np.array(seen)) for word, (places, seen) in postings.items()}

    def ask(text: str, before: int) -> list[int]:
        scores = np.zeros(len(texts))
        for word, times in Counter(_words(text)).items():
            if word in arrays:
                places, seen = arrays[word]
                idf = math.log(1 + (len(texts) - len(places) + 0.5) / (len(places) + 0.5))
                scores[places] += min(times, 3) * idf * seen * 2.2 / (seen + norms[places])
        scores = scores[:before]
        best = np.argsort(-scores, kind="stable")[:LIMIT]
        return [int(place) for place in best if scores[place] > 0]

    return ask


def fts5(texts: Sequence[str]) -> Ask:
    """SQLite FTS5 with its Porter stemmer, all words of the question joined by OR."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE t USING fts5(text, tokenize='porter unicode61')")
    database.executemany("INSERT INTO t(rowid, text) VALUES (?, ?)", enumerate(texts))

    def ask(text: str, before: int) -> list[int]:
        words = dict.fromkeys(w for w in re.findall(r"\w+", text.lower()) if w not in _STOP)
        query = " OR ".join(f'"{word}"' for word in words)
        found = database.execute(
            "SELECT rowid FROM t WHERE t MATCH ? AND rowid < ? ORDER BY rank LIMIT ?",
            (query, before, LIMIT),
        )
        return [place for (place,) in found] if words else []

    return ask


def of_peer(ask: Ask, questions: Iterable[Question]) -> list[int]:
    """Return the rank of each `(text, place, right places)`."""
    return [_rank(ask(text, place), right) for text, place, right in questions]


def of_ours(
    texts: Sequence[str], questions: Iterable[Question], meaning: Meaning | None, *, dated: bool
) -> list[int]:
    """Return the same of the product's ranking, which grows as the questions come.

    Args:
        dated: Whether the texts are tickets, one later than the other; pages have no time.
    """
    ranking, ranks, there = Ranking(meaning), [], 0
    for text, place, right in questions:
        for number in range(there, place):
            ranking.add(str(number), texts[number], is_ticket=dated)
        there = max(there, place)
        ranks.append(_rank([int(one) for one, _ in ranking.best(text, LIMIT)], right))
    return ranks


def _rank(found: Sequence[int], right: set[int]) -> int:
    return next((n for n, one in enumerate(found, 1) if one in right), 0)


def _words(text: str) -> list[str]:
    return [_stem(w) for w in re.findall(r"[a-z0-9_]+", text.lower()) if w not in _STOP]


def _stem(word: str) -> str:
    if len(word) < 4 or word.endswith("ss"):
        return word
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) + len(instead) >= 3:
            return word[: len(word) - len(ending)] + instead
    return word
