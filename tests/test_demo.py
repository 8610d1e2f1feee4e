"""The demonstration goes once around the loop, measures what was planted, and repeats nothing."""

import sqlite3
import subprocess
import sys
from pathlib import Path


def _run(folder: Path) -> str:
    ended = subprocess.run(
        [sys.executable, "-m", "kb.helpdesk", str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def _state(folder: Path) -> tuple[dict[str, bytes], list[str]]:
    files = (p for p in folder.rglob("*") if p.is_file() and ".kb" not in p.parts)
    with sqlite3.connect(folder / ".kb" / "store.sqlite3") as store:
        rows = list(store.iterdump())
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}, rows


def test_once_around_and_again(tmp_path: Path) -> None:
    """The planted truth lies inside the interval, and a second run changes no file and no row."""
    said = _run(tmp_path / "workspace")
    before = _state(tmp_path / "workspace")
    again = _run(tmp_path / "workspace")

    assert "inside the interval" in said
    assert said == again
    assert before == _state(tmp_path / "workspace")
