"""The team's pages: who may enter, what they see, and the forms they send."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from kb.articles.article import Verb
from kb.articles.library import lock
from kb.config import Config
from kb.service.dashboard import WINDOWS, board, days_of, span
from kb.service.failures import Refusal
from kb.service.pages import page
from kb.service.public import is_own
from kb.service.review import VERBS, Desk
from kb.service.session import Session, Sessions
from kb.store.store import Store

_LARGEST_FORM = 32 * 1024
_LONGEST_NOTE = 4_000
_DONE = {"submit": "submitted", "approve": "approved", "send-back": "sent back"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """The pages below `/team`."""

    config: Config
    store: Store
    sessions: Sessions
    now: Callable[[], datetime]

    def routes(self) -> list[Route]:
        """Return the pages and the forms' addresses."""
        return [
            Route("/enter", self.enter, methods=["GET"]),
            Route("/", self.dashboard, methods=["GET"]),
            Route("/review", self.queue, methods=["GET"]),
            Route("/review/{id}", self.sheet, methods=["GET"]),
            Route("/review/{id}/{verb}", self.act, methods=["POST"]),
            Route("/who", self.who, methods=["POST"]),
        ]

    def is_team(self, request: Request) -> bool:
        """Say whether the request comes from somebody who is signed in."""
        return self.sessions.read(request, self.now()) is not None

    async def enter(self, request: Request) -> Response:
        """Let in whoever holds the link, once."""
        session = self.sessions.enter(request.query_params.get("token", ""), self.now())
        if session is None:
            raise _closed("this link does not open the team's pages, or was used already")
        response = _see("/team/")
        self.sessions.write(response, session, request)
        return response

    async def dashboard(self, request: Request) -> Response:
        """Show the figures of the window that was asked for."""
        session = self._session(request)
        days = days_of(request.query_params.get("days", ""))
        found = await run_in_threadpool(board, self.config, self.store, now=self.now(), days=days)
        return self._page("dashboard.html", session, board=found, windows=WINDOWS, span=span)

    async def queue(self, request: Request) -> Response:
        """Show what waits for review."""
        session = self._session(request)
        lines, broken = await run_in_threadpool(self._desk.queue)
        return self._page("queue.html", session, lines=lines, broken=broken)

    async def sheet(self, request: Request) -> Response:
        """Show one draft beside its evidence."""
        session = self._session(request)
        article_id = request.path_params["id"]
        sheet = await run_in_threadpool(self._desk.sheet, article_id, session.who)
        done = request.query_params.get("done", "")
        return self._page("sheet.html", session, sheet=sheet, done=_DONE.get(done, ""))

    async def act(self, request: Request) -> Response:
        """Do what the reviewer's form says, to the content that the reviewer saw."""
        session = self._session(request)
        form = await self._form(request, session)
        name, article_id = request.path_params["verb"], request.path_params["id"]
        if name not in VERBS:
            raise Refusal(404, "review", "there is no such verb", f"Use {', '.join(VERBS)}")
        session = session.named(_field(form, "who"))
        await run_in_threadpool(self._act, article_id, VERBS[name], form, session.who)
        response = _see(f"/team/review/{article_id}?done={name}")
        self.sessions.write(response, session, request)
        return response

    async def who(self, request: Request) -> Response:
        """Keep the name of the person at this browser."""
        session = self._session(request)
        form = await self._form(request, session)
        response = _see(_local(_field(form, "back")))
        self.sessions.write(response, session.named(_field(form, "who")), request)
        return response

    @property
    def _desk(self) -> Desk:
        return Desk(self.config, self.store, self.now)

    def _act(self, article_id: str, verb: Verb, form: FormData, by: str) -> None:
        note, seen = _field(form, "note")[:_LONGEST_NOTE], _field(form, "digest")
        with lock(self.config.state):
            self._desk.act(article_id, verb, by=by, seen=seen, note=note)

    def _session(self, request: Request) -> Session:
        session = self.sessions.read(request, self.now())
        if session is None:
            raise _closed("these pages are for the team, and you are not signed in")
        return session

    async def _form(self, request: Request, session: Session) -> FormData:
        """Return the form, when it came from one of our own pages in this session."""
        if not is_own(request.headers.get("origin", ""), request.scope):
            raise Refusal(403, "form", "it was sent from another site", "Use the team's own pages")
        if int(request.headers.get("content-length", _LARGEST_FORM + 1)) > _LARGEST_FORM:
            raise Refusal(413, "form", "it is too long", "Write a shorter note")
        form = await request.form(max_files=0, max_fields=20)
        if not self.sessions.is_token(session, _field(form, "csrf")):
            raise Refusal(
                403, "form", "its token is missing or not of this session", "Load the page again"
            )
        return form

    def _page(self, template: str, session: Session, **values: object) -> Response:
        given = {"session": session, "csrf": self.sessions.token(session), **values}
        return page(template, given)


def _closed(what: str) -> Refusal:
    return Refusal(403, "team", what, "Run kb serve again: it prints a new link, which works once")


def _see(place: str) -> RedirectResponse:
    return RedirectResponse(place, 303, headers={"Cache-Control": "no-store"})


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else ""


def _local(place: str) -> str:
    """Return a place below `/team/`, whatever the form asked for."""
    safe = place.startswith("/team/") and "\\" not in place and "\n" not in place
    return place if safe else "/team/"
