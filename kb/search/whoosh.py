"""The embedded engine: Whoosh with BM25F, where every word counts and none is required."""

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from whoosh import fields
from whoosh.analysis import Filter, LowercaseFilter, RegexTokenizer, StemFilter, StopFilter
from whoosh.filedb.filestore import RamStorage
from whoosh.query import Or, Term
from whoosh.scoring import BM25F

from kb.search.page import Page, passage

WEIGHTS = (("title", 2.0), ("words", 1.5), ("body", 1.0))
MAX_QUERY = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One result: what was found, how well, and the passage that says why."""

    id: str
    url: str
    path: str
    anchor: str
    title: str
    score: float
    passage: str


class _Parts(Filter):  # type: ignore[misc]
    """Adds the parts of an identifier: `append_event` is found by `append_event` and `event`."""

    def __call__(self, tokens: Any) -> Any:
        for token in tokens:
            text = token.text
            yield token
            parts = re.split(r"[_.\-:/]+", text)
            if len(parts) > 1:
                for part in filter(None, parts):
                    token.text = part
                    yield token


def _analyzer() -> Any:
    words = RegexTokenizer(r"\w+(?:[_.\-:/]\w+)*")
    return words | LowercaseFilter() | _Parts() | StopFilter(minsize=2) | StemFilter()


class Index:
    """An index over pages, in memory; made anew when the pages change."""

    def __init__(self, pages: tuple[Page, ...]) -> None:
        analyzer = _analyzer()
        texts = {name: fields.TEXT(analyzer=analyzer, phrase=False) for name, _ in WEIGHTS}
        schema = fields.Schema(id=fields.ID(stored=True), **texts)
        self._pages = {page.id: page for page in pages}
        self._index = RamStorage().create_index(schema)
        writer = self._index.writer()
        for page in pages:
            writer.add_document(id=page.id, title=page.title, words=page.words, body=page.body)
        writer.commit()
        self._analyzer = analyzer
        terms = (frozenset(self.terms(self.text_of(page.id))) for page in pages)
        self._frequency = Counter(term for page_terms in terms for term in page_terms)

    def search(self, query: str, *, limit: int = 10) -> tuple[Hit, ...]:
        """Return the best pages for `query`; any of its words may be missing.

        The query is words, never syntax: whatever a customer pastes is looked up as it is.
        """
        terms = self.terms(query[:MAX_QUERY])
        if not terms:
            return ()
        clauses = [Term(name, term, boost) for term in terms for name, boost in WEIGHTS]
        with self._index.searcher(weighting=BM25F()) as searcher:
            found = searcher.search(Or(clauses), limit=limit * 4)
            rows = [(hit["id"], hit.score) for hit in found]
        shown = frozenset(re.findall(r"\w+", query.casefold()))
        best = {page_id.partition("#")[0]: (page_id, score) for page_id, score in reversed(rows)}
        ranked = sorted(best.values(), key=lambda row: -row[1])[:limit]
        return tuple(self._hit(page_id, score, shown) for page_id, score in ranked)

    def terms(self, text: str) -> tuple[str, ...]:
        """Return the terms of `text` as they are indexed, each once, in order."""
        tokens = self._analyzer(text, mode="query")
        return tuple(dict.fromkeys(token.text for token in tokens))

    def page(self, page_id: str) -> Page:
        """Return the page with this id."""
        return self._pages[page_id]

    def text_of(self, page_id: str) -> str:
        """Return the page's text."""
        page = self._pages[page_id]
        return f"{page.title}\n{page.words}\n{page.body}"

    def weight(self, term: str) -> float:
        """Return the term's inverse document frequency, `ln((N + 1) / (n + 0.5))`."""
        return math.log((len(self._pages) + 1) / (self._frequency[term] + 0.5))

    def _hit(self, page_id: str, score: float, shown: frozenset[str]) -> Hit:
        page = self._pages[page_id]
        return Hit(
            id=page.id,
            url=page.url,
            path=f"{page.url.strip('/')}.md"
            if page.url.startswith("articles/")
            else page.id.partition("#")[0],
            anchor=page.id.partition("#")[2],
            title=page.title,
            score=round(score, 4),
            passage=passage(page, shown),
        )
