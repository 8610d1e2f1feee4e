"""The reviewers' pages: the queue, an article beside its evidence, its editor and its preview."""

from collections.abc import Callable
from contextlib import suppress
from time import monotonic, sleep
from typing import TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kb.articles.approval import digest
from kb.articles.article import State
from kb.articles.library import lock
from kb.articles.settled import Verdict
from kb.errors import BusyError, KbError
from kb.service.door import Door, Form, see
from kb.service.editing import edited, fields_of
from kb.service.failures import Refusal
from kb.service.pages import framed
from kb.service.preview import Previewer
from kb.service.review import VERBS, Conflict, Desk
from kb.service.session import Session

_LONGEST_NOTE = 4_000
_PATIENCE = 4.0
_NONE = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
_DONE = {
    "submit": "submitted",
    "approve": "approved",
    "withdraw": "waiting again",
    "send-back": "sent back",
    "flag": "flagged",
    "resolve": "resolved",
    "verify": "verified",
    "edit": "saved as a draft",
    "settle": "rid of one finding",
}
Done = TypeVar("Done")


class Reviewing:
    """The pages below `/team/review`."""

    def __init__(self, door: Door) -> None:
        self.door = door
        self._previewer = Previewer(door.config)

    def routes(self) -> list[Route]:
        """Return the pages and the forms' addresses."""
        return [
            Route("/review", self.queue, methods=["GET"]),
            Route("/review/{id}", self.sheet, methods=["GET"]),
            Route("/review/{id}/edit", self.editor, methods=["GET"]),
            Route("/review/{id}/edit", self.edit, methods=["POST"]),
            Route("/review/{id}/compare", self.compare, methods=["GET"]),
            Route("/review/{id}/preview", self.preview, methods=["POST"]),
            Route("/review/{id}/settle", self.settle, methods=["POST"]),
            Route("/review/{id}/{verb}", self.act, methods=["POST"]),
            Route("/site/{of}/{id}/", self.shown, methods=["GET"]),
            Route("/site/{path:path}", self.asset, methods=["GET"]),
        ]

    async def queue(self, request: Request) -> Response:
        """Show what waits for review."""
        session = self.door.session(request)
        lines, broken, figures = await run_in_threadpool(self._desk.queue)
        return self.door.page(
            "queue.html", session, lines=lines, broken=broken, figures=figures,
            told=self._told(request, session),
        )  # fmt: skip

    async def sheet(self, request: Request) -> Response:
        """Show one article beside its evidence."""
        session = self.door.session(request)
        sheet = await run_in_threadpool(self._desk.sheet, request.path_params["id"], session.who)
        return self.door.page("sheet.html", session, sheet=sheet, told=self._told(request, session))

    async def editor(self, request: Request) -> Response:
        """Show the article as a form."""
        session = self.door.session(request)
        article = await run_in_threadpool(self._desk.find, request.path_params["id"])
        return self.door.page(
            "edit.html", session, article=article, fields=fields_of(article),
            digest=digest(article), error=None, between=(),
        )  # fmt: skip

    async def edit(self, request: Request) -> Response:
        """Save what was typed; whatever keeps it from being saved, the words stay on the page."""
        form = await self.door.form(request)
        if isinstance(form, Response):
            return form
        article_id = request.path_params["id"]
        form = _named(form)
        try:
            met = await run_in_threadpool(self._locked, lambda: self._save(article_id, form))
        except KbError as error:
            return self.door.again(request, form.fields, error)
        if met is not None:
            return self._both(form, met)
        then = form.get("then")
        if then == "submit":
            return await self._take(request, article_id, "submit", self._as_saved(article_id, form))
        return self._back(request, form, f"/team/review/{article_id}?done=edit")

    async def compare(self, request: Request) -> Response:
        """Show a revision against the live page, as source and as the site renders both."""
        session = self.door.session(request)
        sheet = await run_in_threadpool(self._desk.sheet, request.path_params["id"], session.who)
        return self.door.page("compare.html", session, sheet=sheet)

    async def act(self, request: Request) -> Response:
        """Do what the reviewer's form says, to the content that the reviewer saw."""
        form = await self.door.form(request)
        if isinstance(form, Response):
            return form
        name = request.path_params["verb"]
        if name not in VERBS:
            raise Refusal(404, "review", "there is no such verb", f"Use {', '.join(VERBS)}")
        return await self._take(request, request.path_params["id"], name, _named(form))

    async def settle(self, request: Request) -> Response:
        """Let a finding stand or take it out, as the pressed button says."""
        form = await self.door.form(request)
        if isinstance(form, Response):
            return form
        form, article_id = _named(form), request.path_params["id"]
        verdict, _, number = form.get("verdict").partition(":")
        if verdict not in set(Verdict) or not number.isdigit():
            raise Refusal(400, "review", "the form says nothing about a finding", "Press a button")

        def settle() -> None:
            self._desk.settle(
                article_id, int(number), Verdict(verdict),
                by=form.session.who, seen=form.get("digest"),
            )  # fmt: skip

        try:
            await run_in_threadpool(self._locked, settle)
        except KbError as error:
            return self.door.again(request, form.fields, error)
        return self._back(request, form, f"/team/review/{article_id}?done=settle#private")

    async def preview(self, request: Request) -> Response:
        """Show what is typed as the real site would have it; nothing is saved."""
        form = await self.door.form(request)
        if isinstance(form, Response):
            return form
        article = await run_in_threadpool(self._desk.find, request.path_params["id"])
        try:
            typed = edited(article, form.fields)
        except KbError as error:
            return self.door.again(request, form.fields, error)
        return framed(_at_home(await run_in_threadpool(self._previewer.page, typed)))

    async def shown(self, request: Request) -> Response:
        """Show the draft or the live page as the real site would have it."""
        self.door.session(request)
        article_id, of = request.path_params["id"], request.path_params["of"]
        both = await run_in_threadpool(self._desk.both, article_id)
        live = of == "live"
        chosen = [a for a in both if (a.state is State.PUBLISHED) is live] or list(both)
        if not chosen:
            raise Refusal(404, "preview", "there is no such article", "Go back to the queue")
        return framed(_at_home(await run_in_threadpool(self._previewer.page, chosen[0])))

    async def asset(self, request: Request) -> Response:
        """Give a previewed page the theme's styles and the docs' pictures."""
        self.door.session(request)
        body, kind = self._previewer.asset(request.path_params["path"])
        headers = {"Cache-Control": "private, max-age=300", "X-Content-Type-Options": "nosniff"}
        return Response(
            body, media_type=kind, headers={**headers, "Content-Security-Policy": _NONE}
        )

    def _told(self, request: Request, session: Session) -> dict[str, str]:
        """Return what was just done, of which article, and the digest that can be taken back.

        An address can be made up by anybody: a verb is told only where the history tells it, too.
        """
        done, of = request.query_params.get("done", ""), request.query_params.get("of", "")
        if done in VERBS and not self._desk.did(of, VERBS[done], session.who):
            done = ""
        undo = self._desk.undoable(of, session.who) if done == "approve" else ""
        return {"done": _DONE.get(done, ""), "of": of, "undo": undo}

    @property
    def _desk(self) -> Desk:
        return Desk(self.door.config, self.door.store, self.door.now)

    async def _take(self, request: Request, article_id: str, name: str, form: Form) -> Response:
        note, seen = form.get("note").strip()[:_LONGEST_NOTE], form.get("digest")
        desk, who = self._desk, form.session.who

        def step() -> str:
            before, after = desk.around(article_id)
            desk.act(article_id, VERBS[name], by=who, seen=seen, note=note)
            return after or before

        try:
            goes_on = await run_in_threadpool(self._locked, step)
        except KbError as error:
            return self.door.again(request, form.fields, error)
        told = f"?done={name}&of={article_id}"
        on = name == "approve" and goes_on
        place = f"/team/review/{goes_on}{told}" if on else f"/team/review/{article_id}{told}"
        return self._back(request, form, place)

    def _save(self, article_id: str, form: Form) -> Conflict | None:
        desk, seen = self._desk, form.get("digest")
        return desk.edit(article_id, form.fields, by=form.session.who, seen=seen)

    def _as_saved(self, article_id: str, form: Form) -> Form:
        fields = {**form.fields, "digest": digest(self._desk.find(article_id))}
        return Form(session=form.session, fields=fields)

    def _both(self, form: Form, met: Conflict) -> Response:
        return self.door.page(
            "edit.html", form.session, status=409, article=met.now, fields=met.fields,
            digest=digest(met.now), error=None, between=met.between,
        )  # fmt: skip

    def _back(self, request: Request, form: Form, place: str) -> Response:
        response = see(place)
        if not form.session.by_proxy:
            self.door.sessions.write(response, form.session, request)
        return response

    def _locked(self, work: Callable[[], Done]) -> Done:
        """Do the work under the workspace's lock, waiting a moment for whoever holds it."""
        end = monotonic() + _PATIENCE
        while monotonic() < end:
            with suppress(BusyError), lock(self.door.config.state):
                return work()
            sleep(0.1)
        with lock(self.door.config.state):
            return work()


def _named(form: Form) -> Form:
    """Return the form with the session named as the form says, where no proxy named it."""
    session = form.session if form.session.by_proxy else form.session.named(form.get("who"))
    return Form(session=session, fields=form.fields)


def _at_home(html: str) -> str:
    """Let the page's relative addresses lead to `asset`, wherever the page is shown."""
    return html.replace("<head>", '<head><base href="/team/site/draft/x/">', 1)
