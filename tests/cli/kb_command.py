"""Runs the real `kb` in a folder, as a person would."""

import os
import subprocess
from pathlib import Path

import forked

PERSON = "ines@ferrywright.example"


def kb(
    folder: Path, *arguments: str, told: str = "", **env: str
) -> subprocess.CompletedProcess[str]:
    """Run `kb` in `folder`, told these lines, and return how it ended, with what it said."""
    known = {"KB_PERSON": PERSON, "KB_SECRET": "a key for tests", **env}
    return forked.run("kb", *arguments, cwd=folder, env={**os.environ, **known}, told=told)


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below `folder` with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
