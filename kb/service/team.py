"""The team's pages: who may enter, the figures, and the way to the reviewers' desk."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kb.config import Config
from kb.service.door import Door, closed, see
from kb.service.figures import Figures
from kb.service.reviewing import Reviewing
from kb.service.session import Sessions
from kb.store.store import Store


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
            *Figures(self.door).routes(),
            Route("/who", self.who, methods=["POST"]),
            *Reviewing(self.door).routes(),
        ]

    @property
    def door(self) -> Door:
        """Where every request comes in."""
        return Door(config=self.config, store=self.store, sessions=self.sessions, now=self.now)

    def is_team(self, request: Request) -> bool:
        """Say whether the request comes from somebody who is signed in."""
        return self.door.known(request) is not None

    async def enter(self, request: Request) -> Response:
        """Let in whoever holds the link, once, and lead them to the page that it names."""
        session = self.sessions.enter(request.query_params.get("token", ""), self.now())
        if session is None:
            raise closed("this link does not open the team's pages, or was used already")
        response = see(_local(request.query_params.get("to", "")))
        self.sessions.write(response, session, request)
        return response

    async def who(self, request: Request) -> Response:
        """Keep the name of the person at this browser."""
        form = await self.door.form(request)
        if isinstance(form, Response):
            return form
        response = see(_local(form.get("back")))
        self.sessions.write(response, form.session.named(form.get("who")), request)
        return response


def _local(place: str) -> str:
    """Return a place below `/team/`, whatever was asked for."""
    safe = place.startswith("/team/") and "\\" not in place and "\n" not in place
    return place if safe else "/team/"
