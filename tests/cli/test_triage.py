"""Tests of the inbox: one key a decision, the way back, and what nobody marked."""

import json
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest
from cli.kb_command import PERSON, kb
from factories import make_event, make_raw

from kb.capture.triage import percent
from kb.measure.events import Kind
from kb.redaction import already_safe
from kb.store.store import open_store

MINUTE = timedelta(minutes=1)


def workspace(folder: Path, *tickets: dict[str, object]) -> Path:
    kb(folder, "init")
    lines = "".join(json.dumps(ticket) + "\n" for ticket in tickets)
    (folder / "tickets" / "export.jsonl").write_text(lines)
    kb(folder, "pull")
    return folder


def ask(folder: Path, keys: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the inbox with these keys as lines, as from a script."""
    return kb(folder, "triage", *arguments, told=keys)


def decided(folder: Path) -> dict[str, tuple[str, str, str]]:
    store = open_store(f"sqlite:///{folder / '.kb' / 'store.sqlite3'}")
    found = {
        d.ticket.partition(":")[2]: (d.outcome, d.by, d.reason) for d in store.decisions.each()
    }
    store.close()
    return found


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A workspace with three marked tickets about as many problems."""
    return workspace(
        tmp_path,
        make_raw(1),
        make_raw(2, subject="Runner refuses to start after the update"),
        make_raw(3, subject="Sign-in page stays blank in the evening"),
    )


def test_one_key_a_decision(inbox: Path) -> None:
    """Enter takes the proposal, d and a reason decline, s leaves the ticket for later."""
    run = ask(inbox, "\nd\nr\ns\n")

    assert 0 == run.returncode, run.stderr
    made = decided(inbox)
    assert {"1": "new", "2": "declined"} == {key: row[0] for key, row in made.items()}
    assert {PERSON} == {row[1] for row in made.values()}
    assert made["2"][2].startswith("not reusable")


def test_a_defect_is_linked_to_its_bug(inbox: Path) -> None:
    """Declining as a product defect asks for the bug, and keeps its link in the reason."""
    ask(inbox, "d\nb\nhttps://bugs.vendor.example/7\nq\n")

    assert "product defect: https://bugs.vendor.example/7" == decided(inbox)["1"][2]


def test_back_decides_again(inbox: Path) -> None:
    """z takes up the ticket before; what is decided then counts."""
    ask(inbox, "\nz\nd\ne\nq\n")

    assert {"1": "declined"} == {key: row[0] for key, row in decided(inbox).items()}


def test_naming_a_ticket_reopens_it(inbox: Path) -> None:
    """A decided ticket that is named is asked about again."""
    ask(inbox, "\nq\n")
    ask(inbox, "d\nr\n", "helpdesk:1")

    assert "declined" == decided(inbox)["1"][0]


def test_only_what_is_there_can_be_linked(inbox: Path) -> None:
    """A page that is not there is asked for again; one that is can be linked."""
    run = ask(inbox, "k\nno-such-page\nindex.md\nq\n")

    assert "no page is called no-such-page" in run.stderr
    assert ("known", "index.md answers it") == decided(inbox)["1"][::2]


def test_what_nobody_marked_is_suggested_apart(tmp_path: Path) -> None:
    """A problem that came back unmarked has a line of its own, and --auto never takes it."""
    same = [make_raw(number, tags=[]) for number in (2, 3)]
    other = make_raw(1, subject="Sign-in page stays blank", comments=make_raw(1)["comments"][:1])
    folder = workspace(tmp_path, {**other, "tags": ["doc-worthy"]}, *same)

    run = kb(folder, "triage", "--auto", "--json")

    rows = [json.loads(line) for line in run.stdout.splitlines()]
    assert [("1", False), ("3", True)] == [(row["id"], row["suggested"]) for row in rows]
    assert (2, ["helpdesk:2", "helpdesk:3"], False) == tuple(
        rows[1][k] for k in ("times", "tickets", "decided")
    )
    ask(folder, "\n")
    assert "new" == decided(folder)["3"][0]


@pytest.mark.parametrize(("likeness", "told"), [(0.434, "43%"), (1.0, "100%"), (1.13, "100%")])
def test_nothing_is_more_than_the_same(likeness: float, told: str) -> None:
    """However many words two tickets share, they are told as 100 % alike at most."""
    assert told == percent(likeness)


def test_known_tells_that_it_was_looked_for(inbox: Path) -> None:
    """A requester who had searched and did not open the article did not find it: the decision says so."""
    store = open_store(f"sqlite:///{inbox / '.kb' / 'store.sqlite3'}")
    one = next(store.tickets.all())
    search = make_event(1, kind=Kind.SEARCH, reader=one.requester, at=one.created_at - MINUTE,
                        query=already_safe("deploy stops"), results=0, article="", page="/")  # fmt: skip
    store.events.append([search])
    store.close()

    told = ask(inbox, "k\nindex.md\nq\n", one.key)
    rows = [
        json.loads(line) for line in kb(inbox, "triage", "--auto", "--json").stdout.splitlines()
    ]

    assert "index.md answers it; the requester had looked for it and not found it" in told.stdout
    assert [("index.md answers it", True)] == [
        (r["reason"], r["in_vain"]) for r in rows if r["id"] == "1"
    ]
