"""The message that solved a thread, and solved or not: ours beside rules that anybody would try."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from kb.capture.solution import solution
from kb.tickets.ticket import Role, Ticket

Row = dict[str, Any]
BARE = 160
"""A requester's accepted message under so many characters refers to the answer before it."""
_GLAD = re.compile(
    r"(?i)\b(thank|thanks|thx|worked|works now|solved|fixed|resolved|that did it|did the trick"
    r"|problem gone|perfect)\b"
)


def _helpers(row: Row) -> list[int]:
    said = row["messages"]
    return [i for i in range(1, len(said)) if said[i]["author_role"] != "requester"] or [1]


def _ours(_: Row, ticket: Ticket) -> int:
    found = solution(ticket).message
    return next((i for i, one in enumerate(ticket.messages) if one is found), 0)


def _longest(row: Row, _: Ticket) -> int:
    return max(_helpers(row), key=lambda i: len(row["messages"][i]["body"]))


def _before_thanks(row: Row, _: Ticket) -> int:
    glad = (
        i
        for i, one in enumerate(row["messages"])
        if i and one["author_role"] == "requester" and _GLAD.search(one["body"])
    )
    end, helped = next(glad, None), _helpers(row)
    return max([i for i in helped if end is None or i < end] or helped)


PICKERS: dict[str, Callable[[Row, Ticket], int]] = {
    "last answer by another": lambda row, _: _helpers(row)[-1],
    "longest answer": _longest,
    "answer before the thanks": _before_thanks,
    "docworthy": _ours,
}


def is_right(row: Row, picked: int, *, referred: bool) -> bool:
    """Say whether it is the accepted message; or, `referred`, the one that a bare one refers to."""
    gold, said = row["accepted_message_index"], row["messages"]
    if picked == gold or not referred:
        return bool(picked == gold)
    bare = said[gold]["author_role"] == "requester" and len(said[gold]["body"]) < BARE
    return bare and [i for i in _helpers(row) if i < gold][-1:] == [picked]


def shares(rows: Sequence[Row], picked: Sequence[int]) -> list[str]:
    """Return strict and referred accuracy over all threads, then over those of four messages."""
    pairs = list(zip(rows, picked, strict=True))
    long = [(row, pick) for row, pick in pairs if len(row["messages"]) > 3]
    return [
        share([is_right(row, pick, referred=referred) for row, pick in some])
        for some in (pairs, long)
        for referred in (False, True)
    ]


def share(found: Sequence[bool]) -> str:
    """Return a share with its denominator."""
    return f"{sum(found) / max(1, len(found)):.3f} of {len(found)}"


def ends_glad(ticket: Ticket) -> bool:
    """Say whether the requester's last word thanks or says that it works: the rule to beat."""
    said = [one for one in ticket.messages[1:] if one.role is Role.REQUESTER]
    return bool(said and _GLAD.search(said[-1].body))
