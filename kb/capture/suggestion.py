"""Suggests tickets that nobody marked: problems that came back, with an answer that worked."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from kb.capture.drafting import draft_id
from kb.capture.matching import Matcher
from kb.capture.triage import Decision, Outcome, covering, pending, propose
from kb.tickets.ticket import Ticket

OFTEN = 2
"""So many tickets with one problem make it worth a look."""
MOST = 20
"""So many problems are suggested at once, those that came most often."""
_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A problem that came back.

    Attributes:
        ticket: The latest that holds an answer which worked.
        proposal: What could become of it; its reason says why it is suggested.
        times: How many tickets tell the problem.
        tickets: Keys of the latest of them, at most five.
    """

    ticket: Ticket
    proposal: Decision
    times: int
    tickets: tuple[str, ...]


@dataclass(slots=True)
class _Problem:
    is_page: bool
    times: int = 0
    keys: list[str] = field(default_factory=list)
    best: tuple[Ticket, Decision] | None = None

    def take(self, ticket: Ticket, proposal: Decision) -> None:
        self.times += 1
        self.keys = [*self.keys[1 - _NAMED :], ticket.key]
        if proposal.outcome is not Outcome.DECLINED:
            self.best = ticket, proposal


def suggestions(
    tickets: Iterable[Ticket], matcher: Matcher, *, at: datetime
) -> tuple[Suggestion, ...]:
    """Return what came back and was solved, most often first.

    A problem that only unsolved tickets tell is not suggested: there is nothing to write down yet.

    Args:
        tickets: Those that nobody marked or decided, oldest first.
        matcher: Every page there is, and every ticket that will be one; it takes these in as well.
    """
    problems: dict[str, _Problem] = {}
    for ticket in tickets:
        proposal = propose(ticket, matcher, by="", at=at)
        page = covering(ticket, matcher)
        known = problems.setdefault(page or draft_id(ticket), _Problem(is_page=bool(page)))
        known.take(ticket, proposal)
        if not page:
            matcher.add(pending(ticket), is_ticket=True)
    often = sorted((p for p in problems.values() if p.times >= OFTEN), key=lambda p: -p.times)
    return tuple(_suggestion(p, *p.best) for p in often if p.best)[:MOST]


def _suggestion(problem: _Problem, ticket: Ticket, proposal: Decision) -> Suggestion:
    """Tell how often it came; what is like it only in tickets is new."""
    others = ", ".join(key for key in problem.keys if key != ticket.key)
    came = f"came {problem.times} times ({others}, ...)" if others else "came back"
    if problem.is_page:
        reason = f"nobody marked it, but it {came}; {proposal.reason}"
        return _told(problem, ticket, replace(proposal, reason=reason))
    new = replace(
        proposal,
        outcome=Outcome.NEW,
        article=draft_id(ticket),
        reason=f"nobody marked it, but it {came}, was solved, and no article is like it",
    )
    return _told(problem, ticket, new)


def _told(problem: _Problem, ticket: Ticket, proposal: Decision) -> Suggestion:
    return Suggestion(
        ticket=ticket, proposal=proposal, times=problem.times, tickets=tuple(problem.keys)
    )
