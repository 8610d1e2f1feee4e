"""The `github` source: closed issues of one repository, with their comments.

Wire format: docs.github.com, REST API 2022-11-28, "List repository issues", "List issue comments".
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from kb.tickets.http import Http
from kb.tickets.raw import MOST_MESSAGES, Page, Person, RawMessage, RawTicket, moment
from kb.tickets.ticket import Role, Status

API = "https://api.github.com"
_PAGE = 100
_OVERLAP = timedelta(minutes=2)
_OURS = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
_GONE = (404, 410)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHub:
    """One repository.

    Attributes:
        project: `owner/name`.
        since: Issues that were not changed since then are left out.
        agents: Logins of those who help, beside the owner, members and collaborators.
    """

    http: Http
    project: str
    since: datetime
    agents: frozenset[str] = frozenset()

    @property
    def read(self) -> Callable[[Any], RawTicket]:
        """An issue with its comments."""
        return partial(read_issue, agents=self.agents)

    def pages(self, cursors: Mapping[str, str]) -> Iterator[Page]:
        """Yield the closed issues that changed since the cursor, the longest unchanged first.

        The cursor is a time of change. Every page asks from the last one's latest change on, with
        some overlap: issues that change while we read move to the end and are met there.

        Raises:
            SourceError: The repository cannot be read; every page before that stands.
        """
        at = moment(cursors[""]) if cursors.get("") else self.since
        met: dict[int, str] = {}
        first, number = at, 1
        while True:
            issues = self._issues(at, number)
            fresh = [one for one in issues if met.get(one["number"]) != one["updated_at"]]
            met.update((one["number"], one["updated_at"]) for one in issues)
            latest = max((moment(one["updated_at"]) for one in issues), default=at)
            if fresh:
                yield self._page(fresh, latest, first)
            if len(issues) < _PAGE:
                return
            start = latest - _OVERLAP
            at, number = (start, 1) if start > at else (at, number + 1)

    def again(self, places: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """Yield the issues of these numbers that are still there."""
        for place in places:
            if place.isdigit():
                path = f"/repos/{self.project}/issues/{place}"
                issue = self.http.ask(path, missing=(301, *_GONE)).body
                if issue:
                    yield from self._page([issue], self.since, self.since).tickets

    def _issues(self, since: datetime, number: int) -> list[dict[str, Any]]:
        params: dict[str, str | int] = {
            "state": "closed",
            "sort": "updated",
            "direction": "asc",
            "since": f"{since:%Y-%m-%dT%H:%M:%SZ}",
            "per_page": _PAGE,
            "page": number,
        }
        found: list[dict[str, Any]] = self.http.ask(f"/repos/{self.project}/issues", params).body
        return found

    def _page(self, issues: Sequence[dict[str, Any]], latest: datetime, first: datetime) -> Page:
        ours = [one for one in issues if "pull_request" not in one]
        span = self.http.clock.now() - first.timestamp()
        said = {str(one["number"]): (one, self._comments(one)) for one in ours}
        return Page(
            tickets=tuple(
                (place, {"issue": one, "comments": comments})
                for place, (one, comments) in said.items()
                if not isinstance(comments, int)
            ),
            dead=tuple(
                (place, f"its comments are not given out ({comments})")
                for place, (_, comments) in said.items()
                if isinstance(comments, int)
            ),
            cursor=latest.isoformat(),
            done=int((latest - first).total_seconds()),
            total=int(span) if first.year > 1970 else 0,
        )

    def _comments(self, issue: Mapping[str, Any]) -> list[Any] | int:
        """Return what was said below an issue, or the status that refuses it."""
        found: list[Any] = []
        if not issue.get("comments"):
            return found
        path = f"/repos/{self.project}/issues/{int(issue['number'])}/comments"
        for number in range(1, MOST_MESSAGES // _PAGE + 1):
            answer = self.http.ask(path, {"per_page": _PAGE, "page": number}, missing=_GONE)
            if answer.status in _GONE:
                return answer.status
            found += answer.body
            if len(answer.body) < _PAGE:
                break
        return found


def read_issue(payload: Mapping[str, Any], agents: frozenset[str] = frozenset()) -> RawTicket:
    """Make a raw ticket of an issue and its comments; all of it is public.

    Raises:
        KeyError: A field is missing.
        TypeError, ValueError, AttributeError: A field is not what it must be.
    """
    issue = payload["issue"]
    asker = (issue.get("user") or {}).get("login", "ghost")
    solved = issue["state"] == "closed" and issue.get("state_reason") in (None, "completed")
    closed = Status.SOLVED if solved else Status.CLOSED
    opening = {**issue, "id": f"issue-{issue['number']}"}
    return RawTicket(
        id=str(issue["number"]),
        subject=issue["title"],
        status=closed if issue["state"] == "closed" else Status.OPEN,
        requester=_person(issue, asker, agents),
        messages=tuple(_message(one, asker, agents) for one in (opening, *payload["comments"])),
        created_at=moment(issue["created_at"]),
        updated_at=moment(issue["updated_at"]),
        solved_at=moment(issue["closed_at"]) if solved and issue.get("closed_at") else None,
        others=tuple(Person(handle=str(one["login"])) for one in issue.get("assignees") or ()),
        tags=tuple(str(one["name"]) for one in issue.get("labels") or ()),
        fields=tuple(_fields(issue)),
        channel="github",
        url=str(issue.get("html_url") or ""),
    )


def _message(one: Mapping[str, Any], asker: str, agents: frozenset[str]) -> RawMessage:
    return RawMessage(
        id=str(one["id"]),
        author=_person(one, asker, agents),
        public=True,
        body=one.get("body") or "",
        created_at=moment(one["created_at"]),
    )


def _person(one: Mapping[str, Any], asker: str, agents: frozenset[str]) -> Person:
    """Return who wrote it; an account that was deleted is `ghost`, as on the site."""
    user = one.get("user") or {}
    login = str(user.get("login") or "ghost")
    ours = one.get("author_association") in _OURS or login.casefold() in agents
    if user.get("type") == "Bot" or login.endswith("[bot]"):
        role = Role.AUTOMATIC
    elif login == asker:
        role = Role.REQUESTER
    else:
        role = Role.AGENT if ours else Role.OTHER
    return Person(role=role, handle=login)


def _fields(issue: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if milestone := issue.get("milestone"):
        yield "milestone", str(milestone["title"])
    if issue.get("state_reason"):
        yield "state_reason", str(issue["state_reason"])
