"""Takes signed webhooks: each is a hint that the source has news, and nothing more is believed."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kb.service.bodies import read_body
from kb.service.collector import client
from kb.service.failures import Refusal
from kb.service.limits import Limit
from kb.store.store import Store
from kb.tickets.webhook import LARGEST_BODY, delivery


@dataclass(slots=True, kw_only=True)
class Hooks:
    """`POST /hooks/{kind}`.

    The body is read for its signature and then forgotten: what has changed is asked of the source
    itself, by `kb pull --due`, with credentials that this process does not have.

    Attributes:
        kind: The source's kind; no other's webhooks are taken.
        name: Its name in the store.
        secrets: The active ones; without any, there is nothing at this address.
    """

    store: Store
    kind: str
    name: str
    secrets: tuple[str, ...]
    now: Callable[[], datetime]
    limit: Limit = field(default_factory=lambda: Limit(rate=20.0, burst=200))

    def routes(self) -> list[Route]:
        """Return its route."""
        return [Route("/hooks/{kind}", self.receive, methods=["POST"])]

    async def receive(self, request: Request) -> Response:
        """Mark the source as due; 202 means that the mark is durable, or was there already."""
        self.limit.take(client(request))
        if request.path_params["kind"] != self.kind or not self.secrets:
            raise Refusal(404, "request", "there is nothing at this address", "See docs/sources.md")
        body = await read_body(request.headers, request.receive, largest=LARGEST_BODY)
        at = self.now()
        found = delivery(self.kind, request.headers, body, self.secrets, at)
        if found is None:
            raise Refusal(401, "signature", "it does not prove the sender", "Check KB_HOOK_SECRET")
        await run_in_threadpool(self.store.tickets.hint, self.name, found.ids, at=at)
        return JSONResponse({"status": "accepted"}, 202, headers={"Cache-Control": "no-store"})
