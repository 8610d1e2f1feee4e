"""Tests of suggestions: what came back unmarked, and of matching in bounded memory."""

from factories import AT, make_thread, make_ticket

from kb.capture import matching
from kb.capture.matching import Matcher, identifiers
from kb.capture.ranking import Ranking
from kb.capture.suggestion import suggestions
from kb.capture.triage import Outcome, nearest, pending, propose
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


BESIDE = [
    (f"{what} is slow after the update of {where}", f"Raise `{what}_limit` in {where}.")
    for what in ("scheduler", "mirror", "exporter")
    for where in ("staging", "builds", "reports")
]
CANNED = (
    "Open Settings, press `Reset the caches`, restart the agent and read https://docs.example/a."
)
"""What an agent answers to anything."""


def match_of(about: tuple[str, str], *pages: tuple[str, str]) -> float:
    """Return how alike a ticket is to the likeliest of these, among tickets about other things."""
    matcher = Matcher([pending(told(100 + n, one)) for n, one in enumerate((*pages, *BESIDE))])
    found = nearest(told(1, about), matcher)
    assert found is not None
    return found.likeness


def test_one_answer_to_two_problems() -> None:
    """Two problems that got the same answer are less alike than one problem told in other words."""
    canned = match_of(
        ("printer prints blank pages", CANNED), ("calendar shows the wrong day", CANNED)
    )
    told_anew = match_of(
        ("FW-1102: broken pipe when I push", "It was the `push_window`: 90s in ferry.toml helps."),
        PUSH,
    )
    assert canned < told_anew


def test_an_address_makes_nothing_alike() -> None:
    """That two answers name one page does not make two problems one."""
    link = "Read https://docs.example/en/guides/choosing-a-channel first."
    alike = match_of(("printer prints blank pages", link), ("calendar shows the wrong day", link))
    bare = match_of(
        ("printer prints blank pages", "Read first."),
        ("calendar shows the wrong day", "Read first."),
    )
    assert alike == bare


def test_what_is_hardly_alike_waits() -> None:
    """A proposal is as sure as the problem is likely the same; under 0.6 `--auto` takes none."""
    matcher = Matcher([pending(told(100 + n, one)) for n, one in enumerate((PUSH, *BESIDE))])
    same = propose(told(1, PUSH), matcher, by="", at=AT)
    words = ("ferry push stops for one user", "The token had expired: make a new one.")
    near = propose(told(2, words), matcher, by="", at=AT)

    assert Outcome.KNOWN is same.outcome
    assert "a person should compare" in near.reason
    assert near.confidence < 0.6 < same.confidence


def test_pages_have_no_time() -> None:
    """Of two tickets that say the same the later is nearer; of two pages neither is."""
    ranking, text = Ranking(), "push stops\nbroken pipe"
    for name in ("first page", "last page"):
        ranking.add(name, text)
    pages = dict(ranking.best(text, 2))
    for name in ("first ticket", "last ticket"):
        ranking.add(name, text, is_ticket=True)
    found = dict(ranking.best(text, 4))

    assert pages["first page"] == pages["last page"]
    assert found["first ticket"] < found["last ticket"]


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
