"""Knows a member of the team again: a link that works once, a signed cookie, a form's token."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

COOKIE = "kb_team"
LIFE = timedelta(hours=8)
LINK_LIFE = timedelta(minutes=10)
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One signed-in browser.

    Attributes:
        id: Random; what the form's token is made from.
        until: When it ends, in seconds since 1970.
        who: Who sits there, as they said themselves; `""` at first.
        by_proxy: Whether a proxy that authenticates named the person.
    """

    id: str
    until: int
    who: str = ""
    by_proxy: bool = False

    def named(self, who: str) -> "Session":
        """Return the session with the name that was typed, on one line."""
        return replace(self, who=" ".join(who.split())[:LONGEST_NAME])


@dataclass(slots=True)
class Sessions:
    """Makes and reads sessions with a key derived from the workspace's secret."""

    secret: bytes
    link: str
    _open: bool = True
    _used: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def enter(self, token: str, now: datetime) -> Session | None:
        """Return a new session for the link's token, once; None for any other or later one."""
        with self._lock:
            if not self._opens(token, now):
                return None
        return Session(id=secrets.token_urlsafe(16), until=int((now + LIFE).timestamp()))

    def of_proxy(self, who: str, now: datetime) -> Session:
        """Return the session of a person whom a proxy named: the same as long as it is the same."""
        session_id = self._sign("proxy", who)
        return Session(id=session_id, until=int((now + LIFE).timestamp()), who=who, by_proxy=True)

    def _opens(self, token: str, now: datetime) -> bool:
        """Say whether the token opens the door now, and use it up."""
        if self._open and self.link and hmac.compare_digest(token.encode(), self.link.encode()):
            self._open = False
            return True
        if token in self._used or not is_link(self.secret, token, now):
            return False
        self._used.add(token)
        return True

    def read(self, request: Request, now: datetime) -> Session | None:
        """Return the session of the request's cookie, None when it is absent, forged or over."""
        body, _, seal = request.cookies.get(COOKIE, "").partition(".")
        if not hmac.compare_digest(seal.encode(), self._sign("cookie", body).encode()):
            return None
        try:
            session = Session(**_unpack(body))
        except (ValueError, TypeError):  # an older version of ours wrote it
            return None
        return session if session.until > now.timestamp() and not session.by_proxy else None

    def write(self, response: Response, session: Session, request: Request) -> None:
        """Set the cookie; no script reads it and no other site's form sends it."""
        body = _pack(asdict(session))
        response.set_cookie(
            COOKIE,
            f"{body}.{self._sign('cookie', body)}",
            max_age=int(LIFE.total_seconds()),
            path="/",
            httponly=True,
            samesite="lax",
            secure=request.url.scheme == "https",
        )

    def token(self, session: Session) -> str:
        """Return what each form of this session carries."""
        return self._sign("form", session.id)

    def is_token(self, session: Session, token: str) -> bool:
        """Say whether a form carried this session's token."""
        return hmac.compare_digest(token.encode(), self.token(session).encode())

    def _sign(self, purpose: str, text: str) -> str:
        return _sign(self.secret, purpose, text)


def new_link(secret: bytes, now: datetime) -> str:
    """Return a token that opens a running service's team pages once, within ten minutes."""
    body = f"{int((now + LINK_LIFE).timestamp())}.{secrets.token_urlsafe(16)}"
    return f"{body}.{_sign(secret, 'link', body)}"


def is_link(secret: bytes, token: str, now: datetime) -> bool:
    """Say whether `new_link` of this workspace made the token, not too long ago."""
    body, _, seal = token.rpartition(".")
    until = body.partition(".")[0]
    fits = hmac.compare_digest(seal.encode(), _sign(secret, "link", body).encode())
    return fits and until.isdigit() and int(until) > now.timestamp()


def _sign(secret: bytes, purpose: str, text: str) -> str:
    key = hmac.digest(secret, f"kb.service/{purpose}".encode(), hashlib.sha256)
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _pack(values: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _unpack(body: str) -> dict[str, Any]:
    """Read what `_pack` wrote; only ever called behind a seal that fits."""
    values: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return values
