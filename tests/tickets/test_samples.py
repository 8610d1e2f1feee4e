"""Tests on payloads that the real services sent: every one of them is read."""

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kb.tickets import github, jira
from kb.tickets.intake import Intake
from kb.tickets.ticket import Status
from kb.tickets.zendesk_ticket import read_ticket

SAMPLES = Path(__file__).parents[3] / "shared" / "data" / "api-payloads"


def samples(archive: str, within: str) -> Iterator[tuple[str, bytes]]:
    """Yield `(name, content)` of an archive's files whose path holds `within`."""
    path = SAMPLES / archive
    if not path.exists():
        pytest.skip(f"{path.name} is not here")
    with tarfile.open(path) as tar:
        for member in tar:
            file = tar.extractfile(member) if within in member.name else None
            if file is not None:
                yield member.name, file.read()


def test_zendesk_fixtures(intake: Intake) -> None:
    """A ticket and its comments, as a client's fixtures have them, are a ticket."""
    found = dict(samples("zendesk-go-zendesk-fixtures.tar.gz", "GET/ticket"))
    tickets = [json.loads(found["fixture/GET/ticket.json"])["ticket"]]
    tickets += json.loads(found["fixture/GET/tickets.json"])["tickets"]
    comments = json.loads(found["fixture/GET/ticket_comments.json"])["comments"]
    door = Intake(source="zd", redactor=intake.redactor, secret=b"x", read=read_ticket)
    for number, ticket in enumerate(tickets):
        payload: dict[str, Any] = {
            "ticket": ticket, "comments": comments, "users": {}, "organizations": {},
            "metrics": {}, "rating": "", "fields": {},
        }  # fmt: skip
        assert len(comments) == len(door.ticket(payload, str(number))[0].messages)


def test_github_payloads(intake: Intake) -> None:
    """Every issue and comment of the webhook examples is a ticket."""
    archive = "github-octokit-webhook-payloads.tar.gz"
    comments = [
        json.loads(text)["comment"] for name, text in samples(archive, "/issue_comment/")
        if name.endswith(".json")
    ]  # fmt: skip
    issues = [
        json.loads(text)["issue"] for name, text in samples(archive, "/issues/")
        if name.endswith(".json")
    ]  # fmt: skip
    issues = [one for one in issues if "state" in one]  # a few examples are cut short
    door = Intake(source="gh", redactor=intake.redactor, secret=b"x", read=github.read_issue)
    for issue in issues:
        ticket, _ = door.ticket({"issue": issue, "comments": comments}, str(issue["number"]))
        assert 1 + len(comments) == len(ticket.messages)

    assert len(issues) > 20


def test_jira_issue(intake: Intake) -> None:
    """An older server's issue, its bodies plain text and its people without account ids, is read."""
    (source,) = (text for name, text in samples("jira-go-jira-mock-data.tar.gz", "issue_test.go"))
    line = next(one for one in source.decode().split("`") if one.startswith('{"expand"'))
    issue, _ = json.JSONDecoder().raw_decode(line)
    fields = issue["fields"]
    comments = fields["comment"]["comments"]
    fields |= {
        "summary": "It stops", "status": {"name": "Open"}, "reporter": comments[0]["author"],
        "created": "2016-03-16T04:22:37.356+0000", "updated": "2016-03-16T04:22:37.356+0000",
    }  # fmt: skip
    door = Intake(source="j", redactor=intake.redactor, secret=b"x", read=jira.read_issue)
    ticket, _ = door.ticket({"issue": issue, "comments": comments}, "EX-1")

    assert ("j:EX-1", Status.OPEN, [True, False]) == (
        ticket.key,
        ticket.status,
        [one.public for one in ticket.messages],
    )
