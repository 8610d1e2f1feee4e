"""Serves a built site beside the service, and nothing of one that is not finished."""

from pathlib import Path
from urllib.parse import quote

from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from kb.gates.unfinished import is_unfinished

_SOON = {"Retry-After": "30", "Cache-Control": "no-store"}


class Site(StaticFiles):
    """The files of a site.

    Args:
        folder: Where `mkdocs build` puts it.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, html=True)
        self._folder = folder

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the page, or 503 while a build is under way, or where one was killed."""
        if is_unfinished(self._folder):
            return PlainTextResponse("This site is being updated. Come again soon.", 503, _SOON)
        response = await super().get_response(path, scope)
        if isinstance(response, RedirectResponse):
            # To the folder's own address, whatever host the request names; one slash in front, as
            # two would begin another host's address.
            folder, asked = quote(path.strip("/")), scope["query_string"].decode("latin-1")
            response.headers["location"] = f"/{folder}/?{asked}" if asked else f"/{folder}/"
        return response
