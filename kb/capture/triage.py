"""Triage: which of four outcomes a doc-worthy ticket has, proposed with reason and confidence."""

import math
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from kb.capture.drafting import draft_id, missing
from kb.capture.matching import Match, Matcher, identifiers
from kb.capture.problem import first_of
from kb.capture.solution import Solution, solution
from kb.capture.thread import Form, units
from kb.search.page import Page
from kb.tickets.ticket import Role, Status, Ticket


class Outcome(StrEnum):
    """The four ways a doc-worthy ticket can go."""

    NEW = "new"
    UPDATE = "update"
    KNOWN = "known"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What is to become of a ticket, who said so, and why.

    Attributes:
        article: Id of the page that answers it (known), lacks something (update) or will be
            written (new); `""` when declined.
        confidence: From 0 to 1; a person's decision is 1.
        in_vain: Of a known one, whether the requester had looked for the article and not found it:
            its words are not the customer's.
    """

    ticket: str
    outcome: Outcome
    reason: str
    article: str
    confidence: float
    by: str
    at: datetime
    in_vain: bool = False


SAME = 0.43
"""Likeness at which one problem is as likely told twice as not."""
NEAR = 0.38
"""Likeness under which they are different ones; between the two a person should look."""
_STEEP = 21
UNSURE = 0.5
LACKING = 4
"""So many commands and settings of the answer that the page lacks make it an update."""
_DEFECT = re.compile(
    r"\b(is a (known )?(bug|defect|regression)|filed (it |this )?(as )?(a )?(bug|issue|defect)"
    r"|bug report|fix(ed)? (is|will be) (in|part of|released)|will be fixed in|reported to engineering)\b"
)


def percent(likeness: float) -> str:
    """Return a likeness as people read it: what tells the same in more words is over 1."""
    return f"{min(likeness, 1):.0%}"


def is_marked(ticket: Ticket, tags: tuple[str, ...]) -> bool:
    """Say whether somebody marked the ticket doc-worthy."""
    return not set(tags).isdisjoint(ticket.tags)


def is_candidate(ticket: Ticket, tags: tuple[str, ...], *, everything: bool) -> bool:
    """Say whether triage looks at the ticket: a marked one that has ended, or any ticket at all."""
    return everything or (ticket.status is not Status.OPEN and is_marked(ticket, tags))


def propose(ticket: Ticket, matcher: Matcher, *, by: str, at: datetime) -> Decision:
    """Propose what is to become of the ticket, given everything that can be found already."""
    solved = solution(ticket)
    if not solved.confirmed or solved.message is None:
        defect = _is_defect(ticket)
        why = (
            "product defect: link it to the bug" if defect else f"not enough evidence: {solved.why}"
        )
        return _decision(ticket, Outcome.DECLINED, why, "", solved.confidence, by, at)
    own, match = draft_id(ticket), nearest(ticket, matcher)
    if match is not None and match.likeness >= SAME:
        return _covered(_told(ticket), match, matcher, by, at)
    if lacks := missing(ticket):
        why = f"{solved.why}; but {lacks}: a person should look"
        return _decision(ticket, Outcome.NEW, why, own, UNSURE, by, at)
    if match is None or match.likeness < NEAR:
        return _decision(ticket, Outcome.NEW, solved.why, own, solved.confidence, by, at)
    why = f"{solved.why}; a person should compare it with {match.page} ({percent(match.likeness)} alike)"
    return _decision(ticket, Outcome.NEW, why, own, UNSURE, by, at)


def nearest(ticket: Ticket, matcher: Matcher) -> Match | None:
    """Return the page most like the ticket, whatever was said of a solution; never its own draft."""
    told = _told(ticket)
    return matcher.best(told.problem, told.answer, without=frozenset({draft_id(ticket)}))


def covering(ticket: Ticket, matcher: Matcher) -> str:
    """Return the page that tells the same problem, `""` when none does."""
    match = nearest(ticket, matcher)
    return match.page if match is not None and match.likeness >= SAME else ""


def pending(ticket: Ticket) -> Page:
    """Return the article this ticket will become, as something to match against."""
    told = _told(ticket)
    words = told.problem[len(ticket.subject) + 1 :]
    return Page(id=draft_id(ticket), url="", title=ticket.subject, words=words, body=told.answer)


@dataclass(frozen=True, slots=True)
class _Told:
    ticket: Ticket
    problem: str
    answer: str


@lru_cache(maxsize=4)
def _told(ticket: Ticket) -> _Told:
    """Read what is compared, once a ticket."""
    return _Told(ticket, problem(ticket), _answer(solution(ticket)))


def problem(ticket: Ticket) -> str:
    """Return the problem in the requester's words: subject, and the first message's sentences."""
    first = first_of(ticket)
    said = units(first) if first else ()
    prose = [unit.text for unit in said if unit.form is not Form.CODE]
    codes = identifiers("\n".join(unit.text for unit in said))
    return "\n".join((ticket.subject, *prose[:4], *sorted(codes)[:6]))


def _covered(told: _Told, match: Match, matcher: Matcher, by: str, at: datetime) -> Decision:
    """Known, or an update when the answer names commands or settings that the page lacks."""
    because = f"{percent(match.likeness)} like {match.page} ({', '.join(match.why)})"
    sure = _chance(match.likeness)
    there = matcher.text_of(match.page).casefold()
    lacks = sorted(
        one for one in identifiers(told.answer) if one.strip("[]").casefold() not in there
    )
    if len(lacks) >= LACKING:
        why = f"{because}; it lacks {', '.join(lacks[:3])}"
        return _decision(told.ticket, Outcome.UPDATE, why, match.page, sure, by, at)
    return _decision(told.ticket, Outcome.KNOWN, because, match.page, sure, by, at)


def _chance(likeness: float) -> float:
    """Return how likely two problems so alike are one, fitted on pairs that were read (decision 0012)."""
    return min(0.99, 1 / (1 + math.exp(-_STEEP * (likeness - SAME))))


def _answer(solved: Solution) -> str:
    return "\n".join(unit.text for unit in units(solved.message)) if solved.message else ""


def _is_defect(ticket: Ticket) -> bool:
    answers = [m.body for m in ticket.public_messages if m.role is Role.AGENT]
    return any(_DEFECT.search(body.lower()) for body in answers)


def _decision(
    ticket: Ticket, outcome: Outcome, why: str, article: str, sure: float, by: str, at: datetime
) -> Decision:
    return Decision(
        ticket=ticket.key,
        outcome=outcome,
        reason=why,
        article=article,
        confidence=round(sure, 2),
        by=by,
        at=at,
    )
