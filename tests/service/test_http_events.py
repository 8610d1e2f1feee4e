"""Events: kept before they are promised, counted once, and nobody's address in any byte."""

import contextlib
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import httpx2
import pytest
from yard import BROWSER, ORIGIN, PROGRAM, Running

from kb.articles.page_token import token
from kb.config import Config
from kb.errors import SourceError
from kb.measure.votes import last_votes
from kb.service.bodies import LARGEST_BODY
from kb.service.canary import visit
from kb.store.store import open_store


@pytest.fixture
def database(database_url: str) -> str:
    """Every test of events runs on both databases."""
    return database_url


def batch(**fields: object) -> dict[str, object]:
    return {"v": 1, "events": [{"id": str(uuid4()), "kind": "view", "page": "/x/", **fields}]}


def test_durable_before_it_is_promised(running: Running, visitor: httpx2.Client) -> None:
    """A 202 means that another connection to the store sees the event."""
    answer = visitor.post("/events", json=batch())
    assert 202 == answer.status_code
    assert 1 == running.store.events.count()


def test_reader_is_a_key_of_the_day(running: Running, visitor: httpx2.Client) -> None:
    """The stored reader is 32 hex digits, the same for the same browser on the same day."""
    visitor.post("/events", json=batch())
    visitor.post("/events", json=batch())
    readers = {event.reader for event in running.store.events.all()}
    assert 1 == len(readers)
    assert re.fullmatch("[0-9a-f]{32}", readers.pop())


def test_duplicates_count_once(running: Running, visitor: httpx2.Client) -> None:
    """The same id sent again is accepted and kept once."""
    same = batch()
    assert [202, 202] == [visitor.post("/events", json=same).status_code for _ in range(2)]
    assert 1 == running.store.events.count()


def test_beacon_needs_no_preflight(running: Running, visitor: httpx2.Client) -> None:
    """`sendBeacon` sends text/plain; it is read as JSON all the same."""
    body = f'{{"v": 1, "events": [{{"id": "{uuid4()}", "kind": "view"}}]}}'
    answer = visitor.post("/events", content=body, headers={"Content-Type": "text/plain"})
    assert (202, 1) == (answer.status_code, running.store.events.count())


def test_unknown_key_is_pointed_at(running: Running, visitor: httpx2.Client) -> None:
    """An unknown key is refused with its JSON pointer; neither its name nor its value is told."""
    answer = visitor.post("/events", json=batch(canary_key="canary-value"))
    assert (400, "/events/0") == (answer.status_code, answer.json()["error"]["where"])
    assert "canary" not in answer.text
    assert 0 == running.store.events.count()


def test_one_shape_for_every_error(visitor: httpx2.Client) -> None:
    """Every refusal of the public API has the same three keys."""
    answers = [
        visitor.post("/events", content=b"{", headers={"Content-Type": "text/plain"}),
        visitor.post("/events", content=b"{}", headers={"Content-Type": "application/xml"}),
        visitor.post("/events", content=b" " * (LARGEST_BODY + 1)),
        visitor.get("/events"),
        visitor.get("/nothing-here"),
        visitor.get("/search?q=x&limit=9999"),
    ]
    assert [400, 415, 415, 405, 404, 400] == [answer.status_code for answer in answers]
    assert {("where", "what", "todo")} == {tuple(a.json()["error"]) for a in answers}


def test_large_body_is_refused(running: Running, visitor: httpx2.Client) -> None:
    """More than 64 kB is not read, whether its length was told or not."""
    kind = {"Content-Type": "text/plain"}
    told = visitor.post("/events", content=b" " * (LARGEST_BODY + 1), headers=kind)
    parts = iter([b" " * 40_000, b" " * 40_000])
    untold = visitor.post("/events", content=parts, headers=kind)
    assert [413, 413] == [told.status_code, untold.status_code]


def test_typed_address_reaches_no_file(running: Running, visitor: httpx2.Client) -> None:
    """An e-mail address typed into a search is in no byte of the store."""
    canary = "canary.person@customer-host.example"
    search = batch(kind="search", query=f"mail from {canary} fails", results=0)
    assert 202 == visitor.post("/events", json=search).status_code
    assert "<email-1>" in running.store.events.all()[0].query
    assert b"canary.person" not in running.bytes_kept()


def test_address_and_browser_reach_no_file(running: Running, visitor: httpx2.Client) -> None:
    """Neither the client's address nor its user agent is in any byte of the store."""
    for _ in range(5):
        visitor.post("/events", json=batch())
    kept = running.bytes_kept()
    assert 5 == running.store.events.count()
    assert [False, False] == [word in kept for word in (b"127.0.0.1", BROWSER.encode())]


def test_do_not_track_is_honoured(running: Running) -> None:
    """Who asks not to be tracked is not; only the number of such requests is kept."""
    for header in ("DNT", "Sec-GPC"):
        with running.visitor(**{header: "1"}) as client:
            assert 202 == client.post("/events", json=batch()).status_code
    assert 0 == running.store.events.count()
    assert (("do_not_track", 2),) == running.store.events.dropped()


def test_robots_learn_nothing(running: Running, visitor: httpx2.Client) -> None:
    """A robot gets the answer that a reader gets, and is counted under a name of its own."""
    with running.visitor(**{"User-Agent": "GPTBot/1.2"}) as robot:
        theirs = robot.post("/events", json=batch())
    ours = visitor.post("/events", json=batch())
    assert (theirs.status_code, theirs.content) == (ours.status_code, ours.content)
    assert (("llm_crawler", 1),) == running.store.events.dropped()


def test_the_team_is_no_reader(running: Running, member: httpx2.Client) -> None:
    """Whoever is signed in to the team's pages is kept out of the figures."""
    assert 202 == member.post("/events", json=batch()).status_code
    assert (("team", 1),) == running.store.events.dropped()


def test_limit_says_when_to_return(visitor: httpx2.Client) -> None:
    """The thirty-odd requests of a burst pass; then 429 says when to come back."""
    answers = [visitor.post("/events", json=batch()) for _ in range(60)]
    refused = [answer for answer in answers if answer.status_code == 429]
    assert {202} == {answer.status_code for answer in answers[:30]}
    assert "1" == refused[0].headers["Retry-After"]


def test_only_listed_sites(visitor: httpx2.Client) -> None:
    """A listed origin is named back exactly, without credentials; another one is refused."""
    listed = visitor.post("/events", json=batch(), headers={"Origin": ORIGIN})
    other = visitor.post("/events", json=batch(), headers={"Origin": "https://evil.example"})
    assert (202, ORIGIN) == (listed.status_code, listed.headers["Access-Control-Allow-Origin"])
    assert "Access-Control-Allow-Credentials" not in listed.headers
    assert (403, None) == (other.status_code, other.headers.get("Access-Control-Allow-Origin"))


def test_preflight(visitor: httpx2.Client) -> None:
    """A listed site may send JSON; another one is told no before it sends anything."""
    ask = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    listed = visitor.options("/events", headers={"Origin": ORIGIN, **ask})
    other = visitor.options("/events", headers={"Origin": "https://evil.example", **ask})
    assert [200, 400] == [listed.status_code, other.status_code]


def test_many_at_once(running: Running) -> None:
    """Events that arrive at the same time are all kept."""

    def send() -> None:
        with running.visitor() as client:
            for _ in range(5):
                client.post("/events", json=batch())

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 30 == running.store.events.count()


PAGE_KEY = b"a page key for tests"


def vote(number: int, **fields: object) -> dict[str, object]:
    about = {"kind": "solved", "article": "relay-live", "version": "v1"}
    return batch(**{**about, "id": str(UUID(int=number)), **fields})


def test_only_a_rendered_page_can_vote(signing: Running) -> None:
    """With a page key, a vote without its page's token is counted apart and not kept."""
    good = token(PAGE_KEY, "relay-live", "v1")
    with signing.visitor() as client:
        for number, given in enumerate(({}, {"token": "0" * 32}, {"token": good})):
            assert 202 == client.post("/events", json=vote(number, **given)).status_code
        other = vote(9, version="v2", token=good)
        assert 202 == client.post("/events", json=other).status_code
    assert 1 == signing.store.events.count()
    assert (("unsigned_vote", 3),) == signing.store.events.dropped()


def test_a_canary_is_kept_and_a_false_one_is_not(running: Running, visitor: httpx2.Client) -> None:
    """Our own visit goes the way of every event; nobody else can pretend to be it."""
    key = visit(running.address, b"a secret for tests")
    assert running.store.events.has(key)
    assert 202 == visitor.post("/events", json=batch(kind="canary", token="0" * 32)).status_code
    assert 1 == running.store.events.count()


def test_a_dead_collector_is_told() -> None:
    """A canary that does not arrive is an error with a place, not a quiet zero."""
    with pytest.raises(SourceError, match="cannot be reached"):
        visit("http://127.0.0.1:1", b"a secret for tests")


def test_addresses_of_one_vote(running: Running) -> None:
    """However many browsers one address names, it has one vote for an article's version."""
    for number in range(20):
        with running.visitor(**{"User-Agent": f"{BROWSER} {number}"}) as client:
            client.post("/events", json=vote(number))
    kept = running.store.events.all()
    assert (20, 20) == (len(kept), len({event.reader for event in kept}))
    assert 1 == len(last_votes(kept))


@pytest.mark.parametrize("round_", range(2))
def test_nothing_acknowledged_is_lost_when_it_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str, round_: int
) -> None:
    """After `kill -9` in mid-load, every event that a 202 was given for is there, once."""
    monkeypatch.setenv("KB_SECRET", "a secret for tests")
    monkeypatch.setenv("KB_DATABASE", database)
    (tmp_path / "site").mkdir()
    command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        link = process.stdout.readline().decode().strip() if process.stdout else ""
        promised = hammer(link.partition("/team/")[0], process, after=60 + 40 * round_)
    store = open_store(Config(root=tmp_path).database)
    kept = [event.id for event in store.events.all()]
    store.close()
    assert set(promised) <= set(kept)
    assert len(kept) == len(set(kept))
    assert promised


def hammer(address: str, process: subprocess.Popen[bytes], *, after: int) -> list[str]:
    """Send from four browsers, kill after so many answers; return the ids that were promised."""
    promised: list[str] = []

    def send(number: int) -> None:
        agent = {"User-Agent": BROWSER}
        with contextlib.suppress(httpx2.HTTPError), httpx2.Client(headers=agent) as client:
            while process.poll() is None:
                one = {"id": str(uuid4()), "kind": "view", "page": "/x/"}
                place = {"X-Forwarded-For": f"192.0.2.{number * 50 + len(promised) % 50}"}
                answer = client.post(
                    f"{address}/events", json={"v": 1, "events": [one]}, headers=place
                )
                if answer.status_code == 202:
                    promised.append(str(one["id"]))
                if len(promised) >= after:
                    process.kill()

    threads = [threading.Thread(target=send, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return promised


def test_a_comment_is_kept_redacted_and_once(running: Running, visitor: httpx2.Client) -> None:
    """What is written beside a No is on the disk when 202 is told, with nobody's address in it."""
    said = batch(kind="not_solved", article="a-1", version="v1", reason="missing",
                 comment="mail dora@tidewheel.example, step 3 is wrong")  # fmt: skip
    assert [202, 202] == [visitor.post("/events", json=said).status_code for _ in range(2)]

    (kept,) = running.store.comments.latest("a-1", since=datetime(2026, 1, 1, tzinfo=UTC), most=9)
    assert ("missing", "mail <email-1>, step 3 is wrong") == (kept.reason, kept.text)
    running.store.purging.purge("a-1", ())
    assert () == running.store.comments.latest("a-1", since=kept.at, most=9)


def test_a_crowd_at_the_form_is_counted_apart(running: Running) -> None:
    """Of one address three visits to the form count; the answer to the fourth tells nothing."""
    for number in range(4):
        with running.visitor(**{"User-Agent": f"{BROWSER} {number}"}) as browser:
            assert 202 == browser.post("/events", json=batch()).status_code
            assert 202 == browser.post("/events", json=batch(kind="form_opened")).status_code
    kinds = [str(event.kind) for event in running.store.events.all()]
    assert (4, 3) == (kinds.count("view"), kinds.count("form_opened"))
    assert (("crowded", 1),) == running.store.events.dropped()
