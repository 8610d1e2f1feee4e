"""Tests of the word to the team that a secret is to be rotated: its kind and ticket, never itself."""

import json
from pathlib import Path

import pytest
from factories import make_raw
from kb_command import kb

SECRET = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0hL3nR6"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace into which a ticket with a token came, and one that is mended later."""
    assert 0 == kb(tmp_path, "init").returncode
    raw = make_raw(7)
    raw["comments"][0]["body"] += f"\n\ntoken = {SECRET}"
    late = {**make_raw(8), "status": "odd"}
    late["comments"][0]["body"] += f"\n\ntoken = {SECRET}"
    lines = json.dumps(raw) + "\n" + json.dumps(late) + "\n"
    (tmp_path / "tickets" / "may.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


def test_every_channel_tells(folder: Path) -> None:
    """The pull, the digest for people and for programs all name ticket and kind."""
    told = kb(folder, "pull")
    digest = kb(folder, "feedback")
    wire = json.loads(kb(folder, "feedback", "--json").stdout)

    assert "helpdesk:7: a live secret (github-token)" in told.stderr
    assert "**helpdesk:7** held a live secret (github-token)" in digest.stdout
    assert [{"ticket": "helpdesk:7", "kind": "github-token"}] == wire["digest"]["live_secrets"]
    for run in (told, digest):
        assert SECRET not in run.stdout + run.stderr


def test_what_comes_in_late_tells_too(folder: Path) -> None:
    """A dead letter that was mended is looked at like any ticket."""
    kb(folder, "pull")
    path = folder / "tickets" / "may.jsonl"
    path.write_text(path.read_text().replace('"odd"', '"solved"'), encoding="utf-8")

    assert "helpdesk:8: a live secret (github-token)" in kb(folder, "pull", "--retry").stderr
