"""Known or new: finds the page that answers a ticket already, and says why it thinks so."""

import re
from dataclasses import dataclass

from kb.search.whoosh import Index


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A page that may answer the problem.

    Attributes:
        page: Its id.
        share: Share of the problem's weight that the page's words cover, 0 to 1. A word weighs
            its inverse document frequency, `ln((N + 1) / (n + 0.5))`.
        why: The heaviest words they share.
    """

    page: str
    share: float
    why: tuple[str, ...]


_CODE = re.compile(r"`([^`\n]{3,})`|\b([A-Z]{2,}-\d{2,}|[a-z]+(?:[_.\-]+[a-z0-9]+)+)\b")


def best(problem: str, index: Index, *, without: frozenset[str] = frozenset()) -> Match | None:
    """Return the page that covers most of `problem`, none when nothing shares a word."""
    terms = index.terms(problem)
    weights = {term: index.weight(term) for term in terms}
    total = sum(weights.values()) or 1.0
    found: list[Match] = []
    for hit in index.search(problem, limit=8):
        if hit.id in without:
            continue
        shared = sorted(index.terms_of(hit.id) & set(terms), key=lambda t: -weights[t])
        share = sum(weights[term] for term in shared) / total
        found.append(Match(page=hit.id, share=round(share, 4), why=tuple(shared[:5])))
    return max(found, key=lambda match: match.share, default=None)


def identifiers(text: str) -> frozenset[str]:
    """Return the commands, settings and error codes in `text`, for telling what a page lacks."""
    return frozenset(code or name for code, name in _CODE.findall(text))
