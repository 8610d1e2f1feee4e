"""Runs a PostgreSQL of the tests' own."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest

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
            missing(f"PostgreSQL's {program} failed: {done.stderr.strip()[-400:]}")

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


def missing(why: str) -> None:
    """Skip, or fail where a skipped half of the tests would go unseen."""
    if os.environ.get("CI"):
        pytest.fail(why)
    pytest.skip(why)


def programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, None where there is none."""
    found = sorted(path for place in _PLACES for path in Path("/").glob(place.lstrip("/")))
    if (initdb := shutil.which("initdb")) is not None:
        found.append(Path(initdb).resolve().parent)
    return next((path for path in reversed(found) if (path / "initdb").exists()), None)
