"""Who the reader is behind proxies, told as the server's own library would tell it."""

import asyncio

import pytest
from starlette.types import Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from kb.service.proxy import Forwarded

TRUSTED = (("127.0.0.1", "::1"), ("127.0.0.1", "10.0.0.0/8", "2001:db8::/32", "192.0.2.9"))
PEERS = ("127.0.0.1", "::1", "0:0:0:0:0:0:0:1", "10.1.2.3", "198.51.100.7", "not an address", "")
CHAINS = (
    (),
    ("",),
    ("203.0.113.5",),
    ("203.0.113.5:1234",),
    ("[2001:db9::5]:443",),
    ("2001:db9::5",),
    ("6.6.6.6, 203.0.113.5, 10.0.0.4",),
    ("6.6.6.6", "203.0.113.5 , 127.0.0.1"),
    ("127.0.0.1",),
    ("10.0.0.4, 10.0.0.5",),
    ("unknown, 127.0.0.1",),
    ("[2001:db8::7",),
    ("[2001:db8::7]x",),
    ("[2001:db8::7]",),
    ("203.0.113.5:",),
)


def seen(
    app: type, trusted: tuple[str, ...], peer: str, headers: list[tuple[bytes, bytes]]
) -> Scope:
    found: list[Scope] = []

    async def inner(scope: Scope, receive: Receive, send: Send) -> None:
        found.append(scope)

    async def receive() -> Message:
        return {}

    async def send(message: Message) -> None:
        return None

    client = (peer, 5) if peer else None
    scope = {"type": "http", "client": client, "scheme": "http", "headers": headers}
    asyncio.run(app(inner, list(trusted))(scope, receive, send))
    return found[0]


@pytest.mark.parametrize("trusted", TRUSTED)
@pytest.mark.parametrize("peer", PEERS)
def test_the_reader_is_whom_a_trusted_proxy_names(trusted: tuple[str, ...], peer: str) -> None:
    """Whoever connects and whatever is named, the reader and the scheme are those of the library."""
    for chain in CHAINS:
        for scheme in (b"https", b"gopher"):
            headers = [(b"x-forwarded-for", one.encode()) for one in chain]
            headers.append((b"x-forwarded-proto", scheme))
            ours = seen(Forwarded, trusted, peer, headers)
            theirs = seen(ProxyHeadersMiddleware, trusted, peer, headers)
            told = [(one["client"] or ("",))[0] for one in (ours, theirs)]
            assert told[0] == told[1], (chain, scheme)
            assert ours["scheme"] == theirs["scheme"]
            assert ours["kb.peer"] == peer
