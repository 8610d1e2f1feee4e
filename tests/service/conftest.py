"""The service's fixtures: served on loopback, a browser without a session, a signed-in one."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from yard import NOW, ORIGIN, TOKEN, Running, fill, served

from kb.articles.library import Library
from kb.config import Config, Form, Measure, Service
from kb.service.app import assemble
from kb.store.store import open_store


@pytest.fixture
def database() -> str:
    """Give the database's URL, `""` for SQLite in the workspace; a file of tests may override it."""
    return ""


@pytest.fixture
def measure() -> Measure:
    """Give what kb.toml says of measuring; a file of tests may override it."""
    return Measure()


@pytest.fixture
def form() -> Form:
    """Give what kb.toml says of the contact form; a file of tests may override it."""
    return Form()


@pytest.fixture
def running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str, measure: Measure, form: Form
) -> Iterator[Running]:
    """Give the service, served by uvicorn on a free port of the loopback."""
    monkeypatch.setenv("KB_SECRET", "a secret for tests")
    monkeypatch.setenv("KB_DATABASE", database)
    service = Service(origins=(ORIGIN,))
    config = Config(root=tmp_path, service=service, measure=measure, form=form)
    store, library = open_store(config.database), Library(config.docs)
    fill(library, store)
    (config.docs / "index.md").write_text("# Ferrywright\n\nShips files between yards.\n")
    service = assemble(config, store, now=lambda: NOW, token=TOKEN)
    with contextlib.closing(store), served(service.app, service.beacons.connection) as address:
        yield Running(address=address, store=store, library=library, folder=config.state)


@pytest.fixture
def signing(
    monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, database: str
) -> Running:
    """Give the service of a site whose pages are signed."""
    monkeypatch.setenv("KB_PAGE_KEY", "a page key for tests")
    found: Running = request.getfixturevalue("running")
    return found


@pytest.fixture
def visitor(running: Running) -> Iterator[httpx2.Client]:
    """Give a browser without a session."""
    with running.visitor() as client:
        yield client


@pytest.fixture
def member(running: Running) -> Iterator[httpx2.Client]:
    """Give a browser that came in by the link, and names its own origin as browsers do."""
    with running.visitor(Origin=running.address) as client:
        assert 303 == client.get(f"/team/enter?token={TOKEN}").status_code
        yield client
