"""Tests of the gate before a push: every object is read, and nothing of the repository runs."""

import subprocess
import sys
from pathlib import Path

import pytest
from factories import make_article, submitted
from repository import Repository, repository

from kb.articles.article import render
from kb.errors import ConfigError, KbError, SourceError
from kb.gates import git
from kb.gates.identities import NOBODY_KNOWN, Identities, Roll, read
from kb.gates.objects import Layout, refused
from kb.gates.scanner import Rulebook
from kb.gates.verdict import Judge
from kb.redaction import Known

TOKEN = "ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0hL3nR6"
MAIL = "quirina@vandersloot-optics.example"
LAYOUT = Layout(docs="docs", exports="tickets")
NAMES = "Quirina Vandersloot"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return repository(tmp_path / "repo")


def who(folder: Path) -> Identities:
    roll = Roll(folder, b"key")
    roll.add(Known(names=(NAMES,)))
    roll.write()
    return read(folder, b"key")


def why(things: tuple[git.Thing, ...], identities: Identities = NOBODY_KNOWN) -> list[str]:
    judge = Judge(book=Rulebook(seconds=60), identities=identities)
    return [str(error) for error in refused(things, LAYOUT, judge)]


def test_a_clean_history_may_go(repo: Repository) -> None:
    """Articles with their reviewers, hand-written pages and the team's own names pass."""
    article = render(submitted(make_article()))
    repo.commit(
        "Publish\n\nReviewed-by: Tove Aas <tove.aas@ferrywright.example>",
        **{"docs__drafts__proxy-timeouts-1042_dot_md": article},
        docs__about_dot_md="Mara Lind, mara.lind@ferrywright.example, 10.1.2.3",
        docs__setup_dot_md="Set `password = hunter2-sample` and go.",
    )

    found = why(git.outgoing(repo.root, ""))

    assert 1 == len(found)
    assert "docs/setup.md" in found[0]


@pytest.mark.parametrize(
    "files",
    [
        {"docs__index_dot_md": f"token = {TOKEN}"},
        {"docs__articles__a_dot_md": f"Write to {MAIL}."},
        {"docs__drafts__a_dot_md": f"---\ntitle: a\n---\nWrite to {MAIL}."},
        {"docs___dot_evidence__a_dot_json": f'[{{"sentence": "Write to {MAIL}."}}]'},
        {"deploy_dot_sh": f"export TOKEN={TOKEN}"},
        {f"notes__{TOKEN}_dot_md": "x"},
        {"picture_dot_bin": b"\0\1" + TOKEN.encode() + b"\0"},
        {"tickets__may_dot_jsonl": "{}"},
        {"docs__about_dot_md": f"Thanks to {NAMES}!"},
    ],
    ids=lambda files: next(iter(files)).split("__")[0],
)
def test_every_file_is_read(repo: Repository, files: dict[str, str], tmp_path: Path) -> None:
    """Secrets anywhere, identities in articles, customers on any page and raw exports stay here."""
    repo.commit(**files)

    assert why(git.outgoing(repo.root, ""), who(tmp_path))


def test_what_was_deleted_again_is_read(repo: Repository) -> None:
    """A file that a later commit takes away is pushed all the same."""
    repo.commit(docs__a_dot_md=f"token = {TOKEN}")
    (repo.root / "docs" / "a.md").unlink()
    repo.commit("Oops")

    assert why(git.outgoing(repo.root, ""))


def test_messages_tags_and_names_are_read(repo: Repository) -> None:
    """Commit messages, annotated tags and the names of branches are pushed, too."""
    repo.commit(f"Use {TOKEN}")
    assert 1 == len(why(git.outgoing(repo.root, "")))
    repo.git("commit", "-q", "--amend", "--allow-empty", "-m", "Use it")
    assert [] == why(git.outgoing(repo.root, ""))
    repo.git("tag", "-a", "v1", "-m", f"With {TOKEN}")
    assert 1 == len(why(git.outgoing(repo.root, "")))
    repo.git("tag", "-d", "v1")
    repo.git("branch", f"try-{TOKEN}")
    assert 1 == len(why(git.outgoing(repo.root, "")))


def test_only_what_the_upstream_lacks(repo: Repository, tmp_path: Path) -> None:
    """What is on the other side already is not read again; a range says it otherwise."""
    first = repo.commit(docs__a_dot_md=f"token = {TOKEN}")
    repo.git("init", "-q", "--bare", str(tmp_path / "far"))
    repo.git("remote", "add", "origin", str(tmp_path / "far"))
    repo.git("push", "-q", "-u", "origin", "main")
    repo.commit(docs__a_dot_md="nothing")

    assert [] == why(git.outgoing(repo.root, ""))
    assert [] == why(git.outgoing(repo.root, f"{first}..HEAD"))
    assert why(git.outgoing(repo.root, f"{first}~1..HEAD"))
    assert why(git.everything(repo.root))


def test_objects_that_nothing_leads_to(repo: Repository) -> None:
    """`--all` reads what lies in the store of objects though no commit has it."""
    repo.git("hash-object", "-w", "--stdin", data=TOKEN.encode())

    assert [] == why(git.outgoing(repo.root, ""))
    assert why(git.everything(repo.root))


def test_lines_of_the_hook(repo: Repository) -> None:
    """A pre-push hook's lines name what is pushed; a deletion pushes nothing."""
    base, zero = repo.git("rev-parse", "HEAD"), "0" * 40
    repo.git("checkout", "-q", "-b", "side")
    side = repo.commit(docs__a_dot_md=f"token = {TOKEN}")
    repo.git("checkout", "-q", "main")

    assert why(git.pushed(repo.root, [f"refs/heads/side {side} refs/heads/side {zero}"]))
    assert [] == why(git.pushed(repo.root, [f"refs/heads/main {base} refs/heads/main {zero}"]))
    assert [] == why(git.pushed(repo.root, [f"(delete) {zero} refs/heads/side {side}"]))
    with pytest.raises(ConfigError):
        git.pushed(repo.root, ["--upload-pack=touch x"])


def test_a_replaced_object_hides_nothing(repo: Repository) -> None:
    """The object itself is read, not what refs/replace shows in its place."""
    repo.commit(docs__a_dot_md=f"token = {TOKEN}")
    bad = repo.git("rev-parse", "HEAD:docs/a.md")
    good = repo.git("hash-object", "-w", "--stdin", data=b"nothing")
    repo.git("replace", bad, good)

    assert why(git.outgoing(repo.root, ""))


def test_a_missing_object_stops_the_push(repo: Repository) -> None:
    """What cannot be read is not taken for clean."""
    repo.commit(docs__a_dot_md="words")
    blob = repo.git("rev-parse", "HEAD:docs/a.md")
    (repo.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()

    with pytest.raises(SourceError, match="missing"):
        git.outgoing(repo.root, "")


def test_a_span_is_no_option(repo: Repository) -> None:
    """A range that begins like an option is a range."""
    with pytest.raises(SourceError):
        git.outgoing(repo.root, "--output=pwned")
    assert not (repo.root / "pwned").exists()


def test_a_hostile_repository_runs_nothing(repo: Repository, tmp_path: Path) -> None:
    """Hooks, settings, filters and a lazy fetch are there to run a command; none does."""
    flag = tmp_path / "pwned"
    bait = f"touch {flag}; false"
    hooks = repo.root / ".git" / "evil"
    hooks.mkdir()
    for name in ("pre-push", "post-checkout", "reference-transaction", "post-index-change"):
        (hooks / name).write_text(f"#!/bin/sh\n{bait}\n")
        (hooks / name).chmod(0o755)
    repo.commit(_dot_gitattributes="* filter=evil diff=evil\n", docs__a_dot_md="words")
    blob = repo.git("rev-parse", "HEAD:docs/a.md")
    for key, value in {
        "core.hooksPath": str(hooks), "core.fsmonitor": bait, "core.pager": bait,
        "core.sshCommand": bait, "core.editor": bait, "core.askPass": bait,
        "core.alternateRefsCommand": bait, "diff.external": bait, "filter.evil.clean": bait,
        "filter.evil.smudge": bait, "filter.evil.process": bait, "diff.evil.textconv": bait,
        "diff.evil.command": bait, "gpg.program": bait, "log.showSignature": "true",
        "credential.helper": f"!{bait}", "uploadpack.packObjectsHook": bait,
        "alias.rev-list": f"!{bait}", "alias.cat-file": f"!{bait}",
        "remote.origin.url": str(tmp_path), "remote.origin.uploadpack": bait,
        "remote.origin.promisor": "true", "remote.origin.partialclonefilter": "blob:none",
        "extensions.partialClone": "origin", "core.repositoryFormatVersion": "1",
        "protocol.ext.allow": "always", "protocol.file.allow": "always",
    }.items():  # fmt: skip
        repo.git("config", key, value)
    found = why(git.outgoing(repo.root, ""))
    assert [] == found
    (repo.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    for url in (str(tmp_path), f"ext::sh -c '{bait}'", "ssh://x.invalid/y"):
        subprocess.run(["git", "config", "remote.origin.url", url], cwd=repo.root, check=True)
        with pytest.raises(KbError):
            git.outgoing(repo.root, "")

    assert not flag.exists()


def test_it_is_a_hook(repo: Repository, tmp_path: Path) -> None:
    """As a pre-push hook it stops the push of a secret and lets the rest through."""
    (repo.root / "kb.toml").write_text("")
    hook = repo.root / ".git" / "hooks" / "pre-push"
    hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m kb check --git -\n')
    hook.chmod(0o755)
    repo.git("init", "-q", "--bare", str(tmp_path / "far"))
    repo.git("remote", "add", "origin", str(tmp_path / "far"))
    repo.git("push", "-q", "origin", "main")
    repo.commit(docs__a_dot_md=f"token = {TOKEN}")

    with pytest.raises(subprocess.CalledProcessError) as caught:
        repo.git("push", "-q", "origin", "main")

    assert b"secret:github-token" in caught.value.stdout + caught.value.stderr
    assert TOKEN.encode() not in caught.value.stdout + caught.value.stderr


def test_nothing_committed_is_nothing_to_push(tmp_path: Path) -> None:
    """Outside a repository that is told; in one without a commit there is nothing to look at."""
    with pytest.raises(SourceError, match=r"it lies in no git repository\. Run git init"):
        git.top(tmp_path)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)

    assert (git.top(tmp_path), git.outgoing(tmp_path, "")) == (tmp_path.resolve(), ())
