"""Tests of settling findings at the command line: one key each, remembered, never written down."""

import json
import subprocess
from pathlib import Path

import forked
import pytest
from factories import make_article, submitted
from kb_command import PERSON, kb

from kb.articles.article import Article, State
from kb.articles.library import Library
from kb.articles.residue import SURE
from kb.redaction import Redactor
from kb.redaction.rules import rules

REVIEWER = "tove.aas@ferrywright.example"
LINE, VALUE = next(
    (line, line[found.start : found.end])
    for rule in rules()
    if rule.confidence < SURE
    for line in rule.lines
    for found in Redactor().find(line)
    if found.confidence < SURE
)


def article(words: str = LINE) -> Article:
    return make_article(
        by=PERSON, sections=(("Issue", words), ("Environment", "Ferry 4.2"),
                             ("Resolution", "1. Run `ferry fix`."))
    )  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace with one article in review that holds one unsure finding."""
    assert 0 == kb(tmp_path, "init").returncode
    Library(tmp_path / "docs").save(submitted(article(), by=PERSON))
    return tmp_path


def settle(folder: Path, keys: str) -> subprocess.CompletedProcess[str]:
    env = {"KB_SECRET": "a key for tests", "PATH": "/usr/bin:/bin"}
    words = ("check", "--settle", "--as", REVIEWER)
    return forked.run("kb", *words, cwd=folder, env=env, told=keys)


def one(folder: Path) -> Article:
    return Library(folder / "docs").articles()[0]


def test_unsettled_cannot_be_approved(folder: Path) -> None:
    """It may be submitted, but nobody approves it before it is settled."""
    refused = kb(folder, "review", "approve", "proxy-timeouts-1042", "--as", REVIEWER)

    assert 1 == refused.returncode
    assert "kb check" in refused.stderr
    assert VALUE not in refused.stderr


def test_not_sensitive(folder: Path) -> None:
    """One key lets it stand, for good: the reviewer who settled it may approve."""
    done = settle(folder, "n\n")

    assert (0, 1) == (done.returncode, done.stderr.count("⟦"))
    row = json.loads((folder / "kb.settled.jsonl").read_text())
    assert (REVIEWER, "not-sensitive") == (row["by"], row["verdict"])
    assert VALUE not in (folder / "kb.settled.jsonl").read_text()
    assert 0 == settle(folder, "").returncode
    approved = kb(folder, "review", "approve", "proxy-timeouts-1042", "--as", REVIEWER)
    assert (0, "") == (approved.returncode, approved.stderr)


def test_redact_this_too(folder: Path) -> None:
    """One key takes the words out; the article goes back to its writers, the file names who."""
    assert 0 == settle(folder, "r\n").returncode

    assert State.DRAFT is one(folder).state
    assert VALUE not in one(folder).section("Issue")
    assert REVIEWER == one(folder).history[-1].by
    row = json.loads((folder / "kb.settled.jsonl").read_text())
    assert "sensitive" == row["verdict"]


def test_skipped_is_left(folder: Path) -> None:
    """Skipping, or the end of input, decides nothing and ends with 1."""
    for keys in ("s\n", ""):
        done = settle(folder, keys)
        assert (1, True) == (done.returncode, "1 finding left" in done.stderr)
    assert not (folder / "kb.settled.jsonl").exists()


def test_a_sure_secret_is_not_waved_through(folder: Path) -> None:
    """Not sensitive, said of a secret beyond doubt, is refused, and keeps blocking."""
    secret = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0hL3nR6"
    Library(folder / "docs").save(article(f"token = {secret}"))

    done = settle(folder, "n\n")

    assert 1 == done.returncode
    assert "beyond doubt" in done.stderr
    assert not (folder / "kb.settled.jsonl").exists()


def test_settling_is_a_commit(folder: Path) -> None:
    """Where git is the store, taking words out is a commit on the article's branch."""
    with (folder / "kb.toml").open("a") as file:
        file.write("\n[review]\ngit = true\n")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    assert 0 == settle(folder, "r\n").returncode

    log = ["git", "log", "--format=%s", "kb/proxy-timeouts-1042"]
    told = subprocess.run(log, cwd=folder, capture_output=True, text=True, check=True)
    assert told.stdout.startswith("Edit proxy-timeouts-1042")
