"""Answers searches and suggestions from an index that follows the files."""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from time import monotonic
from typing import Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kb.search.hit import Hit
from kb.search.ranking import MAX_QUERY
from kb.search.whoosh import Searcher, refresh
from kb.service.collector import client
from kb.service.failures import Refusal
from kb.service.limits import Limit

MOST = 50
SUGGESTIONS = 5


class Engine(Protocol):
    """An index that is kept up to date elsewhere, such as a cluster's."""

    def search(self, query: str, *, limit: int = 10) -> tuple[Hit, ...]:
        """Return the best pages that everybody may read, best first."""


QUICK = 0.02
"""Seconds: where a look at all files takes less, every question looks; else a thread looks."""
PAUSE = 20
"""The thread rests so many times as long as it looked, so that questions hardly feel it."""


@dataclass(slots=True)
class Finder:
    """`GET /search` and `GET /suggest` over what the public site shows.

    Attributes:
        engine: What answers in place of the index in `folder`.
        signers: The file of allowed signers, where approvals are signed.
        is_fit: Says whether what a hit shows may be shown.
    """

    docs: Path
    folder: Path
    engine: Engine | None = None
    is_held: Callable[[Request], bool] = lambda _: False
    signers: Path | None = None
    is_fit: Callable[[Hit], bool] = lambda _: True
    limit: Limit = field(default_factory=Limit)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _looking: threading.Lock = field(default_factory=threading.Lock)
    _held: Searcher | None = None
    _took: float = 0.0
    _looked: float = 0.0

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
        """Return the best pages; the index follows the files, at once or within some seconds.

        Raises:
            SourceError: The cluster that is asked does not answer.
        """
        if self.engine is not None:
            return self._fit(self.engine.search(query, limit=limit))
        if self._held is None or self._took < QUICK:
            with self._looking:
                self._look()
        elif monotonic() - self._looked > max(1, PAUSE * self._took) and self._looking.acquire(
            blocking=False
        ):
            threading.Thread(target=self._look_aside, daemon=True).start()
        with self._lock:
            hits = self._held.search(query, limit=limit) if self._held else ()
        return self._fit(hits)

    def _fit(self, hits: tuple[Hit, ...]) -> tuple[Hit, ...]:
        return tuple(filter(self.is_fit, hits))

    def _look_aside(self) -> None:
        try:
            self._look()
        finally:
            self._looking.release()

    def _look(self) -> None:
        """Bring the index up to date and, when anything changed, open it anew."""
        start, held = monotonic(), self._held
        before = held.known if held else None
        known = refresh(self.docs, self.folder, before, signers=self.signers)
        self._looked = monotonic()
        if before is not None and before.files == known.files:
            self._took = self._looked - start
            return
        fresh = Searcher(self.folder, known, public_only=True)
        with self._lock:
            old, self._held = self._held, fresh
            if old is not None:
                old.close()


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", "10")
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MOST):
        raise Refusal(400, "limit", "it is no such number", f"Ask for 1 to {MOST}")
    return int(text)
