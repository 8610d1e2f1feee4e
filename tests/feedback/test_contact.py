"""Tests of the carriers that take a customer's words to the help desk they wrote to."""

from base64 import b64encode

import pytest
from feedback import places
from feedback.listener import Postbox, Says, listening

from kb.feedback.contact import (
    GitHubForm,
    JiraForm,
    MailForm,
    Step,
    Written,
    ZendeskForm,
    private,
    public,
)
from kb.feedback.letter import Verdict
from kb.feedback.mail import Mail
from kb.feedback.wire import Host
from kb.redaction import Redactor

EMAIL = "jo.vance@customer.example"
WRITTEN = Written(
    subject="Relay drops",
    description=f"It drops after a minute.\nWrite to {EMAIL}, key AKIA2E0A8F3B244C9986",
    email=EMAIL,
    article="relay-live",
    trail=(
        Step(words="relay drops"),
        Step(words="Relay certificate", path="/articles/relay-live/"),
    ),
)
LETTER = private("form:k", WRITTEN)


def github(address: str) -> GitHubForm:
    return GitHubForm(host=Host(base=address), project="ferry/help")


def test_zendesk_request() -> None:
    """The request is anonymous, in the customer's name, and holds every word and their trail."""
    place = places.ZendeskRequests()
    with listening(place) as server:
        receipt = ZendeskForm(host=Host(base=server.address)).send(LETTER, again=False)
    (made,) = place.requests

    assert (Verdict.SENT, "34") == (receipt.verdict, receipt.ref)
    assert {"name": "jo.vance", "email": EMAIL} == made["requester"]
    assert made["comment"]["body"].startswith(WRITTEN.description)
    assert made["comment"]["body"].endswith(
        "- searched for: relay drops\n- read: Relay certificate (/articles/relay-live/)\n"
        "- came from: relay-live"
    )


@pytest.mark.parametrize(
    ("status", "verdict"),
    [(401, Verdict.LATER), (422, Verdict.REFUSED), (429, Verdict.LATER), (500, Verdict.UNSURE)],
)
def test_refusal_repeats_no_word(status: int, verdict: Verdict) -> None:
    """What the other side says of a ticket becomes a verdict; its words stand in no reason."""
    with listening(lambda told: Says(status=status, body=told.body.decode())) as server:
        receipt = ZendeskForm(host=Host(base=server.address)).send(LETTER, again=False)

    assert verdict is receipt.verdict
    assert EMAIL not in receipt.reason
    assert "Relay" not in receipt.reason


def test_service_desk_request() -> None:
    """The request has the desk's ids, and the customer's address in its text."""
    place = places.ServiceDesk()
    login = {"Authorization": f"Basic {b64encode(b'bot:t').decode()}"}
    with listening(place) as server:
        host = Host(base=server.address, headers=login)
        receipt = JiraForm(host=host, desk="4", request_type="25").send(LETTER, again=False)
        other = JiraForm(host=host, desk="4", request_type="9").send(LETTER, again=False)
    (made,) = place.requests

    assert (Verdict.SENT, "SUP-1") == (receipt.verdict, receipt.ref)
    assert "Relay drops" == made["summary"]
    assert made["description"].startswith(f"From: {EMAIL}\n\nIt drops")
    assert Verdict.REFUSED is other.verdict


def test_github_issue_is_redacted() -> None:
    """An issue may be public: neither address nor secret goes there, and the text is inert."""
    place = places.GitHub()
    with listening(place) as server:
        letter = public("form:k", WRITTEN, Redactor())
        receipt = github(server.address).send(letter, again=False)
        said = places.words(server.heard[0])

    assert (Verdict.SENT, "1") == (receipt.verdict, receipt.ref)
    assert "It drops after a minute." in said
    assert EMAIL not in letter.body + said
    assert "AKIA" not in letter.body + said
    assert place.issues[0]["body"].startswith("```text\n")


def test_github_fence_holds() -> None:
    """Fences in the customer's words do not end ours."""
    place, words = places.GitHub(), "````\n```\n@ferry/everybody ![x](https://x.example/p.png)"
    with listening(place) as server:
        written = Written(subject="s", description=words, email=EMAIL)
        github(server.address).send(public("form:k", written, Redactor()), again=False)

    assert place.issues[0]["body"].startswith("`````text\n````\n")


def test_github_issue_shows_once() -> None:
    """What is sent again after an answer that was lost is found, not opened twice."""
    place = places.GitHub()
    letter = public("form:k", WRITTEN, Redactor())
    with listening(place) as server:
        github(server.address).send(letter, again=False)
        receipt = github(server.address).send(letter, again=True)

    assert (Verdict.SENT, "1") == (receipt.verdict, receipt.ref)
    assert 1 == len(place.issues)


def test_github_refuses_raw_words() -> None:
    """A letter kept while a private help desk was configured never becomes a public issue."""
    with listening(places.GitHub()) as server:
        receipt = github(server.address).send(LETTER, again=False)
        heard = server.heard

    assert (Verdict.REFUSED, []) == (receipt.verdict, heard)


def test_mail_goes_to_the_team_alone() -> None:
    """The customer's address is where an answer goes, and no recipient; no machine wrote it."""
    box = Postbox("250 taken")
    mail = Mail(host="127.0.0.1", port=box.port, sender="kb@ferrywright.example")
    receipt = MailForm(mail=mail, to=("help@ferrywright.example",)).send(LETTER, again=False)
    box.close()

    assert Verdict.SENT is receipt.verdict
    assert [b"To: help@ferrywright.example"] == [
        row for row in box.kept.splitlines() if row.startswith((b"To:", b"Cc:", b"Bcc:"))
    ]
    assert [b"rcpt to:<help@ferrywright.example>"] == [one.lower() for one in box.recipients]
    assert f"Reply-To: {EMAIL}".encode() in box.kept
    assert b"Auto-Submitted" not in box.kept


def test_zendesk_fills_in_nothing() -> None:
    """A placeholder of Zendesk's would be filled with data, and mailed to whoever was named."""
    place = places.ZendeskRequests()
    said = "{{ticket.comments_formatted}}, {{ Ticket.id }}, {{-ticket.id}} and {{ .Values.image }}"
    with listening(place) as server:
        letter = private("form:k", Written(subject=said, description=said, email=EMAIL))
        ZendeskForm(host=Host(base=server.address)).send(letter, again=False)
    made = place.requests[0]

    for text in (made["subject"], made["comment"]["body"]):
        assert "{{ticket" not in text
        assert "{{ Ticket" not in text
        assert "{{-ticket" not in text
        assert "{{ .Values.image }}" in text


def test_an_answer_finds_its_domain() -> None:
    """A domain beyond ASCII is written as mail servers know it, not as an encoded word."""
    box = Postbox("250 taken")
    letter = private("form:k", Written(subject="s", description="d", email="jo@müller.example"))
    mail = Mail(host="127.0.0.1", port=box.port, sender="kb@ferrywright.example")
    MailForm(mail=mail, to=("help@ferrywright.example",)).send(letter, again=False)
    box.close()

    assert b"Reply-To: jo@xn--mller-kva.example" in box.kept
