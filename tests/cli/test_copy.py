"""Tests of `kb copy`: what the demonstration measured is told by the other database word for word."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import forked
import pytest
from factories import AT
from kb_command import kb
from server import PostgreSQL

from kb.feedback.letter import Letter
from kb.helpdesk.demo import TODAY
from kb.store.store import open_store

TOLD = (
    ("metrics", "--days", "90", "--json"),
    ("feedback", "--json"),
    ("doctor",),
    ("outbox", "--json"),
    ("review", "--json"),
)
NOW = f"{int(TODAY.timestamp())}"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's workspace, with letters that wait, have gone and could not go."""
    folder = tmp_path_factory.mktemp("demonstration") / "workspace"
    ended = forked.run("kb.helpdesk", str(folder), cwd=folder.parent)
    assert ended.returncode == 0, ended.stderr
    with closing(open_store(f"sqlite:///{folder}/.kb/store.sqlite3")) as store:
        letters = [Letter(key=f"card:{n}", destination="slack", body="{}") for n in range(3)]
        store.outbox.put(letters, at=AT)
        with store.database.transaction() as connection:
            connection.exec_driver_sql("UPDATE outbox SET state = 'dead' WHERE number = 1")
            connection.exec_driver_sql("UPDATE outbox SET state = 'sent' WHERE number = 2")
    return folder


def told(folder: Path, **env: str) -> list[tuple[int, str]]:
    """Return what each command that looks at the store says."""
    ended = [kb(folder, *command, SOURCE_DATE_EPOCH=NOW, **env) for command in TOLD]
    return [(one.returncode, one.stdout) for one in ended]


def test_other_database_tells_the_same(workspace: Path, postgresql: PostgreSQL) -> None:
    """To PostgreSQL and back: the same figures, letters, looks and queue; the same bytes at last."""
    before, url = told(workspace), postgresql.database()
    ended = kb(workspace, "copy", "--to", url)
    back = workspace / "back.sqlite3"

    assert ended.returncode == 0, ended.stderr
    assert re.search(r"\nevents +([1-9]\d{3,}) +\1\n", ended.stdout)
    assert "delete the old store" in ended.stderr
    assert before == told(workspace, KB_DATABASE=url)
    assert kb(workspace, "copy", "--to", f"sqlite:///{back}", KB_DATABASE=url).returncode == 0
    assert _dump(workspace / ".kb" / "store.sqlite3") == _dump(back)


def _dump(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as database:
        return sorted(database.iterdump())


def test_full_target_is_refused(workspace: Path, tmp_path: Path) -> None:
    """A second copy into the same place changes nothing, and says so with 3."""
    target = f"sqlite:///{tmp_path}/target.sqlite3"
    assert kb(workspace, "copy", "--to", target, "--json").returncode == 0
    again = kb(workspace, "copy", "--to", target)
    itself = kb(workspace, "copy", "--to", target, KB_DATABASE=target)

    assert (again.returncode, itself.returncode) == (3, 2)
    assert "it holds rows already" in again.stderr
    assert "it is the store that is copied" in itself.stderr


def test_running_service_is_refused(workspace: Path, tmp_path: Path) -> None:
    """While somebody serves the workspace, nothing is copied."""
    url = f"sqlite:///{workspace}/.kb/store.sqlite3"
    with closing(open_store(url)):
        ended = kb(workspace, "copy", "--to", f"sqlite:///{tmp_path}/target.sqlite3")

    assert ended.returncode == 3
    assert "Stop kb serve" in ended.stderr


def test_doctor_tells_of_a_store_that_was_left_behind(workspace: Path, tmp_path: Path) -> None:
    """Who names another database and copies nothing hears of it before the first reader comes."""
    ended = kb(workspace, "doctor", KB_DATABASE=f"sqlite:///{tmp_path}/new.sqlite3")

    assert ended.returncode == 1
    assert "store.sqlite3 is read no more. Take KB_DATABASE" in ended.stdout
