"""Makes a raw ticket of what Zendesk tells about one."""

from collections.abc import Iterator, Mapping
from typing import Any

from kb.tickets.html_body import from_html
from kb.tickets.raw import Person, RawMessage, RawTicket, moment
from kb.tickets.ticket import Role, Satisfaction, Status

_STATUS = {
    "new": Status.OPEN,
    "open": Status.OPEN,
    "pending": Status.OPEN,
    "hold": Status.OPEN,
    "solved": Status.SOLVED,
    "closed": Status.CLOSED,
}
_SEVERITY = {"urgent": 0, "high": 1, "normal": 2, "low": 3}
_ROBOTS = frozenset({"rule", "trigger", "automation", "system"})
_NAMED = ("submitter_id", "assignee_id")
_COPIED = ("collaborator_ids", "follower_ids", "email_cc_ids")


def read_ticket(payload: Mapping[str, Any]) -> RawTicket:
    """Make a raw ticket of a ticket, its comments, users, organisations and rating.

    Raises:
        KeyError: A field is missing.
        TypeError, ValueError, AttributeError: A field is not what it must be.
    """
    ticket = payload["ticket"]
    people = _People(payload)
    if (status := ticket["status"]) not in _STATUS:
        raise ValueError("status")
    solved = payload["metrics"].get("solved_at")
    organisation = payload["organizations"].get(ticket.get("organization_id")) or {}
    return RawTicket(
        id=str(ticket["id"]),
        subject=ticket.get("raw_subject") or ticket.get("subject") or "",
        status=_STATUS[status],
        requester=people.of(ticket["requester_id"]),
        messages=tuple(_message(one, people) for one in payload["comments"]),
        created_at=moment(ticket["created_at"]),
        updated_at=moment(ticket["updated_at"]),
        solved_at=moment(solved) if solved and _STATUS[status] is not Status.OPEN else None,
        others=tuple(people.others()),
        tags=tuple(map(str, ticket.get("tags") or ())),
        fields=tuple(sorted(_fields(ticket, payload["fields"]))),
        plan=str((organisation.get("organization_fields") or {}).get("plan") or ""),
        severity=_SEVERITY.get(ticket.get("priority") or ""),
        channel=str((ticket.get("via") or {}).get("channel") or ""),
        satisfaction=_satisfaction(ticket, payload["rating"]),
        url=str(ticket.get("url") or ""),
    )


class _People:
    """Who is who in one ticket: users where Zendesk tells them, ids where it does not."""

    def __init__(self, payload: Mapping[str, Any]) -> None:
        self._ticket = payload["ticket"]
        self._users = payload["users"]
        self._organisations = payload["organizations"]

    def of(self, number: int, *, robot: bool = False, public: bool = True) -> Person:
        """Return the person with an id, and which part they play in this ticket."""
        user = self._users.get(number) or {}
        organisation = self._organisations.get(user.get("organization_id")) or {}
        email = str(user.get("email") or "")
        return Person(
            role=Role.AUTOMATIC if robot or number == -1 else self._role(number, user, public),
            name=str(user.get("name") or ""),
            email=email,
            handle="" if email else f"zendesk-{number}",
            organisation=str(organisation.get("name") or ""),
        )

    def _role(self, number: int, user: Mapping[str, Any], public: bool) -> Role:
        if number == self._ticket["requester_id"]:
            return Role.REQUESTER
        if user.get("role") in ("agent", "admin"):
            return Role.AGENT
        if not user and (number == self._ticket.get("assignee_id") or not public):
            return Role.AGENT
        return Role.OTHER

    def others(self) -> Iterator[Person]:
        """Yield everybody else whom the ticket names, and its organisation."""
        for name in _NAMED:
            if self._ticket.get(name):
                yield self.of(self._ticket[name])
        for name in _COPIED:
            yield from map(self.of, self._ticket.get(name) or ())
        sender = ((self._ticket.get("via") or {}).get("source") or {}).get("from") or {}
        yield Person(name=str(sender.get("name") or ""), email=str(sender.get("address") or ""))
        own = self._organisations.get(self._ticket.get("organization_id")) or {}
        yield Person(organisation=str(own.get("name") or ""))


def _message(comment: Mapping[str, Any], people: _People) -> RawMessage:
    public = comment["public"] is True
    robot = (comment.get("via") or {}).get("channel") in _ROBOTS
    html = comment.get("html_body")
    return RawMessage(
        id=str(comment["id"]),
        author=people.of(comment["author_id"], robot=robot, public=public),
        public=public,
        body=from_html(html) if html else comment.get("plain_body") or comment["body"],
        created_at=moment(comment["created_at"]),
    )


def _fields(ticket: Mapping[str, Any], names: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    for one in ticket.get("custom_fields") or ():
        value = one.get("value")
        if one.get("id") in names and value not in (None, "", [], False):
            told = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
            yield names[one["id"]], told


def _satisfaction(ticket: Mapping[str, Any], survey: str) -> Satisfaction:
    """Return the rating: the survey's where there is one, else the older kind's."""
    score = survey or str((ticket.get("satisfaction_rating") or {}).get("score") or "unoffered")
    for known in Satisfaction:
        if score == known or score.startswith(f"{known}_with"):
            return known
    return Satisfaction.UNOFFERED
