"""Tests of the purge: measured in bytes, nothing of the article is left in the workspace."""

import gzip
import hashlib
import json
import os
import subprocess
from pathlib import Path

import forked
import pytest
from factories import AT, make_article, make_event, make_ticket, published
from kb_command import kb

from kb.articles.evidence import Evidence
from kb.articles.library import Library
from kb.capture.triage import Decision, Outcome
from kb.redaction import already_safe
from kb.store.store import Store, open_store

ID, TITLE, ALIAS = "proxy-timeouts-1042", "Deploys time out behind a proxy", "hangs at 99 percent"
TRACES = (ID.encode(), TITLE.encode(), ALIAS.encode(), b"FW-504")


def fill(store: Store) -> None:
    """Keep a ticket, its decision and an event of the article, and of another one."""
    ticket = make_ticket(subject=already_safe(TITLE))
    store.tickets.take("helpdesk", tickets=[ticket], cursor="x", dead=[])
    for key, article in ((ticket.key, ID), ("helpdesk:7", "other-7")):
        store.decisions.append(
            Decision(ticket=key, outcome=Outcome.NEW, reason=f"like {article}", article=article,
                     confidence=1.0, by="mara", at=AT)
        )  # fmt: skip
    store.events.append(
        [make_event(1), make_event(2, article="other-7", page="/articles/other-7/")]
    )


def build(folder: Path) -> None:
    env = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "KB_SECRET": "a key for tests"}
    forked.run("mkdocs", "build", "--strict", "-q", cwd=folder, env=env).check_returncode()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A workspace in git with two published articles, a built site and a filled store."""
    assert 0 == kb(tmp_path, "init").returncode
    with (tmp_path / "mkdocs.yml").open("a") as settings:
        settings.write("site_url: https://help.ferrywright.example/\n")
    library = Library(tmp_path / "docs")
    library.save(published(make_article(title=TITLE, aliases=(ALIAS,))))
    library.save_evidence(
        ID, (Evidence(section="Issue", sentence="FW-504", ticket="helpdesk:1042", message="m0"),)
    )
    library.save(published(make_article(
        id="other-7", title="Uploads stop behind a proxy", aliases=(), tickets=("helpdesk:7",),
        sections=(("Issue", "An upload stops."), ("Environment", "Ferry"),
                  ("Resolution", "1. Restart `ferryd`.")))))  # fmt: skip
    store = open_store(f"sqlite:///{tmp_path / '.kb' / 'store.sqlite3'}")
    fill(store)
    store.close()
    build(tmp_path)
    (tmp_path / "feedback").mkdir()
    (tmp_path / "feedback" / "digest.md").write_text(f"- {TITLE}\n")
    for name in ("near.json", "index.bin"):
        (tmp_path / ".kb" / "cache" / name).write_bytes(b"\0" + ID.encode())
    for command in (["init", "-q"], ["add", "-A"],
                    ["-c", "user.name=m", "-c", "user.email=m@x.example", "commit", "-qm", "All"]):  # fmt: skip
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def unpacked(path: Path) -> bytes:
    """Return the bytes of a file, unpacked where they are packed."""
    data = path.read_bytes()
    return gzip.decompress(data) if path.suffix == ".gz" else data


def shards(folder: Path) -> bytes:
    """Return what the site's search shows of all pages."""
    return b"".join(map(unpacked, sorted(folder.glob("site/search/docworthy/p/*.gz"))))


def holding(folder: Path) -> list[str]:
    """Return every file with a trace of the article in its bytes or its name, but for git's."""
    return [
        path.relative_to(folder).as_posix()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".git" not in path.parts
        if any(trace in unpacked(path) + str(path).encode() for trace in TRACES)
    ]


def test_nothing_of_it_is_left(folder: Path) -> None:
    """Site, index, lists, caches and store hold no byte of it; what is left is told, and by name."""
    before = holding(folder)
    assert {"site/sitemap.xml", ".kb/store.sqlite3"} < set(before)
    assert TITLE.encode() in shards(folder)

    done = kb(folder, "purge", ID, "--json")

    told = json.loads(done.stdout)
    assert (0, ["feedback/digest.md"]) == (done.returncode, holding(folder))
    assert {"tickets": 1, "decisions": 1, "events": 1} == told["rows"]
    assert "edit feedback/digest.md: it tells of the article" in told["left"]
    assert any(step.startswith("git filter-repo --invert-paths") for step in told["left"])
    assert (folder / "site" / "articles" / "other-7" / "index.html").exists()
    assert TITLE.encode() not in shards(folder)
    assert b"other-7" in shards(folder)


def test_the_index_is_made_with_the_signers(folder: Path) -> None:
    """Where approvals are signed, the index that is made anew calls no unsigned page approved."""
    with (folder / "kb.toml").open("a") as file:
        file.write('\n[review]\nsigners = "allowed_signers"\n')
    (folder / "allowed_signers").write_text("")

    assert kb(folder, "purge", ID).returncode == 0

    known = json.loads((folder / ".kb" / "search" / "known.json").read_text())
    assert hashlib.sha256(b"").hexdigest() == known["signers"]
    assert known["files"]["articles/other-7.md"][3] is False


def test_the_site_is_whole_again(folder: Path) -> None:
    """After a purge the next build has the other pages, and no link that leads nowhere."""
    kb(folder, "purge", ID)
    (folder / "feedback" / "digest.md").unlink()

    build(folder)

    assert [] == holding(folder)
    assert (folder / "site" / "articles" / "other-7" / "index.html").exists()


def test_the_ticket_is_not_written_again(folder: Path) -> None:
    """The purged ticket still counts, and is declined for good."""
    kb(folder, "purge", ID)

    store = open_store(f"sqlite:///{folder / '.kb' / 'store.sqlite3'}")
    decided = {one.ticket: one.outcome for one in store.decisions.current()}
    assert Outcome.DECLINED is decided["helpdesk:1042"]
    assert ["helpdesk:1042"] == [ticket.key for ticket in store.tickets.all()]
    assert 2 == store.events.count()
    store.close()


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    """It tells the same and changes no file."""
    before = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    dry = json.loads(kb(folder, "purge", ID, "--dry-run", "--json").stdout)

    same = {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert {p: b for p, b in before.items() if "store" not in p.name} == {
        p: b for p, b in same.items() if "store" not in p.name
    }
    wet = json.loads(kb(folder, "purge", ID, "--json").stdout)
    assert {**dry, "dry_run": False} == wet


def test_caches_are_one_line(folder: Path) -> None:
    """A person reads which pages go; what is only made again is counted."""
    told = kb(folder, "purge", ID).stdout.splitlines()

    assert f"remove  docs/articles/{ID}.md" in told
    assert [] == [line for line in told if ".kb/cache" in line or ".kb/search" in line]
    assert 1 == sum(line.endswith("files of caches and index: made again") for line in told)


def test_who_led_to_it_is_named(folder: Path) -> None:
    """An article that it took the place of leads nowhere then: purge and build say where that stands."""
    other = (
        "review",
        "supersede",
        "other-7",
        "--by-article",
        ID,
        "--as",
        "mara@ferrywright.example",
    )
    assert 0 == kb(folder, *other).returncode

    purged = kb(folder, "purge", ID)

    assert "  edit docs/drafts/other-7.md: it tells of the article" in purged.stdout.splitlines()
    refused = forked.run("mkdocs", "build", "-q", cwd=folder)
    assert (1, True) == (refused.returncode, "superseded_by" in refused.stderr)


def test_again_is_told(folder: Path) -> None:
    """What is gone is gone: a second purge says that nothing is here."""
    kb(folder, "purge", ID)

    again = kb(folder, "purge", ID)

    assert (1, True) == (again.returncode, "nothing of such an article is here" in again.stderr)


def test_every_kind_of_store(store: Store) -> None:
    """SQLite and PostgreSQL forget the same rows."""
    fill(store)

    rows = store.purging.purge(ID, ["helpdesk:1042"])

    assert (1, 1, 1) == (rows.tickets, rows.decisions, rows.events)
    (ticket,) = store.tickets.all()
    assert {"purged"} == {ticket.subject, *(message.body for message in ticket.messages)}
    assert ["other-7"] == [one.article for one in store.decisions.current()]
