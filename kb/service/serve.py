"""Runs the service on uvicorn until it is told to stop, and lets requests under way finish."""

import contextlib
import gc
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import uvicorn

from kb.config import Config, Service
from kb.errors import SourceError
from kb.service.app import assemble
from kb.service.lingering import BACKLOG, room
from kb.store.store import Store

DRAIN_SECONDS = 10
_SWITCH_SECONDS = 0.0001
"""The thread that writes needs the interpreter five times a group, and everybody in the group waits
while it waits: fifty times the usual haste halves what a group takes."""


def serve(
    config: Config,
    store: Store,
    *,
    now: Callable[[], datetime],
    on_ready: Callable[[str], None],
    site: Path | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; requests under way have ten seconds to finish.

    Nothing is printed and no request is logged: an access log would hold readers' addresses. A
    proxy on this machine may name the reader's address in `X-Forwarded-For`; others may not.

    Args:
        on_ready: Told the team's one-time link as soon as the port listens.
        site: A built site to be served beside the service.

    Raises:
        SourceError: The port cannot be listened on, or there is no site.
    """
    if site is not None and not site.is_dir():
        raise SourceError(site, "no built site is there", "Run mkdocs build, or name its folder")
    sys.setswitchinterval(_SWITCH_SECONDS)
    token = secrets.token_urlsafe(32)
    service = assemble(config, store, now=now, token=token, site=site)
    settings = uvicorn.Config(
        service.app,
        http=replace(service.beacons, most=room()).connection,  # type: ignore[arg-type]
        host=config.service.host,
        port=config.service.port,
        access_log=False,
        log_config=None,
        log_level="error",  # a broken request is no news, and anybody can send a million
        backlog=BACKLOG,
        server_header=False,
        lifespan="on",
        proxy_headers=False,  # the app does it itself, after it kept who really connected
        timeout_graceful_shutdown=DRAIN_SECONDS,
    )
    with _listening(config.service) as listening:
        address = address_of(config.service.host, listening.getsockname()[1])
        gc.freeze()  # what stays for good is never looked through again for what does not
        on_ready(f"{address}/team/enter?token={token}")
        # uvicorn raises the signal again once it has drained: that is done, not a failure.
        before = signal.signal(signal.SIGTERM, lambda *_: None)
        with contextlib.suppress(KeyboardInterrupt):
            uvicorn.Server(settings).run(sockets=[listening])
        signal.signal(signal.SIGTERM, before)


def _listening(service: Service) -> socket.socket:
    """Listen before anything is told, so that a taken port is an error and not a dead process."""
    family = socket.AF_INET6 if ":" in service.host else socket.AF_INET
    try:
        return socket.create_server((service.host, service.port), family=family)
    except OSError as error:
        raise SourceError(
            address_of(service.host, service.port),
            f"it cannot be listened on ({_reason(error)})",
            "Stop what does, or set service.port in kb.toml",
        ) from None


def _reason(error: OSError) -> str:
    """Return the system's own words; Python adds the address to them, which is told already."""
    if isinstance(error, socket.gaierror) or error.errno is None:
        return str(error.strerror)
    return os.strerror(error.errno)


def address_of(host: str, port: int) -> str:
    """Return the service's address, brackets around IPv6."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
