"""Says which pages stand beside an article: those that share its rarest words, by the search's
own analysis, those that it links to, and those that readers read in the same visit.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from kb.articles.article import Article
from kb.search.memory import Index
from kb.search.page import Page

ASKED = 10
"""So many of an article's rarest words decide."""
_LOOKED_AT = 1000
"""So many pages are looked at: what an article costs does not grow with the library."""
_COMMON = 4
"""A word of every fourth page says nothing, once there are some pages."""
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
    """One page that may stand beside others: its words, and the pages that it links to.

    Attributes:
        read: What readers add, by source path: those who read both in one visit.
    """

    terms: Terms
    links: frozenset[str] = frozenset()
    read: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Rarities:
    """How rare words are among so many pages.

    Attributes:
        counts: On how many pages each word stands; one that is on none may be told as 0.
    """

    pages: int
    counts: Mapping[str, int]
    _by_count: dict[int, int] = field(default_factory=dict)

    def of(self, term: str) -> int:
        """Return how rare a word is, from 0 (on one page, or on very many) in halves of a bit.

        It is a whole number, so that one page more changes it for few words only.
        """
        count = self.counts.get(term, 0)
        found = self._by_count.get(count)
        if found is None:
            found = self._by_count[count] = self._rare(count)
        return found

    def _rare(self, count: int) -> int:
        if count < 2 or (self.pages > 20 and count * _COMMON > self.pages):
            return 0
        return 1 + int(2 * math.log2(self.pages / count))

    def differing(self, other: "Rarities", terms: Iterable[str]) -> frozenset[str]:
        """Return those of the words that are not as rare here as there."""
        return frozenset(term for term in terms if self.of(term) != other.of(term))


def rarities(pages: Iterable[Terms]) -> Rarities:
    """Return how rare the words of these pages are."""
    counts, number = Counter[str](), 0
    for terms in pages:
        counts.update(terms.keys())
        number += 1
    return Rarities(number, counts)


class Neighbours:
    """All pages of one build by source path, ready to be asked.

    Args:
        pages: Every page.
        rarity: How rare their words are.
        wanted: The words that will be asked for.
    """

    def __init__(
        self, pages: Mapping[str, Candidate], rarity: Rarities, wanted: frozenset[str]
    ) -> None:
        self._pages, self._rarity = pages, rarity
        self._postings = defaultdict[str, list[tuple[str, int]]](list)
        for path, page in pages.items():
            for term in wanted.intersection(page.terms):
                self._postings[term].append((path, page.terms[term]))

    def of(self, path: str, limit: int, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Return the source paths of the nearest pages, the best first, never the page itself."""
        own, scores = self._pages[path], dict[str, int]()
        for term, rarity in asked(own.terms, self._rarity).items():
            told = rarity * own.terms[term]
            for other, weight in self._postings[term]:
                scores[other] = scores.get(other, 0) + told * weight
        for other in own.links & self._pages.keys():
            scores[other] = scores.get(other, 0) + _LINKED
        for other in own.read.keys() & self._pages.keys():
            scores[other] = scores.get(other, 0) + own.read[other]
        for other in {path, *without}:
            scores.pop(other, None)
        best = heapq.nsmallest(limit, ((-score, other) for other, score in scores.items()))
        return tuple(other for _, other in best)


def asked(terms: Terms, rarity: Rarities) -> dict[str, int]:
    """Return the words of a page that decide what stands beside it, each with its rarity.

    It is those that tell most, until enough pages are looked at.
    """
    rare = {term: found for term in terms if (found := rarity.of(term))}
    chosen, pages = dict[str, int](), 0
    for term in sorted(rare, key=lambda term: (-rare[term] * terms[term], term))[:ASKED]:
        pages += rarity.counts[term]
        if chosen and pages > _LOOKED_AT:
            break
        chosen[term] = rare[term]
    return chosen
