"""Tests of the review commands: all articles are tried, and doing it again does nothing."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import forked
import pytest
from factories import AUTHOR, REVIEWER, make_article, published, submitted

from kb.articles.approval import is_approved
from kb.articles.article import render
from kb.articles.library import Library

IDS = ("first-1", "second-2", "third-3")


def kb(folder: Path, *words: str, ends: int = 0, by: str = REVIEWER) -> tuple[str, str]:
    """Run a command in the workspace; return what it printed and said."""
    env = {"PATH": "/usr/bin:/bin", "KB_PERSON": by, "SOURCE_DATE_EPOCH": "1780400000"}
    done = forked.run("kb", *words, cwd=folder, env=env)
    assert ends == done.returncode, done.stdout + done.stderr
    return done.stdout, done.stderr


@pytest.fixture
def workspace(library: Library) -> Path:
    """A workspace with three articles in review, the second of which is approved."""
    folder = library.docs.parent
    (folder / "kb.toml").write_text("")
    for article_id in IDS:
        library.save(submitted(make_article(id=article_id)))
    kb(folder, "review", "approve", "second-2")
    return folder


def test_all_are_tried(workspace: Path, library: Library) -> None:
    """One that is approved already and one that is not there stop none of the others."""
    printed, said = kb(workspace, "review", "approve", "nothing-9", *IDS, ends=1)

    assert [True] * 3 == [is_approved(library.find(one)) for one in IDS]
    assert "second-2  in_review  already" in printed
    assert "nothing-9: no such article" in said


def test_a_path_is_as_good_as_an_id(workspace: Path, library: Library) -> None:
    """What `kb draft` printed and a shell completes names the article, and a slip is put right."""
    printed, said = kb(workspace, "review", "approve", "docs/drafts/first-1.md", "frist-1", ends=1)

    assert is_approved(library.find("first-1"))
    assert "first-1  in_review  approved; kb publish" in printed
    assert "frist-1: no such article. Did you mean first-1?\n" in said


def test_a_shell_completes_ids(workspace: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Where there is no workspace there is nothing to complete, and no word about it."""
    asked = {
        "_KB_COMPLETE": "bash_complete",
        "COMP_WORDS": "kb review approve s",
        "COMP_CWORD": "3",
    }
    told = [
        subprocess.run([sys.executable, "-c", "from kb.cli.main import cli; cli(prog_name='kb')"],
                       cwd=folder, env={**os.environ, **asked}, capture_output=True, text=True,
                       check=False)
        for folder in (workspace, tmp_path_factory.mktemp("bare"))
    ]  # fmt: skip

    assert ["plain,second-2\n", ""] == [one.stdout.lstrip() for one in told]
    assert ["", ""] == [one.stderr for one in told]


def test_nothing_is_not_without_violations(workspace: Path) -> None:
    """A check of an article that is not there ends with 1, whatever it is asked to do."""
    for words in (("check",), ("check", "--settle"), ("check", "--json")):
        printed, said = kb(workspace, *words, "frist-1", ends=1)
        assert "frist-1: no such article" in said
        assert "" == printed
    _, said = kb(workspace, "check", "docs/drafts/first-1.md")
    assert "none blocking" in said


def test_again_is_nothing(workspace: Path, library: Library) -> None:
    """The same command again ends with 0 and changes no byte, at every step."""
    for words in (("review", "approve", *IDS), ("publish", *IDS)):
        kb(workspace, *words)
        before = {path: path.read_bytes() for path in library.docs.rglob("*.md")}
        printed, _ = kb(workspace, *words)

        assert 3 == printed.count("already")
        assert before == {path: path.read_bytes() for path in library.docs.rglob("*.md")}


def test_publish_tries_all(workspace: Path, library: Library) -> None:
    """An article without its approvals keeps no other back, and its reason is told."""
    printed, _ = kb(workspace, "publish", *IDS, "--json", ends=1)
    told = json.loads(printed)

    assert ["second-2"] == told["published"]
    assert ["first-1", "third-3"] == [one["where"] for one in told["refused"]]


def test_life_of_a_page(workspace: Path, library: Library) -> None:
    """Flagged, resolved, verified and superseded, each by its command."""
    library.save(published(make_article(id="page-8")))
    library.save(published(make_article(id="page-9")))
    kb(workspace, "review", "flag", "page-8", "--note", "step 2 is wrong", by=AUTHOR)
    kb(workspace, "review", "resolve", "page-8", "--note", "it was right")
    kb(workspace, "review", "verify", "page-8", "--tried", "did it on 4.2")
    kb(workspace, "review", "supersede", "page-8", "--by-article", "page-9")

    verbs = [str(change.verb) for change in library.find("page-8").history]
    assert ["publish", "flag", "resolve", "verify", "supersede"] == verbs[-5:]
    assert "page-9" == library.find("page-8").superseded_by


def test_audit_names_the_page_that_fails(workspace: Path, library: Library) -> None:
    """Each page is one line; the one whose bytes changed fails, and the command ends with 1."""
    good, bad = published(make_article(id="good-1")), published(make_article(id="bad-2"))
    library.save(good)
    path = library.save(bad)
    path.write_text(render(bad).replace("600s", "6000s"), encoding="utf-8")
    (library.docs / "articles" / "by-hand.md").write_text("# By hand\n")
    lines = [json.loads(line) for line in kb(workspace, "audit", "--json", ends=1)[0].splitlines()]

    found = {line["path"]: (line["holds"], line["reason"]) for line in lines}
    assert (True, "") == found["docs/articles/good-1.md"]
    assert (False, "0 of 1 approvals hold for these bytes") == found["docs/articles/bad-2.md"]
    assert not found["docs/articles/by-hand.md"][0]
    assert [REVIEWER] == next(line for line in lines if line["article"] == "good-1")["approvers"]


def test_audit_holds(workspace: Path) -> None:
    """Where every approval holds it ends with 0."""
    kb(workspace, "publish", "second-2")
    printed, _ = kb(workspace, "audit")

    assert "holds  docs/articles/second-2.md: tove.aas@ferrywright.example" in printed


def test_freshness(workspace: Path, library: Library) -> None:
    """A flagged page is listed with what to do about it, and the command ends with 1."""
    kb(workspace, "freshness")
    library.save(published(make_article(id="page-8")))
    kb(workspace, "review", "flag", "page-8", "--note", "step 2 is wrong", by=AUTHOR)
    told = json.loads(kb(workspace, "freshness", "--json", ends=1)[0])

    assert [("page-8", ["flagged"])] == [(one["article"], one["reasons"]) for one in told["due"]]


def test_the_list_is_in_the_queue_s_order(workspace: Path, library: Library) -> None:
    """A flagged page comes first, then what most people wait for; what is approved waits last."""
    library.save(submitted(make_article(id="wanted-4", tickets=("a:1", "a:2", "a:3"))))
    library.save(published(make_article(id="page-8")))
    kb(workspace, "review", "flag", "page-8", "--note", "step 2 is wrong")
    rows = json.loads(kb(workspace, "review", "--json")[0])["articles"]

    assert ["page-8", "wanted-4", "first-1", "third-3", "second-2"] == [row["id"] for row in rows]
    assert 3 == rows[1]["demand"]
    printed, _ = kb(workspace, "review")
    assert "mend it, then kb review resolve" in printed.splitlines()[0]


def test_translation_of_nothing_is_told(workspace: Path, library: Library) -> None:
    """A translation that names an article which is not there is told, and blocks nothing."""
    library.save(make_article(id="zwei-4", lang="de", translation_of="first-1"))
    library.save(make_article(id="drei-5", lang="de", translation_of="gone-9"))

    rows = json.loads(kb(workspace, "check", "--json")[0])["violations"]

    assert [("drei-5", False)] == [
        (row["article"], row["blocking"]) for row in rows if row["rule"] == "no-original"
    ]


def test_a_broken_file_keeps_nobody_back(workspace: Path) -> None:
    """What cannot be read is told, and the approved article goes out all the same."""
    broken = workspace / "docs/drafts/first-1.md"
    broken.write_text(broken.read_text().replace("state: in_review", "state: approved"))

    listed, said = kb(workspace, "review", ends=1)
    assert "second-2" in listed
    assert "people approve with kb review submit and kb review approve" in said
    printed, said = kb(workspace, "publish", ends=1)
    assert "articles/second-2/\n" in printed
    assert "first-1.md" in said


def test_a_title_makes_no_second_row(workspace: Path, library: Library) -> None:
    """A line break in a title would be a row of the list that nobody wrote."""
    row = "second-2  in_review  approved; kb publish"
    library.save(submitted(make_article(id="first-1", title=f"Stops\n{row}\N{ARABIC LETTER MARK}")))

    printed, _ = kb(workspace, "review")
    assert row not in printed.splitlines()
    assert "\N{ARABIC LETTER MARK}" not in printed


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="no ssh-keygen here")
def test_an_unsigned_approval_is_none(workspace: Path) -> None:
    """Where signers are listed, what was approved without a key is not listed as approved."""
    (workspace / "kb.toml").write_text('[review]\nsigners = "allowed_signers"\n')
    (workspace / "allowed_signers").write_text("")

    rows = json.loads(kb(workspace, "review", "--json")[0])["articles"]
    assert {"second-2": False} == {r["id"]: r["approved"] for r in rows if r["id"] == "second-2"}
    assert "no approved article waits" in kb(workspace, "publish")[1]
    said = kb(workspace, "publish", "second-2", ends=1)[1]
    assert (
        "0 of 1 approvals hold for these bytes; 1 more without a listed person's signature" in said
    )


def test_doctor_sees_a_page_without_approval(workspace: Path) -> None:
    """A page that somebody put there by hand is told before a build refuses the site."""
    kb(workspace, "publish", "second-2")
    page = workspace / "docs/articles/second-2.md"
    page.write_text(page.read_text().replace("Reload nginx", "Restart nginx"))

    printed, said = kb(workspace, "doctor", ends=1)
    assert "1 page without an approval that holds" in printed + said
