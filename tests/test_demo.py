"""The demonstration goes once around the loop, measures what was planted, and repeats nothing."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
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
    with closing(sqlite3.connect(folder / ".kb" / "store.sqlite3")) as store:
        rows = list(store.iterdump())
    return {str(p.relative_to(folder)): p.read_bytes() for p in files}, rows


def test_once_around_and_again(tmp_path: Path) -> None:
    """The planted truth lies inside the interval, and a second run changes no file and no row.

    What is served afterwards tells the same figures, whatever day it is.
    """
    said = _run(tmp_path / "workspace")
    before = _state(tmp_path / "workspace")
    again = _run(tmp_path / "workspace")

    assert "inside the interval" in said
    assert said == again
    assert before == _state(tmp_path / "workspace")
    assert _served(tmp_path / "workspace") in said


def _served(folder: Path) -> str:
    """Return what the figures' page tells at the time that `scripts/demo` serves by."""
    script = (Path(__file__).parents[1] / "scripts" / "demo").read_text(encoding="utf-8")
    clock = re.search(r"SOURCE_DATE_EPOCH=\$\(\"\$bin/python\" -c '(.+)'\)", script)
    assert clock
    at = subprocess.check_output([sys.executable, "-c", clock.group(1)], text=True).strip()
    ended = subprocess.run(
        [sys.executable, "-m", "kb", "metrics", "--days", "90", "--json"],
        cwd=folder, env={**os.environ, "SOURCE_DATE_EPOCH": at}, capture_output=True, check=True,
    )  # fmt: skip
    found = json.loads(ended.stdout)["explicit_deflection"]
    return f"({found['numerator']} of {found['denominator']};"
