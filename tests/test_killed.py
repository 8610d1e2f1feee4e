"""Killed at any step and run again, the loop ends as if it had not been killed."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from importlib.resources import files
from pathlib import Path

import pytest

STEPS = (
    ("pull",),
    ("triage", "--auto"),
    ("draft",),
    ("review", "submit", "@draft"),
    ("review", "approve", "@in_review", "--as", "tomas@ferrywright.example"),
    ("publish",),
)
KILLS = int(os.environ.get("KILLS", "24"))
SEED = int(os.environ.get("SEED", "7"))


def _start(folder: Path, step: tuple[str, ...]) -> subprocess.Popen[bytes]:
    env = {**os.environ, "SOURCE_DATE_EPOCH": "1772445600", "KB_SECRET": "no secret",
           "KB_PERSON": "ines@ferrywright.example"}  # fmt: skip
    command = [sys.executable, "-m", "kb", *_named(folder, step)]
    return subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _named(folder: Path, step: tuple[str, ...]) -> list[str]:
    """Replace @state by the ids of all drafts in that state."""
    words: list[str] = []
    for word in step:
        if word.startswith("@"):
            texts = ((p, p.read_text()) for p in sorted((folder / "docs/drafts").glob("*.md")))
            words += [p.stem for p, text in texts if f"\nstate: {word[1:]}\n" in text]
        else:
            words.append(word)
    return words


def _walk(folder: Path, kill: random.Random | None) -> None:
    for step in STEPS:
        if kill:
            for _ in range(KILLS // len(STEPS)):
                process = _start(folder, step)
                time.sleep(kill.uniform(0.3, 1.6))
                process.send_signal(signal.SIGKILL)
                process.wait()
        process = _start(folder, step)
        process.wait()


def _tree(folder: Path) -> dict[str, bytes]:
    docs = folder / "docs"
    return {str(p.relative_to(docs)): p.read_bytes() for p in docs.rglob("*") if p.is_file()}


def _rows(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / ".kb/store.sqlite3")) as store:
        return list(store.iterdump())


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with three months of the bundled tickets."""
    folder = tmp_path / "whole"
    subprocess.run(
        [sys.executable, "-m", "kb", "init", str(folder)], check=True, capture_output=True
    )
    bundled = Path(str(files("kb.helpdesk"))) / "tickets"
    for path in sorted(bundled.glob("*.jsonl"))[:3]:
        shutil.copy(path, folder / "tickets")
    return folder


def test_killed_at_any_step(workspace: Path, tmp_path: Path) -> None:
    """The same tree and the same rows, however often it was killed on the way."""
    killed = tmp_path / "killed"
    shutil.copytree(workspace, killed)
    _walk(workspace, None)
    _walk(killed, random.Random(SEED))

    assert _tree(workspace) == _tree(killed)
    assert _rows(workspace) == _rows(killed)
    assert [p for p in _tree(workspace) if p.startswith("articles/")]
