"""One ticket walks the whole house, told as a story, on the real commands, site and service."""

import json
import os
import random
import re
import socket
import subprocess
import sys
import time
import urllib.request
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

NAME, ORGANISATION = "Quirina Vandersloot", "Blumenthal Optics"
MAIL, HOST = "quirina@blumenthal-optics.example", "build-7.blumenthal-optics.example"
SECRET = "ghp_" + "Zz9" * 12
PRIVATE = (NAME, "Quirina", ORGANISATION, MAIL, HOST, SECRET)


def _ticket() -> dict[str, object]:
    asks = {"role": "requester", "name": NAME, "email": MAIL}
    agent = {"role": "agent", "name": "Teodor Lindqvist", "email": "teodor@vendor.example"}
    bodies = (
        (asks, True, f"Hi,\n\nthe upload stops with `E7741 chunk refused` on {HOST}. We set "
         f"`token = {SECRET}` in widget.toml.\n\n{NAME}\n{ORGANISATION}"),
        (agent, False, f"{ORGANISATION} is behind on its bill, do not tell them."),
        (agent, True, f"Hello Quirina,\n\nThis happens because the proxy limits bodies to 1 MB.\n\n"
         f"1. Set `upload.chunk_size = \"512k\"` in `widget.toml` on {HOST}.\n"
         "2. Run `widget upload --resume`.\n\nLet me know.\nTeodor"),
        (asks, True, "That worked, thanks!\nQuirina"),
    )  # fmt: skip
    comments = [
        {"id": str(n), "author": who, "public": public, "body": body,
         "created_at": f"2026-03-02T1{n}:00:00Z"}
        for n, (who, public, body) in enumerate(bodies)
    ]  # fmt: skip
    return {
        "id": "7741", "subject": f"Upload stops with E7741 ({ORGANISATION})", "status": "solved",
        "tags": ["doc-worthy", "upload"], "created_at": "2026-03-02T10:00:00Z",
        "updated_at": "2026-03-02T13:00:00Z", "solved_at": "2026-03-02T13:00:00Z",
        "requester": {"name": NAME, "email": MAIL, "organization": ORGANISATION},
        "fields": {"product": "Widget", "version": "2.1", "platform": "Linux"},
        "satisfaction": "good", "comments": comments,
    }  # fmt: skip


def _run(folder: Path, *command: str, ends: int = 0) -> str:
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "KB_PERSON": "ines@vendor.example"}
    run = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ends == run.returncode, run.stdout + run.stderr
    for value in PRIVATE:
        assert value not in run.stdout + run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace through which the ticket has gone up to the built site."""
    folder = tmp_path_factory.mktemp("journey")
    _run(folder, "kb", "init")
    port = _free_port()
    toml = (folder / "kb.toml").read_text().replace("8765", str(port))
    (folder / "kb.toml").write_text(f"{toml}\n[service]\nport = {port}\n")
    (folder / "docs" / "support.md").write_text("# Contact support\n\n<!-- docworthy:form -->\n")
    (folder / "tickets" / "export.jsonl").write_text(json.dumps(_ticket()) + "\n")
    for step in ("pull", "triage --auto", "draft", "check"):
        _run(folder, "kb", *step.split())
    article = next((folder / "docs" / "drafts").glob("*.md")).stem
    _run(folder, "kb", "review", "submit", article)
    _run(folder, "kb", "review", "approve", article, ends=1)
    _run(folder, "kb", "review", "approve", article, "--as", "tomas@vendor.example")
    _run(folder, "kb", "publish")
    _run(folder, "mkdocs", "build", "--strict")
    return folder


def _free_port() -> int:
    """Return a port below those that the system hands out, so that no other test is given it."""
    while True:
        port = random.randint(20_000, 29_999)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def _page(workspace: Path) -> str:
    return next((workspace / "site" / "articles").glob("*7741/index.html")).read_text()


def test_the_page_helps(workspace: Path) -> None:
    """The page holds the issue, the cause and the steps, verbatim where it is code."""
    page = re.sub(r"<[^>]+>", "", _page(workspace))

    for words in ("E7741 chunk refused", "the proxy limits bodies", "widget upload --resume"):
        assert words in page


def test_nobody_is_on_it(workspace: Path) -> None:
    """Neither the secret, nor the customer, nor the internal note is in any byte that is kept."""
    kept = [p for p in workspace.rglob("*") if p.is_file() and p.parent.name != "tickets"]

    for path in kept:
        data = path.read_bytes().lower()
        found = [v for v in (*PRIVATE, "behind on its bill") if v.lower().encode() in data]
        if path.name.startswith("store.sqlite3"):
            found = [v for v in found if v != "behind on its bill"]
        assert [] == found, path


@pytest.fixture
def service(workspace: Path) -> Iterator[str]:
    """The running service of the workspace."""
    port = re.findall(r"port = (\d+)", (workspace / "kb.toml").read_text())[0]
    command = [sys.executable, "-m", "kb", "serve", "--site", "site"]
    process = subprocess.Popen(
        command, cwd=workspace, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{address}/health", timeout=1).read()
            break
        except OSError:
            time.sleep(0.1)
    yield address
    process.terminate()
    assert 0 == process.wait(timeout=15)


def test_the_page_reports_back(workspace: Path, service: str) -> None:
    """A vote on the page comes back in the team's figures."""
    article = re.findall(r'data-dw-article="([^"]+)"', _page(workspace))[0]
    version = re.findall(r'data-dw-version="([^"]+)"', _page(workspace))[0]
    events = [
        {"id": str(uuid.uuid4()), "kind": kind, "page": f"/articles/{article}/",
         "article": article, "version": version}
        for kind in ("view", "solved")
    ]  # fmt: skip
    body = json.dumps({"v": 1, "events": events}).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "Mozilla/5.0 Firefox/140.0"}
    request = urllib.request.Request(f"{service}/events", body, headers)

    assert 202 == urllib.request.urlopen(request, timeout=5).status
    figures = json.loads(_run(workspace, "kb", "metrics", "--json"))
    row = next(one for one in figures["articles"] if one["article"] == article)
    assert 2 == figures["events"]
    assert 1 == row["solved"]


def test_it_is_found(workspace: Path) -> None:
    """The customer's own words find the page."""
    found = json.loads(_run(workspace, "kb", "search", "chunk refused uploading", "--json"))

    assert found["results"][0]["id"].endswith("-7741")


def test_again_is_nothing(workspace: Path) -> None:
    """Every step run again changes no byte of the library."""
    before = {p: p.read_bytes() for p in (workspace / "docs").rglob("*") if p.is_file()}
    for step in ("pull", "triage --auto", "draft", "publish"):
        _run(workspace, "kb", *step.split())

    assert before == {p: p.read_bytes() for p in (workspace / "docs").rglob("*") if p.is_file()}
