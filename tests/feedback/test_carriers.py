"""Tests of every carrier against a server that speaks the other side's own format."""

import os
import random
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from factories import AT
from feedback import places
from feedback.listener import Postbox, Says, listening

from kb.feedback.delivery import deliver
from kb.feedback.desks import JiraDesk, ZendeskDesk, comment
from kb.feedback.letter import Carrier, Letter, LetterState, Receipt, Verdict
from kb.feedback.mail import Mail, mail
from kb.feedback.paging import Genie, Page, PagerDuty, by_hand
from kb.feedback.trackers import GitHubTracker, JiraTracker, issue
from kb.feedback.wire import Host
from kb.store.store import open_store

TRIALS = int(os.environ.get("TRIALS", "12"))
PAGE = Page(alias="docworthy-1", team="customer-support", message="Tickets on proxy surge", at="t")


def genie(address: str) -> Genie:
    host = Host(base=address, headers={"Authorization": "GenieKey k"})
    return Genie(host=host, sleep=lambda _: None)


def pagerduty(address: str) -> PagerDuty:
    return PagerDuty(host=Host(base=address), keys={"": "R0UTE"})


def zendesk(address: str) -> ZendeskDesk:
    return ZendeskDesk(host=Host(base=address))


def jira(address: str) -> JiraDesk:
    return JiraDesk(host=Host(base=address), project="SUP")


def github_issues(address: str) -> GitHubTracker:
    return GitHubTracker(host=Host(base=address), project="ferry/docs")


def jira_issues(address: str) -> JiraTracker:
    return JiraTracker(host=Host(base=address), project="SUP")


def _comment(number: int) -> Letter:
    return comment(f"card:a:{number}", ticket=str(number % 7 + 1), text=f"n{number}")


def _issue(number: int) -> Letter:
    return issue(f"worklist:t{number}:0:a", thing=f"t{number}", title=f"n{number}", text="Do it.")


def _page(number: int) -> Letter:
    page = Page(alias=f"a{number}", team="customer-support", message=f"n{number}", at="t")
    return page.letter(f"page:{number}")


Made = Callable[[int], Letter]
WAYS: dict[str, tuple[Callable[[], Any], Callable[[str], Carrier], Made]] = {
    "zendesk": (places.Zendesk, zendesk, _comment),
    "jira": (places.Jira, jira, _comment),
    "github": (places.GitHub, github_issues, _issue),
    "jira issues": (places.Jira, jira_issues, _issue),
    "genie": (places.Genie, genie, _page),
    "pagerduty": (places.PagerDuty, pagerduty, _page),
}


@pytest.mark.parametrize("name", WAYS)
def test_one_effect_a_key(tmp_path: Path, name: str) -> None:
    """Replies refused, failed after the fact or dropped: each key shows once, in order, none lost."""
    make_place, make_carrier, make_letter = WAYS[name]
    place, store, at = make_place(), open_store(f"sqlite:///{tmp_path / 's.sqlite3'}"), AT
    letters = [make_letter(n) for n in range(TRIALS)]
    store.outbox.put(letters, at=at)
    rng = random.Random(name)
    with listening(places.hostile(rng, place)) as server:
        carrier = make_carrier(server.address)
        while store.outbox.destinations():
            deliver(store.outbox, {letters[0].destination: carrier}, now=lambda when=at: when)
            at += timedelta(seconds=3700 if TRIALS > 100 else 400)
    dead = store.outbox.letters(LetterState.DEAD)
    store.close()

    assert () == dead
    assert sorted(f"n{n}" for n in range(TRIALS)) == sorted(place.shown())


def send(carrier: Carrier, letter: Letter, *, again: bool = False) -> Receipt:
    return carrier.send(letter, again=again)


def test_zendesk_comment_is_internal() -> None:
    """The comment says `public: false` itself, and only that."""
    place = places.Zendesk()
    with listening(place) as server:
        receipt = send(zendesk(server.address), comment("k", ticket="28", text="Read by 12."))
    (kept,) = place.comments["28"]

    assert (Verdict.SENT, False) == (receipt.verdict, kept["public"])
    assert "/api/v2/tickets/28.json" == server.heard[0].path


@pytest.mark.parametrize("ticket", ["../users/1", "28/../29", "", "28?x"])
def test_no_way_out_of_the_ticket(ticket: str) -> None:
    """A ticket's id that is none leads nowhere else."""
    with listening() as server:
        receipt = send(zendesk(server.address), comment("k", ticket=ticket, text="x"))

    assert (Verdict.REFUSED, []) == (receipt.verdict, server.heard)


def test_jira_comment_is_internal() -> None:
    """In a service project the comment carries the property that makes it internal."""
    place = places.Jira()
    with listening(place) as server:
        receipt = send(jira(server.address), comment("k", ticket="SUP-1", text="Read by 12."))

    assert Verdict.SENT is receipt.verdict
    assert [False] == [c["jsdPublic"] for c in place.comments]


def test_jira_without_internal_comments() -> None:
    """A project of another kind has none: nothing is written, and it says why."""
    place = places.Jira(kind="software")
    with listening(place) as server:
        receipt = send(jira(server.address), comment("k", ticket="SUP-1", text="Read by 12."))

    assert (Verdict.REFUSED, []) == (receipt.verdict, place.comments)
    assert "feedback.cards" in receipt.reason


def test_jira_that_makes_it_public() -> None:
    """What comes back public is deleted at once, and a person is told."""
    place = places.Jira(ignores=True)
    with listening(place) as server:
        receipt = send(jira(server.address), comment("k", ticket="SUP-1", text="Read by 12."))

    assert (Verdict.REFUSED, []) == (receipt.verdict, place.comments)


@pytest.mark.parametrize("name", ["github", "jira issues"])
def test_one_issue_a_thing(name: str) -> None:
    """Opened, kept up to date, closed when done, and opened again only when it came back."""
    place: Any = WAYS[name][0]()

    def told(text: str, *, done: bool = False, again: bool = False) -> None:
        letter = issue("k", thing="gap-1", title=f"Gap: {text}", text=text, done=done, again=again)
        assert Verdict.SENT is send(carrier, letter).verdict

    with listening(place) as server:
        carrier = WAYS[name][1](server.address)
        for n in range(3):
            send(carrier, _issue(n))
        told("one")
        told("two")
        assert ["n0", "n1", "n2", "Gap: two"] == place.shown()
        told("", done=True)
        assert closed(place)
        told("three")
        assert closed(place), "what is closed stays closed"
        told("four", again=True)
        assert not closed(place)
        told("", done=True)
        told("", done=True)
        send(carrier, issue("k", thing="gap-2", title="x", text="x", done=True))

    assert 4 == len(place.shown())


def closed(place: Any) -> bool:
    if isinstance(place, places.GitHub):
        return bool(place.issues[3]["state"] == "closed")
    return bool(place.issues[3]["fields"]["status"]["statusCategory"]["key"] == "done")


def test_not_planned_stays_closed() -> None:
    """An issue that a person closed as not planned is left alone for good."""
    place = places.GitHub()
    with listening(place) as server:
        carrier = github_issues(server.address)
        send(carrier, _issue(0))
        place.issues[0] |= {"state": "closed", "state_reason": "not_planned"}
        letter = issue("k", thing="t0", title="again", text="again", again=True)
        assert Verdict.SENT is send(carrier, letter).verdict

    assert ["n0"] == place.shown()


def test_genie_opens_and_closes() -> None:
    """An alert goes to its team, counts up while open, and its alias closes it."""
    place = places.Genie()
    with listening(place) as server:
        carrier = genie(server.address)
        assert Verdict.SENT is send(carrier, PAGE.letter("p")).verdict
        assert Verdict.SENT is send(carrier, PAGE.letter("p"), again=True).verdict
        over = Page(alias=PAGE.alias, team=PAGE.team, message="Over", over=True)
        assert Verdict.SENT is send(carrier, over.letter("p2")).verdict
        assert Verdict.SENT is send(carrier, over.letter("p2"), again=True).verdict
    (alert,) = place.alerts

    assert (2, True) == (alert["count"], alert["closed"])
    assert [{"name": "customer-support", "type": "team"}] == alert["responders"]
    assert "GenieKey k" == server.heard[0].headers["authorization"]


def test_genie_that_does_nothing() -> None:
    """An action that is accepted and never done is found out by asking, and told."""
    with listening(places.Genie(teams=("others",))) as server:
        receipt = send(genie(server.address), PAGE.letter("p"))

    assert Verdict.REFUSED is receipt.verdict
    assert "paging.teams" in receipt.reason


def test_genie_that_never_says() -> None:
    """Where it does not say that it was done, nobody believes that it was."""
    with listening(places.Genie(slow=99)) as server:
        assert Verdict.UNSURE is send(genie(server.address), PAGE.letter("p")).verdict


def test_pagerduty_triggers_and_resolves() -> None:
    """One alert a key; a team with a key of its own gets its own service."""
    place = places.PagerDuty(keys=("R0UTE", "MGMT"))
    with listening(place) as server:
        keys = {"": "R0UTE", "support-mgmt": "MGMT"}
        carrier = PagerDuty(host=Host(base=server.address), keys=keys)
        send(carrier, PAGE.letter("p"))
        other = Page(alias="2", team="support-mgmt", message="x" * 5_000, detail="d" * 600_000)
        assert Verdict.SENT is send(carrier, other.letter("q")).verdict
        over = Page(alias=PAGE.alias, team=PAGE.team, message="Over", over=True)
        assert Verdict.SENT is send(carrier, over.letter("r")).verdict

    assert [True, False] == [alert["resolved"] for alert in place.alerts.values()]
    assert ["R0UTE", "MGMT", "R0UTE"] == [r.json["routing_key"] for r in server.heard]
    assert "critical" == place.alerts[PAGE.alias]["severity"]


def test_pagerduty_with_a_wrong_key() -> None:
    """A key that it does not know is told with the variable to look at, never with the key."""
    with listening(places.PagerDuty(keys=())) as server:
        receipt = send(pagerduty(server.address), PAGE.letter("p"))

    assert Verdict.REFUSED is receipt.verdict
    assert "KB_PAGER_KEY" in receipt.reason
    assert "R0UTE" not in receipt.reason


def test_the_same_words_within_ten_minutes_are_one_page() -> None:
    """Twice by accident is once; another team, other words or later is another page."""
    at = AT + timedelta(seconds=10)
    one = by_hand("docs are down", "customer-support", at=at)

    assert one.key == by_hand(" docs  are down", "customer-support", at=at).key
    assert one.key != by_hand("docs are down", "support-mgmt", at=at).key
    assert one.key != by_hand("docs are slow", "customer-support", at=at).key
    assert one.key != by_hand("docs are down", "customer-support", at=at + timedelta(hours=1)).key


@pytest.mark.parametrize("status", [401, 403])
def test_refused_credentials_wait_for_a_person(status: int) -> None:
    """Wrong credentials make no dead letters at once: the letters wait until they are mended."""
    with listening(lambda _: Says(status=status, body="no")) as server:
        receipts = [send(way[1](server.address), way[2](1)) for way in WAYS.values()]

    assert {Verdict.LATER} == {receipt.verdict for receipt in receipts}
    assert all("KB_" in receipt.reason for receipt in receipts)


@pytest.fixture
def postbox(request: pytest.FixtureRequest) -> Iterator[Postbox]:
    box = Postbox(request.param)
    yield box
    box.close()


@pytest.mark.parametrize(
    ("postbox", "verdict"),
    [("250 taken", Verdict.SENT), ("451 later", Verdict.LATER), ("554 no", Verdict.REFUSED),
     ("", Verdict.UNSURE)],
    indirect=["postbox"],
)  # fmt: skip
def test_mail(postbox: Postbox, verdict: Verdict) -> None:
    """What the server says at the end decides; silence there is not success."""
    carrier = Mail(host="127.0.0.1", port=postbox.port, sender="kb@ferrywright.example")
    letter = mail("digest:2026-W23", subject="Support\r\nBcc: x@y.example", text="Grüße, 44 %",
                  to=("lead@ferrywright.example",))  # fmt: skip
    receipt = send(carrier, letter)

    assert verdict is receipt.verdict
    assert b"Subject: Support Bcc: x@y.example" in postbox.kept
    assert b"\nBcc:" not in postbox.kept


def test_mail_with_nobody_there() -> None:
    """Where no server listens, the mail waits."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    carrier = Mail(host="127.0.0.1", port=port, sender="kb@ferrywright.example")

    assert (
        Verdict.LATER
        is send(carrier, mail("k", subject="s", text="t", to=("a@b.example",))).verdict
    )
