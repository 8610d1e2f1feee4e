"""The public API: events and tickets in, search and suggestions out, for the known sites alone."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.service.collector import Collector
from kb.service.failures import Refusal, failure
from kb.service.finding import Finder
from kb.service.passing import Passing


def routes(
    collector: Collector, finder: Finder, passing: Passing, origins: Sequence[str]
) -> list[Route]:
    """Return the public routes behind an exact list of origins, without credentials."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=tuple(origins),
        allow_methods=("GET", "POST"),
        allow_headers=("content-type",),
        allow_credentials=False,
        max_age=600,
    )
    doors = [cors, Middleware(KnownOrigin, origins=tuple(origins))]
    return [
        Route("/events", collector, methods=["POST", "OPTIONS"], middleware=doors),
        Route("/search", finder.search, methods=["GET", "OPTIONS"], middleware=doors),
        Route("/suggest", finder.suggest, methods=["GET", "OPTIONS"], middleware=doors),
        Route("/tickets", passing.take, methods=["POST", "OPTIONS"], middleware=doors),
        Route("/health", health, methods=["GET"]),
    ]


class FastLane:
    """Hands posted events straight to the collector, past everything that other pages need.

    What `KnownOrigin` and the CORS middleware say of a page's origin is said here, too.
    """

    def __init__(self, app: ASGIApp, collector: ASGIApp, origins: Sequence[str]) -> None:
        self.app, self.collector, self.origins = app, collector, frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take what the collector is for and a known page sends; pass on everything else."""
        if scope["type"] != "http" or (scope["method"], scope["path"]) != ("POST", "/events"):
            await self.app(scope, receive, send)
            return
        origin = next((v for k, v in scope["headers"] if k == b"origin"), b"")
        if not origin:
            await self.collector(scope, receive, send)
        elif (name := origin.decode("latin-1")) in self.origins:
            await self.collector(scope, receive, _allowing(send, origin))
        elif is_own(name, scope):
            await self.collector(scope, receive, send)
        else:
            await self.app(scope, receive, send)


def _allowing(send: Send, origin: bytes) -> Send:
    extra = [(b"access-control-allow-origin", origin), (b"vary", b"Origin")]

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *extra]}
        await send(message)

    return answer


async def health(_: Request) -> Response:
    """Say that the process answers."""
    return JSONResponse({"status": "ok"}, headers={"Cache-Control": "no-store"})


def is_own(origin: str, scope: Scope) -> bool:
    """Say whether `origin` is the service's own, as the browser addressed it."""
    host = next((v.decode("latin-1") for k, v in scope["headers"] if k == b"host"), "")
    return bool(host) and origin == f"{scope['scheme']}://{host}"


class KnownOrigin:
    """Refuses requests from pages that are not ours: CORS alone only hides the answer."""

    def __init__(self, app: ASGIApp, origins: Sequence[str]) -> None:
        self.app, self.origins = app, frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what comes from a listed origin, from our own, or from no page at all."""
        if scope["method"] == "OPTIONS":
            told = Refusal(405, "request", "this address does not take that method", "Use another")
            await failure(told)(scope, receive, send)
            return
        headers = scope.get("headers", ())
        origin = next((v.decode("latin-1") for k, v in headers if k == b"origin"), "")
        if not origin or origin in self.origins or is_own(origin, scope):
            await self.app(scope, receive, send)
            return
        told = Refusal(
            403, "origin", "this site may not ask here", "Add it to service.origins in kb.toml"
        )
        await failure(told)(scope, receive, send)
