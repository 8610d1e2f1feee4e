"""The `jira` source: issues of one Jira Service Management project, public comments alone.

Wire format: developer.atlassian.com, Jira Cloud platform REST API v3, "Issue search" (enhanced,
`POST /rest/api/3/search/jql`) and "Issue comments".
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from kb.errors import ConfigError
from kb.tickets.adf import from_adf
from kb.tickets.http import Http
from kb.tickets.raw import MOST_MESSAGES, Page, Person, RawMessage, RawTicket, moment
from kb.tickets.ticket import Role, Satisfaction, Status

SEARCH = "/rest/api/3/search/jql"
_FIELDS = (
    "summary", "description", "status", "created", "updated", "resolutiondate", "reporter",
    "creator", "assignee", "labels", "priority", "components", "versions", "environment",
)  # fmt: skip
_PAGE = 50
_COMMENTS = 100
_OVERLAP = timedelta(minutes=2)
_SEVERITY = {"highest": 0, "high": 1, "medium": 2, "low": 3, "lowest": 3}
_PROJECT = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")
_ZONE = re.compile(r"([+-]\d\d)(\d\d)$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Jira:
    """One project.

    Attributes:
        project: Its key.
        since: Issues that were not changed since then are left out.
        agents: Account ids or addresses of those who help, where Jira does not tell customers
            from agents.
    """

    http: Http
    project: str
    since: datetime
    agents: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Keep what is no project's key out of the query.

        Raises:
            ConfigError: It is none.
        """
        if not _PROJECT.fullmatch(self.project):
            raise ConfigError("source.project", "it is not a project's key", "Write its key")

    @property
    def read(self) -> Callable[[Any], RawTicket]:
        """An issue with its comments."""
        return partial(read_issue, agents=self.agents)

    def pages(self, cursors: Mapping[str, str]) -> Iterator[Page]:
        """Yield the issues that changed since the cursor, the longest unchanged first.

        The cursor is a time of change, read again with some overlap: JQL knows minutes, and the
        search sees changes late. Tokens of pages are not kept; they expire.

        Raises:
            SourceError: The project cannot be read; every page before that stands.
        """
        first = moment(cursors[""]) if cursors.get("") else self.since
        latest, token = first, ""
        while True:
            body = self._search(first - _OVERLAP, token)
            issues = body.get("issues") or ()
            times = [_time(one["fields"]["updated"]) for one in issues if _has_time(one)]
            latest = max([latest, *times])
            yield self._page(issues, latest, first)
            token = str(body.get("nextPageToken") or "")
            if body.get("isLast", not token) or not token:
                return

    def again(self, places: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """Yield the issues of these keys that are still there."""
        for place in places:
            if re.fullmatch(r"[\w-]{1,60}", place):
                path, fields = f"/rest/api/3/issue/{place}", {"fields": ",".join(_FIELDS)}
                issue = self.http.ask(path, fields, missing=(404,)).body
                if issue:
                    yield from self._page([issue], self.since, self.since).tickets

    def _search(self, since: datetime, token: str) -> Any:
        """Ask for one page. JQL reads a time in the asking account's zone, so days are taken."""
        day = since.date() - timedelta(days=1)
        asked = {
            "jql": f'project = "{self.project}" AND updated >= "{day}" ORDER BY updated ASC',
            "fields": list(_FIELDS),
            "maxResults": _PAGE,
        }
        return self.http.ask(SEARCH, body=asked | ({"nextPageToken": token} if token else {})).body

    def _page(self, issues: Sequence[Mapping[str, Any]], latest: datetime, first: datetime) -> Page:
        fresh = [one for one in issues if not _is_old(one, first - _OVERLAP)]
        span = self.http.clock.now() - first.timestamp()
        found = {str(one["key"]): one for one in fresh}
        said = {key: self._comments(key) for key in found}
        return Page(
            tickets=tuple(
                (key, {"issue": found[key], "comments": comments})
                for key, comments in said.items()
                if comments is not None
            ),
            dead=tuple(
                (key, "its comments are not given out (404)")
                for key, comments in said.items()
                if comments is None
            ),
            cursor=latest.isoformat(),
            done=int((latest - first).total_seconds()),
            total=int(span) if first.year > 1970 else 0,
        )

    def _comments(self, key: str) -> list[Any] | None:
        """Return what was said below an issue, or nothing where we may not see that (any more)."""
        found: list[Any] = []
        path = f"/rest/api/3/issue/{key}/comment"
        while len(found) < MOST_MESSAGES:
            params = {"startAt": len(found), "maxResults": _COMMENTS}
            answer = self.http.ask(path, params, missing=(404,))
            if answer.status == 404:
                return None
            body = answer.body
            some = body.get("comments") or ()
            found += some
            if not some or len(found) >= int(body.get("total") or 0):
                break
        return found


def read_issue(payload: Mapping[str, Any], agents: frozenset[str] = frozenset()) -> RawTicket:
    """Make a raw ticket of an issue and its comments.

    A comment is public where `jsdPublic` is true and no role or group restricts it.

    Raises:
        KeyError: A field is missing.
        TypeError, ValueError, AttributeError: A field is not what it must be.
    """
    issue, fields = payload["issue"], payload["issue"]["fields"]
    asker = fields.get("reporter") or fields["creator"]
    people = partial(_person, asker=_account(asker), agents=agents)
    opening = RawMessage(
        id="description",
        author=people(asker),
        public=True,
        body=_body(fields.get("description")),
        created_at=_time(fields["created"]),
    )
    solved = fields.get("resolutiondate")
    others = (fields.get("assignee"), fields.get("creator"))
    return RawTicket(
        id=str(issue["key"]),
        subject=fields["summary"],
        status=_status(fields),
        requester=people(asker),
        messages=(opening, *(_message(one, people) for one in payload["comments"])),
        created_at=_time(fields["created"]),
        updated_at=_time(fields["updated"]),
        solved_at=_time(solved) if solved else None,
        others=tuple(people(one) for one in others if one),
        tags=tuple(map(str, fields.get("labels") or ())),
        fields=tuple(sorted(_facts(fields))),
        severity=_SEVERITY.get(str((fields.get("priority") or {}).get("name") or "").casefold()),
        channel="jira",
        satisfaction=Satisfaction.UNOFFERED,
    )


def _message(comment: Mapping[str, Any], people: Callable[[Any], Person]) -> RawMessage:
    return RawMessage(
        id=str(comment["id"]),
        author=people(comment.get("author") or {"accountId": "unknown"}),
        public=comment.get("jsdPublic") is True and not comment.get("visibility"),
        body=_body(comment["body"]),
        created_at=_time(comment["created"]),
    )


def _person(who: Mapping[str, Any], asker: str, agents: frozenset[str]) -> Person:
    """Return who it is: JSM's own customers have accounts of the kind `customer`."""
    number, email = _account(who), str(who.get("emailAddress") or "")
    kind = who.get("accountType")
    if number == asker:
        role = Role.REQUESTER
    elif kind == "app":
        role = Role.AUTOMATIC
    elif agents:
        role = Role.AGENT if {number.casefold(), email.casefold()} & agents else Role.OTHER
    else:
        role = Role.AGENT if kind == "atlassian" else Role.OTHER
    name = str(who.get("displayName") or "")
    return Person(role=role, name=name, email=email, handle="" if email else number)


def _account(who: Mapping[str, Any]) -> str:
    """Return the account's id; servers before Cloud call it a name."""
    return str(who["accountId"] if "accountId" in who else who["name"])


def _body(value: Any) -> str:
    """Return a body: ADF from version 3, plain text where a field or an older server has that."""
    if value is None:
        return ""
    return value if isinstance(value, str) else from_adf(value)


def _status(fields: Mapping[str, Any]) -> Status:
    category = ((fields["status"].get("statusCategory") or {}).get("key")) or ""
    if category != "done":
        return Status.OPEN
    return Status.SOLVED if fields.get("resolutiondate") else Status.CLOSED


def _facts(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, key in (("component", "components"), ("version", "versions")):
        if told := ", ".join(str(one["name"]) for one in fields.get(key) or ()):
            yield name, told
    if environment := _body(fields.get("environment")):
        yield "environment", environment


def _time(value: Any) -> datetime:
    """Return Jira's time: ISO 8601, its zone without a colon."""
    return moment(_ZONE.sub(r"\1:\2", str(value)))


def _has_time(issue: Mapping[str, Any]) -> bool:
    try:
        _time(issue["fields"]["updated"])
    except (KeyError, TypeError, ValueError):
        return False
    return True


def _is_old(issue: Mapping[str, Any], since: datetime) -> bool:
    """Say whether the cursor is past it; what tells no time is let through, to be a dead letter."""
    return _has_time(issue) and _time(issue["fields"]["updated"]) < since
