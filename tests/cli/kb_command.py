"""Runs the real `kb` in a folder, as a person would."""

import os
import subprocess
import sys
from pathlib import Path

PERSON = "ines@ferrywright.example"


def kb(folder: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run `kb` in `folder` and return how it ended, with what it said."""
    known = {"KB_PERSON": PERSON, "KB_SECRET": "a key for tests", **env}
    return subprocess.run(
        [sys.executable, "-m", "kb", *arguments],
        cwd=folder,
        env={**os.environ, **known},
        capture_output=True,
        text=True,
        check=False,
    )


def tree(folder: Path) -> dict[str, bytes]:
    """Return every file below `folder` with its bytes."""
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
