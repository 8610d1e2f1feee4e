"""The workspace's file of settled findings, and everything else that a verdict is made from."""

import os
from functools import lru_cache
from pathlib import Path

from kb.articles.settled import Settled, Settlement, from_lines, to_line
from kb.errors import ConfigError, RedactionError
from kb.gates import identities
from kb.gates.scanner import Rulebook
from kb.gates.verdict import Judge

FILE = "kb.settled.jsonl"
"""Beside kb.toml, and like it in git: who settled what, when, by which rule; never the value."""


def read(root: Path, key: bytes) -> Settled:
    """Return what was settled in the workspace at `root`; without a file, nothing is.

    Raises:
        ConfigError: The file cannot be read, or a line of it is no decision.
    """
    path = root / FILE
    try:
        state = path.stat()
    except FileNotFoundError:
        return Settled((), key)
    return Settled(_rows(path, state.st_mtime_ns, state.st_size), key)


@lru_cache(maxsize=4)
def _rows(path: Path, _changed: int, _size: int) -> tuple[Settlement, ...]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(FILE, "it cannot be read as UTF-8", "Take it back to git's") from None
    return from_lines(text, FILE)


def append(root: Path, row: Settlement) -> None:
    """Add a decision to the file, durable on return."""
    with (root / FILE).open("a", encoding="utf-8") as file:
        file.write(to_line(row))
        file.flush()
        os.fsync(file.fileno())


def judge(root: Path, state: Path, book: Rulebook, key: bytes, said: str) -> Judge:
    """Return what a verdict over the workspace at `root` depends on.

    Args:
        root: The workspace.
        state: Its folder `.kb/`.
        book: What the scanner has to be.
        key: The workspace's key, `b""` where there is none: then no decision is known, and the
            gate is the stricter for it.
        said: The words that the team wrote by hand.

    Raises:
        ConfigError: The file of settled findings cannot be read.
        RedactionError: The customers' hashes are there, but cannot be read or have no key.
    """
    if not key and (state / identities.FILE).exists():
        raise RedactionError(
            identities.FILE, "there is no key to the customers' hashes", "Set KB_SECRET"
        )
    return Judge(
        book=book, settled=read(root, key), identities=identities.read(state, key), said=said
    )
