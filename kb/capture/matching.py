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
        likeness: 0 to 1: half of it how alike the problems are, half how alike the answers.
        why: The heaviest words they share.
    """

    page: str
    likeness: float
    why: tuple[str, ...]


KEPT = 4_000
"""So many tickets that will become articles are compared with; older ones are let go of, so that
any number goes through in the same memory. By then they are articles, or a person's to find."""
_CANDIDATES = 40
_CODE = re.compile(r"`([^`\n]{3,})`|\b([A-Z]{2,}-\d{2,}|[a-z]+(?:[_.\-]+[a-z0-9]+)+)\b")


@dataclass(slots=True, kw_only=True)
class _Entry:
    """A page's terms, and how long their vectors were among so many pages."""

    page: Page
    about: frozenset[str]
    answers: frozenset[str]
    among: int = 0
    lengths: tuple[float, float] = (0.0, 0.0)


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
        self._entries[page.id] = _Entry(
            page=page,
            about=frozenset(terms(f"{page.title}\n{page.words}")),
            answers=frozenset(terms(page.body)),
        )
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
        asked, told = self._side(terms(problem)), self._side(terms(answer))
        found = {
            page_id: self._likeness(asked, told, page_id)
            for page_id, _ in self._ranking.best(f"{problem}\n{answer}", _CANDIDATES)
            if page_id not in without
        }
        if not found:
            return None
        page = max(found, key=found.__getitem__)
        why = _why(asked, told, self._entries[page])
        return Match(page=page, likeness=round(found[page], 4), why=why)

    def text_of(self, page_id: str) -> str:
        """Return the page's text."""
        page = self._entries[page_id].page
        return f"{page.title}\n{page.words}\n{page.body}"

    def weight(self, term: str) -> float:
        """Return the term's inverse document frequency, `ln((N + 1) / (n + 0.5))`."""
        return math.log((len(self._entries) + 1) / (self._ranking.frequency(term) + 0.5))

    def _side(self, found: Iterable[str]) -> "_Side":
        squares = {term: self.weight(term) ** 2 for term in set(found)}
        return _Side(squares, math.sqrt(sum(squares.values())))

    def _likeness(self, asked: "_Side", told: "_Side", page_id: str) -> float:
        entry = self._entries[page_id]
        if entry.among * 3 // 2 < len(self._entries):
            entry.among = len(self._entries)
            entry.lengths = self._side(entry.about).length, self._side(entry.answers).length
        about, answers = entry.lengths
        return (asked.alike(entry.about, about) + told.alike(entry.answers, answers)) / 2


@dataclass(frozen=True, slots=True)
class _Side:
    """The terms of one side of a question, each with the square of its weight."""

    squares: dict[str, float]
    length: float

    def alike(self, other: frozenset[str], length: float) -> float:
        """Return the cosine with a set of terms whose vector of weights has this length."""
        product = self.length * length
        shared = self.squares.keys() & other
        return sum([self.squares[term] for term in shared]) / product if product else 0.0


def _why(asked: _Side, told: _Side, entry: _Entry) -> tuple[str, ...]:
    """Return the heaviest terms that both share."""
    squares = asked.squares | told.squares
    shared = squares.keys() & (entry.about | entry.answers)
    return tuple(sorted(shared, key=lambda term: (-squares[term], term))[:5])


def identifiers(text: str) -> frozenset[str]:
    """Return the commands, settings and error codes in `text`, for telling what a page lacks."""
    return frozenset(code or name for code, name in _CODE.findall(PLACEHOLDER.sub(" ", text)))
