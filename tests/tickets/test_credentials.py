"""Tests of `kb pull` with credentials that are wrong, or are revoked on the way: told, nothing lost."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import test_github
import test_jira
import test_zendesk
from desks import Desk, open_desk
from starlette.requests import Request
from starlette.responses import JSONResponse
from test_pull import Done, kb, rows

from kb.tickets.jira import SEARCH

USER, RIGHT, WRONG = "mara.lind@ferrywright.example", "r1ght-0ne", "wr0ng-0ne"
SETTINGS = '[source]\nname = "{kind}"\nkind = "{kind}"\nurl = "{url}"\nproject = "{project}"\n'
ANYBODY = {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}
"""What Jira Cloud says beside a 200 with nothing in it, where it does not know the token."""


def _basic(user: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{RIGHT}".encode()).decode()


def _zendesk() -> dict[str, Any]:
    account = test_zendesk.Account([[test_zendesk.ticket(number) for number in (1, 2, 3)]])
    return account.replies()


def _github() -> dict[str, Any]:
    there = test_github.Repository([test_github.issue(number) for number in (1, 2, 3)])
    return {"/repos/acme/ferry/issues": there.listed, "/repos/acme/ferry/*": there.one}


def _jira() -> dict[str, Any]:
    there = test_jira.Project([[test_jira.issue(1)], [test_jira.issue(2), test_jira.issue(3)]])
    return {SEARCH: there.search, "/rest/api/3/issue/*": there.one}


def _status(status: int) -> Callable[[Request], Any]:
    return lambda _: JSONResponse({"message": "Bad credentials"}, status)


def _anybody(request: Request) -> Any:
    if request.url.path == SEARCH:
        return JSONResponse({"issues": [], "isLast": True}, 200, headers=ANYBODY)
    return JSONResponse({"errorMessages": ["It does not exist."]}, 404, headers=ANYBODY)


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A source, the credential that it knows, and how it refuses another one."""

    name: str
    project: str
    replies: Callable[[], dict[str, Any]]
    header: str
    refuses: Callable[[Request], Any]


KINDS = (
    Kind(name="zendesk", project="", replies=_zendesk, header=_basic(f"{USER}/token"),
         refuses=_status(401)),
    Kind(name="github", project="acme/ferry", replies=_github, header=f"Bearer {RIGHT}",
         refuses=_status(401)),
    Kind(name="jira", project="ACME", replies=_jira, header=_basic(USER), refuses=_status(401)),
    Kind(name="jira", project="ACME", replies=_jira, header=_basic(USER), refuses=_anybody),
)  # fmt: skip


class Place:
    """A workspace, and the help desk that it pulls from."""

    def __init__(self, folder: Path, kind: Kind, desk: Desk) -> None:
        self.folder, self.kind, self.desk = folder, kind, desk
        self.answered, self.revoked_after = 0, 1_000
        self.desk.replies = {path: self._asked(one) for path, one in kind.replies().items()}

    def _asked(self, reply: Callable[[Request], Any]) -> Callable[[Request], Any]:
        def answer(request: Request) -> Any:
            self.answered += 1
            known = request.headers.get("authorization") == self.kind.header
            if known and self.answered <= self.revoked_after:
                return reply(request)
            return self.kind.refuses(request)

        return answer

    def pull(self, token: str, *arguments: str) -> Done:
        """Pull with this token."""
        return kb(self.folder, "pull", *arguments, KB_SOURCE_USER=USER, KB_SOURCE_TOKEN=token)


@pytest.fixture(params=KINDS, ids=["zendesk", "github", "jira", "jira as to anybody"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A workspace of each kind of source, with three solved tickets in it."""
    kind: Kind = request.param
    assert 0 == kb(tmp_path, "init", ".").returncode
    with open_desk({}) as desk:
        settings = SETTINGS.format(kind=kind.name, url=desk.url, project=kind.project)
        (tmp_path / "kb.toml").write_text(settings, encoding="utf-8")
        yield Place(tmp_path, kind, desk)


def test_a_wrong_token(place: Place) -> None:
    """It ends with 3 after one request, names what to mend and not its value, and reads it all later."""
    before = rows(place.folder) if (place.folder / ".kb/store.sqlite3").exists() else None
    told = place.pull(WRONG)

    assert (3, "", 1) == (told.returncode, told.stdout, place.answered)
    assert told.stderr.startswith(f"{place.desk.url}: it refuses the credentials (401). Check")
    assert "KB_SOURCE_TOKEN" in told.stderr
    assert WRONG not in told.stderr
    assert before in (None, rows(place.folder))
    assert "3 tickets taken in, 0 dead letters" in place.pull(RIGHT).stdout


def test_a_token_that_is_revoked_on_the_way(place: Place) -> None:
    """However far it came it ends with 3, and the next pull ends where an undisturbed one ends."""
    assert 0 == place.pull(RIGHT).returncode
    whole, most = _threads(place.folder), place.answered
    for count in range(1, most):
        (place.folder / ".kb/store.sqlite3").unlink()
        place.answered, place.revoked_after = 0, count
        told = place.pull(RIGHT)
        assert (3, True) == (told.returncode, "refuses the credentials (401)" in told.stderr)
        place.revoked_after = 1_000_000
        assert 0 == place.pull(RIGHT).returncode
        assert whole == _threads(place.folder)


def _threads(folder: Path) -> list[str]:
    """Return what the store knows of tickets, dead letters and messages, but not when it was read."""
    kept = ('INSERT INTO "tickets"', 'INSERT INTO "messages"', 'INSERT INTO "dead_letters"')
    return sorted(row for row in rows(folder) if row.startswith(kept))


@pytest.mark.parametrize("token", [f"{RIGHT}\n", f" {RIGHT}", "t0kén", "t\x1bk"])
def test_what_is_no_token(place: Place, token: str) -> None:
    """What was copied with a line break, a space or a strange letter is told before anybody is asked."""
    told = place.pull(token)

    assert (2, 0) == (told.returncode, place.answered)
    assert told.stderr.startswith("KB_SOURCE_TOKEN: it holds what no credential holds")
    assert token.strip() not in told.stderr


def test_comments_that_are_not_given_out(place: Place) -> None:
    """A thread that may not be read is a dead letter, not a ticket without its answers."""
    comments = next(path for path in place.desk.replies if path.endswith("/*"))
    there = place.desk.replies[comments]

    def hidden(request: Request) -> Any:
        return there(request) if "comment" not in request.url.path else _status(404)(request)

    place.desk.replies[comments] = hidden
    told = place.pull(RIGHT)
    assert (1, 3) == (told.returncode, told.stderr.count("its comments are not given out (404)"))
    place.desk.replies[comments] = there
    assert "3 tickets taken in, 0 dead letters" in place.pull(RIGHT, "--retry").stdout
