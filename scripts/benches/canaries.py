"""Plant canaries in tickets and searches, walk the whole loop, and look for them in every byte.

    scripts/bench canaries [--count N] [--seed N] [--json] [--keep FOLDER]

The loop is the real one: kb init, pull, triage, draft, review, publish, mkdocs build, record,
metrics, feedback, search, git. Looked through: docs, site, everything in .kb/ (the store as bytes,
write-ahead log included, and as an SQL dump), feedback, all objects of git, and all that the
commands said. Ends with 1 when a canary was seen.
"""

import argparse
import base64
import binascii
import html
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import unicodedata
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

import re2  # noqa: E402
from planting import Canary, canaries, tickets  # noqa: E402

WRITER, REVIEWER = "ines@ferrywright.example", "tomas@ferrywright.example"
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060-\u2064\ufeff\\s]+")
BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
CHUNK = 300


class Loop:
    """The workspace of one run, and everything that the commands said."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.said, self.stopped = folder, list[str](), 0

    def run(self, *command: str, ends: tuple[int, ...] = (0, 1)) -> str:
        """Run a command in the workspace, keep what it says, and return its stdout."""
        env = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "KB_PERSON": WRITER,
               "KB_SECRET": "the bench has no secrets", "GIT_CONFIG_GLOBAL": os.devnull}  # fmt: skip
        run = subprocess.run(
            command, cwd=self.folder, env=env, capture_output=True, text=True, check=False
        )
        self.said.append(run.stdout + run.stderr)
        if run.returncode not in ends:
            raise SystemExit(f"{' '.join(command[:5])} ended with {run.returncode}:\n{run.stderr}")
        return run.stdout

    def kb(self, *arguments: str, ends: tuple[int, ...] = (0, 1)) -> str:
        """Run one `kb` command."""
        return self.run(sys.executable, "-m", "kb", *arguments, ends=ends)

    def ids(self, state: str) -> list[str]:
        """Return the articles that stand at a state."""
        found = json.loads(self.kb("review", "--json"))["articles"]
        return [one["id"] for one in found if one["state"] == state]


def walk(loop: Loop, planted: list[Canary]) -> None:
    """Take the canaries once around."""
    loop.kb("init", ends=(0,))
    rows = "".join(json.dumps(row) + "\n" for row in tickets(planted))
    (loop.folder / "tickets" / "export.jsonl").write_text(rows, encoding="utf-8")
    loop.kb("pull", ends=(0,))
    loop.kb("triage", "--auto", ends=(0,))
    loop.kb("draft")
    loop.kb("check")
    for step, person, state in (("submit", WRITER, "draft"), ("approve", REVIEWER, "in_review")):
        ids = loop.ids(state)
        for first in range(0, len(ids), 200):
            loop.kb("review", step, *ids[first : first + 200], "--as", person)
    loop.kb("publish", "--as", REVIEWER)
    _searched(loop, planted)
    _built(loop)
    for command in (("metrics",), ("feedback", "--into", "feedback"), ("audit",), ("doctor",),
                    ("search", "is", "too", "small"), ("check", "--json")):  # fmt: skip
        loop.kb(*command)
    (loop.folder / ".gitignore").write_text("tickets/\nsearches.jsonl\n")
    who = ("-c", "user.name=m", "-c", f"user.email={WRITER}")
    for arguments in (("init", "-q"), ("add", "-A"), (*who, "commit", "-qm", "All")):
        loop.run("git", *arguments, ends=(0,))
    loop.kb("check", "--git", ends=(0,))


def _built(loop: Loop) -> None:
    """Build; what the gate refuses at the end is taken down as a person would, and built again."""
    build = (sys.executable, "-m", "mkdocs", "build", "--strict", "-q")
    for _ in range(3):
        before = len(loop.said)
        loop.run(*build)
        refused = set(re.findall(r"articles/([a-z0-9-]+)(?:/index\.html|\.md):", loop.said[before]))
        if not refused:
            break
        loop.stopped += len(refused)
        loop.kb("review", "archive", *sorted(refused), "--note", "it holds a canary", ends=(0,))
    loop.run(*build, ends=(0,))


def _searched(loop: Loop, planted: list[Canary]) -> None:
    """Record searches in which readers wrote what they should not have."""
    lines = [
        json.dumps({
            "at": "2026-03-05T10:00:00Z", "reader": f"{number % 50:032x}",
            "event": {"id": str(uuid.UUID(int=number + 1, version=4)), "kind": "search",
                      "page": "/", "query": " ".join(one.text.split())[:200], "results": 1},
        })
        for number, one in enumerate(planted) if one.form == "plain" and not one.known
    ]  # fmt: skip
    path = loop.folder / "searches.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    loop.kb("record", str(path), ends=(0,))


def places(loop: Loop) -> Iterator[tuple[str, bytes]]:
    """Yield everything that is kept or was said, by place."""
    yield "logs", "\n".join(loop.said).encode()
    names = {"docs": "docs", "site": "site", ".kb": "store", "feedback": "feedback"}
    for top, place in names.items():
        for path in sorted((loop.folder / top).rglob("*")):
            if path.is_file():
                yield place, path.name.encode() + b"\n" + path.read_bytes()
    with closing(sqlite3.connect(loop.folder / ".kb" / "store.sqlite3")) as store:
        yield "store", "\n".join(store.iterdump()).encode()
    run = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch"],
        cwd=loop.folder, capture_output=True, check=True,
    )  # fmt: skip
    yield "git", run.stdout


def folded(text: str) -> str:
    """Return the text without blanks, invisible characters, width and case."""
    return INVISIBLE.sub("", unicodedata.normalize("NFKC", text)).casefold()


def readings(data: bytes) -> Iterator[bytes]:
    """Yield the bytes as they are and decoded: entities, URLs, JSON, quoted-printable, base64."""
    text = data.decode("utf-8", "replace")
    yield folded(text).encode()
    yield folded(unquote(html.unescape(text)).replace("\\\\", "\\").replace("\\n", "")).encode()
    if "=" in text:
        yield folded(binascii.a2b_qp(data).decode("utf-8", "replace")).encode()
    yield folded("\n".join(_unpacked(text))).encode()


def _unpacked(text: str) -> Iterator[str]:
    for run in dict.fromkeys(BASE64.findall(text)):
        packed = run.rstrip("=").replace("-", "+").replace("_", "/")
        try:
            plain = base64.b64decode(packed + "=" * (-len(packed) % 4))
        except binascii.Error:
            continue
        yield plain.decode("utf-8", "replace")


def seen(planted: list[Canary], loop: Loop) -> dict[int, set[str]]:
    """Return for each canary that was seen its number and the places."""
    needles: dict[str, int] = {}
    for number, one in enumerate(planted):
        for spelling in (one.value, one.written):
            needles.setdefault(folded(spelling), number)
    words, found = list(needles), dict[int, set[str]]()
    patterns = []
    for first in range(0, len(words), CHUNK):
        told = "|".join(re2.escape(word) for word in words[first : first + CHUNK])
        options = re2.Options()
        options.max_mem = 512 << 20
        patterns.append(re2.compile(told.encode(), options))
    for place, data in places(loop):
        for reading in readings(data):
            for pattern in patterns:
                for match in pattern.finditer(reading):
                    if not _goes_on(reading, match.end(), match.group()):
                        found.setdefault(needles[match.group().decode()], set()).add(place)
    return found


def _goes_on(reading: bytes, end: int, value: bytes) -> bool:
    """Say whether a number only begins like the canary."""
    return value[-1:].isdigit() and reading[end : end + 1].isdigit()


def notes_out(loop: Loop) -> int:
    """Return in how many places outside the store an internal note stands."""
    return sum(b"notecanary" in data for place, data in places(loop) if place != "store")


def report(planted: list[Canary], loop: Loop, seconds: float) -> dict[str, object]:
    """Return what was planted, what was seen where, and that the loop did its work."""
    found = seen(planted, loop)
    kinds = Counter(one.kind for one in planted)
    out = Counter(planted[number].kind for number in found)
    return {
        "planted": len(planted), "kinds": len(kinds), "forms": len({one.form for one in planted}),
        "pages": len(list((loop.folder / "site" / "articles").glob("*/index.html"))),
        "seconds": round(seconds), "stopped": loop.stopped,
        "seen": len(found), "notes_out": notes_out(loop),
        "by_kind": {kind: [out[kind], kinds[kind]] for kind in kinds},
        "where": [
            {"kind": planted[n].kind, "form": planted[n].form, "text": planted[n].text,
             "places": sorted(where)}
            for n, where in sorted(found.items())
        ],
    }  # fmt: skip


def main() -> None:
    """Run it and say what was seen."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--keep", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        planted, loop, begun = (
            list(canaries(options.seed, options.count)),
            Loop(folder),
            time.time(),
        )
        walk(loop, planted)
        told = report(planted, loop, time.time() - begun)
    print(json.dumps(told) if options.json else table(told))
    sys.exit(1 if told["seen"] or told["notes_out"] else 0)


def table(told: dict[str, Any]) -> str:
    """Return the report for people."""
    lines = [
        f"{told['planted']} canaries of {told['kinds']} kinds in {told['forms']} forms, "
        f"once around in {told['seconds']} s, {told['pages']} pages",
        f"articles stopped at the last gate: {told['stopped']}", f"seen again: {told['seen']}; internal notes outside the store: {told['notes_out']}", "",
        "| kind | seen | planted |", "|---|---|---|",
    ]  # fmt: skip
    rows = sorted(told["by_kind"].items())
    lines += [f"| {kind} | {out} | {count} |" for kind, (out, count) in rows]
    lines += [
        f"{r['kind']} ({r['form']}) in {', '.join(r['places'])}: {r['text'][:100]!r}"
        for r in told["where"][:40]
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
