"""Known or new: finds the page that answers a ticket already, and says why it thinks so."""

import math
import re
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from kb.capture.meaning import Meaning
from kb.capture.ranking import Ranking
from kb.capture.words import PLACEHOLDER, terms
from kb.search.page import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A page that may answer the problem.

    Attributes:
        page: Its id.
        likeness: 0 to 1, by how alike the problems are, their titles, and the answers.
        why: The heaviest words they share.
    """

    page: str
    likeness: float
    why: tuple[str, ...]


KEPT = 4_000
"""So many tickets that will become articles are compared with; older ones are let go of, so that
any number goes through in the same memory. By then they are articles, or a person's to find."""
_CANDIDATES, _CLOSELY = 40, 60
_ADDRESS = re.compile(r"https?://\S+|www\.\S+")
_CODE = re.compile(r"`([^`\n]{3,})`|\b([A-Z]{2,}-\d{2,}|[a-z]+(?:[_.\-]+[a-z0-9]+)+)\b")


WEIGHTS = (0.5, 0.1, 0.4)
"""What the square roots of the cosines of problems, titles and answers count in a likeness."""


@dataclass(slots=True, kw_only=True)
class _Entry:
    """A page's terms, and how long their vectors were among so many pages."""

    page: Page
    parts: tuple[frozenset[str], ...]
    among: int = 0
    lengths: tuple[float, ...] = ()


class Matcher:
    """Every page there is, as something to compare tickets with; pages can be added at any time."""

    def __init__(self, pages: Iterable[Page] = (), meaning: Meaning | None = None) -> None:
        self._entries: dict[str, _Entry] = {}
        self._ranking = Ranking(meaning)
        self._tickets: deque[str] = deque()
        for page in pages:
            self.add(page)

    def __contains__(self, page_id: object) -> bool:
        """Say whether a page or a ticket's coming article has this id."""
        return page_id in self._entries

    def add(self, page: Page, *, is_ticket: bool = False) -> None:
        """Take a page in, or a ticket as the article it will be; an id that is there stays."""
        if page.id in self._entries:
            return
        parts = _parts(f"{page.title}\n{page.words}", page.body)
        self._entries[page.id] = _Entry(page=page, parts=parts)
        self._ranking.add(page.id, self.text_of(page.id), is_ticket=is_ticket)
        if is_ticket:
            self._tickets.append(page.id)
            self._let_go()

    def _let_go(self) -> None:
        """Let go of the oldest tickets, many at once: each time the whole index is gone through."""
        if len(self._tickets) < KEPT * 5 // 4:
            return
        gone = {self._tickets.popleft() for _ in range(len(self._tickets) - KEPT)}
        for one in gone:
            del self._entries[one]
        self._ranking.forget(gone)

    def best(
        self, problem: str, answer: str, *, without: frozenset[str] = frozenset()
    ) -> Match | None:
        """Return the page most like this problem and its answer, none when no word is shared.

        Words alone merge the wrong tickets: two problems may be told alike and be solved
        differently. So the answers are compared as well, where commands and settings weigh most.
        """
        sides = tuple(map(self._side, _parts(problem, answer)))
        found = {
            page_id: self._likeness(sides, page_id)
            for page_id, _ in self._ranking.best(f"{problem}\n{answer}", _CANDIDATES, _CLOSELY)
            if page_id not in without
        }
        if not found:
            return None
        page = max(found, key=found.__getitem__)
        why = _why(sides, self._entries[page].parts)
        return Match(page=page, likeness=round(found[page], 4), why=why)

    def text_of(self, page_id: str) -> str:
        """Return the page's text."""
        page = self._entries[page_id].page
        return f"{page.title}\n{page.words}\n{page.body}"

    def _side(self, found: frozenset[str]) -> "_Side":
        rarity = self._ranking.rarity
        squares = {term: rarity(term) ** 2 for term in found}
        return _Side(found, squares, math.sqrt(sum(squares.values())))

    def _likeness(self, sides: "tuple[_Side, ...]", page_id: str) -> float:
        entry = self._entries[page_id]
        if entry.among * 3 // 2 < len(self._entries):
            entry.among = len(self._entries)
            entry.lengths = tuple(map(self._ranking.length, entry.parts))
        likeness = 0.0
        for n, side in enumerate(sides):
            if shared := side.terms & entry.parts[n]:
                product = side.length * entry.lengths[n]
                cosine = sum(map(side.squares.__getitem__, shared)) / product
                likeness += WEIGHTS[n] * math.sqrt(cosine)
        return likeness


@dataclass(frozen=True, slots=True)
class _Side:
    """The terms of one part of a question, each with the square of its weight."""

    terms: frozenset[str]
    squares: dict[str, float]
    length: float


def _parts(problem: str, answer: str) -> tuple[frozenset[str], ...]:
    """Return the terms of problem, title and answer; addresses are nobody's words."""
    texts = problem, problem.partition("\n")[0], _ADDRESS.sub(" ", answer)
    return tuple(frozenset(terms(text)) for text in texts)


def _why(sides: tuple[_Side, ...], parts: tuple[frozenset[str], ...]) -> tuple[str, ...]:
    """Return the heaviest terms that both share."""
    shared = {
        term: side.squares[term]
        for side, part in zip(sides, parts, strict=True)
        for term in side.terms & part
    }
    return tuple(sorted(shared, key=lambda term: (-shared[term], term))[:5])


def identifiers(text: str) -> frozenset[str]:
    """Return the commands, settings and error codes in `text`, for telling what a page lacks."""
    return frozenset(code or name for code, name in _CODE.findall(PLACEHOLDER.sub(" ", text)))
