"""Says which pages stand beside an article: those that share its rarest words, by the search's
own analysis, those that it links to, and those that readers read in the same visit.
"""

import hashlib
import heapq
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from kb.articles.article import Article
from kb.errors import ConfigError
from kb.search.page import Page
from kb.search.whoosh import Index

_ASKED = 10
"""So many of an article's rarest words decide."""
_LOOKED_AT = 1000
"""So many pages are looked at: what an article costs does not grow with the library."""
_COMMON = 4
"""A word of every fourth page says nothing, once there are some pages."""
_LINKED = 12
"""What a link weighs beside shared words."""
_READ = 4
"""What each doubling of the readers of both weighs: five are as a link, a hundred as two.

A whole number that stands still between doublings, so that few pages change from day to day.
"""
_SCHEMA = "docworthy.together/1"
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


class Neighbours:
    """All pages of one build by source path, ready to be asked."""

    def __init__(self, pages: Mapping[str, Candidate]) -> None:
        self._pages = pages
        self._held, self._counts = defaultdict[str, int](int), Counter[str]()
        for path, page in pages.items():
            own = int.from_bytes(hashlib.blake2b(path.encode(), digest_size=8).digest())
            self._counts.update(page.terms.keys())
            for term, weight in page.terms.items():
                self._held[term] += own * weight
        rare = {count: self._rare(count) for count in set(self._counts.values())}
        self._rarity = {term: rare[count] for term, count in self._counts.items()}

    @cached_property
    def _postings(self) -> dict[str, list[tuple[str, int]]]:
        """Which pages hold a term, and how it weighs there."""
        found = defaultdict[str, list[tuple[str, int]]](list)
        for path, page in self._pages.items():
            for term, weight in page.terms.items():
                found[term].append((path, weight))
        return found

    def of(self, path: str, limit: int, without: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """Return the source paths of the nearest pages, the best first, never the page itself."""
        own, scores = self._pages[path], dict[str, int]()
        for term in self._asked(path):
            rarity = self._rarity[term] * own.terms[term]
            for other, weight in self._postings[term]:
                scores[other] = scores.get(other, 0) + rarity * weight
        for other in own.links & self._pages.keys():
            scores[other] = scores.get(other, 0) + _LINKED
        for other in own.read.keys() & self._pages.keys():
            scores[other] = scores.get(other, 0) + own.read[other]
        for other in {path, *without}:
            scores.pop(other, None)
        best = heapq.nsmallest(limit, ((-score, other) for other, score in scores.items()))
        return tuple(other for _, other in best)

    def signature(self, path: str) -> str:
        """Return a digest of all that `of` depends on: as long as it is the same, so is the answer.

        Which pages hold a term, and how it weighs on each, is told by a sum over them.
        """
        own, rarity, held = self._pages[path], self._rarity, self._held
        said = [f"{t}\0{own.terms[t]} {rarity[t]} {held[t]}" for t in self._asked(path)]
        said += sorted(one for one in own.links if one in self._pages)
        said += sorted(f"{one}\0{own.read[one]}" for one in own.read if one in self._pages)
        return hashlib.blake2b("\n".join(said).encode(), digest_size=16).hexdigest()

    def _asked(self, path: str) -> list[str]:
        """Return the words that decide: those that tell most, until enough pages are looked at."""
        found = [(-self._rarity[term] * weight, term)
                 for term, weight in self._pages[path].terms.items() if self._rarity[term]]  # fmt: skip
        asked, pages = list[str](), 0
        for _, term in sorted(found)[:_ASKED]:
            pages += self._counts[term]
            if asked and pages > _LOOKED_AT:
                break
            asked.append(term)
        return asked

    def _rare(self, count: int) -> int:
        """Return how rare a word is, from 0 (on one page, or on very many) in halves of a bit.

        It is a whole number, so that one page more changes it for few words only.
        """
        pages = len(self._pages)
        if count < 2 or (pages > 20 and count * _COMMON > pages):
            return 0
        return 1 + int(2 * math.log2(pages / count))


Read = Mapping[str, Mapping[str, int]]
"""By source path: what readers add to other pages, by theirs."""


def read_together(path: Path) -> Read:
    """Read what `kb feedback --into` wrote into `together.json`.

    Raises:
        ConfigError: It is not there, or is something else.
    """
    found = defaultdict[str, dict[str, int]](dict)
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["schema"] != _SCHEMA:
            raise ValueError(told["schema"])
        for one, other, readers in told["pairs"]:
            weight = _READ * int(readers).bit_length()
            found[f"articles/{one}.md"][f"articles/{other}.md"] = weight
            found[f"articles/{other}.md"][f"articles/{one}.md"] = weight
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigError(
            f"docworthy.together {path.name}",
            f"it is no file of schema {_SCHEMA}",
            f"Let kb feedback --into {path.parent.name or '.'} write it, or leave the option out",
        ) from None
    return found


def candidates(
    articles: Iterable[tuple[str, Terms, frozenset[str]]], pages: Iterable[Page], read: Read
) -> dict[str, Candidate]:
    """Return everything that may stand beside an article, by source path (`page.md#anchor` too)."""
    found = {path: Candidate(terms=terms, links=links, read=read.get(path, {}))
             for path, terms, links in articles}  # fmt: skip
    return found | {page.id: Candidate(terms=terms_of_page(page)) for page in pages}
