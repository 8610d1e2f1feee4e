"""Answers searches and suggestions from an index that follows the files."""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kb.articles.approval import is_approved
from kb.articles.article import Article, Audience, State
from kb.articles.library import Library
from kb.search.page import of_article, of_docs
from kb.search.whoosh import MAX_QUERY, Hit, Index
from kb.service.collector import client
from kb.service.failures import Refusal
from kb.service.limits import Limit

MOST = 50
SUGGESTIONS = 5

Mark = tuple[tuple[str, int, int], ...]


@dataclass(slots=True)
class Finder:
    """`GET /search` and `GET /suggest` over what the public site shows."""

    docs: Path
    is_held: Callable[[Request], bool] = lambda _: False
    limit: Limit = field(default_factory=Limit)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _held: tuple[Mark, Index] | None = None

    async def search(self, request: Request) -> Response:
        """Answer `?q=…&limit=…` with the best pages, best first."""
        return await self._answer(request, _limit(request))

    async def suggest(self, request: Request) -> Response:
        """Answer `?q=…`, the words of a question being written, with at most five pages.

        Readers whom an experiment holds out get none.
        """
        if self.is_held(request):
            self.limit.take(client(request))
            return JSONResponse({"results": []}, headers={"Cache-Control": "no-store"})
        return await self._answer(request, SUGGESTIONS)

    async def _answer(self, request: Request, limit: int) -> Response:
        self.limit.take(client(request))
        query = request.query_params.get("q", "")
        if len(query) > MAX_QUERY:
            raise Refusal(400, "q", f"it is over {MAX_QUERY} characters", "Ask in fewer words")
        hits = await run_in_threadpool(self.find, query, limit)
        body = {"results": [asdict(hit) for hit in hits]}
        return JSONResponse(body, headers={"Cache-Control": "no-store"})

    def find(self, query: str, limit: int) -> tuple[Hit, ...]:
        """Return the best pages, after a new look at the files if any of them changed."""
        with self._lock:
            mark = _mark(self.docs)
            if self._held is None or self._held[0] != mark:
                self._held = (mark, _index(self.docs))
            index = self._held[1]
        return index.search(query, limit=limit)


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", "10")
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST):
        raise Refusal(400, "limit", "it is no such number", f"Ask for 1 to {MOST}")
    return int(text)


def _mark(docs: Path) -> Mark:
    """Return name, time and size of every page's file: cheap, and changes when one does."""
    stats = ((str(path), path.stat()) for path in sorted(docs.rglob("*.md")))
    return tuple((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats)


def _index(docs: Path) -> Index:
    articles = Library(docs).shelf().articles
    return Index((*(of_article(a) for a in articles if _is_public(a)), *of_docs(docs)))


def _is_public(article: Article) -> bool:
    """Only what the gate would let out: published, for everybody, and approved as it is."""
    shown = article.state is State.PUBLISHED and article.audience is Audience.PUBLIC
    return shown and is_approved(article)
