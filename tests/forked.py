"""Runs `python -m` in a real process of its own that need not import first: it is forked from one that has.

Each worker of the tests keeps one such process. It imports `kb` with all its commands, MkDocs and
the plugin once, reads the rules once, and then does nothing but fork: folder, environment, input,
output and exit code are the fork's own. All forks share one hash seed; a test whose rule is that
two processes agree byte by byte starts them itself.
"""

import atexit
import gc
import json
import os
import runpy
import socket
import subprocess
import sys
from dataclasses import astuple, dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO


@dataclass(frozen=True, slots=True)
class Job:
    """What is run: `argv` begins with the module's name; folder and whole environment."""

    argv: list[str]
    cwd: str
    env: dict[str, str]


def run(
    module: str, *arguments: str, cwd: Path, env: dict[str, str] | None = None, told: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run `python -m module arguments` in `cwd`; return how it ended, with what it said.

    Args:
        module: What is run.
        arguments: What it is given.
        cwd: Its folder.
        env: Its whole environment; ours where there is none.
        told: What it reads from its standard input.
    """
    job = Job([module, *arguments], str(cwd), dict(os.environ if env is None else env))
    with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
        stdin.write(told.encode(errors="surrogateescape"))
        stdin.seek(0)
        code = _ended(job, [one.fileno() for one in (stdin, stdout, stderr)])
        return subprocess.CompletedProcess(job.argv, code, _read(stdout), _read(stderr))


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="surrogateescape")


def _ended(job: Job, files: list[int]) -> int:
    parent = _parent()
    socket.send_fds(parent, [b"x"], files)
    parent.sendall(json.dumps(astuple(job)).encode() + b"\n")
    answer = parent.makefile("rb").readline()
    assert answer, "the process that forks has ended"
    return int(answer)


@cache
def _parent() -> socket.socket:
    """Start the process that forks; it ends with this one."""
    ours, theirs = socket.socketpair()
    command = [sys.executable, __file__, str(theirs.fileno())]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
    theirs.close()
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


def _prepare() -> None:
    """Import what the tests run, and read the rules, without starting a thread."""
    from kb.cli.main import COMMANDS
    from kb.gates.scanner import proven

    for module in ("mkdocs.commands.build", "material", "mkdocs_docworthy.plugin"):
        import_module(module)
    for command in COMMANDS.values():
        import_module(f"kb.cli.{command}")
    proven()
    gc.freeze()  # looking through all this in each child would copy it


def _serve(asked: socket.socket) -> Job | None:
    """Fork once a job; return the job in each child, and nothing once nobody asks any more."""
    while True:
        _, files, _, _ = socket.recv_fds(asked, 1, 3)
        if not files:
            return None
        job = Job(*json.loads(asked.makefile("rb").readline()))
        if (child := os.fork()) == 0:
            for number, file in enumerate(files):
                os.dup2(file, number)
                os.close(file)
            asked.close()
            return job
        for file in files:
            os.close(file)
        _, status = os.waitpid(child, 0)
        asked.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))


def _become(job: Job) -> None:
    os.environ.clear()
    os.environ.update(job.env)
    os.chdir(job.cwd)
    sys.argv = job.argv
    sys.path[0] = str(Path.cwd())  # as `python -m` has it
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    _prepare()
    found = _serve(socket.socket(fileno=int(sys.argv[1])))
    if found is not None:
        _become(found)
