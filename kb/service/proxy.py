"""Believes a proxy that authenticates: its header names the person, from its addresses alone."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from starlette.requests import Request
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


class KeepPeer:
    """Keeps who really connected, before anything believes a forwarded address."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note the peer's address beside the request."""
        client = scope.get("client")
        scope[_PEER] = client[0] if client else ""
        await self.app(scope, receive, send)
