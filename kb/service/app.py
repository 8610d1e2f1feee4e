"""Puts the service together from what it is given: configuration, store, clock and link."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from kb.config import Config
from kb.errors import ConfigError, KbError
from kb.measure.crowding import Crowd
from kb.measure.terms import Terms
from kb.redaction import Redactor
from kb.search.opensearch import ClusterSearcher, connect
from kb.service.beacons import Beacons
from kb.service.carrying import FORMS, no_form
from kb.service.collector import Collector
from kb.service.failures import LastResort, handle
from kb.service.finding import Finder
from kb.service.hooks import Hooks
from kb.service.pages import HERE
from kb.service.passing import Passing
from kb.service.proxy import Forwarded, Proxy
from kb.service.public import FastLane, routes
from kb.service.readers import Identity, Readers
from kb.service.session import Sessions
from kb.service.site import Site
from kb.service.slash import Slash
from kb.service.team import Team
from kb.service.unfit import fit
from kb.store.group_commit import GroupCommit
from kb.store.store import Store


class Assembled(NamedTuple):
    """The service: an ASGI application, and what may answer beacons before it is asked."""

    app: ASGIApp
    beacons: Beacons


def assemble(
    config: Config,
    store: Store,
    *,
    now: Callable[[], datetime],
    token: str,
    site: Path | None = None,
) -> Assembled:
    """Put the service together.

    Args:
        now: The clock; every time that is stored comes from it.
        token: What `/team/enter?token=…` takes, once; `""` lets nobody in.
        site: A built site to be served beside the service, None for none.

    Raises:
        ConfigError: The workspace has no key to sign sessions with.
    """
    own = config.service
    Proxy(own)  # a wrong address is told at the start
    sessions = Sessions(config.secret(), token)
    team = Team(config=config, store=store, sessions=sessions, now=now)
    collector = make_collector(config, store, now=now, is_team=team.is_team)
    finder = _finder(config, collector)
    passing = make_passing(config, store, now=now)
    signing = config.slack_secret()
    slash = Slash(config=config, store=store, secret=signing, find=finder.find, now=now)
    places: list[BaseRoute] = [
        *routes(collector, finder, passing, config.service.origins),
        *slash.routes(),
        Mount("/team/static", StaticFiles(directory=HERE / "static")),
        Mount("/team", routes=team.routes()),
    ]
    source = config.source
    hooks = Hooks(
        store=store, kind=source.kind, name=source.name, secrets=config.hook_secrets(), now=now
    )
    places += hooks.routes()
    if site is not None:
        places.append(Mount("/", Site(site)))
    app = Starlette(
        lifespan=_draining(collector.inbox, lambda: _turn(store, collector.readers, now())),
        routes=places,
        middleware=[Middleware(LastResort)],
        exception_handlers={HTTPException: handle, KbError: handle},
    )
    lane = FastLane(app, LastResort(collector), own.origins)
    forwarded = Forwarded(lane, ("127.0.0.1", "::1", *own.trusted))
    origins = frozenset(("", *own.origins))
    return Assembled(forwarded, Beacons(collector=collector, forwarded=forwarded, origins=origins))


def _turn(store: Store, readers: Readers, at: datetime) -> None:
    """Delete the salts that are too old, of days and of weeks, and bring those of a day to come."""
    store.events.forget_salts(at)
    store.crowding.forget(at)
    readers.prepare(at)


def _finder(config: Config, collector: Collector) -> Finder:
    folder, engine = config.state / "search", _engine(config)
    held, signers = collector.is_held, config.signers
    return Finder(config.docs, folder, engine, held, signers, fit(config))


def _engine(config: Config) -> ClusterSearcher | None:
    """Return what reads the cluster's index, None where the index on this machine is asked."""
    if not config.search.url:
        return None
    return ClusterSearcher(connect(config.search.url, *config.search_login()), config.search.index)


def make_collector(
    config: Config,
    store: Store,
    *,
    now: Callable[[], datetime],
    is_team: Callable[[Request], bool],
) -> Collector:
    """Return what takes events in, as the workspace wants it.

    Raises:
        ConfigError: The workspace has no key, or `measure.identity` is no level there is.
    """
    secret = config.secret()
    return Collector(
        inbox=GroupCommit(store.events),
        readers=Readers(
            salts=store.events.salts,
            secret=hashlib.sha256(b"kb.service/readers" + secret).digest(),
            identity=_identity(config.measure.identity),
            held=config.measure.holdout,
        ),
        crowd=Crowd(store.crowding.weeks),
        terms=Terms(Redactor.of(config.redaction)),
        now=now,
        is_team=is_team,
        secret=secret,
        page_key=config.page_key(),
    )


def make_passing(config: Config, store: Store, *, now: Callable[[], datetime]) -> Passing:
    """Return what passes customers' tickets on, to where the workspace wants them.

    Raises:
        ConfigError: The workspace has no key, or `form.to` is no help desk there is.
    """
    if config.form.to not in ("", *FORMS):
        raise no_form()
    return Passing(
        outbox=store.outbox,
        redactor=Redactor.of(config.redaction),
        now=now,
        to=config.form.to,
        secret=hashlib.sha256(b"kb.service/passing" + config.secret()).digest(),
    )


def _identity(name: str) -> Identity:
    if name not in list(Identity):
        raise ConfigError(
            "measure.identity", "it is no level there is", f"Use {', '.join(Identity)}"
        )
    return Identity(name)


def _draining(
    inbox: GroupCommit, turn: Callable[[], None]
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        turning = asyncio.create_task(_hourly(turn))
        yield
        turning.cancel()
        await run_in_threadpool(inbox.close)

    return lifespan


async def _hourly(turn: Callable[[], None]) -> None:
    """Old salts go even where no reader comes; a busy database is asked again in an hour."""
    while True:
        with contextlib.suppress(KbError):
            await run_in_threadpool(turn)
        await asyncio.sleep(3600)
