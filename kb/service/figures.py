"""The figures' pages: the dashboard, the rows behind each figure, and both as files."""

import json
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kb.feedback.digest import HEADINGS, MOST, headline
from kb.feedback.worklist import worklist
from kb.measure.report_json import to_json
from kb.service.dashboard import GOAL, WINDOWS, Board, board, span, window_of
from kb.service.door import Door
from kb.service.failures import Refusal
from kb.service.measuring import Measured, measured
from kb.service.noticing import noticed
from kb.service.rows import ROWS, Rows, article_rows
from kb.service.sheets import FIGURE_HEAD, as_csv, figure_rows

_NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


@dataclass(frozen=True, slots=True)
class Figures:
    """The pages of figures below `/team`."""

    door: Door

    def routes(self) -> list[Route]:
        """Return their addresses."""
        return [
            Route("/", self.dashboard, methods=["GET"]),
            Route("/digest", self.digest, methods=["GET"]),
            Route("/figures.json", self.as_json, methods=["GET"]),
            Route("/figures.csv", self.as_sheet, methods=["GET"]),
            Route("/rows/{name}", self.rows, methods=["GET"]),
            Route("/rows/{name}/{article}", self.rows, methods=["GET"]),
        ]

    async def dashboard(self, request: Request) -> Response:
        """Show the figures of the window that was asked for."""
        session, days = self.door.session(request), _days(request)

        def made() -> Board:
            figures, store = self._measured(days), self.door.store
            return board(store, figures, noticed(self.door.config, store, figures), days=days)

        found = await run_in_threadpool(made)
        return self.door.page(
            "dashboard.html", session, board=found, windows=WINDOWS, span=span, goal=GOAL
        )

    async def digest(self, request: Request) -> Response:
        """Show the digest as it goes out."""
        session, days = self.door.session(request), _days(request)
        store = self.door.store

        found = await run_in_threadpool(self._measured, days)
        seen = await run_in_threadpool(noticed, self.door.config, store, found)
        tasks = worklist(found.report, found.pages, noticed=seen)
        parts = [
            (heading, [task for task in tasks if task.kind is kind]) for kind, heading in HEADINGS
        ]
        return self.door.page(
            "digest.html", session, report=found.report, days=days, most=MOST,
            said=headline(found.report).replace("**", ""), parts=[p for p in parts if p[1]],
            secrets=store.tickets.live_secrets(), to=self.door.config.feedback.digest,
        )  # fmt: skip

    async def rows(self, request: Request) -> Response:
        """Show the rows behind a figure, or send them as CSV where `as=csv` is asked."""
        session, days = self.door.session(request), _days(request)
        name, article = request.path_params["name"], request.path_params.get("article", "")
        found = await run_in_threadpool(self._rows, name, article, days)
        if request.query_params.get("as") == "csv":
            return _file(as_csv(found.head, found.rows), f"{name}.csv", "text/csv")
        place = f"/team/rows/{name}{f'/{article}' if article else ''}"
        return self.door.page("rows.html", session, rows=found, days=days, place=place)

    async def as_json(self, request: Request) -> Response:
        """Send the whole report, in the form of `kb metrics --json`."""
        self.door.session(request)
        found = await run_in_threadpool(self._measured, _days(request))
        text = json.dumps(to_json(found.report), ensure_ascii=False, indent=2, default=str)
        return _file(text, "figures.json", "application/json")

    async def as_sheet(self, request: Request) -> Response:
        """Send every figure with its parts, one a row."""
        self.door.session(request)
        found = await run_in_threadpool(self._measured, _days(request))
        return _file(as_csv(FIGURE_HEAD, figure_rows(found.report)), "figures.csv", "text/csv")

    def _measured(self, days: int) -> Measured:
        return measured(self.door.config, self.door.store, now=self.door.now(), days=days)

    def _rows(self, name: str, article: str, days: int) -> Rows:
        if name in ROWS and not article:
            return ROWS[name](self.door.store, self._measured(days))
        found = article_rows(self._measured(days), article) if name == "article" else None
        if found is None:
            raise Refusal(404, "rows", "there is no such figure", "Open one from the figures")
        return found


def _days(request: Request) -> int:
    return window_of(request.query_params.get("days", ""))


def _file(text: str, name: str, kind: str) -> Response:
    headers = {**_NO_STORE, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, media_type=f"{kind}; charset=utf-8", headers=headers)
