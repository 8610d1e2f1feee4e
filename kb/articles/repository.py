"""Keeps each state change as a git commit on the article's own branch; the checkout stays as it is."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.articles.approval import digest
from kb.articles.article import Article, parse
from kb.errors import ConfigError, KbError, SourceError

US = "docworthy@localhost.invalid"
"""The address in our commits: who acted stands in a trailer, as an address proves nothing."""
_SETTINGS = ("core.hooksPath=/dev/null", "core.fsmonitor=false", "gc.auto=0")
_SECONDS = 60
_CHECK = "Run git fsck, or set review.git to false"
_TODO = {"push": "Check review.remote, and that git push works here without a question"}
_LINE = "%H%x00%ae%x00%(trailers:key=Co-authored-by,valueonly,separator=%x01)"


@dataclass(frozen=True, slots=True)
class Repository:
    """The git repository that the workspace's docs folder lies in.

    Nothing of it is run: no hook, no filter, and only a push leaves the machine. Nothing is checked out, and the index of
    whoever works in it is left alone.
    """

    docs: Path

    def record(self, article: Article) -> str:
        """Commit the article's files as they are on the branch `kb/<id>`; return the commit.

        The branch starts at HEAD, and again there once it was merged. Where nothing changed since
        its last commit, nothing is done and `""` returned.

        Raises:
            ConfigError: The docs folder lies in no repository.
            SourceError: git refused.
        """
        branch = branch_ref(article.id)
        tip = self._ask("rev-parse", "-q", "--verify", branch)
        head = self._ask("rev-parse", "-q", "--verify", "HEAD")
        parent = head if self._is_merged(tip, head) else tip
        tree = self._tree(article, parent)
        if parent and tree == self._run("rev-parse", f"{parent}^{{tree}}"):
            return ""
        more = ("-p", parent) if parent else ()
        at = article.history[-1].at.isoformat()
        commit = self._run("commit-tree", tree, *more, said=_message(article), more=_ours(at))
        self._run("update-ref", "-m", "docworthy", branch, commit, tip or "0" * len(commit))
        return commit

    def push_line(self, article_id: str) -> str:
        """Return what git would tell a pre-push hook of the article's branch, `""` if it has none."""
        branch = branch_ref(article_id)
        tip = self._ask("rev-parse", "-q", "--verify", branch)
        return f"{branch} {tip} {branch} {'0' * len(tip)}" if tip else ""

    def push(self, article_id: str, remote: str) -> None:
        """Bring the article's branch to the remote; it only ever goes forward.

        Raises:
            SourceError: git refused: no such remote, no right to write, or somebody else's commits.
        """
        self._run("push", "--quiet", "--", remote, branch_ref(article_id))

    def writers(self, article_id: str) -> frozenset[str]:
        """Return whoever changed the article's content in git: authors and co-authors of it."""
        names = [str(path) for path in self._paths(article_id)[:2]]
        refs = [r for r in ("HEAD", branch_ref(article_id))
                if self._ask("rev-parse", "-q", "--verify", r)]  # fmt: skip
        if not refs:
            return frozenset()
        log = self._run("log", f"--format={_LINE}", *refs, "--", *names)
        return frozenset(who for line in log.splitlines() for who in self._of(line, article_id))

    def _of(self, line: str, article_id: str) -> Iterator[str]:
        commit, author, others = (*line.split("\0"), "", "")[:3]
        if author == US or self.content(commit, article_id) in (
            "", self.content(f"{commit}^", article_id),
        ):  # fmt: skip
            return
        yield from filter(None, (author, *others.split("\x01")))

    def content(self, commit: str, article_id: str) -> str:
        """Return the digest of the article's content at a commit, its draft before its page.

        A commit that is not here, or has no such article, gives `""`.
        """
        for path in self._paths(article_id)[:2]:
            text = self._ask("cat-file", "blob", f"{commit}:{path.as_posix()}")
            if text:
                try:
                    return digest(parse(f"{text}\n"))
                except KbError:
                    return f"unreadable at {commit}"
        return ""

    def _tree(self, article: Article, parent: str) -> str:
        with tempfile.TemporaryDirectory(prefix="kb-git-") as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._run("read-tree", parent or "--empty", more=index)
            for path in self._paths(article.id):
                file = self._top / path
                if file.exists():
                    blob = self._run("hash-object", "-w", "--no-filters", "--", str(file))
                    put = ("--add", "--cacheinfo", f"100644,{blob},{path.as_posix()}")
                else:
                    put = ("--force-remove", "--", path.as_posix())
                self._run("update-index", *put, more=index)
            return self._run("write-tree", more=index)

    def _is_merged(self, tip: str, head: str) -> bool:
        if not tip:
            return True
        return (
            bool(head) and _git(self._top, "merge-base", "--is-ancestor", tip, head).returncode == 0
        )

    @property
    def _top(self) -> Path:
        told = _git(self.docs, "rev-parse", "--show-toplevel")
        found = told.stdout.strip() if told.returncode == 0 else ""
        if not found:
            raise ConfigError(
                "kb.toml: review.git", "the docs folder lies in no git repository", "Run git init"
            )
        return Path(found)

    def _paths(self, article_id: str) -> tuple[Path, ...]:
        """Return the article's files, from the repository's top on."""
        docs = self.docs.resolve().relative_to(self._top.resolve())
        return (docs / "drafts" / f"{article_id}.md", docs / "articles" / f"{article_id}.md",
                docs / ".evidence" / f"{article_id}.json")  # fmt: skip

    def _ask(self, *arguments: str) -> str:
        """Return git's answer, `""` where it has none."""
        told = _git(self._top, *arguments)
        return told.stdout.strip() if told.returncode == 0 else ""

    def _run(self, *arguments: str, said: str = "", more: Mapping[str, str] | None = None) -> str:
        told = _git(self._top, *arguments, said=said, more=more)
        if told.returncode:
            raise SourceError(f"git {arguments[0]}", "it refused", _TODO.get(arguments[0], _CHECK))
        return told.stdout.strip()


def branch_ref(article_id: str) -> str:
    """Return the full name of the article's branch."""
    return f"refs/heads/kb/{article_id}"


def _git(
    folder: Path, *arguments: str, said: str = "", more: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    settings = [word for one in _SETTINGS for word in ("-c", one)]
    env = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C.UTF-8", **(more or {})}
    try:
        return subprocess.run(
            ["git", *settings, *arguments], cwd=folder, env=env, input=said, text=True,
            capture_output=True, timeout=_SECONDS, check=False, encoding="utf-8",
            errors="replace",
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired):
        raise SourceError("git", "it did not run or did not end", "Install git") from None


def _message(article: Article) -> str:
    last = article.history[-1]
    verb = str(last.verb).replace("_", " ").capitalize()
    lines = [f"{verb} {article.id}: {' '.join(article.title.split())}", ""]
    lines += [last.note, ""] if last.note else []
    by = " ".join(last.by.split())
    lines += [f"Docworthy-Verb: {last.verb}", f"Docworthy-By: {by}"]
    lines += [f"Docworthy-State: {article.state}", f"Docworthy-Digest: {last.digest}", ""]
    return "\n".join(lines)


def _ours(at: str) -> dict[str, str]:
    """Return who commits: the house, at the time of the change."""
    return {
        f"GIT_{role}_{what}": value
        for role in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "Docworthy"), ("EMAIL", US), ("DATE", at))
    }
