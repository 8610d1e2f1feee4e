"""Says which pages stand beside an article, by the house's own search."""

from collections.abc import Iterable

from kb.articles.article import Article
from kb.search.page import Page, of_article
from kb.search.whoosh import Index


class Neighbours:
    """The published articles and the docs pages of one build, ready to be asked."""

    def __init__(self, articles: Iterable[Article], pages: Iterable[Page]) -> None:
        self._articles = {article.id: article for article in articles}
        self._index = Index((*(of_article(a) for a in self._articles.values()), *pages))

    def of(self, article: Article, limit: int) -> tuple[tuple[str, str], ...]:
        """Return source path and title of the nearest pages, the best first, never itself."""
        words = " ".join((article.title, *article.aliases, article.section("Issue")))
        hits = self._index.search(words, limit=limit + 1) if limit > 0 else ()
        return tuple(
            (self._path(hit.id), hit.title) for hit in hits if hit.id != article.id
        )[:limit]  # fmt: skip

    def _path(self, page_id: str) -> str:
        return f"articles/{page_id}.md" if page_id in self._articles else page_id
