"""Believes a proxy that authenticates: its header names the person, from its addresses alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from kb.config import Service
from kb.errors import ConfigError

_PEER = "kb.peer"


@dataclass(frozen=True, slots=True)
class Proxy:
    """The proxy that signs people in, as the workspace names it.

    Raises:
        ConfigError: An address of `service.trusted` is none.
    """

    service: Service

    def __post_init__(self) -> None:
        """Refuse a wrong address at the start, not at the first request."""
        for address in self.service.trusted:
            try:
                ip_network(address)
            except ValueError:
                raise ConfigError(
                    "service.trusted",
                    "it holds what is no address",
                    "Write 10.0.0.4 or 10.0.0.0/28",
                ) from None

    def person(self, request: Request) -> str:
        """Return whom the proxy signed in, `""` where the header is not from it, or is doubled."""
        named = request.headers.getlist(self.service.person_header or "-")
        if len(named) != 1 or not self._trusts(str(request.scope.get(_PEER, ""))):
            return ""
        return " ".join(named[0].split())[:120]

    def _trusts(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in ip_network(one) for one in self.service.trusted)


class Forwarded:
    """Believes trusted proxies who the reader is, and keeps who really connected beside it.

    It reads the headers as uvicorn's own middleware does, which is not used because it remembers
    the last 4,096 addresses; here none outlives its request.
    """

    def __init__(self, app: ASGIApp, trusted: Sequence[str]) -> None:
        self.app = app
        self.one = frozenset(str(ip_address(name)) for name in trusted if "/" not in name)
        self.ranges = tuple(ip_network(name) for name in trusted if "/" in name)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the peer's address beside the request, and what it says if it is to be believed."""
        if _is_ambiguous(scope):
            await _REFUSED(scope, receive, send)
            return
        if scope["type"] != "lifespan":
            client = scope.get("client")
            scope[_PEER] = client[0] if client else ""
            if self._trusts(scope[_PEER]):
                self._believe(scope)
        await self.app(scope, receive, send)

    def _believe(self, scope: Scope) -> None:
        told: list[bytes] = []
        for name, value in scope["headers"]:
            if name == b"x-forwarded-for":
                told.append(value)
            elif name == b"x-forwarded-proto" and value.strip() in (b"http", b"https"):
                scope["scheme"] = value.strip().decode()
        if told:
            host = self._last(b",".join(told).decode("latin-1"))
            scope["client"] = (host, 0) if host else scope.get("client")

    def reader(self, peer: str, told: str) -> str:
        """Return who the reader is, where `peer` connected and one header told the way so far."""
        return (self._last(told) or peer) if told and self._trusts(peer) else peer

    def _last(self, told: str) -> str:
        """Each proxy adds at the end: the last one that is not of ours is the reader."""
        hosts = [_host(one.strip()) for one in told.split(",")]
        return next((host for host in reversed(hosts) if not self._trusts(host)), hosts[0])

    def _trusts(self, host: str) -> bool:
        if not self.ranges and ":" not in host:
            return host in self.one  # an IPv4 address is written in one way
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return str(address) in self.one or any(address in one for one in self.ranges)


def _is_ambiguous(scope: Scope) -> bool:
    """Say whether the body's length is told in two ways: a proxy may have read the other one."""
    names = {name for name, _ in scope.get("headers", ())}
    return names >= {b"transfer-encoding", b"content-length"}


_REFUSED = PlainTextResponse("The length is told twice.", 400, {"Connection": "close"})


def _host(text: str) -> str:
    """Return the host of `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1` or `[2001:db8::1]:80`."""
    if text.startswith("["):
        host, closed, rest = text[1:].partition("]")
        return host if closed and rest[:1] in ("", ":") else text
    host, _, port = text.partition(":")
    return host if port.isdigit() else text
