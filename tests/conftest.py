"""What the tests of several rooms stand on: a shelf, and a store on SQLite and on PostgreSQL."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings

from kb.articles.library import Library
from kb.redaction import Redactor
from kb.store.store import Store, open_store
from kb.tickets.intake import Intake

settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")
_NUMBERS = count(1)
_PLACES = ("/usr/lib/postgresql/*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/pgsql-*/bin")


@dataclass(frozen=True, slots=True)
class PostgreSQL:
    """A server of our own: one folder, one socket in it, gone after the session."""

    programs: Path
    folder: Path

    def run(self, program: str, *arguments: str) -> None:
        """Run one of its programs, as the user postgres when we are root (it refuses root)."""
        command = [str(self.programs / program), *arguments]
        if os.geteuid() == 0:
            command = [
                shutil.which("runuser") or "/usr/sbin/runuser",
                "-u",
                "postgres",
                "--",
                *command,
            ]
        done = subprocess.run(
            command, cwd=self.folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        if done.returncode:
            _missing(f"PostgreSQL's {program} failed: {done.stderr.strip()[-400:]}")

    def start(self) -> None:
        """Make the cluster and start it; it listens on the socket in its folder alone."""
        data = str(self.folder / "data")
        self.run("initdb", "-D", data, "-U", "docworthy", "-A", "trust", "-E", "UTF8", "-N")
        settings = f"-c listen_addresses= -c fsync=off -k {self.folder}"
        log = str(self.folder / "log")
        self.run("pg_ctl", "start", "-w", "-D", data, "-l", log, "-o", settings)

    def stop(self) -> None:
        """Stop it at once: nothing in it is worth keeping."""
        self.run("pg_ctl", "stop", "-D", str(self.folder / "data"), "-m", "immediate")

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of one of its databases."""
        return f"postgresql://docworthy@/{name}?host={self.folder}"

    def database(self, options: str = "") -> str:
        """Make a fresh database, as SQL's `options` want it, and return its URL."""
        name = f"store_{next(_NUMBERS)}"
        with psycopg.connect(
            dbname="postgres", user="docworthy", host=str(self.folder), autocommit=True
        ) as connection:
            connection.execute(f"CREATE DATABASE {name} {options}".encode())
        return self.url(name)


def _missing(why: str) -> None:
    """Skip, or fail where a skipped half of the tests would go unseen."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def _programs() -> Path | None:
    found = sorted(path for place in _PLACES for path in Path("/").glob(place.lstrip("/")))
    if (initdb := shutil.which("initdb")) is not None:
        found.append(Path(initdb).resolve().parent)
    return next((path for path in reversed(found) if (path / "initdb").exists()), None)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A running PostgreSQL, started once a session (once a worker under xdist)."""
    programs = _programs()
    if programs is None:
        _missing("PostgreSQL is not installed (apt-get install postgresql)")
        return
    with tempfile.TemporaryDirectory(
        prefix="kb-pg-", dir="/tmp", ignore_cleanup_errors=True
    ) as name:
        server = PostgreSQL(programs, Path(name))
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
