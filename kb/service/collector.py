"""Takes events in: who asked not to be counted is not, what is told kept is on the disk."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from kb.measure.events import parse_batch
from kb.measure.exclusion import Exclusion, excluded
from kb.redaction import Redactor
from kb.service.failures import Refusal
from kb.service.limits import Limit
from kb.store.store import Store

LARGEST_BODY = 64 * 1024
BODY_SECONDS = 10
_TYPES = ("application/json", "text/plain")


@dataclass(slots=True)
class Collector:
    """`POST /events`.

    Attributes:
        is_team: Says whether a request comes from somebody who is signed in to the team's pages.
    """

    store: Store
    redactor: Redactor
    now: Callable[[], datetime]
    is_team: Callable[[Request], bool]
    limit: Limit = field(default_factory=Limit)
    _salt: tuple[str, bytes] = ("", b"")

    async def receive(self, request: Request) -> Response:
        """Keep a batch of events; 202 means that they are durable, or were kept out for a reason.

        The answer to a robot is the answer to a reader: it learns nothing.
        """
        self.limit.take(client(request))
        _check_type(request)
        body = await _body(request)
        if reason := self._reason(request):
            await run_in_threadpool(self.store.events.drop, reason, at=self.now())
        else:
            agent = request.headers.get("user-agent", "")
            await run_in_threadpool(self._keep, _json(body), f"{client(request)}\0{agent}")
        return JSONResponse({"status": "accepted"}, 202, headers={"Cache-Control": "no-store"})

    def _reason(self, request: Request) -> str:
        agent = request.headers.get("user-agent", "")
        if reason := excluded(agent, request.headers):
            return reason
        return Exclusion.TEAM if self.is_team(request) else ""

    def _keep(self, payload: object, who: str) -> None:
        at = self.now()
        reader = hmac.new(self._salt_of(at), who.encode(), hashlib.sha256).hexdigest()[:32]
        self.store.events.append(parse_batch(payload, at=at, reader=reader, redactor=self.redactor))

    def _salt_of(self, at: datetime) -> bytes:
        """Ask the store once a day; it then deletes the salts that are too old."""
        today = at.date().isoformat()
        day, salt = self._salt
        if day != today:
            salt = self.store.events.salt(at)
            self._salt = (today, salt)
        return salt


def client(request: Request) -> str:
    """Return the address that the connection comes from; it is hashed at once, never kept."""
    return request.client.host if request.client else ""


def _check_type(request: Request) -> None:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        raise Refusal(415, "content-type", "it is none of ours", f"Send {' or '.join(_TYPES)}")


async def _body(request: Request) -> bytes:
    """Read the body, but never more than `LARGEST_BODY` bytes or longer than `BODY_SECONDS`."""
    too_large = Refusal(413, "body", f"it is over {LARGEST_BODY} bytes", "Send fewer events")
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > LARGEST_BODY:
        raise too_large
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > LARGEST_BODY:
                    raise too_large
    except (TimeoutError, ClientDisconnect):
        raise Refusal(408, "body", "it did not arrive in time", "Send it again") from None
    return bytes(body)


def _json(body: bytes) -> object:
    try:
        payload: object = json.loads(body)
    except (ValueError, RecursionError):
        raise Refusal(400, "/", "the body is no JSON in UTF-8", "Send one JSON object") from None
    return payload
