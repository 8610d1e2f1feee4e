"""A real git repository in which tests commit, tag and plant."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

_WHO = {
    "GIT_AUTHOR_NAME": "Mara Lind",
    "GIT_AUTHOR_EMAIL": "mara.lind@ferrywright.example",
    "GIT_COMMITTER_NAME": "Mara Lind",
    "GIT_COMMITTER_EMAIL": "mara.lind@ferrywright.example",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


@dataclass(frozen=True, slots=True)
class Repository:
    """The folder of one repository."""

    root: Path

    def git(self, *arguments: str, data: bytes = b"") -> str:
        """Run git as a person would."""
        run = subprocess.run(
            ["git", *arguments], cwd=self.root, env={**os.environ, **_WHO}, input=data,
            capture_output=True, check=True,
        )  # fmt: skip
        return run.stdout.decode().strip()

    def commit(self, message: str = "More", **files: str | bytes) -> str:
        """Write the files (`__` stands for `/`, `_dot_` for `.`), commit all, return the id."""
        for name, content in files.items():
            path = self.root / name.replace("__", "/").replace("_dot_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")


def repository(root: Path) -> Repository:
    """Make a repository with one commit."""
    root.mkdir(parents=True, exist_ok=True)
    made = Repository(root)
    made.git("init", "-q", "-b", "main")
    made.commit("Begin", README_dot_md="# Docs\n")
    return made
