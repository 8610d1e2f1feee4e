"""Tests of pull requests: a review counts for the commit, the bytes and the person, or not at all."""

import json
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import forked
import pytest
from factories import AUTHOR, REVIEWER, make_article, submitted

from kb.articles.approval import approvers
from kb.articles.article import State, Verb
from kb.articles.library import Library
from kb.articles.lifecycle import move

ID = "proxy-timeouts-1042"
NOW = "1780400000"
SAID_AT = "2026-06-02T12:00:00Z"
TOKEN = "ghp_invented"


@dataclass
class GitHub:
    """One repository's pull requests, as api.github.com answers (REST 2022-11-28)."""

    pulls: list[dict[str, Any]] = field(default_factory=list)
    reviews: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    def answer(self, method: str, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        """Answer one request."""
        bare, _, query = path.partition("?")
        self.asked.append(f"{method} {bare}")
        if method == "POST":
            self.pulls.append({"number": 12, **body})
            return 201, self.pulls[-1]
        if bare.endswith("/reviews"):
            at = (int(query.rpartition("page=")[2]) - 1) * 100
            return 200, self.reviews[at : at + 100]
        if bare.endswith("/pulls"):
            return 200, [one for one in self.pulls if f"kb%2F{ID}" in query or f"kb/{ID}" in query]
        return 200, {"default_branch": "main"}

    def say(self, login: str, state: str, commit: str, **more: Any) -> None:
        """Let somebody review."""
        user = {"login": login, "id": 1, "type": "User"}
        self.reviews.append({"id": 80 + len(self.reviews), "user": user, "body": "", "state": state,
                             "commit_id": commit, "submitted_at": SAID_AT, **more})  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    github: ClassVar[GitHub]

    def _reply(self) -> None:
        size = int(self.headers.get("content-length") or 0)
        body = json.loads(self.rfile.read(size) or b"{}")
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            status, told = 401, {"message": "Bad credentials"}
        else:
            status, told = self.github.answer(self.command, self.path, body)
        data = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = _reply  # noqa: N815  the names that the server calls

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def github() -> Iterator[GitHub]:
    """A GitHub on loopback."""
    _Handler.github = GitHub()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    _Handler.github.url = f"http://127.0.0.1:{server.server_port}"
    yield _Handler.github
    server.shutdown()
    server.server_close()


def git(folder: Path, *words: str) -> str:
    """Run git in the workspace as somebody called Eve."""
    who = ("-c", "user.name=Eve", "-c", "user.email=eve@ferrywright.example")
    run = subprocess.run(
        ["git", *who, *words], cwd=folder, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


@pytest.fixture
def workspace(library: Library, github: GitHub) -> Path:
    """A workspace in git with a remote, and one article in review."""
    folder = library.docs.parent
    (folder / "kb.toml").write_text(
        "[review]\ngit = true\n"
        f'github = "acme/ferry"\ngithub_url = "{github.url}"\n'
        f'people = ["ToveAas = {REVIEWER}", "mlind = {AUTHOR}"]\n'
    )
    (library.docs / "index.md").write_text("# Help\n")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "init", "-q", "--bare", str(folder / ".kb" / "remote.git"))
    git(folder, "remote", "add", "origin", str(folder / ".kb" / "remote.git"))
    git(folder, "add", "kb.toml", "docs")
    git(folder, "commit", "-qm", "Begin")
    library.save(submitted())
    return folder


def exchange(folder: Path, *words: str, ends: int = 0, token: str = TOKEN) -> tuple[Any, str]:
    """Run the command; return its rows and what it said."""
    env = {"PATH": "/usr/bin:/bin", "KB_GITHUB_TOKEN": token, "SOURCE_DATE_EPOCH": NOW,
           "KB_SECRET": "a key for tests"}  # fmt: skip
    done = forked.run("kb", "review", "github", "--json", *words, cwd=folder, env=env)
    assert ends == done.returncode, done.stdout + done.stderr
    return (json.loads(done.stdout)["articles"] if done.stdout else None), done.stderr


def tip(folder: Path) -> str:
    return git(folder, "rev-parse", f"kb/{ID}")


def test_one_pull_request_an_article(workspace: Path, github: GitHub) -> None:
    """The branch is pushed and its pull request opened once, however often the command runs."""
    exchange(workspace)
    rows, _ = exchange(workspace)

    assert [{"id": ID, "pull_request": 12, "reviews": []}] == rows
    assert 1 == github.asked.count("POST /repos/acme/ferry/pulls")
    assert {"head": f"kb/{ID}", "base": "main"} == {
        key: github.pulls[0][key] for key in ("head", "base")
    }
    pushed = git(workspace / ".kb" / "remote.git", "rev-parse", f"kb/{ID}")
    assert tip(workspace) == pushed


def test_a_review_approves_its_bytes(workspace: Path, github: GitHub, library: Library) -> None:
    """The history names person, pull request and commit, and the article can be published."""
    exchange(workspace)
    commit = tip(workspace)
    github.say("toveaas", "APPROVED", commit)
    exchange(workspace)

    article = library.find(ID)
    assert {REVIEWER} == approvers(article)
    assert f"pull request 12, review 80, commit {commit[:12]}" == article.history[-1].note
    before = len(article.history)
    exchange(workspace)
    assert before == len(library.find(ID).history)


@pytest.mark.parametrize(
    ("login", "more", "why"),
    [
        ("stranger", {}, "none of review.people"),
        ("mlind", {}, "a second person approves"),
        ("ToveAas", {"commit_id": "f" * 40}, "holds other bytes"),
        ("ToveAas", {"submitted_at": "2026-06-01T08:00:00Z"}, "before it was submitted"),
    ],
    ids=["stranger", "author", "foreign commit", "earlier round"],
)
def test_what_does_not_count(
    workspace: Path, github: GitHub, library: Library, login: str, more: dict[str, str], why: str
) -> None:
    """A stranger's, the author's, another commit's and an earlier round's approval are refused."""
    exchange(workspace)
    github.say(login, "APPROVED", tip(workspace), **more)
    rows, said = exchange(workspace, ends=1)

    assert why in said
    assert why in rows[0]["reviews"][0]["refused"]
    assert frozenset() == approvers(library.find(ID))


def test_bots_comments_and_dismissed_reviews_say_nothing(
    workspace: Path, github: GitHub, library: Library
) -> None:
    """Only a person's last approval or change request counts, also beyond the first page."""
    exchange(workspace)
    commit = tip(workspace)
    for _ in range(100):
        github.say("ToveAas", "COMMENTED", commit)
    github.say("ToveAas", "APPROVED", commit)
    github.say("ToveAas", "DISMISSED", commit)
    github.say("ToveAas", "APPROVED", commit, user={"login": "toveaas", "type": "Bot"})
    rows, _ = exchange(workspace)

    assert [] == rows[0]["reviews"]
    assert frozenset() == approvers(library.find(ID))


def test_an_edit_after_the_review_voids_it(
    workspace: Path, github: GitHub, library: Library
) -> None:
    """What was approved is the commit's content, not whatever the branch holds later."""
    exchange(workspace)
    github.say("ToveAas", "APPROVED", tip(workspace))
    path = library.docs / "drafts" / f"{ID}.md"
    path.write_text(path.read_text().replace("600s", "900s"))
    _, said = exchange(workspace, ends=1)

    assert "holds other bytes" in said
    assert frozenset() == approvers(library.find(ID))


def test_an_approval_taken_back_stays_so(workspace: Path, github: GitHub, library: Library) -> None:
    """The review that stands on GitHub does not bring it to life in the next round."""
    exchange(workspace)
    github.say("ToveAas", "APPROVED", tip(workspace))
    exchange(workspace)
    later = datetime.fromisoformat(SAID_AT) + timedelta(minutes=1)
    back = move(library.find(ID), Verb.WITHDRAW, by=REVIEWER, at=later)
    library.save(back)
    _, said = exchange(workspace, ends=1)

    assert "took this approval back" in said
    assert frozenset() == approvers(library.find(ID))


def test_a_change_request_sends_back(workspace: Path, github: GitHub, library: Library) -> None:
    """The reviewer's words become the note, redacted, and the article is a draft again."""
    exchange(workspace)
    github.say("ToveAas", "CHANGES_REQUESTED", tip(workspace), body="Ask bram@tidewheel.example.")
    exchange(workspace)

    article = library.find(ID)
    assert State.DRAFT is article.state
    assert Verb.SEND_BACK is article.history[-1].verb
    assert "tidewheel" not in article.history[-1].note
    assert "Ask" in article.history[-1].note


def test_nothing_private_is_pushed(workspace: Path, github: GitHub, library: Library) -> None:
    """The gate over git objects stands before the push: the remote never sees them."""
    draft = make_article(aliases=("write to bram.okker@tidewheel.example",))
    library.save(move(draft, Verb.SUBMIT, by=AUTHOR, at=submitted().history[-1].at))
    rows, said = exchange(workspace, ends=1)

    assert [] == rows
    assert "email" in said
    assert "tidewheel" not in said
    assert [] == github.asked
    assert "" == git(workspace / ".kb" / "remote.git", "for-each-ref")


def test_dry_run_changes_nothing(workspace: Path, github: GitHub) -> None:
    """Nothing is pushed, opened or approved; what stands there is read."""
    rows, _ = exchange(workspace, "--dry-run")

    assert None is rows[0]["pull_request"]
    assert ["GET /repos/acme/ferry/pulls"] == github.asked
    assert "" == git(workspace, "for-each-ref", "refs/heads/kb")


def test_a_wrong_token_is_told(workspace: Path, github: GitHub) -> None:
    """The error names the variable to mend, and never its value."""
    _, said = exchange(workspace, ends=3, token="ghp_other")

    assert "KB_GITHUB_TOKEN" in said
    assert "ghp_other" not in said
