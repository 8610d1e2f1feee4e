"""Takes events in: who asked not to be counted is not, what is told kept is on the disk."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from kb.articles.page_token import is_token
from kb.measure.events import Event, Kind
from kb.measure.exclusion import Exclusion, excluded
from kb.measure.wire import Batch, parse_batch, said
from kb.redaction import Redactor
from kb.service.failures import Refusal
from kb.service.limits import Limit
from kb.service.readers import Readers
from kb.store.group_commit import GroupCommit, Parcel

LARGEST_BODY = 64 * 1024
BODY_SECONDS = 10
_TYPES = ("application/json", "text/plain")
_NO_STORE = {"Cache-Control": "no-store"}
_ACCEPTED = b'{"status":"accepted"}'


@dataclass(slots=True, kw_only=True)
class Collector:
    """`POST /events`.

    Attributes:
        inbox: Where events become durable.
        readers: Knows readers again as far as the site chose.
        is_team: Says whether a request comes from somebody who is signed in to the team's pages.
        secret: The workspace's key; the canary's token is made with it.
        page_key: What rendered pages are signed with; `b""` lets unsigned votes in.
    """

    inbox: GroupCommit
    readers: Readers
    redactor: Redactor
    now: Callable[[], datetime]
    is_team: Callable[[Request], bool]
    secret: bytes
    page_key: bytes = b""
    limit: Limit = field(default_factory=Limit)

    async def receive(self, request: Request) -> Response:
        """Keep a batch of events; 202 means that they are durable, or were kept out for a reason.

        The answer to a robot is the answer to a reader: it learns nothing.
        """
        address = client(request)
        self.limit.take(address)
        _check_type(request)
        payload = _json(await _body(request))
        agent = request.headers.get("user-agent", "")
        reason = self._reason(request, agent)
        if reason and not self._is_canary(payload):
            await self._keep((), {str(reason): 1})
        else:
            batch = self._read(payload, address, agent)
            unsigned = {str(Exclusion.UNSIGNED_VOTE): batch.unsigned} if batch.unsigned else {}
            await self._keep(batch.events, unsigned)
        return Response(_ACCEPTED, 202, _NO_STORE, "application/json")

    def _reason(self, request: Request, agent: str) -> str:
        if reason := excluded(agent, request.headers):
            return reason
        return Exclusion.TEAM if "cookie" in request.headers and self.is_team(request) else ""

    def _read(self, payload: object, address: str, agent: str) -> Batch:
        at = self.now()
        sender = self.readers.sender(address, agent, said(payload), at)
        return parse_batch(
            payload,
            at=at,
            reader=sender.reader,
            redactor=self.redactor,
            origin=sender.origin,
            arm=sender.arm,
            is_signed=self._is_signed,
        )

    async def _keep(self, events: Sequence[Event], reasons: Mapping[str, int]) -> None:
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        today = self.now().astimezone(UTC).date().isoformat() if reasons else ""
        dropped = {(today, reason): count for reason, count in reasons.items()}
        if not self.inbox.put(Parcel(events=events, dropped=dropped, kept=kept)):
            raise Refusal(
                503, "service", "too much waits", "Try again", headers={"Retry-After": "1"}
            )
        await kept

    def _is_signed(self, event: Event, token: str) -> bool:
        if event.kind is Kind.CANARY:
            return is_token(self.secret, "canary", event.id, token)
        return not self.page_key or is_token(self.page_key, event.article, event.version, token)

    def _is_canary(self, payload: object) -> bool:
        """Our own visit is a robot's, and says so; its token is looked at where it is read."""
        rows = payload.get("events") if isinstance(payload, dict) else None
        return isinstance(rows, list) and [{"canary"}] == [
            {row.get("kind")} if isinstance(row, dict) else set() for row in rows
        ]


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
