"""Runs the servers that are compared: ours, and Starlette that keeps nothing."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from measuring.load import PAGE_KEY

ROOT = Path(__file__).resolve().parents[3]
_OURS = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from kb.config import Config, Service
from kb.service.serve import serve
from kb.store.store import open_store
config = Config(root=Path(sys.argv[1]), service=Service(port=0))
serve(config, open_store(config.database), now=lambda: datetime.now(UTC),
      on_ready=lambda link: print(link.partition("/team/")[0].rpartition(":")[2], flush=True))
"""
_NURSERY = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
import uvicorn.lifespan.on, uvicorn.protocols.http.auto, uvicorn.protocols.websockets.auto
from kb.config import Config, Service
from kb.redaction import Redactor
from kb.service.serve import serve
from kb.store.store import open_store
Redactor().redact("every rule compiled once")
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
for line in sys.stdin:
    folder, url = line.rstrip().split("\t")
    if os.fork():
        continue
    config = Config(root=Path(folder), service=Service(port=0))
    told = lambda link: print(link.partition("/team/")[0].rpartition(":")[2], os.getpid(), flush=True)
    serve(config, open_store(url), now=lambda: datetime.now(UTC), on_ready=told)
    os._exit(0)
"""
_BARE = """
import socket
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
async def events(request):
    await request.body()
    return JSONResponse({"status": "accepted"}, 202)
app = Starlette(routes=[Route("/events", events, methods=["POST"])])
listening = socket.create_server(("127.0.0.1", 0))
print(listening.getsockname()[1], flush=True)
uvicorn.Server(uvicorn.Config(app, access_log=False, log_config=None)).run(sockets=[listening])
"""


@contextlib.contextmanager
def running(kind: str, folder: Path, database: str = "") -> Iterator[tuple[int, subprocess.Popen]]:
    """Give the port and the process of one server, stopped at the end if it still runs."""
    (folder / "docs").mkdir(parents=True, exist_ok=True)
    environment = _environment()
    if database:
        environment["KB_DATABASE"] = database
    program = _OURS if kind == "ours" else _BARE
    command = [sys.executable, "-c", program, str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline()), process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.wait(30)


class Nursery:
    """Bears servers of ours that have everything imported, so that two hundred can be killed."""

    def __init__(self) -> None:
        environment = _environment()
        command = [sys.executable, "-c", _NURSERY]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def bear(self, folder: Path, url: str) -> tuple[int, int]:
        """Start a server for a folder and a database; return its port and its process's number."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{folder}\t{url}\n")
        self.process.stdin.flush()
        port, pid = self.process.stdout.readline().split()
        return int(port), int(pid)

    def close(self) -> None:
        """End it; its children have been killed by whoever wanted them dead."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(30)


def _environment() -> dict[str, str]:
    secrets = {"KB_SECRET": "a secret for benches", "KB_PAGE_KEY": PAGE_KEY.decode()}
    environment = {**os.environ, **secrets, "PYTHONPATH": str(ROOT)}
    environment.pop("KB_DATABASE", None)
    return environment


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process so far; NaN where /proc does not tell."""
    try:
        row = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return float("nan")
    return (int(row[11]) + int(row[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def postgresql() -> Iterator[str]:
    """Give the URL of a fresh PostgreSQL that syncs for real, or `""` where there is none."""
    sys.path.insert(0, str(ROOT / "tests"))
    from conftest import PostgreSQL, _programs

    programs = _programs()
    if programs is None:
        print("PostgreSQL is not installed (apt-get install postgresql): its rows are left out")
        yield ""
        return
    with tempfile.TemporaryDirectory(
        prefix="kb-pg-", dir="/var/tmp", ignore_cleanup_errors=True
    ) as name:
        server = PostgreSQL(programs, Path(name))
        if os.geteuid() == 0:
            import shutil

            shutil.chown(name, "postgres")
        server.start()
        server.run("psql", "-h", name, "-U", "docworthy", "-d", "postgres", "-c",
                   "ALTER SYSTEM SET fsync = on")  # fmt: skip
        server.run("pg_ctl", "restart", "-w", "-D", f"{name}/data", "-l", f"{name}/log",
                   "-o", f"-c listen_addresses= -k {name}")  # fmt: skip
        time.sleep(0.5)
        try:
            yield server.database()
        finally:
            server.stop()
