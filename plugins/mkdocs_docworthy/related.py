"""Says which pages stand beside an article: those that share its rarest words, by the search's
own analysis, those that it links to, and those that readers read in the same visit.
"""

import heapq
import math
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field
from typing import NamedTuple

from kb.articles.article import Article
from kb.search.memory import Index
from kb.search.page import Page

ASKED = 10
"""So many of an article's rarest words decide."""
_LOOKED_AT = 1000
"""So many pages are looked at: what an article costs does not grow with the library."""
_COMMON = 4
"""A word of every fourth page says nothing, once there are some pages."""
_SOME = 20
_LINKED = 12
"""What a link weighs beside shared words."""
_WORDS = Index(())

Terms = Mapping[str, int]


def terms_of(article: Article) -> dict[str, int]:
    """Return the words of title, aliases, issue, products and tags, each with its weight."""
    named = " ".join((article.title, *article.products, *article.tags))
    return _weighed(named, " ".join((*article.aliases, article.section("Issue"))))


def terms_of_page(page: Page) -> dict[str, int]:
    """Return the words of a page that is no article, each with its weight."""
    return _weighed(page.title, f"{page.words} {page.body}")


def _weighed(title: str, words: str) -> dict[str, int]:
    found = dict.fromkeys(_WORDS.terms(words), 1)
    return found | dict.fromkeys(_WORDS.terms(title), 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One page that may stand beside others, and what it says of them besides its words.

    Attributes:
        links: The pages that it links to, by source path.
        read: What readers add, by source path: those who read both in one visit.
    """

    links: frozenset[str] = frozenset()
    read: Mapping[str, int] = field(default_factory=dict)

    @property
    def named(self) -> Set[str]:
        """The pages that it links to, or that are read with it."""
        return self.links | self.read.keys()

    def tells(self, other: str) -> int:
        """Return what links and readers add to a page's score."""
        return _LINKED * (other in self.links) + self.read.get(other, 0)


@dataclass(frozen=True, slots=True)
class Rarities:
    """How rare words are among so many pages.

    Attributes:
        count: Returns on how many pages a word stands.
    """

    pages: int
    count: Callable[[str], int]
    _by_count: dict[int, int] = field(default_factory=dict)

    def of(self, term: str) -> int:
        """Return how rare a word is, from 0 (on one page, or on very many) in halves of a bit.

        It is a whole number, so that one page more changes it for few words only.
        """
        return self.at(self.count(term))

    def at(self, count: int) -> int:
        """Return how rare a word is that stands on so many pages."""
        found = self._by_count.get(count)
        if found is None:
            found = self._by_count[count] = self._rare(count)
        return found

    def _rare(self, count: int) -> int:
        if count < 2 or (self.pages > _SOME and count * _COMMON > self.pages):
            return 0
        return 1 + int(2 * math.log2(self.pages / count))

    def differing(self, other: "Rarities") -> list[int]:
        """Return the numbers of pages that make a word more or less rare here than there."""
        most = max(self.pages, other.pages)
        if min(self.pages, other.pages) > _SOME:
            most //= _COMMON
        return [count for count in range(2, most + 1) if self.at(count) != other.at(count)]


class Asked(NamedTuple):
    """The words of a page that decide what stands beside it.

    Attributes:
        told: What each of them tells: how rare it is, times its weight.
        cut: The first one that was not asked, as enough pages were looked at, `""` for none.
        bound: A word that tells less decides nothing.
    """

    told: dict[str, int]
    cut: str
    bound: int

    @property
    def looked_at(self) -> tuple[str, ...]:
        """The words that were counted to decide which are asked."""
        return (*self.told, self.cut) if self.cut else tuple(self.told)

    def holds(self, count: Callable[[str], int]) -> bool:
        """Say whether as many would be asked, now that they stand on so many pages."""
        pages = sum(map(count, self.told))
        if pages > _LOOKED_AT and len(self.told) > 1:
            return False
        return not self.cut or pages + count(self.cut) > _LOOKED_AT


class Neighbours:
    """All pages of one build by source path, ready to be asked.

    Args:
        there: The source path of every page.
        standing: Returns the pages on which a word stands, with its weight.
    """

    def __init__(self, there: Set[str], standing: Callable[[str], Mapping[str, int]]) -> None:
        self._there, self._standing = there, standing

    def of(
        self, path: str, own: Candidate, asked: Asked, limit: int, without: frozenset[str]
    ) -> list[tuple[str, int]]:
        """Return source path and score of the nearest pages, the best first, never the page itself."""
        scores = dict[str, int]()
        for term, told in asked.told.items():
            for other, weight in self._standing(term).items():
                scores[other] = scores.get(other, 0) + told * weight
        for other in own.named & self._there:
            scores[other] = scores.get(other, 0) + own.tells(other)
        for other in {path, *without}:
            scores.pop(other, None)
        best = heapq.nsmallest(limit, ((-score, other) for other, score in scores.items()))
        return [(other, -score) for score, other in best]


def asked(terms: Terms, rarity: Rarities) -> Asked:
    """Return the words of a page that decide what stands beside it.

    It is those that tell most, until enough pages are looked at.
    """
    told = {term: rare * weight for term, weight in terms.items() if (rare := rarity.of(term))}
    chosen, pages = dict[str, int](), 0
    for term in sorted(told, key=lambda term: (-told[term], term))[:ASKED]:
        pages += rarity.count(term)
        if chosen and pages > _LOOKED_AT:
            return Asked(chosen, term, told[term])
        chosen[term] = told[term]
    return Asked(chosen, "", min(chosen.values()) if len(chosen) == ASKED else 0)
