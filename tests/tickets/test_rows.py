"""Tests of the two JSONL schemas and of CSV: what each column means, and nothing by guess."""

from pathlib import Path
from typing import Any

import pytest

from kb.errors import SourceError, TicketError
from kb.tickets.files import PAGE, Files
from kb.tickets.intake import Intake
from kb.tickets.raw import Page
from kb.tickets.rows import read_row
from kb.tickets.ticket import Role, Status

AT = "2026-06-01T09:00:00Z"
HEADER = "id,subject,status,created_at,author_role,author_name,author_email,public,body"


def thread(**overrides: Any) -> dict[str, Any]:
    """Return a row of the thread schema: handles instead of people, facts at the top."""
    said = (("requester", "quillback", "It stops."), ("other", "heron77", "Restart it."))
    row: dict[str, Any] = {
        "id": "forum-1",
        "subject": "It stops",
        "created_at": AT,
        "updated_at": AT,
        "status": "solved",
        "requester": "quillback",
        "product": "ferry",
        "locale": "en-US",
        "tags": ["other"],
        "messages": [
            {"author_role": role, "author": who, "created_at": AT, "body": body, "public": True}
            for role, who, body in said
        ],
        "environment_meta": {"os": "Debian 12", "ferry_version": "4.2", "useragent": None},
        "source_url": "https://forum.example/1",
    }
    return {**row, **overrides}


def test_thread_schema() -> None:
    """Roles, facts and address come through; a message's id is its place."""
    ticket = read_row(thread())

    assert (["0", "1"], [Role.REQUESTER, Role.OTHER], Status.SOLVED) == (
        [one.id for one in ticket.messages],
        [one.author.role for one in ticket.messages],
        ticket.status,
    )
    assert {"platform": "Debian 12", "version": "4.2", "product": "ferry", "locale": "en-US"} == (
        dict(ticket.fields)
    )
    assert "https://forum.example/1" == ticket.url


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ({}, [False, False]),
        ({"accepted_message_index": None}, [False, False]),
        ({"accepted_message_index": 1}, [False, True]),
        ({"accepted_message_index": 7}, [False, False]),
        ({"accepted_message_index": False}, [False, False]),
    ],
)
def test_accepted_index(marks: dict[str, Any], expected: list[bool]) -> None:
    """The accepted message is marked by its index; without one no message is."""
    assert expected == [one.accepted for one in read_row(thread(**marks)).messages]


def test_accepted_message() -> None:
    """The mark may also stand at the message itself."""
    row = thread()
    row["messages"][1]["accepted"] = True

    assert [False, True] == [one.accepted for one in read_row(row).messages]


def test_handles_are_known(intake: Intake) -> None:
    """A handle is a name: it goes wherever it stands, the asker's and the helper's."""
    row = thread(subject="quillback asks again")
    row["messages"][0]["body"] = "@heron77 it still stops. quillback"
    told = str(intake.ticket(row, "a.jsonl:1")[0])

    assert [] == [who for who in ("quillback", "heron77") if who in told]


def test_people_by_handle_are_the_same(intake: Intake) -> None:
    """The asker's messages carry the asker's key."""
    ticket, _ = intake.ticket(thread(), "a.jsonl:1")

    assert [True, False] == [one.author == ticket.requester for one in ticket.messages]


def csv_pages(folder: Path, text: str, cursors: dict[str, str] | None = None) -> list[Page]:
    (folder / "a.csv").write_text(text, encoding="utf-8")
    return list(Files(folder).pages(cursors or {}))


def row(number: int, role: str, body: str, public: str = "true") -> str:
    name, mail = ("Pernille Voss", "pernille.voss@quayline.example")
    if role == "agent":
        name, mail = "Mara Lind", "mara.lind@ferrywright.example"
    return f'{number},It stops,solved,{AT},{role},{name},{mail},{public},"{body}"\n'


def test_csv_rows_of_a_ticket_stand_together(tmp_path: Path, intake: Intake) -> None:
    """One row a message; text may hold commas, quotes and newlines; the first row tells the rest."""
    said = row(1, "requester", 'It says ""no"",\nthen stops.') + row(1, "agent", "Restart.", "no")
    (page,) = csv_pages(tmp_path, f"\ufeff{HEADER}\n{said}{row(2, 'requester', 'Hm.')}")
    tickets = [intake.ticket(raw, place)[0] for place, raw in page.tickets]

    assert ["a.csv:2", "a.csv:5"] == [place for place, _ in page.tickets]
    assert [2, 1] == [len(ticket.messages) for ticket in tickets]
    assert 'It says "no",\nthen stops.' == tickets[0].messages[0].body
    assert [True, False] == [one.public for one in tickets[0].messages]


def test_csv_columns_of_its_own_are_fields(tmp_path: Path) -> None:
    """A column that the schema does not know is a structured fact."""
    text = f"{HEADER},region\n{row(1, 'requester', 'Hm.').rstrip()},north\n"
    (page,) = csv_pages(tmp_path, text)

    assert (("region", "north"),) == read_row(page.tickets[0][1]).fields


@pytest.mark.parametrize("column", ["id", "public", "body", "author_role"])
def test_csv_column_is_missing(tmp_path: Path, column: str) -> None:
    """A column that everything rests on is told by its name."""
    with pytest.raises(SourceError, match=f"column {column} is missing"):
        csv_pages(tmp_path, HEADER.replace(column, "x") + "\n" + row(1, "requester", "Hm."))


def test_csv_that_did_not_change(tmp_path: Path) -> None:
    """Behind its end there is nothing; one that grew is read again."""
    text = f"{HEADER}\n{row(1, 'requester', 'Hm.')}"
    cursors = {page.part: page.cursor for page in csv_pages(tmp_path, text)}

    assert [] == csv_pages(tmp_path, text, cursors)
    assert ["a.csv:2"] == [
        place
        for page in csv_pages(tmp_path, text + row(1, "agent", "Restart."), cursors)
        for place, _ in page.tickets
    ]


def test_csv_resumes(tmp_path: Path) -> None:
    """From each page's cursor the rest comes, whole and once."""
    text = f"{HEADER}\n" + "".join(row(number, "requester", "Hm.") for number in range(PAGE + 5))
    found = csv_pages(tmp_path, text)
    rest = csv_pages(tmp_path, text, {found[0].part: found[0].cursor})

    assert [PAGE, 5] == [len(page.tickets) for page in found]
    assert found[1:] == rest


def test_csv_that_is_none(tmp_path: Path) -> None:
    """A record that is no CSV is told by its line and not quoted."""
    with pytest.raises(SourceError, match=r"a\.csv:2: the record is no CSV") as told:
        csv_pages(tmp_path, f'{HEADER}\n1,"pernille" voss,x\n')

    assert "pernille" not in str(told.value)


def test_csv_with_a_status_of_its_own(tmp_path: Path, intake: Intake) -> None:
    """A row whose value is none of ours is a dead letter, its value unquoted."""
    (page,) = csv_pages(tmp_path, f"{HEADER}\n{row(1, 'requester', 'Hm.').replace('solved', 'x')}")
    with pytest.raises(TicketError, match="status is not what it must be"):
        intake.ticket(page.tickets[0][1], "a.csv:2")
