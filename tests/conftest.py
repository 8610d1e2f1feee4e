"""What the tests of several rooms stand on: a shelf, and a store on SQLite and on PostgreSQL."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from server import PostgreSQL, missing, programs

from kb.articles.library import Library
from kb.redaction import Redactor
from kb.store.store import Store, open_store
from kb.tickets.intake import Intake

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A running PostgreSQL, started once a session (once a worker under xdist)."""
    found = programs()
    if found is None:
        missing("PostgreSQL is not installed (apt-get install postgresql)")
        return
    with tempfile.TemporaryDirectory(
        prefix="kb-pg-", dir="/tmp", ignore_cleanup_errors=True
    ) as name:
        server = PostgreSQL(found, Path(name))
        if os.geteuid() == 0:
            shutil.chown(name, "postgres")
        server.start()
        yield server
        server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite3'}"
    server: PostgreSQL = request.getfixturevalue("postgresql")
    return server.database()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open, empty store, once of each kind."""
    opened = open_store(database_url)
    yield opened
    opened.close()


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """An empty shelf on disk."""
    docs = tmp_path / "docs"
    (docs / "articles").mkdir(parents=True)
    (docs / "drafts").mkdir()
    return Library(docs)


@pytest.fixture
def intake() -> Intake:
    """The door for raw tickets, with the redactor as it comes."""
    return Intake(source="helpdesk", redactor=Redactor(), secret=b"a key for tests")
