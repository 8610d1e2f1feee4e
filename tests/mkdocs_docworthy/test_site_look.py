"""The look ahead at new articles: what it finds fit is known, and it is no verdict."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from kb.gates.site import CACHE

SCRIPT = """
import sys
from pathlib import Path
from kb.config import Config
from mkdocs_docworthy.final_bytes import Look

root = Path(sys.argv[1])
look = Look(site=root / "site", kb=Config(root=root), settings=root / "mkdocs.yml")
process = look.ahead()
if process:
    process.join()
    print(process.exitcode)
print(*look.refusals(()) if sys.argv[2:] else (), sep="\\n")
"""
"""By itself, as a build is: a process with threads does not look ahead."""


def run(root: Path, *then: str) -> list[str]:
    command = [sys.executable, "-c", SCRIPT, str(root), *then]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_look_ahead_fills_the_ledger_and_refuses_nothing(tmp_path: Path) -> None:
    """The clean article is known before the last look, the other is refused by it."""
    token = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0hL3nR6"
    for name, said in (("articles/a", "One."), ("articles/b", token), ("other", "Two.")):
        page = tmp_path / "site" / name / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(f"<main>{said}</main>")

    assert run(tmp_path)[0] == "0"
    with closing(sqlite3.connect(tmp_path / ".kb" / CACHE)) as ledger:
        assert ledger.execute("SELECT name FROM files").fetchall() == [("articles/a/index.html",)]

    assert [line.partition(":")[0] for line in run(tmp_path, "then")[1:]] == [
        "articles/b/index.html"
    ]
