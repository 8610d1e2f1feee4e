"""Takes events in: who asked not to be counted is not, what is told kept is on the disk."""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache, partial
from types import MappingProxyType

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from kb.articles.page_token import is_same, is_token, token
from kb.errors import KbError
from kb.measure.crowding import Crowd
from kb.measure.events import FORM, Event, Kind
from kb.measure.exclusion import TELLING, Agents, Exclusion, excluded
from kb.measure.experiment import HELD
from kb.measure.terms import Terms
from kb.measure.wire import Batch, parse_batch, said
from kb.service.bodies import read_body
from kb.service.failures import Refusal, handle
from kb.service.limits import Limit
from kb.service.readers import Readers
from kb.store.group_commit import GroupCommit, Parcel

_MOST_PAGES = 10_000
LOOKED_AT = ("content-type", "content-length", "user-agent", "cookie", *TELLING)
"""The headers that decide anything here; a browser sends three times as many."""

_LOOKED_AT = tuple((name.encode(), name) for name in LOOKED_AT)
_TYPES = ("application/json", "text/plain")
_DECODER = json.JSONDecoder()
_NO_VISITS: Mapping[tuple[str, int], int] = MappingProxyType({})
_NO_DROPS: Mapping[tuple[str, str], int] = MappingProxyType({})
_NO_REASONS: Mapping[str, int] = MappingProxyType({})
_NOTHING = Batch(events=())
_TEAM = Exclusion.TEAM
Told = Callable[[KbError | None], None]
ACCEPTED = b'{"status":"accepted"}'
HEADERS = (
    (b"content-type", b"application/json"),
    (b"content-length", b"%d" % len(ACCEPTED)),
    (b"cache-control", b"no-store"),
)


@dataclass(slots=True, kw_only=True)
class Collector:
    """`POST /events`, as an ASGI application of its own: this is the one hot path of the house.

    Attributes:
        inbox: Where events become durable.
        readers: Knows readers again as far as the site chose.
        crowd: Lets visits to the form through until their address has had its part.
        terms: Redacts what readers type.
        is_team: Says whether a request comes from somebody who is signed in to the team's pages.
        secret: The workspace's key; the canary's token is made with it.
        page_key: What rendered pages are signed with; `b""` lets unsigned votes in.
    """

    inbox: GroupCommit
    readers: Readers
    crowd: Crowd
    terms: Terms
    now: Callable[[], datetime]
    is_team: Callable[[Request], bool]
    secret: bytes
    page_key: bytes = b""
    limit: Limit = field(default_factory=Limit)
    agents: Agents = field(default_factory=Agents)
    _page_token: Callable[[str, str], str] = field(init=False)

    def __post_init__(self) -> None:
        """Make a page's token once: to make one gives the interpreter away, and it has to come back."""
        self._page_token = lru_cache(_MOST_PAGES)(partial(token, self.page_key))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Keep a batch of events; 202 means that they are durable, or were kept out for a reason.

        The answer to a robot is the answer to a reader: it learns nothing.
        """
        try:
            await self._take(scope, receive)
        except KbError as error:
            await handle(Request(scope), error)(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 202, "headers": list(HEADERS)})
        await send({"type": "http.response.body", "body": ACCEPTED})

    def take(self, address: str, headers: Mapping[str, str], body: bytes, told: Told) -> None:
        """Take a request that is there as a whole; it is from nobody of the team.

        Args:
            headers: Those that decide anything here, see `LOOKED_AT`.
            told: Called in the loop once everything is durable, or with what went wrong.

        Raises:
            KbError: Nothing of it is kept, and `told` will not be called.
        """
        self.limit.take(address)
        _check_type(headers)
        self._accept(address, headers, body, told)

    def is_held(self, request: Request) -> bool:
        """Say whether an experiment holds the sender out: their form shows no suggestions."""
        asked = {name: request.query_params.get(name, "") for name in ("reader", "account")}
        agent = request.headers.get("user-agent", "")
        sender = self.readers.sender(client(request), agent, said(asked), self.now())
        return sender.arm.startswith(HELD)

    async def _take(self, scope: Scope, receive: Receive) -> None:
        address = scope["client"][0] if scope.get("client") else ""
        headers = _looked_at(scope)
        self.limit.take(address)
        _check_type(headers)
        body = await read_body(headers, receive)
        kept = asyncio.get_running_loop().create_future()
        is_team = "cookie" in headers and self.is_team(Request(scope))
        self._accept(address, headers, body, partial(_settle, kept), is_team=is_team)
        await kept

    def _accept(
        self,
        address: str,
        headers: Mapping[str, str],
        body: bytes,
        told: Told,
        *,
        is_team: bool = False,
    ) -> None:
        payload = _json(body)
        agent = headers.get("user-agent", "")
        reason = excluded(agent, headers, self.agents.named) or (_TEAM if is_team else "")
        if reason and not _is_canary(payload):
            self._keep(_NOTHING, {str(reason): 1}, told)
        else:
            self._keep_uncrowded(self._read(payload, address, agent), address, told)

    def _read(self, payload: object, address: str, agent: str) -> Batch:
        at = self.now()
        sender = self.readers.sender(address, agent, said(payload), at)
        return parse_batch(
            payload,
            at=at,
            reader=sender.reader,
            terms=self.terms,
            origin=sender.origin,
            arm=sender.arm,
            is_signed=self._is_signed,
        )

    def _keep_uncrowded(self, batch: Batch, address: str, told: Told) -> None:
        reasons = {str(Exclusion.UNSIGNED_VOTE): batch.unsigned} if batch.unsigned else _NO_REASONS
        visits = _NO_VISITS
        if batch.is_of_form:
            counts, visits = self.crowd.lets(batch.events, address)
            if not counts:
                rest = tuple(event for event in batch.events if event.kind not in FORM)
                crowded = len(batch.events) - len(rest)
                reasons = {**reasons, str(Exclusion.CROWDED): crowded}
                batch = batch._replace(events=rest)
        self._keep(batch, reasons, told, visits)

    def _keep(
        self,
        batch: Batch,
        reasons: Mapping[str, int],
        told: Told,
        visits: Mapping[tuple[str, int], int] = _NO_VISITS,
    ) -> None:
        dropped = _NO_DROPS
        if reasons:
            today = self.now().astimezone(UTC).date().isoformat()
            dropped = {(today, reason): count for reason, count in reasons.items()}
        if not self.inbox.put(Parcel(batch.events, dropped, told, batch.comments, visits)):
            raise Refusal(
                503, "service", "too much waits", "Try again", headers={"Retry-After": "1"}
            )

    def _is_signed(self, event: Event, given: str) -> bool:
        if event.kind is Kind.CANARY:
            return is_token(self.secret, "canary", event.id, given)
        if not self.page_key:
            return True
        return is_same(self._page_token(event.article, event.version), given)


def client(request: Request) -> str:
    """Return the address that the connection comes from; it is hashed at once, never kept."""
    return request.client.host if request.client else ""


def _settle(kept: "asyncio.Future[None]", error: KbError | None) -> None:
    if kept.done():  # whoever asked went away
        return
    if error:
        kept.set_exception(error)
    else:
        kept.set_result(None)


def _looked_at(scope: Scope) -> dict[str, str]:
    """Return those headers of `LOOKED_AT` that were sent."""
    sent = dict(scope["headers"])
    return {name: sent[key].decode("latin-1") for key, name in _LOOKED_AT if key in sent}


def _is_canary(payload: object) -> bool:
    """Our own visit is a robot's, and says so; its token is looked at where it is read."""
    rows = payload.get("events") if isinstance(payload, dict) else None
    if not isinstance(rows, list) or len(rows) != 1 or not isinstance(rows[0], dict):
        return False
    return rows[0].get("kind") == Kind.CANARY


def _check_type(headers: Mapping[str, str]) -> None:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _TYPES:
        raise Refusal(415, "content-type", "it is none of ours", f"Send {' or '.join(_TYPES)}")


def _json(body: bytes) -> object:
    try:
        text = body.decode().strip()
        payload, end = _DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        raise _no_json() from None
    if end != len(text):
        raise _no_json()
    return payload


def _no_json() -> Refusal:
    return Refusal(400, "/", "the body is no JSON in UTF-8", "Send one JSON object")
