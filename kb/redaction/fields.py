"""Reads what a ticket's structured fields know, whatever shape the help desk gives them."""

from collections.abc import Iterable, Iterator, Mapping
from email.utils import parseaddr

from kb.redaction.text import Known

DEEPEST = 6
"""Further down nobody keeps a requester."""
SAYS = {
    "ours": ("ours", "product", "vendor"),
    "organisations": ("organisation", "organization", "company", "org"),
    "others": ("phone", "mobile", "tel", "username", "login", "handle", "account", "street",
               "address", "city", "others"),
    "domains": ("domain", "host", "website", "site"),
    "names": ("name", "requester", "reporter", "author", "agent", "assignee", "user", "contact",
              "customer", "cc", "email", "mail"),
}  # fmt: skip
"""Which words in a field's name tell what its value is; the first that fits."""
SHORTEST = 6
"""Less of a number or a login says nothing about anybody."""


def known_from(fields: Mapping[str, object]) -> Known:
    """Return the `Known` of a mapping such as `{"requester": {"name": …, "email": …}}`.

    Lists and objects may lie within each other. A value with an `@` is an address whatever its
    field is called; a field whose name says nothing is left out.
    """
    found: dict[str, dict[str, None]] = {kind: {} for kind in (*SAYS, "emails")}
    for kind, value in _told("", fields, DEEPEST):
        found[kind][value] = None
    return Known(**{kind: tuple(values) for kind, values in found.items()})


def _told(kind: str, value: object, depth: int) -> Iterator[tuple[str, str]]:
    if isinstance(value, str) and value.strip():
        yield from _said(kind, value.strip())
    elif isinstance(value, Mapping) and depth:
        for name, inner in value.items():
            own = _kind(str(name))
            whose = kind if own in ("names", "") and kind in ("organisations", "ours") else own
            yield from _told(whose or kind, inner, depth - 1)
    elif isinstance(value, Iterable) and not isinstance(value, str) and depth:
        for inner in value:
            yield from _told(kind, inner, depth - 1)


def _said(kind: str, value: str) -> Iterator[tuple[str, str]]:
    if "@" in value.strip("@"):
        name, address = parseaddr(value)
        yield "emails", address or value
        if name:
            yield "names", name
    elif kind and (kind != "others" or len(value) >= SHORTEST):
        yield kind, value


def _kind(name: str) -> str:
    plain = name.casefold().replace("_", "").replace("-", "")
    return next((kind for kind, words in SAYS.items() if any(w in plain for w in words)), "")
