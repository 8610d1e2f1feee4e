"""Reads one ticket of an export, in the help desk's schema or the thread schema (docs/sources.md)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from kb.tickets.raw import MOST_MESSAGES, Misfit, Person, RawMessage, RawTicket, moment
from kb.tickets.ticket import Role, Satisfaction, Status

_Kind = TypeVar("_Kind")
_FACTS = ("product", "topic", "locale", "component")
"""Facts that the thread schema has at the ticket's top."""


def read_row(row: Mapping[str, Any]) -> RawTicket:
    """Make a raw ticket of one row; which schema it is follows from its own fields.

    Raises:
        KeyError: A field is missing.
        TypeError, ValueError, AttributeError: A field is not what it must be.
    """
    messages = tuple(_messages(row))
    if not 0 < len(messages) <= MOST_MESSAGES:
        raise Misfit(f"it has no comments, or more than {MOST_MESSAGES:,}")
    return RawTicket(
        id=str(row["id"]),
        subject=_read(row, "subject", _text),
        status=_read(row, "status", Status),
        requester=_person(row["requester"], Role.REQUESTER),
        messages=messages,
        created_at=_read(row, "created_at", moment),
        updated_at=_read(row, "updated_at", moment),
        solved_at=_read(row, "solved_at", moment) if row.get("solved_at") else None,
        others=_read(row, "ccs", _others) if row.get("ccs") else (),
        tags=_read(row, "tags", _tags) if row.get("tags") else (),
        fields=tuple(sorted(_facts(row).items())),
        plan=str(row.get("plan") or ""),
        severity=row.get("severity"),
        channel=str(row.get("channel") or ""),
        satisfaction=_read(row, "satisfaction", Satisfaction)
        if row.get("satisfaction")
        else Satisfaction.UNOFFERED,
        url=str(row.get("url") or row.get("source_url") or ""),
    )


def _read(row: Mapping[str, Any], name: str, kind: Callable[[Any], _Kind]) -> _Kind:
    """Return a field as what it must be; where it is not, its name is told and never its value."""
    try:
        return kind(row[name])
    except (TypeError, ValueError):
        raise Misfit(f"{name} is not what it must be") from None


def _messages(row: Mapping[str, Any]) -> Iterator[RawMessage]:
    said = row["messages"] if "comments" not in row and "messages" in row else row["comments"]
    if not isinstance(said, list):
        raise Misfit("comments is no list")
    accepted = row.get("accepted_message_index")
    for number, one in enumerate(said):
        if not isinstance(one, Mapping):
            raise Misfit("a comment is no object")
        flat = "author_role" in one
        role = _read(one, "author_role", Role) if flat else _read(one["author"], "role", Role)
        yield RawMessage(
            id=str(one.get("id", number) if flat else one["id"]),
            author=_person(one["author"], role),
            public=one["public"] is True,
            body=_read(one, "body", _text),
            created_at=_read(one, "created_at", moment),
            accepted=one.get("accepted") is True or (number == accepted and accepted is not False),
        )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _tags(value: Any) -> tuple[str, ...]:
    return tuple(map(str, value))


def _others(value: Any) -> tuple[Person, ...]:
    return tuple(_person(one, Role.OTHER) for one in value)


def _person(who: object, role: Role) -> Person:
    """Return a person from an object with name and address, or from a bare handle."""
    if isinstance(who, str) and who:
        return Person(role=role, handle=who)
    if not isinstance(who, Mapping):
        raise Misfit("requester, an author or a cc is no person")
    return Person(
        role=role,
        name=str(who.get("name") or ""),
        email=str(who.get("email") or ""),
        handle=str(who.get("handle") or ""),
        organisation=str(who.get("organization") or ""),
    )


def _facts(row: Mapping[str, Any]) -> dict[str, str]:
    """Return the structured facts, an environment's by the names that the house has for them."""
    facts = {name: row[name] for name in _FACTS if row.get(name)}
    for name, value in _mapping(row, "environment_meta"):
        facts["version" if name.endswith("version") else {"os": "platform"}.get(name, name)] = value
    facts.update(_mapping(row, "fields"))
    return {str(name): str(value) for name, value in facts.items() if value not in (None, "")}


def _mapping(row: Mapping[str, Any], name: str) -> Iterable[tuple[str, Any]]:
    """Return the names and values of a field that is an object, or is left out."""
    value = row.get(name) or {}
    if not isinstance(value, Mapping):
        raise Misfit(f"{name} is no object")
    return value.items()
