"""Tests of git as the store: a commit a change, on its own branch, and co-authors do not approve."""

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from factories import AUTHOR, REVIEWER, SECOND_REVIEWER, later, make_article, submitted

from kb.articles.article import Verb
from kb.articles.library import Library
from kb.articles.repository import Repository
from kb.articles.standard import check
from kb.articles.steps import Steps
from kb.errors import ConfigError, LifecycleError

ID = "proxy-timeouts-1042"
BRANCH = f"kb/{ID}"


def git(library: Library, *words: str) -> str:
    """Run git in the workspace as somebody called Eve."""
    who = ("-c", "user.name=Eve", "-c", "user.email=eve@ferrywright.example")
    run = subprocess.run(
        ["git", *who, *words], cwd=library.docs, capture_output=True, text=True, check=True
    )
    return run.stdout.strip()


@pytest.fixture
def kept(library: Library) -> Library:
    """A shelf in a repository with one commit, and a hook that would tell if it ran."""
    git(library, "init", "-q", "-b", "main", str(library.docs.parent))
    (library.docs / "index.md").write_text("# Help\n")
    git(library, "add", "-A")
    git(library, "commit", "-qm", "Begin")
    hook = library.docs.parent / ".git" / "hooks" / "reference-transaction"
    hook.write_text("#!/bin/sh\ntouch ran\n")
    hook.chmod(0o755)
    return library


def steps(library: Library, minute: int = 20) -> Steps:
    return Steps(
        library=library, look=check, now=lambda: later(minute), repository=Repository(library.docs)
    )


def test_log_tells_the_history(kept: Library) -> None:
    """From submission to publication each change is a commit with its verb and person."""
    kept.save(make_article())
    before = git(kept, "status", "--porcelain")
    steps(kept, 10).take(ID, Verb.SUBMIT, by=AUTHOR)
    steps(kept).take(ID, Verb.APPROVE, by=REVIEWER)
    assert before == git(kept, "status", "--porcelain")
    steps(kept, 30).take(ID, Verb.PUBLISH, by=REVIEWER)

    told = git(kept, "log", "--format=%s", f"main..{BRANCH}").splitlines()
    assert ["Publish", "Approve", "Submit"] == [line.split()[0] for line in told]
    said = git(kept, "log", "-1", "--format=%(trailers:key=Docworthy-By,valueonly)", BRANCH)
    assert REVIEWER == said
    files = git(kept, "ls-tree", "-r", "--name-only", "--full-tree", BRANCH).splitlines()
    assert ["docs/articles/proxy-timeouts-1042.md", "docs/index.md"] == files
    assert "main" == git(kept, "rev-parse", "--abbrev-ref", "HEAD")
    assert [] == [str(p) for p in Path(kept.docs.parent).rglob("ran")]


def test_again_is_no_commit(kept: Library) -> None:
    """Repeating a step adds no commit; one that was saved and not committed is committed then."""
    kept.save(submitted())
    steps(kept).take(ID, Verb.SUBMIT, by=AUTHOR)
    first = git(kept, "rev-parse", BRANCH)
    steps(kept).take(ID, Verb.SUBMIT, by=AUTHOR)
    assert first == git(kept, "rev-parse", BRANCH)


def test_merged_branch_starts_again(kept: Library) -> None:
    """After a merge the branch goes on from what was merged."""
    kept.save(make_article())
    steps(kept, 10).take(ID, Verb.SUBMIT, by=AUTHOR)
    kept.path(make_article()).unlink()
    git(kept, "merge", "-q", "--ff-only", BRANCH)
    (kept.docs / "more.md").write_text("# More\n")
    git(kept, "add", "-A")
    git(kept, "commit", "-qm", "More")
    steps(kept).take(ID, Verb.APPROVE, by=REVIEWER)
    assert git(kept, "rev-parse", "main") == git(kept, "rev-parse", f"{BRANCH}^")


def commit(library: Library, title: str, *words: str) -> None:
    """Commit a change of the article's content by hand."""
    changed = replace(make_article(), title=title)
    library.save(changed)
    git(library, "add", "-A")
    git(library, "commit", "-q", *words)


@pytest.mark.parametrize(
    ("message", "barred"),
    [
        ("Say more", "eve@ferrywright.example"),
        ("Say more", "Eve <EVE@ferrywright.example>"),
        (f"Say more\n\nCo-authored-by: Tove Aas <{REVIEWER}>", REVIEWER),
        ("Say more\n\nCo-Authored-By: T <Tove.Aas+kb@ferrywright.example>", REVIEWER),
    ],
)  # fmt: skip
def test_authors_in_git_do_not_approve(kept: Library, message: str, barred: str) -> None:
    """Author and co-author of a change to the content may not approve it; another person may."""
    commit(kept, "Deploys time out behind any proxy", "-m", message)
    steps(kept, 10).take(ID, Verb.SUBMIT, by=AUTHOR)
    with pytest.raises(LifecycleError, match="git names you as an author"):
        steps(kept).take(ID, Verb.APPROVE, by=barred)
    assert steps(kept).take(ID, Verb.APPROVE, by=SECOND_REVIEWER).moved


def test_committing_a_state_is_no_authorship(kept: Library) -> None:
    """Whoever commits a move that changes no content is no author for that."""
    commit(kept, make_article().title, "-m", "Draft", "--author", f"Mara <{AUTHOR}>")
    steps(kept, 10).take(ID, Verb.SUBMIT, by=AUTHOR)
    git(kept, "add", "-A")
    git(kept, "commit", "-qm", "Submitted", "--author", f"Tove <{REVIEWER}>")
    assert steps(kept).take(ID, Verb.APPROVE, by=REVIEWER).moved


def test_amended_and_rebased_text_is_not_approved(kept: Library) -> None:
    """An approval does not survive a change of the text, however git came to it."""
    kept.save(submitted())
    steps(kept).take(ID, Verb.APPROVE, by=REVIEWER)
    git(kept, "add", "-A")
    git(kept, "commit", "-qm", "Approved")
    path = kept.docs / "drafts" / f"{ID}.md"
    path.write_text(path.read_text().replace("600s", "6000s"))
    git(kept, "commit", "-qa", "--amend", "--no-edit")
    with pytest.raises(LifecycleError, match="0 of 1 approvals hold"):
        steps(kept, 30).take(ID, Verb.PUBLISH, by=SECOND_REVIEWER)


def test_no_repository(library: Library) -> None:
    """Where git is to be the store and is not there, it is told."""
    library.save(make_article())
    with pytest.raises(ConfigError, match="lies in no git repository"):
        steps(library, 10).take(ID, Verb.SUBMIT, by=AUTHOR)
