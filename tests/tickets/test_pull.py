"""Tests of `kb pull` as a person runs it: killed, run again, fed poison, mended."""

import base64
import contextlib
import io
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from desks import Desk, open_desk
from factories import make_raw

from kb.cli import out
from kb.cli.main import cli
from kb.errors import KbError
from kb.store.store import open_store

SHARED = Path(__file__).parents[3] / "shared" / "data" / "sumo-thunderbird"


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    returncode: int
    stdout: str
    stderr: str


def kb(folder: Path, *arguments: str, **variables: str) -> Done:
    """Run `kb` in a workspace; here, because a process a command would take its time."""
    stdout, stderr = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        pytest.MonkeyPatch.context() as patch,
        contextlib.redirect_stdout(stdout),
        contextlib.redirect_stderr(stderr),
    ):
        for name, value in {"KB_SECRET": "no secret", **variables}.items():
            patch.setenv(name, value)
        try:
            code = cli.main(list(arguments), standalone_mode=False) or 0
        except KbError as error:
            out.say(str(error))
            code = error.exit_code
    return Done(code, stdout.getvalue(), stderr.getvalue())


ALONE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024, file=sys.stderr)
"""
"""Runs a command and tells its peak in MiB: a child begins with the peak of whoever starts it."""


def process(folder: Path, *arguments: str) -> subprocess.Popen[bytes]:
    """Start `kb` as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "kb", *arguments], cwd=folder, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, env={**os.environ, "KB_SECRET": "no secret"},
    )  # fmt: skip


def pulled(folder: Path, *arguments: str, **variables: str) -> dict[str, Any]:
    """Run `kb pull --json` and return what it printed; it ends with 1 where letters are dead."""
    done = kb(folder, "pull", *arguments, "--json", **variables)
    assert done.returncode in (0, 1), done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert bool(told["dead_letters"]) == done.returncode
    return told


def rows(folder: Path) -> list[str]:
    """Return the store's tables, line by line."""
    with closing(sqlite3.connect(folder / ".kb" / "store.sqlite3")) as store:
        return list(store.iterdump())


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    assert 0 == kb(tmp_path, "init", ".").returncode
    return tmp_path


def export(path: Path, numbers: range, poison: dict[int, bytes] | None = None) -> None:
    """Write an export; poison stands where a ticket would."""
    lines = [
        (poison or {}).get(number) or json.dumps(make_raw(number)).encode() for number in numbers
    ]
    path.write_bytes(b"".join(line + b"\n" for line in lines))


def _poison() -> dict[int, bytes]:
    """Return lines that were made to stop a run, each at the number of a ticket."""

    def with_body(body: str) -> bytes:
        raw = make_raw(0)
        raw["comments"][0]["body"] = body
        return json.dumps(raw).encode()

    wrong = [
        b"\xff\xfe\x00", b"{", b"null", b"[" * 100_000, b'{"a":' * 50_000, b"\x00" * 1000,
        b'{"id": 1}', json.dumps(make_raw(0, comments=None)).encode(),
        json.dumps(make_raw(0, id={"a": []})).encode(),
        json.dumps(make_raw(0, created_at="0000-00-00")).encode(),
        json.dumps(make_raw(0, created_at=1e400)).encode(),
        json.dumps(make_raw(0, requester=None)).encode(),
        json.dumps(make_raw(0, comments=[make_raw(0)] * 10)).encode(),
        json.dumps(make_raw(0, severity=10**30)).encode(),
        json.dumps(make_raw(0, tags={"a": 1}, status=["x"])).encode(),
        with_body("x" * 1_000_001), b'"' + b"x" * 17_000_000 + b'"', b"NaN", b"1e999",
        json.dumps(make_raw(0, id="../../etc/passwd")).encode(),
    ]  # fmt: skip
    return {3 * place + 1: line for place, line in enumerate(wrong)}


def test_poison_never_stops_the_run(workspace: Path) -> None:
    """Every good ticket comes in; each bad one is a dead letter that quotes nothing."""
    poison = _poison()
    export(workspace / "tickets" / "a.jsonl", range(200), poison)
    told = pulled(workspace)

    assert (200 - len(poison), [f"a.jsonl:{number + 1}" for number in poison]) == (
        told["tickets"],
        sorted(told["dead_letters"], key=lambda one: int(one.rpartition(":")[2])),
    )
    assert [] == [row for row in rows(workspace) if "etc/passwd" in row]


def test_strange_text_comes_in(workspace: Path) -> None:
    """What is only strange is no poison: controls, half characters, other scripts, empty bodies."""
    strange = ["", " ", "\x00\x1b[31m", "\ud800", "\u202e", "🦀" * 1000, "ﷺ", "\r\n" * 1000, "{{7*7}}",
               "<script>alert(1)</script>", "'; DROP TABLE tickets; --", "\\" * 500, "`" * 500]  # fmt: skip
    lines = []
    for number, body in enumerate(strange):
        raw = make_raw(number, subject=body)
        raw["comments"][0]["body"] = body
        lines.append(json.dumps(raw))
    (workspace / "tickets" / "a.jsonl").write_text("\n".join(lines), encoding="utf-8")

    assert (len(strange), []) == ((told := pulled(workspace))["tickets"], told["dead_letters"])


def test_mended_letters_come_in(workspace: Path) -> None:
    """A dead letter that was mended in place is taken up; one that was not is counted again."""
    path = workspace / "tickets" / "a.jsonl"
    export(path, range(5), {1: b"broken", 3: b"broken"})
    pulled(workspace)
    export(path, range(5), {3: b"broken"})

    assert {"tickets": 1, "dead_letters": ["a.jsonl:4"]} == {
        name: value
        for name, value in pulled(workspace, "--retry").items()
        if name in ("tickets", "dead_letters")
    }


def test_given_up_after_five_attempts(workspace: Path) -> None:
    """A dead letter that failed five times is left to a person, until the export is mended."""
    path = workspace / "tickets" / "a.jsonl"
    export(path, range(2), {1: b"broken"})
    pulled(workspace)
    for _ in range(6):
        last = kb(workspace, "pull", "--retry")
    attempts = [row for row in rows(workspace) if row.startswith('INSERT INTO "dead_letters"')]
    export(path, range(2))

    assert "failed 5 times and is left to you" in last.stderr
    assert attempts[0].endswith(",5);")
    assert [] == pulled(workspace)["dead_letters"]


def test_dead_letters_are_something_to_act_on(workspace: Path) -> None:
    """A scheduled pull ends with 1 while something could not be read, until it is mended or dropped."""
    path = workspace / "tickets" / "a.jsonl"
    export(path, range(4), {1: b"broken", 3: b"broken"})
    ended = [kb(workspace, "pull").returncode, kb(workspace, "pull").returncode]
    wrong = kb(workspace, "pull", "--drop", "a.jsonl:2", "--drop", "a.jsonl:3")
    left = kb(workspace, "pull", "--drop", "a.jsonl:2", "--json")
    last = kb(workspace, "pull", "--drop", "a.jsonl")

    assert ended == [1, 1]
    assert (wrong.returncode, wrong.stderr) == (
        1, "a.jsonl:3: no dead letter is there. Name one that kb pull tells.\n",
    )  # fmt: skip
    assert (left.returncode, json.loads(left.stdout)["dead_letters"]) == (1, ["a.jsonl:4"])
    assert (last.returncode, kb(workspace, "pull").returncode) == (0, 0)


def test_second_run_changes_nothing(workspace: Path) -> None:
    """Run again, not a row changes."""
    export(workspace / "tickets" / "a.jsonl", range(120))
    pulled(workspace)
    before = rows(workspace)

    assert 0 == pulled(workspace)["tickets"]
    assert before == rows(workspace)


def test_killed_and_run_again(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Killed at any moment and run again, the store ends as if it had not been."""
    export(workspace / "tickets" / "a.jsonl", range(400), {7: b"broken"})
    whole = tmp_path_factory.mktemp("whole")
    kb(whole, "init", ".")
    export(whole / "tickets" / "a.jsonl", range(400), {7: b"broken"})
    pulled(whole)
    for enough in (1, 200):
        run = process(workspace, "pull")
        while run.poll() is None and _count(workspace) < enough:
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
        run.communicate()
    pulled(workspace)

    assert rows(whole) == rows(workspace)


def _count(folder: Path) -> int:
    """Return how many tickets the store holds by now."""
    path = folder / ".kb" / "store.sqlite3"
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
            return int(store.execute("SELECT count(*) FROM tickets").fetchone()[0])
    except sqlite3.OperationalError:
        return 0


def test_path_from_anywhere(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """An export is named where the person stands, and has a cursor of its own."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    export(elsewhere / "a.jsonl", range(3))
    export(workspace / "tickets" / "b.jsonl", range(10, 12))

    assert [3, 2, 0] == [
        pulled(workspace, *named)["tickets"]
        for named in (["files", str(elsewhere / "a.jsonl")], [], ["files", str(elsewhere)])
    ]


@pytest.mark.parametrize(
    ("settings", "variables", "says"),
    [
        ('kind = "zendesc"', {}, "Use files, zendesk, github or jira"),
        ('kind = "zendesk"\nurl = "http://acme.zendesk.com"', {}, "KB_SOURCE_USER: it is not set"),
        ('kind = "zendesk"\nurl = "http://acme.zendesk.com"',
         {"KB_SOURCE_USER": "a", "KB_SOURCE_TOKEN": "canary"}, "source.url: it is not an https"),
        ('kind = "github"\nproject = "a/b/c"', {}, "source.project: it is not a repository"),
        ('kind = "jira"\nurl = "https://a.example"\nproject = "A B"',
         {"KB_SOURCE_USER": "a", "KB_SOURCE_TOKEN": "canary"}, "not a project's key"),
        ('kind = "files"\nsince = "soon"', {}, "source.since: it is not a date"),
    ],
)  # fmt: skip
def test_wrong_settings(
    workspace: Path, settings: str, variables: dict[str, str], says: str
) -> None:
    """A setting that is wrong is told by its name, with what to write; a credential never is."""
    (workspace / "kb.toml").write_text(f"[source]\n{settings}\n", encoding="utf-8")
    done = kb(workspace, "pull", **variables)

    assert (2, "") == (done.returncode, done.stdout)
    assert says in done.stderr
    assert "canary" not in done.stderr


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk({}) as opened:
        yield opened


def test_credentials_come_from_the_environment(workspace: Path, desk: Desk) -> None:
    """They are sent to the host, and stand in no file, message or log; refused, it ends with 3."""
    (workspace / "kb.toml").write_text(
        f'[source]\nkind = "zendesk"\nurl = "{desk.url}"\n', encoding="utf-8"
    )
    told = kb(workspace, "pull", KB_SOURCE_USER="mara", KB_SOURCE_TOKEN="canary")
    login = "Basic " + base64.b64encode(b"mara/token:canary").decode()
    kept = [p for p in workspace.rglob("*") if p.is_file() and b"canary" in p.read_bytes()]

    assert (3, [login], []) == (
        told.returncode,
        [one.headers["authorization"] for one in desk.seen],
        kept,
    )
    assert "canary" not in told.stdout + told.stderr
    assert login not in told.stderr


def test_pull_from_an_api(workspace: Path, desk: Desk) -> None:
    """`kb pull` reads a repository's issues; a second one asks behind the first and adds nothing."""
    at = "2026-06-01T09:00:00Z"
    issue = {
        "number": 1, "title": "It stops", "user": {"login": "quillback"}, "state": "closed",
        "comments": 0, "created_at": at, "updated_at": at, "closed_at": at, "body": "It stops.",
    }  # fmt: skip
    desk.replies["/repos/acme/ferry/issues"] = lambda _: [issue, {**issue, "number": 2, "title": 7}]
    (workspace / "kb.toml").write_text(
        f'[source]\nname = "gh"\nkind = "github"\nurl = "{desk.url}"\nproject = "acme/ferry"\n',
        encoding="utf-8",
    )
    first = pulled(workspace)
    before = rows(workspace)
    second = pulled(workspace)

    assert before == rows(workspace)
    assert (1, ["2"], 0) == (first["tickets"], first["dead_letters"], second["tickets"])
    assert "since=2026-06-01T09%3A00%3A00Z" in desk.asked[-1]
    assert 1 == _count(workspace)


def test_real_tickets(workspace: Path) -> None:
    """A set of real threads comes in whole, in memory that does not grow with it."""
    path = SHARED / "tickets-i18n-dev.jsonl.gz"
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    words = [sys.executable, "-m", "kb", "pull", "files", str(path), "--json"]
    run = subprocess.run(
        [sys.executable, "-c", ALONE, *words], cwd=workspace, capture_output=True, text=True,
        check=True, env={**os.environ, "KB_SECRET": "no secret"},
    )  # fmt: skip
    told, peak = json.loads(run.stdout), float(run.stderr.splitlines()[-1])

    assert (540, []) == (told["tickets"], told["dead_letters"])
    assert peak < 250


def test_due(workspace: Path) -> None:
    """With --due nothing is read until a hint came, and once it was read nothing is due."""
    export(workspace / "tickets" / "a.jsonl", range(3))
    hints = []
    for hint in (False, True, False):
        if hint:
            store = open_store(f"sqlite:///{workspace / '.kb' / 'store.sqlite3'}")
            store.tickets.hint("helpdesk", ("x",), at=datetime(2026, 6, 1, tzinfo=UTC))
            store.close()
        hints.append(pulled(workspace, "--due")["tickets"])

    assert [0, 3, 0] == hints
