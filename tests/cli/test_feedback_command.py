"""Tests of telling from the command line: once, dry when asked, and plain about what failed."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from factories import make_article, make_event, make_ticket, published
from feedback import places
from feedback.listener import Listener, Request, Says, listening
from kb_command import kb

from kb.articles.library import Library
from kb.store.store import open_store

NOW = datetime(2026, 8, 3, 9, tzinfo=UTC)
HOOK = "/services/T0/B0/hidden"
SETTINGS = """
[source]
name = "helpdesk"
kind = "zendesk"
url = "{0}"
[feedback]
digest = "slack"
cards = true
worklist = "github"
url = "{0}"
project = "ferry/docs"
[paging]
kind = "pagerduty"
url = "{0}"
"""


class Town:
    """Slack, Zendesk, GitHub and PagerDuty at one address."""

    def __init__(self) -> None:
        self.zendesk, self.github, self.pager = (
            places.Zendesk(),
            places.GitHub(),
            places.PagerDuty(),
        )
        self.slack: list[str] = []

    def __call__(self, request: Request) -> Says:
        """Hand the request to the place that it is for."""
        if request.path == HOOK:
            self.slack.append(request.json["text"])
            return Says()
        for name, place in (("/api/v2/", self.zendesk), ("/repos/", self.github)):
            if request.path.startswith(name):
                return place(request)
        return self.pager(request)


@pytest.fixture
def town() -> Town:
    return Town()


@pytest.fixture
def server(town: Town) -> Iterator[Listener]:
    with listening(town) as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path, server: Listener) -> Path:
    """A workspace with a published article from one ticket, a reader, and everything set up."""
    (tmp_path / "kb.toml").write_text(SETTINGS.format(server.address))
    Library(tmp_path / "docs").save(published(make_article()))
    store = open_store(f"sqlite:///{tmp_path / '.kb' / 'store.sqlite3'}")
    store.tickets.take("helpdesk", tickets=[make_ticket()], dead=())
    at = NOW - timedelta(days=20)
    store.events.append([make_event(n, at=at, reader=f"{n:032}", dwell=40) for n in range(1, 5)])
    store.close()
    return tmp_path


def run(folder: Path, server: Listener, *words: str, at: datetime = NOW, **env: str) -> str:
    known = {
        "SOURCE_DATE_EPOCH": str(int(at.timestamp())), "KB_SLACK_WEBHOOK": f"{server.address}{HOOK}",
        "KB_SOURCE_USER": "u", "KB_SOURCE_TOKEN": "t0ken", "KB_WORKLIST_TOKEN": "t0ken",
        "KB_PAGER_KEY": "R0UTE",
    }  # fmt: skip
    done = kb(folder, *words, **{**known, **env})
    assert "t0ken" not in done.stdout + done.stderr
    assert "hidden" not in done.stdout + done.stderr
    return f"{done.returncode}\n{done.stdout}\n{done.stderr}"


@pytest.mark.parametrize("words", [(), ("--dry-run",)])
def test_nobody_to_tell_is_said(tmp_path: Path, words: tuple[str, ...]) -> None:
    """Where nothing is set up, "0 sent" alone would be taken for "nothing new"."""
    (tmp_path / "kb.toml").write_text("")
    done = kb(tmp_path, "feedback", "--send", *words)

    assert done.returncode == 0, done.stderr
    assert "nobody is named to be told. Set digest, cards or worklist in kb.toml." in done.stderr


def test_told_once(folder: Path, server: Listener, town: Town) -> None:
    """A round tells everybody; the same day again, and the next, nobody; the next week the digest."""
    dry = run(folder, server, "feedback", "--send", "--dry-run", "--days", "60")
    assert dry.startswith("0")
    assert "digest:2026-W32 -> Slack webhook at 127.0.0.1" in dry
    assert [] == server.heard

    for hours in (0, 1, 24):
        said = run(folder, server, "feedback", "--send", "--days", "60",
                   at=NOW + timedelta(hours=hours))  # fmt: skip
        assert said.startswith("0"), said
    assert (1, 1) == (
        len([t for t in town.slack if "2026" in t.split("\n")[0]]),
        len(town.zendesk.shown()),
    )
    assert [False] == [c["public"] for own in town.zendesk.comments.values() for c in own]
    assert ["1042"] == list(town.zendesk.comments)

    run(folder, server, "feedback", "--send", "--days", "60", at=NOW + timedelta(days=7))
    assert 2 == len([t for t in town.slack if "2026" in t.split("\n")[0]])


def test_a_page(folder: Path, server: Listener, town: Town) -> None:
    """`kb page` wakes the team, and not twice for the same words; a wrong team is told."""
    assert run(folder, server, "page", "docs are down", "--for", "customer-support").startswith("0")
    assert run(folder, server, "page", "docs are down").startswith("0")
    assert ["docs are down"] == town.pager.shown()
    wrong = run(folder, server, "page", "x", "--for", "nobody")

    assert wrong.startswith("2")
    assert "--for: nobody of that name is paged. Use customer-support." in wrong


def test_dead_letters(folder: Path, server: Listener, town: Town) -> None:
    """What could not go out is listed with its reason, and goes when a person says so."""
    failed = run(folder, server, "page", "docs are down", KB_PAGER_KEY="wrong")
    listed = run(folder, server, "outbox")
    (row,) = json.loads(
        run(folder, server, "outbox", "--json").partition("\n")[2].rpartition("}")[0] + "}"
    )["letters"]
    assert failed.startswith("3")
    assert listed.startswith("1")
    assert "check KB_PAGER_KEY" in listed

    assert run(folder, server, "outbox", "retry", row["key"]).startswith("0")
    assert run(folder, server, "outbox", "send").startswith("0")
    assert ["docs are down"] == town.pager.shown()
    assert run(folder, server, "outbox").startswith("0")
    assert "is no dead letter" in run(folder, server, "outbox", "drop", row["key"])


def test_missing_credentials(folder: Path, server: Listener) -> None:
    """Before anything is kept it is told which variable is missing."""
    said = run(folder, server, "feedback", "--send", KB_SLACK_WEBHOOK="")

    assert said.startswith("2")
    assert "KB_SLACK_WEBHOOK: it is not set." in said
    assert run(folder, server, "outbox").startswith("0")


def test_no_public_comment(folder: Path, server: Listener) -> None:
    """On a source without internal comments none is written, and it says why."""
    settings = (folder / "kb.toml").read_text().replace('kind = "zendesk"', 'kind = "github"')
    (folder / "kb.toml").write_text(settings)
    said = run(folder, server, "feedback", "--send", "--days", "60")

    assert "tickets of github take no internal comments" in said
    assert [] == [r for r in server.heard if r.path.startswith("/api/v2")]


def test_watch(folder: Path, server: Listener, town: Town) -> None:
    """A surge is paged once, and taken back by itself when it is over."""
    store = open_store(f"sqlite:///{folder / '.kb' / 'store.sqlite3'}")
    new = [
        make_ticket(
            key=f"helpdesk:{n}", created_at=NOW - timedelta(minutes=3 * n + 1), tags=("network",)
        )
        for n in range(12)
    ]
    store.tickets.take("helpdesk", tickets=new, dead=())
    store.close()
    dry = run(folder, server, "watch", "--dry-run")
    assert (dry[0], town.pager.shown()) == ("1", [])

    for minutes in (0, 5):
        assert run(folder, server, "watch", at=NOW + timedelta(minutes=minutes)).startswith("1")
    assert 1 == len(town.pager.shown())
    assert "Tickets on network surge: 12 in the last hour" in town.pager.shown()[0]
    for hours in (30, 37):
        assert run(folder, server, "watch", at=NOW + timedelta(hours=hours)).startswith("0")
    assert [True] == [alert["resolved"] for alert in town.pager.alerts.values()]
