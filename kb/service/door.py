"""The team's door: who sits there, what they may send, and that no word of it is ever lost."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kb.config import Config
from kb.errors import KbError
from kb.service.bodies import in_time
from kb.service.failures import Refusal, as_refusal
from kb.service.pages import page
from kb.service.proxy import Proxy
from kb.service.public import is_own
from kb.service.session import Session, Sessions
from kb.store.store import Store

_LARGEST_FORM = 512 * 1024
_HIDDEN = {"csrf", "digest", "who", "back", "then"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A form that one of our own pages sent in this session."""

    session: Session
    fields: dict[str, str]

    def get(self, name: str) -> str:
        """Return a field, `""` where it was not sent."""
        return self.fields.get(name, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Where every request of the team comes in."""

    config: Config
    store: Store
    sessions: Sessions
    now: Callable[[], datetime]

    def known(self, request: Request) -> Session | None:
        """Return the session of the proxy's person, or of the cookie; None for a stranger."""
        if who := Proxy(self.config.service).person(request):
            return self.sessions.of_proxy(who, self.now())
        return self.sessions.read(request, self.now())

    def session(self, request: Request) -> Session:
        """Return the session.

        Raises:
            Refusal: There is none (403).
        """
        session = self.known(request)
        if session is None:
            raise closed("these pages are for the team, and you are not signed in")
        return session

    async def form(self, request: Request) -> Form | Response:
        """Return the form, or the page that gives its words back where it cannot be taken.

        Raises:
            Refusal: Another site sent it (403), or it is too long (413).
        """
        if not is_own(request.headers.get("origin", ""), request.scope):
            raise Refusal(403, "form", "it was sent from another site", "Use the team's own pages")
        if int(request.headers.get("content-length", _LARGEST_FORM + 1)) > _LARGEST_FORM:
            raise Refusal(413, "form", "it is too long", "Make the text shorter")
        sent = await in_time(request.form(max_files=0, max_fields=40, max_part_size=_LARGEST_FORM))
        fields = {k: _plain(v) for k, v in sent.items() if isinstance(v, str)}
        session = self.known(request)
        if session is None:
            told = closed("you are not signed in any more")
        elif not self.sessions.is_token(session, fields.get("csrf", "")):
            told = Refusal(
                403, "form", "its token is missing or not of this session", "Send it again"
            )
        else:
            return Form(session=session, fields=fields)
        return self.again(request, fields, told)

    def again(self, request: Request, fields: dict[str, str], error: KbError) -> Response:
        """Return a page that says what went wrong and holds every word, ready to be sent again."""
        session, told = self.known(request), as_refusal(request, error)
        shown = {k: v for k, v in fields.items() if k not in _HIDDEN and v}
        hidden = {k: v for k, v in fields.items() if k in _HIDDEN - {"csrf"}}
        return self.page(
            "again.html",
            session,
            status=told.status,
            headers=told.headers,
            told=told,
            action=request.url.path,
            shown=shown,
            hidden=hidden,
        )

    def page(
        self,
        template: str,
        session: Session | None,
        *,
        status: int = 200,
        headers: dict[str, str] | None = None,
        **values: object,
    ) -> Response:
        """Return a page of this session."""
        csrf = self.sessions.token(session) if session else ""
        given = {"session": session, "csrf": csrf, **values}
        return page(template, given, status=status, headers=headers)


def closed(what: str) -> Refusal:
    """Return the refusal of a stranger."""
    todo = "Run kb review --link, or kb serve again: each prints a new link, which works once"
    return Refusal(403, "team", what, todo)


def see(place: str) -> RedirectResponse:
    """Send the browser to another of our pages."""
    return RedirectResponse(place, 303, headers={"Cache-Control": "no-store"})


def _plain(value: str) -> str:
    return value.replace("\r\n", "\n").strip("\n")
