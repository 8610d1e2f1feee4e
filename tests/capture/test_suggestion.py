"""Tests of suggestions: what came back unmarked, and of matching in bounded memory."""

from factories import AT, make_thread, make_ticket

from kb.capture import matching
from kb.capture.matching import Matcher, identifiers
from kb.capture.suggestion import suggestions
from kb.capture.triage import Outcome, nearest, pending
from kb.redaction import already_safe
from kb.tickets.ticket import Role, Satisfaction, Ticket

PUSH = ("ferry push stops with FW-1102 broken pipe", "Set `push_window 90s` in ferry.toml.")
LOGIN = ("single sign-on loops after the proxy change", "Add the host to `trusted_origins`.")


def told(number: int, about: tuple[str, str], *, worked: bool = True) -> Ticket:
    """Return a ticket about this problem, solved by this answer or left without a word."""
    problem, answer = about
    end = [(Role.REQUESTER, "Thank you, that worked.")] if worked else []
    return make_ticket(
        key=f"files:{number}",
        subject=already_safe(problem),
        tags=(),
        satisfaction=Satisfaction.OFFERED,
        messages=make_thread((Role.REQUESTER, f"{problem}."), (Role.AGENT, answer), *end),
    )


def test_what_came_back_is_suggested_once() -> None:
    """Three tickets with one problem are one suggestion, for the latest that was solved."""
    tickets = [told(1, PUSH), told(2, LOGIN), told(3, PUSH), told(4, PUSH, worked=False)]

    (found,) = suggestions(tickets, Matcher(), at=AT)

    assert (3, "files:3", Outcome.NEW) == (found.times, found.ticket.key, found.proposal.outcome)
    assert ("files:1", "files:3", "files:4") == found.tickets
    assert "came 3 times" in found.proposal.reason


def test_where_a_page_is_there_it_is_said() -> None:
    """A problem that a page tells already is suggested as known, with that page."""
    page = pending(told(9, PUSH))

    (found,) = suggestions([told(1, PUSH), told(2, PUSH)], Matcher([page]), at=AT)

    assert (Outcome.KNOWN, page.id) == (found.proposal.outcome, found.proposal.article)


def test_nothing_solved_nothing_suggested() -> None:
    """A problem for which no answer worked is not suggested, however often it came."""
    tickets = [told(number, PUSH, worked=False) for number in range(3)]
    assert () == suggestions(tickets, Matcher(), at=AT)


def test_old_tickets_are_let_go(monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """Only the latest tickets are compared with; pages stay, and what stays is found as before."""
    monkeypatch.setattr(matching, "KEPT", 8)
    page = pending(told(900, LOGIN))
    matcher = Matcher([page])
    for number in range(30):
        about = (f"widget{number} fails with E-{number + 100}", f"Set `option_{number} on`.")
        matcher.add(pending(told(number, about)), is_ticket=True)

    match = nearest(told(901, LOGIN), matcher)
    last = nearest(told(902, ("widget29 fails with E-129", "Set `option_29 on`.")), matcher)

    assert page.id in matcher
    assert match is not None
    assert match.page == page.id
    assert last is not None
    assert last.page.endswith("-29")
    assert (
        sum(
            pending(told(n, (f"widget{n} fails with E-{n + 100}", ""))).id in matcher
            for n in range(30)
        )
        <= 10
    )


def test_redactions_are_no_identifiers() -> None:
    """What stands for a removed name is nothing that a page could lack."""
    assert {"ferry.toml"} == identifiers("ferry.toml of <customer-host-1> and <ip-2>")
