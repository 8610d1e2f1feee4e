"""The front door: what is wrong is said on stderr in one sentence, with the documented code."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from factories import make_article, make_event, published
from kb_command import kb

from kb.articles.library import Library
from kb.config import load
from kb.feedback.letter import Letter, Receipt, Verdict
from kb.gates.identities import Roll
from kb.redaction import Known
from kb.store.store import open_store

BARE = ("audit", "freshness", "purge", "feedback", "outbox", "page", "watch")
"""Commands that no other test starts as a process of its own, from nothing."""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """An empty workspace."""
    kb(tmp_path, "init")
    return tmp_path


@pytest.mark.parametrize("command", BARE)
def test_every_command_by_itself(tmp_path: Path, command: str) -> None:
    """Each command finds all it needs in a process of its own, and says what it is for."""
    words = [sys.executable, "-m", "kb", command, "--help"]
    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert (0, "") == (ended.returncode, ended.stderr)
    assert f"Usage: python -m kb {command} " in ended.stdout


def test_misspelt_command(tmp_path: Path) -> None:
    """A misspelt command is wrong usage, and the one that was meant is named."""
    ended = kb(tmp_path, "pulll")

    assert ended.returncode == 2
    assert "Did you mean 'pull'?" in ended.stderr


@pytest.mark.parametrize("words", [(), ("review",), ("outbox",)])
def test_no_command_is_told_by_half(tmp_path: Path, words: tuple[str, ...]) -> None:
    """The list of commands cuts no sentence, at whatever width it is read."""
    told = kb(tmp_path, *words, "--help").stdout.partition("\nCommands:\n")[2]

    assert told
    assert "..." not in told


@pytest.mark.parametrize("days", ["0", "-5", "999999"])
@pytest.mark.parametrize("command", ["metrics", "feedback"])
def test_a_window_is_a_length(workspace: Path, command: str, days: str) -> None:
    """A window that ends before it begins, or begins before the calendar, is wrong usage."""
    ended = kb(workspace, command, "--days", days)

    assert (2, "") == (ended.returncode, ended.stdout)
    assert "is not in the range" in ended.stderr


def test_what_is_not_known_takes_one_line(workspace: Path) -> None:
    """Articles whose effect is not known for the same reason are counted, not listed."""
    library = Library(workspace / "docs")
    for number in range(3):
        library.save(published(make_article(id=f"article-{number}", tags=(f"topic-{number}",))))
    told = kb(workspace, "metrics").stdout

    assert 1 == told.count("article_effect ")
    assert re.search(r"article_effect +3 articles +not enough data", told)


def test_no_workspace(tmp_path: Path) -> None:
    """Outside a workspace it says so and what to do, and prints no data."""
    ended = kb(tmp_path, "metrics")

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.endswith("Run kb init in the folder of mkdocs.yml.\n")


def test_misspelt_option_of_the_configuration(workspace: Path) -> None:
    """A key that does not exist is refused, with the one that may have been meant."""
    (workspace / "kb.toml").write_text("[triage]\ntag = ['x']\n")
    ended = kb(workspace, "doctor")

    assert ended.returncode == 1
    assert "Did you mean 'tags'" in ended.stdout


def test_doctor_says_each_thing_once(workspace: Path) -> None:
    """What stands on something broken points there; a missing driver is not a misspelt address."""
    without = "import sys; sys.modules['psycopg'] = None; from kb.cli.main import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", without, "doctor"],
        cwd=workspace, env={**os.environ, "KB_DATABASE": "postgresql://nobody@127.0.0.1:9/x"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ended.returncode == 1
    assert 1 == ended.stdout.count("psycopg is not installed. pip install 'docworthy[postgresql]'.")
    assert 3 == ended.stdout.count("see store")


def test_doctor_tries_the_key(workspace: Path) -> None:
    """A key by which no customer would be known is to be mended."""
    roll = Roll(workspace / ".kb", b"the key of the first pull")
    roll.add(Known(names=("Quirina Vandersloot",)))
    roll.write()
    ended = kb(workspace, "doctor")

    assert ended.returncode == 1
    assert "made with another key. Set KB_SECRET" in ended.stdout


def test_full_disk(workspace: Path) -> None:
    """Where its words cannot be written it ends with 3 and one sentence, without a traceback."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "kb", "doctor", "--json"],
            cwd=workspace,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert ended.returncode == 3
    assert "No space left" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_doctor_names_what_is_missing(workspace: Path) -> None:
    """A site without the plugin is something to act on; --json holds every look."""
    (workspace / "mkdocs.yml").write_text("site_name: Quay\n")
    ended = kb(workspace, "doctor", "--json")
    looks = {row["check"]: row["ok"] for row in json.loads(ended.stdout)["checks"]}

    assert ended.returncode == 1
    assert [name for name, ok in looks.items() if not ok] == ["site"]


@pytest.mark.parametrize(
    ("minutes", "refused", "ok", "said"),
    [
        (10, False, True, "1 letter waiting"),
        (180, False, False, "1 for slack late, the oldest put 3 hours ago"),
        (10, True, False, "1 for slack dead, the oldest put 0 hours ago"),
    ],
)
def test_doctor_looks_at_the_outbox(
    workspace: Path, minutes: int, refused: bool, ok: bool, said: str
) -> None:
    """A letter that nobody sends for an hour, or that is dead, is something to act on."""
    at = datetime.now(UTC) - timedelta(minutes=minutes)
    with closing(open_store(load(workspace).database)) as store:
        store.outbox.put([Letter(key="digest:2026-W31", destination="slack", body="{}")], at=at)
        if refused and (held := store.outbox.take("slack", at=at)):
            store.outbox.mark(held, Receipt(verdict=Verdict.REFUSED), due=0, at=at)
    ended = kb(workspace, "doctor", "--json")
    looks = {row["check"]: row for row in json.loads(ended.stdout)["checks"]}

    assert ok == looks["outbox"]["ok"] == (ended.returncode == 0)
    assert said in looks["outbox"]["says"]


@pytest.mark.parametrize(
    ("days", "ok", "said"),
    [
        (None, False, "nothing has ever arrived. Run kb canary"),
        (0, True, "the last event came 0 hours ago"),
        (3, True, "the last event came 3 days ago"),
        (8, False, "nothing arrived for 8 days. Run kb canary"),
    ],
)
def test_doctor_hears_silence(workspace: Path, days: int | None, ok: bool, said: str) -> None:
    """Where articles are live and a week brought neither reader nor canary, that is to be acted on."""
    Library(load(workspace).docs).save(published())
    with closing(open_store(load(workspace).database)) as store:
        if days is not None:
            store.events.append(
                [make_event(1, at=datetime.now(UTC) - timedelta(days=days, minutes=1))]
            )
    ended = kb(workspace, "doctor", "--json")
    looks = {row["check"]: row for row in json.loads(ended.stdout)["checks"]}

    assert (ok, ok) == (looks["collector"]["ok"], ended.returncode == 0)
    assert said in looks["collector"]["says"]


def test_doctor_names_dead_letters(workspace: Path) -> None:
    """What could not be read is something to act on, and where to see it is told."""
    (workspace / "tickets" / "a.jsonl").write_text("broken\n")
    kb(workspace, "pull")
    ended = kb(workspace, "doctor")

    assert ended.returncode == 1
    assert "source: 1 dead letter. See kb pull: mend or drop them." in ended.stdout


def test_interrupted(workspace: Path) -> None:
    """Ctrl-C while it waits for an answer ends with 130 and says what is kept."""
    process = subprocess.Popen(
        [sys.executable, "-m", "kb", "redact"],
        cwd=workspace,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    process.stdin.write('{"id": "1", "text": "nothing private"}\n')
    process.stdin.flush()
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)

    assert process.returncode == 130
    assert "What was finished is kept" in said
