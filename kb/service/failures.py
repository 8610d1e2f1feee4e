"""Tells a failure to whoever called: one JSON shape for programs, one page for people."""

import logging
import traceback
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.errors import (
    ArticleError,
    BusyError,
    EventError,
    GateError,
    KbError,
    LifecycleError,
    StoreError,
)
from kb.service.pages import page

_STATUS: tuple[tuple[type[KbError], int], ...] = (
    (EventError, 400),
    (ArticleError, 409),
    (GateError, 409),
    (LifecycleError, 409),
    (BusyError, 503),
    (StoreError, 503),
)
_TOLD = {
    403: ("you may not see or do this", "Ask for a new link with kb serve"),
    404: ("there is nothing at this address", "Look at docs/events.md for what there is"),
    405: ("this address does not take that method", "Look at docs/events.md"),
    500: ("something went wrong on our side", "Run kb doctor"),
}
_log = logging.getLogger("kb.service")


class Refusal(KbError):  # noqa: N818 (an answer, not a fault)
    """The request ends here, with a status and a sentence; no part of it is repeated."""

    def __init__(
        self,
        status: int,
        where: str,
        what: str,
        todo: str,
        *,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(where, what, todo)
        self.status = status
        self.headers = dict(headers or {})


def handle(request: Request, error: Exception) -> Response:
    """Answer a failure: as a page below `/team`, as JSON everywhere else."""
    told = as_refusal(request, error)
    if _is_team(request):
        return page(
            "refused.html",
            {"status": told.status, "where": told.where, "what": told.what, "todo": told.todo},
            status=told.status,
            headers=told.headers,
        )
    return failure(told)


def failure(told: Refusal) -> Response:
    """Return `{"error": {"where", "what", "todo"}}` with the refusal's status."""
    body = {"error": {"where": told.where, "what": told.what, "todo": told.todo}}
    return JSONResponse(body, told.status, headers={"Cache-Control": "no-store", **told.headers})


def as_refusal(request: Request, error: Exception) -> Refusal:
    """Return the error as the answer that the asker may see."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, KbError):
        return _of_ours(error, in_full=_is_team(request) or isinstance(error, EventError))
    status = error.status_code if isinstance(error, HTTPException) else 500
    what, todo = _TOLD.get(status, ("the request was refused", "Look at docs/events.md"))
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return Refusal(status, "request", what, todo, headers=headers)


def _of_ours(error: KbError, *, in_full: bool) -> Refusal:
    """Tell the team everything; tell the public no path and no address of ours."""
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    headers = {"Retry-After": "1"} if status == 503 else {}
    if status >= 500:
        _log.error("%s", error)
    if in_full:
        return Refusal(status, error.where, error.what, error.todo, headers=headers)
    return Refusal(status, "service", "it cannot answer now", "Try again later", headers=headers)


def _is_team(request: Request) -> bool:
    return request.url.path.startswith("/team")


def log_unexpected(error: Exception) -> None:
    """Log the kind of an error and its place, never its words: they may be what a reader typed."""
    at = traceback.extract_tb(error.__traceback__)[-1]
    _log.error("%s at %s:%s", type(error).__name__, at.filename, at.lineno)


class LastResort:
    """Turns what nobody expected into a 500, and logs it as `log_unexpected` does."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; answer in its place when it fails before its first byte."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except ClientDisconnect:
            return  # whoever asked went away, which anybody can do a million times
        except Exception as error:
            log_unexpected(error)
            if not started:
                await handle(Request(scope), error)(scope, receive, send)
