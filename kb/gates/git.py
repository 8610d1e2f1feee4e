"""Reads every object that a push would carry away, and lets nothing of the repository run."""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.errors import ConfigError, GateError, SourceError

_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "GIT_DIR", "GIT_WORK_TREE")
_QUIET = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
"""No settings but the repository's, no network, no replaced or grafted history."""
_SETTINGS = (
    "core.hooksPath=/dev/null", "core.fsmonitor=false", "core.pager=cat", "core.sshCommand=false",
    "core.alternateRefsCommand=false", "core.commitGraph=false", "log.showSignature=false",
    "protocol.allow=never", "safe.directory=*",
)  # fmt: skip
"""What the repository may say and we do not hear; each names something that git would run."""
_ID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_NOBODY = re.compile(r"0+")
SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """One object, or the name of a branch or tag.

    Attributes:
        kind: `blob`, `tree`, `commit`, `tag` or `ref`.
        id: The object's hash; of a ref its full name.
        path: A blob's path, `""` where nobody names it.
        data: Its bytes.
    """

    kind: str
    id: str
    path: str
    data: bytes


def outgoing(root: Path, span: str) -> tuple[Thing, ...]:
    """Return every object of `span`, e.g. `origin/main..HEAD`.

    `""` is what HEAD and its tags have and the upstream (or, without one, any remote) has not.

    Raises:
        ConfigError: The span names nothing.
        SourceError: This is no repository, or git failed.
        GateError: An object is missing: what cannot be read must not be pushed.
    """
    if not span and not _has(root, "HEAD"):
        return tuple(_refs(root))  # nothing is committed yet
    if span:
        revisions = ["--end-of-options", span]
    else:
        remote = _upstream(root)
        back = [f"^{remote}"] if remote else ["--not", "--remotes"]
        revisions = ["HEAD", *_merged_tags(root), *back]
    return (*_refs(root), *_read(root, _listed(root, revisions)))


def pushed(root: Path, lines: Iterable[str]) -> tuple[Thing, ...]:
    """Return every object of a push, told by the lines that git gives a pre-push hook.

    Each line is `local-ref local-id remote-ref remote-id` (githooks(5), pre-push).

    Raises:
        ConfigError: A line is none of a pre-push hook.
        SourceError: git failed.
        GateError: An object is missing.
    """
    wanted, there, names = list[str](), list[str](), list[Thing]()
    for line in lines:
        parts = line.split()
        if len(parts) != 4 or not (_ID.fullmatch(parts[1]) and _ID.fullmatch(parts[3])):
            raise ConfigError("--git -", "stdin holds no line of a pre-push hook", "See the docs")
        if _NOBODY.fullmatch(parts[1]):
            continue
        wanted.append(parts[1])
        names.append(Thing(kind="ref", id=parts[2], path="", data=parts[2].encode()))
        if not _NOBODY.fullmatch(parts[3]) and _has(root, parts[3]):
            there.append(f"^{parts[3]}")
    if not wanted:
        return ()
    return (*names, *_read(root, _listed(root, [*wanted, *there, "--not", "--remotes"])))


def everything(root: Path) -> tuple[Thing, ...]:
    """Return every object that the repository holds, whether anything leads to it or not.

    Raises:
        SourceError: This is no repository, or git failed.
    """
    named = dict(_listed(root, ["--all", "--reflog"]))
    told = _git(root, "cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
    ids = told.decode("ascii").split()
    return (*_refs(root), *_read(root, [(one, named.get(one, "")) for one in ids]))


def traces(root: Path, paths: Iterable[str]) -> tuple[str, ...]:
    """Return the ids of commits, of any branch or tag, that touched one of the paths."""
    told = _git(root, "rev-list", "--all", "--end-of-options", "--", *paths)
    return tuple(told.decode("ascii").split())


def top(root: Path) -> Path:
    """Return the folder that paths in the repository begin at.

    Raises:
        SourceError: This is no repository.
    """
    none = SourceError(root, "it lies in no git repository", "Run git init there first")
    told = _git(root, "rev-parse", "--show-toplevel", failed=none)
    return Path(os.fsdecode(told.rstrip(b"\n"))).resolve()


def _upstream(root: Path) -> str:
    try:
        told = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", "HEAD@{upstream}")
    except SourceError:
        return ""
    return told.decode("ascii").split()[-1]


def _has(root: Path, name: str) -> bool:
    try:
        _git(root, "cat-file", "-e", name)
    except SourceError:
        return False
    return True


def _merged_tags(root: Path) -> list[str]:
    form = "--format=%(objectname)"
    return _git(root, "for-each-ref", "--merged=HEAD", form, "refs/tags").decode("ascii").split()


def _refs(root: Path) -> Iterator[Thing]:
    told = _git(root, "for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags")
    for name in told.decode("utf-8", "replace").splitlines():
        yield Thing(kind="ref", id=name, path="", data=name.encode())


def _listed(root: Path, revisions: list[str]) -> list[tuple[str, str]]:
    """Return `(id, path)` of every object that the revisions lead to."""
    told = _git(root, "rev-list", "--objects", *revisions)
    rows = (line.partition(b" ") for line in told.splitlines())
    return [(head.decode("ascii"), path.decode("utf-8", "replace")) for head, _, path in rows]


def _read(root: Path, listed: list[tuple[str, str]]) -> Iterator[Thing]:
    with tempfile.TemporaryFile() as wanted:
        wanted.write("".join(f"{one}\n" for one, _ in listed).encode("ascii"))
        wanted.seek(0)
        command = _command("cat-file", "--batch")
        with subprocess.Popen(
            command,
            cwd=root,
            env=_environment(),
            stdin=wanted,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as run:
            assert run.stdout is not None  # noqa: S101 (it is a pipe)
            for name, path in listed:
                head = run.stdout.readline().decode("ascii", "replace").split()
                if len(head) != 3 or head[0] != name:
                    run.kill()
                    raise GateError(name, "the object cannot be read", "Mend the repository first")
                data = run.stdout.read(int(head[2]))
                run.stdout.read(1)
                yield Thing(kind=head[1], id=name, path=path, data=data)


def _environment() -> dict[str, str]:
    return {**{name: os.environ[name] for name in _KEPT if name in os.environ}, **_QUIET}


def _command(*arguments: str) -> list[str]:
    settings = [part for one in _SETTINGS for part in ("-c", one)]
    return ["git", "--no-pager", *settings, *arguments]


def _git(root: Path, *arguments: str, failed: SourceError | None = None) -> bytes:
    try:
        run = subprocess.run(
            _command(*arguments),
            cwd=root,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        raise SourceError("git", "it cannot be run, or gives no answer", "Install it") from None
    if run.returncode:
        raise failed or SourceError(
            "git",
            f"{arguments[0]} failed: what it was to read is missing",
            "Name what there is, in a whole repository",
        )
    return run.stdout
