"""Tests of the GitHub source against a server that pages, shifts and throttles as GitHub does."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from desks import Desk, FakeTime, Trouble, open_desk
from starlette.requests import Request

from kb.store.store import Store
from kb.tickets.github import GitHub
from kb.tickets.http import Http
from kb.tickets.intake import Intake
from kb.tickets.pulling import pull, retry
from kb.tickets.ticket import Role, Status, Ticket

START = datetime(2026, 6, 1, 9, tzinfo=UTC)


def user(login: str, kind: str = "User") -> dict[str, Any]:
    return {"login": login, "id": 1, "type": kind}


def issue(number: int, minutes: int | None = None, **overrides: Any) -> dict[str, Any]:
    """Return a closed issue that changed so many minutes after the start."""
    at = f"{START + timedelta(minutes=number if minutes is None else minutes):%Y-%m-%dT%H:%M:%SZ}"
    values: dict[str, Any] = {
        "number": number, "id": 1000 + number, "title": "It stops", "user": user("quillback"),
        "state": "closed", "state_reason": "completed", "comments": 2, "created_at": at,
        "updated_at": at, "closed_at": at, "labels": [{"name": "doc-worthy"}], "assignees": [],
        "body": "It stops, says quillback.", "author_association": "NONE", "milestone": None,
        "html_url": f"https://github.com/acme/ferry/issues/{number}",
    }  # fmt: skip
    return {**values, **overrides}


@dataclass
class Repository:
    """Issues, and what happens to them while somebody pages through them."""

    issues: list[dict[str, Any]] = field(default_factory=list)
    meanwhile: list[dict[str, Any]] = field(default_factory=list)

    def listed(self, request: Request) -> Any:
        """Answer the list, sorted by change, from `since` on."""
        query = request.query_params
        size, page = int(query["per_page"]), int(query["page"])
        assert ("closed", "updated", "asc") == (query["state"], query["sort"], query["direction"])
        fresh = [one for one in self.issues if one["updated_at"] >= query["since"]]
        fresh.sort(key=lambda one: one["updated_at"])
        found = fresh[(page - 1) * size : page * size]
        for changed in self.meanwhile:
            self.issues = [one for one in self.issues if one["number"] != changed["number"]]
            self.issues.append(changed)
        self.meanwhile = []
        return found

    def one(self, request: Request) -> Any:
        """Answer an issue, or its comments."""
        if not request.url.path.endswith("/comments"):
            number = int(request.url.path.rpartition("/")[2])
            return next(one for one in self.issues if one["number"] == number)
        said = (("maralind", "MEMBER", "User"), ("stale[bot]", "NONE", "Bot"))
        return [
            {"id": place, "user": user(who, kind), "author_association": ours,
             "created_at": "2026-06-01T10:00:00Z", "body": f"Restart it, {who} says."}
            for place, (who, ours, kind) in enumerate(said)
        ]  # fmt: skip


@dataclass
class Place:
    """A repository, and a pull from it into a store."""

    repository: Repository
    desk: Desk
    source: GitHub
    store: Store
    intake: Intake
    time: FakeTime

    def pull(self) -> int:
        """Pull once."""
        return pull(self.source, self.intake, self.store.tickets, lambda done, total: None)

    def tickets(self) -> list[Ticket]:
        """Return what is in the store."""
        return list(self.store.tickets.all())


@pytest.fixture
def place(shelf: Store, intake: Intake) -> Iterator[Place]:
    repository, time = Repository(), FakeTime()
    replies = {"/repos/acme/ferry/issues": repository.listed, "/repos/acme/ferry/*": repository.one}
    with (
        open_desk(replies) as desk,
        Http(base=desk.url, headers={}, clock=time.clock()) as http,
    ):
        since = datetime(1970, 1, 1, tzinfo=UTC)
        source = GitHub(http=http, project="acme/ferry", since=since)
        door = Intake(source="gh", redactor=intake.redactor, secret=b"x", read=source.read)
        yield Place(repository, desk, source, shelf, door, time)


def test_an_issue_as_it_comes_in(place: Place) -> None:
    """Opening and comments make the thread; members help, bots are automatic, handles are gone."""
    place.repository.issues = [issue(1)]
    place.pull()
    (found,) = place.tickets()

    assert ("gh:1", Status.SOLVED, ("doc-worthy",)) == (found.key, found.status, found.tags)
    assert [Role.REQUESTER, Role.AGENT, Role.AUTOMATIC] == [one.role for one in found.messages]
    assert [] == [who for who in ("quillback", "maralind") if who in str(found)]


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        ({"state_reason": None}, Status.SOLVED),
        ({"state_reason": "not_planned"}, Status.CLOSED),
        ({"state_reason": "duplicate"}, Status.CLOSED),
        ({"state": "open", "state_reason": "reopened", "closed_at": None}, Status.OPEN),
    ],
)
def test_status(place: Place, overrides: dict[str, Any], expected: Status) -> None:
    """Closed as completed is solved; closed for another reason is not."""
    place.repository.issues = [issue(1, **overrides)]
    place.pull()

    assert [expected] == [one.status for one in place.tickets()]


def test_pull_requests_are_no_tickets(place: Place) -> None:
    """The list holds pull requests, too; they are left out."""
    place.repository.issues = [issue(1), issue(2, pull_request={"url": "…"})]

    assert (1, ["gh:1"]) == (place.pull(), [one.key for one in place.tickets()])


def test_empty_body_and_deleted_account(place: Place) -> None:
    """An issue without text, by an account that is gone, is an issue."""
    place.repository.issues = [issue(1, body=None, user=None, comments=0)]
    place.pull()

    assert [("", Role.REQUESTER)] == [
        (one.body, one.role) for ticket in place.tickets() for one in ticket.messages
    ]


def test_many_pages(place: Place) -> None:
    """Every issue comes in once over several pages, those of one and the same minute included."""
    place.repository.issues = [issue(n, n // 150, comments=0) for n in range(1, 331)]

    assert (330, 330) == (place.pull(), len(place.tickets()))


def test_changes_while_paging(place: Place) -> None:
    """An issue that moves to the end while we page makes none of the others fall out."""
    place.repository.issues = [issue(n, comments=0) for n in range(1, 251)]
    place.repository.meanwhile = [issue(3, 400, comments=0), issue(120, 401, comments=0)]
    place.pull()
    kept = {one.key: one for one in place.tickets()}

    assert {f"gh:{n}" for n in range(1, 251)} == set(kept)
    assert START + timedelta(minutes=400) == kept["gh:3"].updated_at


def test_second_run(place: Place) -> None:
    """A second run asks from the latest change on, with some overlap, and changes nothing."""
    place.repository.issues = [issue(n, comments=0) for n in range(1, 11)]
    place.pull()
    before = place.tickets()
    place.pull()

    assert before == place.tickets()
    assert "since=2026-06-01T09%3A10%3A00Z" in place.desk.asked[-1]


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(status=403, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1780000009"}),
        Trouble(status=429, headers={"retry-after": "60"}),
        Trouble(status=502),
        Trouble(cut=40),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["", "/2/comments"])
def test_trouble_on_the_way(place: Place, path: str, trouble: Trouble) -> None:
    """Throttled in either of GitHub's ways, or cut off, nothing is lost."""
    place.repository.issues = [issue(1), issue(2)]
    place.desk.fail(f"/repos/acme/ferry/issues{path}", trouble)

    assert 2 == place.pull()
    assert [] != place.time.slept


def test_poison_issue(place: Place) -> None:
    """An issue that is none is a dead letter by its number; mended, it is taken up."""
    place.repository.issues = [issue(1, title=None), issue(2)]
    place.pull()
    letters = [one.place for one in place.store.tickets.dead_letters("gh")]
    place.repository.issues = [issue(1), issue(2)]

    assert (["1"], 1) == (letters, retry(place.source, place.intake, place.store.tickets))
    assert () == place.store.tickets.dead_letters("gh")
