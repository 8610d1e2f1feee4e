"""The machine-readable forms of `kb triage` and `kb draft`: an object a line, a line a ticket."""

import json
import os
from pathlib import Path
from typing import Any

import forked
import pytest
from factories import make_raw

UNTAGGED = {"tags": []}


def kb(folder: Path, *arguments: str) -> str:
    env = {**os.environ, "KB_SECRET": "no secret", "KB_PERSON": "ines@vendor.example"}
    run = forked.run("kb", *arguments, cwd=folder, env=env)
    run.check_returncode()
    return run.stdout


def rows(folder: Path, *arguments: str) -> dict[str, Any]:
    """Return what a command says of each ticket."""
    said = [json.loads(line) for line in kb(folder, *arguments, "--json").splitlines()]
    return {row["id"]: row for row in said}


def workspace(folder: Path, *tickets: dict[str, Any]) -> Path:
    kb(folder, "init")
    text = "".join(json.dumps(ticket) + "\n" for ticket in tickets)
    (folder / "tickets" / "export.jsonl").write_text(text)
    kb(folder, "pull")
    return folder


def unsolved(number: int, **overrides: Any) -> dict[str, Any]:
    raw = make_raw(number, **overrides)
    return {**raw, "comments": raw["comments"][:2]}


@pytest.fixture(scope="module")
def unmarked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace whose help desk marks nothing: a solved, an unconfirmed and an open ticket."""
    return workspace(
        tmp_path_factory.mktemp("unmarked"),
        make_raw(1, **UNTAGGED),
        unsolved(2, **UNTAGGED),
        make_raw(3, **{**UNTAGGED, "status": "open"}),
    )


def test_every_ticket_has_its_line(unmarked: Path) -> None:
    """Where nothing is marked every ticket is considered, and each has one line in both forms."""
    triaged = rows(unmarked, "triage", "--auto")
    drafted = rows(unmarked, "draft")
    outcomes = {"1": "new", "2": "declined", "3": "declined"}

    assert outcomes == {key: row["outcome"] for key, row in triaged.items()}
    assert outcomes == {key: row["outcome"] for key, row in drafted.items()}
    assert (True, True, False) == tuple(row["decided"] for row in triaged.values())


def test_evidence_names_the_message(unmarked: Path) -> None:
    """The resolution's evidence is the index of the message that solved it."""
    rows(unmarked, "triage", "--auto")
    drafted = rows(unmarked, "draft")
    answers = {
        key: {e["message"] for e in row["evidence"] if e["section"] == "Resolution"}
        for key, row in drafted.items()
    }

    assert {"1": {1}, "2": {1}, "3": {1}} == answers
    assert (unmarked / drafted["1"]["path"]).read_text().count("proxy_read_timeout") > 0
    assert (None, None) == (drafted["2"]["article"], drafted["2"]["path"])


def test_again_says_the_same(unmarked: Path) -> None:
    """Run again, both say the same, and nothing is written twice."""
    first = rows(unmarked, "triage", "--auto"), rows(unmarked, "draft")
    again = rows(unmarked, "triage", "--auto"), rows(unmarked, "draft")
    written = [row.pop("written") for row in (*first[1].values(), *again[1].values())]
    for row in (*first[0].values(), *again[0].values()):
        if not row["decided"]:
            row.pop("at")

    assert first == again
    assert not any(written[3:])


def test_marked_tickets_alone(tmp_path: Path) -> None:
    """Where some tickets are marked, the others wait until --all looks at every one."""
    folder = workspace(tmp_path, make_raw(1), make_raw(2, **UNTAGGED))

    assert ["1"] == list(rows(folder, "triage", "--auto"))
    assert ["1", "2"] == list(rows(folder, "triage", "--auto", "--all"))
