"""Environment facts found in real text, beside the same search without what makes it exact.

Two sets: support questions with the system and version that the form recorded (only what also
stands in the text can be found there), and posts whose spans people marked.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from kb.capture.environment import environment
from kb.redaction import already_safe
from kb.tickets.ticket import Message, Role, Status, Ticket

Row = dict[str, Any]
Finder = Callable[[str, str], list[str]]
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_BARE = re.compile(r"(?i)\b(?:windows|mac|linux|ubuntu|android|ios)\b|\b\d+(?:\.\d+)+\b")
_SYSTEMS = re.compile(
    r"(?i)\b(?:windows|win ?(?:7|8|10|11)|mac\w*|os ?x|linux|mint|ubuntu|debian|fedora|android|ios)\b"
)
_VERSION = re.compile(r"\d+(?:\.\d+)*")
_NUMBER = re.compile(r"\d+(?:\.\d+)+")
_KINDS = {"Operating_System", "Application", "Version", "Device", "Library", "Language"}


def ours(text: str, product: str) -> list[str]:
    """Return what a draft names of a message that holds this text, the product's name left out."""
    message = Message(id="0", role=Role.REQUESTER, author="a", public=True,
                      body=already_safe(text), created_at=_AT)  # fmt: skip
    ticket = Ticket(
        key="bench:0", subject=already_safe(""), status=Status.SOLVED, tags=(), messages=(message,),
        requester="a", created_at=_AT, updated_at=_AT,
        fields=(("product", already_safe(product)),) if product else (),
    )  # fmt: skip
    return [fact for where, fact in environment(ticket, None) if where == "0"]


def bare(text: str, _: str) -> list[str]:
    """Return any known system's bare name and any number with a dot."""
    return [match.group() for match in _BARE.finditer(text)]


FINDERS: dict[str, Finder] = {"bare names and numbers": bare, "docworthy": ours}


def recorded(rows: list[Row], find: Finder) -> dict[str, list[bool]]:
    """Return which recorded versions and systems that stand in the text are found."""
    told: dict[str, list[bool]] = {"versions": [], "systems": [], "version told is right": []}
    for row in rows:
        text = f"{row['subject']}\n{row['body']}"
        found = " ".join(find(text, "thunderbird")).casefold()
        first = _VERSION.search(row["tb_version"] or "")
        version, system = first.group() if first else "", (row["os"] or "").casefold()
        if version and re.search(rf"(?<![\d.]){re.escape(version)}(?![\d.])", text):
            told["versions"].append(version.casefold() in found)
        named = _SYSTEMS.search(system)
        if named and re.search(rf"\b{re.escape(named.group())}\b", text.casefold()):
            told["systems"].append(named.group() in found)
        numbers = _NUMBER.findall(found)
        if version and numbers:
            told["version told is right"].append(any(_agree(version, one) for one in numbers))
    return told


def _agree(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)


def marked(rows: list[Row], find: Finder) -> dict[str, list[bool]]:
    """Return which marked systems are found, and which facts touch a mark."""
    told: dict[str, list[bool]] = {"systems": [], "facts on a mark": []}
    for row in rows:
        found = find(row["text"], "")
        spans = [s for s in row["spans"] if s["type"] in _KINDS]
        words = {word for s in spans for word in s["value"].casefold().split()}
        seen = " ".join(found).casefold()
        told["systems"] += [
            s["value"].casefold() in seen for s in spans if s["type"] == "Operating_System"
        ]
        told["facts on a mark"] += [not words.isdisjoint(one.casefold().split()) for one in found]
    return told
