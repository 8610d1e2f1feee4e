"""Tests of the Jira source against a server that speaks the enhanced search and its comments."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from desks import Desk, FakeTime, Trouble, open_desk
from starlette.requests import Request

from kb.errors import ConfigError
from kb.store.store import Store
from kb.tickets.http import Http
from kb.tickets.intake import Intake
from kb.tickets.jira import SEARCH, Jira
from kb.tickets.pulling import pull, retry
from kb.tickets.ticket import Role, Status, Ticket

ASKER = {"accountId": "qm:1", "accountType": "customer", "displayName": "Pernille Voss",
         "emailAddress": "pernille.voss@quayline.example"}  # fmt: skip
AGENT = {"accountId": "5b:2", "accountType": "atlassian", "displayName": "Mara Lind"}
ROBOT = {"accountId": "5b:3", "accountType": "app", "displayName": "Automation"}


def doc(words: str) -> dict[str, Any]:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": words}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}


def issue(number: int, **overrides: Any) -> dict[str, Any]:
    """Return a done request of a customer."""
    fields: dict[str, Any] = {
        "summary": "Deploys stop for Pernille", "description": doc("It stops. Pernille Voss"),
        "status": {"name": "Resolved", "statusCategory": {"key": "done"}},
        "created": "2026-06-01T09:00:00.000+0000", "updated": f"2026-06-02T09:{number:02}:00.000+0200",
        "resolutiondate": "2026-06-02T07:00:00.000+0000", "reporter": ASKER, "creator": ASKER,
        "assignee": AGENT, "labels": ["doc-worthy"], "priority": {"name": "High"},
        "components": [{"name": "deploy"}], "versions": [{"name": "4.2"}], "environment": None,
    }  # fmt: skip
    return {"id": str(number), "key": f"ACME-{number}", "fields": {**fields, **overrides}}


COMMENTS = [
    {"id": "1", "author": AGENT, "body": doc("Set timeout 600s, Pernille."), "jsdPublic": True,
     "created": "2026-06-01T10:00:00.000+0000"},
    {"id": "2", "author": AGENT, "body": doc("Quayline renews in May."), "jsdPublic": False,
     "created": "2026-06-01T10:01:00.000+0000"},
    {"id": "3", "author": AGENT, "body": doc("For us."), "jsdPublic": True,
     "visibility": {"type": "role", "value": "Administrators"},
     "created": "2026-06-01T10:02:00.000+0000"},
    {"id": "4", "author": AGENT, "body": doc("No flag."), "created": "2026-06-01T10:03:00.000+0000"},
    {"id": "5", "author": ROBOT, "body": "Plain text.", "jsdPublic": True,
     "created": "2026-06-01T10:04:00.000+0000"},
]  # fmt: skip


@dataclass
class Project:
    """Pages of the search, by token."""

    pages: list[list[dict[str, Any]]] = field(default_factory=list)

    def search(self, request: Request) -> Any:
        """Answer the search; a token is the number of the next page."""
        asked = json.loads(request.state.body)
        assert "updated" in asked["fields"]
        number = int(asked.get("nextPageToken", "0"))
        last = number >= len(self.pages) - 1
        token = {} if last else {"nextPageToken": str(number + 1)}
        return {"issues": self.pages[number] if self.pages else [], "isLast": last, **token}

    def one(self, request: Request) -> Any:
        """Answer an issue, or its comments, three a page."""
        if request.url.path.endswith("/comment"):
            start = int(request.query_params["startAt"])
            return {
                "startAt": start,
                "total": len(COMMENTS),
                "comments": COMMENTS[start : start + 3],
            }
        key = request.url.path.rpartition("/")[2]
        return next(one for page in self.pages for one in page if one["key"] == key)


@dataclass
class Place:
    """A project, and a pull from it into a store."""

    project: Project
    desk: Desk
    source: Jira
    store: Store
    intake: Intake

    def pull(self) -> int:
        """Pull once."""
        return pull(self.source, self.intake, self.store.tickets, lambda done, total: None)

    def tickets(self) -> list[Ticket]:
        """Return what is in the store."""
        return list(self.store.tickets.all())


@pytest.fixture
def place(shelf: Store, intake: Intake) -> Iterator[Place]:
    project, time = Project(), FakeTime()
    with (
        open_desk({SEARCH: project.search, "/rest/api/3/issue/*": project.one}) as desk,
        Http(base=desk.url, headers={}, clock=time.clock()) as http,
    ):
        source = Jira(http=http, project="ACME", since=datetime(1970, 1, 3, tzinfo=UTC))
        door = Intake(source="jsm", redactor=intake.redactor, secret=b"x", read=source.read)
        yield Place(project, desk, source, shelf, door)


def test_an_issue_as_it_comes_in(place: Place) -> None:
    """Description and comments make the thread, ADF becomes Markdown, facts come through."""
    place.project.pages = [[issue(1)]]
    place.pull()
    (found,) = place.tickets()

    assert ("jsm:ACME-1", Status.SOLVED, 1, (("component", "deploy"), ("version", "4.2"))) == (
        found.key, found.status, found.severity, found.fields,
    )  # fmt: skip
    assert [Role.REQUESTER, *[Role.AGENT] * 4, Role.AUTOMATIC] == [
        one.role for one in found.messages
    ]
    assert "Plain text." == found.messages[-1].body


def test_public_comments_alone(place: Place) -> None:
    """Public is what `jsdPublic` says so and no role restricts; no flag is not public."""
    place.project.pages = [[issue(1)]]
    place.pull()

    assert [True, True, False, False, False, True] == [
        one.public for ticket in place.tickets() for one in ticket.messages
    ]


def test_nobody_comes_in(place: Place) -> None:
    """Names and addresses are in no byte of the store."""
    place.project.pages = [[issue(1)]]
    place.pull()
    told = str([asdict(one) for one in place.tickets()]).casefold()

    assert [] == [word for word in ("pernille", "voss", "quayline", "mara", "qm:1") if word in told]


@pytest.mark.parametrize(
    ("key", "resolved", "expected"),
    [
        ("done", "2026-06-02T07:00:00.000+0000", Status.SOLVED),
        ("done", None, Status.CLOSED),
        ("indeterminate", None, Status.OPEN),
        ("new", None, Status.OPEN),
    ],
)
def test_status(place: Place, key: str, resolved: str | None, expected: Status) -> None:
    """The status's category decides, whatever a team calls its statuses."""
    status = {"name": "Quayline's own", "statusCategory": {"key": key}}
    place.project.pages = [[issue(1, status=status, resolutiondate=resolved)]]
    place.pull()

    assert [expected] == [one.status for one in place.tickets()]


def test_pages_and_duplicates(place: Place) -> None:
    """It follows tokens to the last page; an issue that comes twice is kept once."""
    place.project.pages = [[issue(1), issue(2)], [], [issue(2), issue(3)]]
    place.pull()

    assert ["jsm:ACME-1", "jsm:ACME-2", "jsm:ACME-3"] == sorted(one.key for one in place.tickets())


def test_second_run(place: Place) -> None:
    """A second run asks from a day before the cursor on, and reads no thread that is old."""
    place.project.pages = [[issue(1), issue(30)]]
    place.pull()
    before, asked = place.tickets(), len(place.desk.asked)
    place.pull()

    assert before == place.tickets()
    assert b'updated >= \\"2026-06-01\\"' in place.desk.bodies[asked]
    assert not any("ACME-1/" in one for one in place.desk.asked[asked:])


@pytest.mark.parametrize("path", [SEARCH, "/rest/api/3/issue/ACME-1/comment"])
@pytest.mark.parametrize(
    "trouble", [Trouble(status=429, headers={"Retry-After": "5"}), Trouble(status=503), Trouble(cut=9)]
)  # fmt: skip
def test_trouble_on_the_way(place: Place, path: str, trouble: Trouble) -> None:
    """Throttled or cut off, nothing is lost."""
    place.project.pages = [[issue(1)], [issue(2)]]
    place.desk.fail(path, trouble)

    assert 2 == place.pull()


def test_poison_issues(place: Place) -> None:
    """Issues that are none, or nested without end, are dead letters; mended, they come in."""
    deep = doc("x")
    for _ in range(200):
        deep = {"type": "panel", "content": [deep]}
    poison = [issue(1, summary=None), issue(2, description=deep), issue(3, updated="quayline")]
    place.project.pages = [[*poison, issue(4)]]
    place.pull()
    letters = [one.place for one in place.store.tickets.dead_letters("jsm")]
    place.project.pages = [[issue(number) for number in range(1, 5)]]

    assert (["ACME-1", "ACME-2", "ACME-3"], 3) == (
        letters,
        retry(place.source, place.intake, place.store.tickets),
    )
    assert 4 == len(place.tickets())


@pytest.mark.parametrize("project", ["", 'A" OR 1=1', "A B", "1A", "A" * 40, "A/../B"])
def test_project_is_a_key(place: Place, project: str) -> None:
    """What is no project's key never reaches the query."""
    with pytest.raises(ConfigError, match="not a project's key"):
        Jira(http=place.source.http, project=project, since=place.source.since)
