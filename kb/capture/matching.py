"""Known or new: finds the page that answers a ticket already, and says why it thinks so."""

import math
import re
from dataclasses import dataclass

from kb.search.whoosh import Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A page that may answer the problem.

    Attributes:
        page: Its id.
        likeness: 0 to 1: half of it how alike the problems are, half how alike the answers.
        why: The heaviest words they share.
    """

    page: str
    likeness: float
    why: tuple[str, ...]


_CANDIDATES = 20
_CODE = re.compile(r"`([^`\n]{3,})`|\b([A-Z]{2,}-\d{2,}|[a-z]+(?:[_.\-]+[a-z0-9]+)+)\b")


def best(
    problem: str, answer: str, index: Index, *, without: frozenset[str] = frozenset()
) -> Match | None:
    """Return the page most like this problem and its answer, none when nothing shares a word.

    Words alone merge the wrong tickets: two problems may be told alike and be solved differently.
    So the answers are compared as well, where commands and settings weigh most.
    """
    hits = index.search(f"{problem}\n{answer}", limit=_CANDIDATES)
    found = [_match(problem, answer, hit.id, index) for hit in hits if hit.id not in without]
    return max(found, key=lambda match: match.likeness, default=None)


def _match(problem: str, answer: str, page_id: str, index: Index) -> Match:
    page = index.page(page_id)
    asked = frozenset(index.terms(problem))
    told = frozenset(index.terms(answer))
    about = frozenset(index.terms(f"{page.title}\n{page.words}"))
    answers = frozenset(index.terms(page.body))
    likeness = (_alike(asked, about, index) + _alike(told, answers, index)) / 2
    shared = (asked | told) & (about | answers)
    why = sorted(shared, key=lambda term: (-index.weight(term), term))
    return Match(page=page_id, likeness=round(likeness, 4), why=tuple(why[:5]))


def _alike(one: frozenset[str], other: frozenset[str], index: Index) -> float:
    """Return the cosine of two sets of terms, each term weighing its inverse document frequency."""
    product = _length(one, index) * _length(other, index)
    return sum(index.weight(term) ** 2 for term in one & other) / product if product else 0.0


def _length(terms: frozenset[str], index: Index) -> float:
    return math.sqrt(sum(index.weight(term) ** 2 for term in terms))


def identifiers(text: str) -> frozenset[str]:
    """Return the commands, settings and error codes in `text`, for telling what a page lacks."""
    return frozenset(code or name for code, name in _CODE.findall(text))
