"""Puts the service together from what it is given: configuration, store, clock and link."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles

from kb.config import Config
from kb.errors import KbError
from kb.redaction import Redactor
from kb.service.collector import Collector
from kb.service.failures import LastResort, handle
from kb.service.finding import Finder
from kb.service.pages import HERE
from kb.service.public import routes
from kb.service.session import Sessions
from kb.service.team import Team
from kb.store.store import Store


def make_app(
    config: Config,
    store: Store,
    *,
    now: Callable[[], datetime],
    token: str,
    site: Path | None = None,
) -> Starlette:
    """Return the service as an ASGI application.

    Args:
        now: The clock; every time that is stored comes from it.
        token: What `/team/enter?token=…` takes, once; `""` lets nobody in.
        site: A built site to be served beside the service, None for none.

    Raises:
        ConfigError: The workspace has no key to sign sessions with.
    """
    sessions = Sessions(config.secret(), token)
    team = Team(config=config, store=store, sessions=sessions, now=now)
    redactor = Redactor(words=config.redaction.words, allow=config.redaction.allow)
    collector = Collector(store, redactor, now, team.is_team)
    places: list[BaseRoute] = [
        *routes(collector, Finder(config.docs, config.state / "search"), config.service.origins),
        Mount("/team/static", StaticFiles(directory=HERE / "static")),
        Mount("/team", routes=team.routes()),
    ]
    if site is not None:
        places.append(Mount("/", StaticFiles(directory=site, html=True)))
    return Starlette(
        routes=places,
        middleware=[Middleware(LastResort)],
        exception_handlers={HTTPException: handle, KbError: handle},
    )
