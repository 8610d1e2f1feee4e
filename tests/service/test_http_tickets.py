"""What a customer writes into the form is durable when it is accepted, and reaches the help desk."""

import contextlib
import json
import logging
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from feedback import places
from feedback.listener import Listener, listening
from yard import NOW, ORIGIN, Running

from kb.config import Config, Feedback, Form
from kb.errors import ConfigError
from kb.feedback.delivery import deliver
from kb.feedback.letter import LetterState, Posted
from kb.service.app import make_passing
from kb.service.carrying import carriers

WRITTEN = {
    "subject": "Relay drops",
    "description": "It drops.\r\nAfter a minute: Zeppelin-4711",
    "email": "jo.vance@customer.example",
    "from": "relay-live",
}
TRAIL = [
    {"kind": "search", "words": "relay drops", "url": ""},
    {"kind": "page", "words": "Relay certificate", "url": "/articles/relay-live/"},
]


@pytest.fixture
def desk() -> Iterator[Listener]:
    """Give a help desk that takes anonymous requests."""
    with listening(places.ZendeskRequests()) as server:
        yield server


@pytest.fixture
def form(desk: Listener) -> Form:
    """Pass tickets on to that help desk."""
    return Form(to="zendesk", url=desk.address)


def waiting(running: Running) -> tuple[Posted, ...]:
    return running.store.outbox.letters(LetterState.WAITING)


def test_plain_form_reaches_the_help_desk(
    running: Running, visitor: httpx2.Client, form: Form, desk: Listener
) -> None:
    """A browser without script sends the form; a page says so, and the words arrive whole."""
    fields = {**WRITTEN, "trail": json.dumps(TRAIL)}
    answer = visitor.post("/tickets", data=fields, headers={"Origin": ORIGIN})
    ways = carriers(Config(root=running.folder, form=form))
    (sent,) = deliver(running.store.outbox, ways, now=lambda: NOW + timedelta(minutes=1))
    told = desk.heard[0].json["request"]

    assert (202, "text/html") == (answer.status_code, answer.headers["content-type"][:9])
    assert "<h1>Your request is on its way to support.</h1>" in answer.text
    assert "34" == sent.receipt.ref
    assert "jo.vance@customer.example" == told["requester"]["email"]
    assert told["comment"]["body"].startswith("It drops.\nAfter a minute: Zeppelin-4711\n")
    assert "- read: Relay certificate (/articles/relay-live/)" in told["comment"]["body"]


def test_words_are_forgotten_on_arrival(
    running: Running, visitor: httpx2.Client, form: Form
) -> None:
    """Once the help desk has it, the outbox keeps a key in which no word stands."""
    visitor.post("/tickets", data=WRITTEN)
    ways = carriers(Config(root=running.folder, form=form))
    deliver(running.store.outbox, ways, now=lambda: NOW + timedelta(minutes=1))
    (kept,) = running.store.outbox.letters()

    assert (LetterState.SENT, "") == (kept.state, kept.letter.body)
    assert "vance" not in kept.letter.key


def test_json_is_accepted(running: Running, visitor: httpx2.Client) -> None:
    """A program sends JSON and is answered so; the letter is durable by then."""
    answer = visitor.post("/tickets", json={**WRITTEN, "trail": TRAIL})

    assert (202, {"status": "accepted"}) == (answer.status_code, answer.json())
    assert "relay drops" in waiting(running)[0].letter.body


def test_same_words_are_one_ticket(running: Running, visitor: httpx2.Client) -> None:
    """A second click, or a page that is loaded again, makes no second ticket; other words do."""
    for words in ("It drops.", "It drops.", "It still drops."):
        assert 202 == visitor.post("/tickets", data={**WRITTEN, "description": words}).status_code

    assert 2 == len(waiting(running))


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"subject": "  "}, "subject"),
        ({"subject": "s" * 201}, "subject"),
        ({"description": "d" * 20_001}, "description"),
        ({"description": 7}, "description"),
        ({"email": "nobody"}, "email"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "email"),
        ({"from": "../admin"}, "from"),
        ({"canary": "canary-value"}, "form"),
        ({"trail": [{"kind": "search"}]}, "trail"),
        ({"trail": [{"kind": "page", "words": "w", "url": "https://x.example"}]}, "trail"),
        ({"trail": TRAIL * 11}, "trail"),
    ],
)
def test_misfit_is_refused(
    running: Running, visitor: httpx2.Client, change: dict[str, object], where: str
) -> None:
    """What does not fit is refused with its place, and none of its words; nothing is kept."""
    answer = visitor.post("/tickets", json={**WRITTEN, **change})

    assert (400, where) == (answer.status_code, answer.json()["error"]["where"])
    assert "canary" not in answer.text
    assert () == waiting(running)


def test_refused_form_is_a_page(visitor: httpx2.Client) -> None:
    """A person is told on a page, in their language, that nothing was sent and nothing is lost."""
    headers = {"Accept-Language": "de-AT,de;q=0.9"}
    answer = visitor.post("/tickets", data={**WRITTEN, "email": "x"}, headers=headers)
    wrong = visitor.post("/tickets", content=b"subject=%ff", headers={"Content-Type": FORM})

    assert (400, 400) == (answer.status_code, wrong.status_code)
    assert "Ihre Anfrage wurde nicht gesendet." in answer.text
    assert '<html lang="de">' in answer.text


FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null"])
def test_other_sites_may_not_send(running: Running, visitor: httpx2.Client, origin: str) -> None:
    """A page that is not ours cannot write to the help desk in its reader's browser."""
    answer = visitor.post("/tickets", data=WRITTEN, headers={"Origin": origin})

    assert (403, ()) == (answer.status_code, waiting(running))


def test_script_of_the_site_may_send(visitor: httpx2.Client) -> None:
    """The site's own origin may ask with JSON, and reads the answer."""
    asked = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    allowed = visitor.options("/tickets", headers={"Origin": ORIGIN, **asked})
    answer = visitor.post("/tickets", json=WRITTEN, headers={"Origin": ORIGIN})

    assert (200, 202) == (allowed.status_code, answer.status_code)
    assert ORIGIN == answer.headers["access-control-allow-origin"]


def test_flood_is_stopped(running: Running, visitor: httpx2.Client) -> None:
    """Five tickets at once come from an office; a sixth waits, and is told how long."""
    answers = [
        visitor.post("/tickets", json={**WRITTEN, "subject": f"Relay {n}"}) for n in range(6)
    ]

    assert [202] * 5 + [429] == [answer.status_code for answer in answers]
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 20
    assert 5 == len(waiting(running))


def test_large_or_strange_bodies_are_refused(visitor: httpx2.Client) -> None:
    """Half a megabyte is enough for any form; pictures and other types are not taken."""
    large = visitor.post("/tickets", data={**WRITTEN, "description": "d" * 600_000})
    strange = visitor.post("/tickets", content=b"x", headers={"Content-Type": "text/plain"})

    assert (413, 415) == (large.status_code, strange.status_code)


def test_no_word_is_logged(
    running: Running, visitor: httpx2.Client, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither a ticket that is taken nor one that cannot be kept leaves a word in a log."""
    caplog.set_level(logging.DEBUG)
    visitor.post("/tickets", data=WRITTEN)
    with contextlib.closing(sqlite3.connect(running.folder / "store.sqlite3")) as broken:
        broken.execute("DROP TABLE outbox")
        broken.commit()
    failed = visitor.post("/tickets", json={**WRITTEN, "subject": "Another"})

    assert (503, True) == (failed.status_code, bool(caplog.records))
    assert "Zeppelin" not in caplog.text + failed.text
    assert "vance" not in caplog.text + failed.text


@pytest.mark.parametrize(
    ("wanted", "address"),
    [
        (Form(to="jira", url="https://j.example", project="4", request_type="25"), "j.example/4"),
        (Form(to="github", project="ferry/help"), "api.github.com/ferry/help"),
        (Form(to="mail", mail_to=("help@ferrywright.example",)), "mail.example:587"),
    ],
)
def test_help_desks_are_set_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: Form, address: str
) -> None:
    """Each help desk needs its few options and no others."""
    monkeypatch.setenv("KB_FORM_USER", "bot")
    monkeypatch.setenv("KB_FORM_TOKEN", "t")
    server = Feedback(smtp="mail.example:587", mail_from="kb@ferrywright.example")

    assert address == carriers(Config(root=tmp_path, form=wanted, feedback=server))["form"].address


@pytest.mark.parametrize(
    "wanted",
    [Form(to="zendesk"), Form(to="mail"), Form(to="github"),
     Form(to="jira", url="https://j.example", project="SUP")],
)  # fmt: skip
def test_half_a_set_up_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: Form
) -> None:
    """What is missing is named before anything is sent."""
    monkeypatch.setenv("KB_FORM_USER", "bot")
    monkeypatch.setenv("KB_FORM_TOKEN", "" if wanted.to == "github" else "t")

    with pytest.raises(ConfigError, match=r"form\.|KB_FORM_TOKEN"):
        carriers(Config(root=tmp_path, form=wanted))


def test_unknown_help_desk_is_told_at_the_start(running: Running, tmp_path: Path) -> None:
    """A service that could not pass anything on does not start to take it."""
    config = Config(root=tmp_path, form=Form(to="zendeks"))

    with pytest.raises(ConfigError, match=r"form\.to"):
        make_passing(config, running.store, now=lambda: NOW)


def test_one_address_is_not_flooded_from_many(running: Running, visitor: httpx2.Client) -> None:
    """Whoever has many machines still cannot have a stranger written to more than ten times a day."""
    for number in range(12):
        said = {**WRITTEN, "description": f"It drops, {number}"}
        far = {"X-Forwarded-For": f"192.0.2.{number}"}
        answer = visitor.post("/tickets", json=said, headers=far)
        assert (202 if number < 10 else 429) == answer.status_code
    other = {**WRITTEN, "email": "mo.vance@customer.example"}
    assert 202 == visitor.post("/tickets", json=other).status_code
    assert 11 == len(waiting(running))


@pytest.mark.parametrize("mark", ["\u202e", "\u2066", "\x85", "\x9b"])
def test_nothing_turns_the_words_about(running: Running, visitor: httpx2.Client, mark: str) -> None:
    """What turns letters about or steers a terminal is no part of a text, nor of an address."""
    said = {**WRITTEN, "subject": f"Relay{mark} drops", "email": f"jo{mark}@customer.example"}
    assert 202 == visitor.post("/tickets", json=said).status_code
    kept = json.loads(waiting(running)[0].letter.body)
    assert ("Relay drops", "jo@customer.example") == (kept["subject"], kept["email"])
    said = {**WRITTEN, "email": "jo\u200b@customer.example"}
    assert 400 == visitor.post("/tickets", json=said).status_code
