"""Walks the bundled year through the whole loop with the real commands, and tells what happened."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from kb.articles.article import State
from kb.articles.library import Library, write
from kb.capture.triage import Outcome
from kb.config import load
from kb.errors import SourceError
from kb.helpdesk.traffic import Planted, traffic
from kb.measure.contacts import contacts_of
from kb.measure.events import Event
from kb.measure.refs import page_refs
from kb.store.store import open_store

LAUNCH = datetime(2026, 9, 1, 8, tzinfo=UTC)
"""The site goes live: tickets until here become its articles."""
TODAY = datetime(2026, 11, 1, 8, tzinfo=UTC)
"""Two months of readers later."""
ENGINEER, REVIEWER = "ines@ferrywright.example", "tomas@ferrywright.example"
SEED = 20260901
_DAYS = (TODAY - LAUNCH).days
_KEY = "the demonstration's key is no secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What each step said, and what was planted."""

    pulled: int
    outcomes: Mapping[str, int]
    written: int
    violations: int
    blocking: int
    approved: int
    pages: int
    events: int
    metrics: Mapping[str, Any]
    tasks: int
    planted: Planted
    live_secrets: int


def run(folder: Path) -> Told:
    """Run every step in `folder`; run again, it changes nothing.

    Raises:
        SourceError: A step failed; its own words stand on stderr.
    """
    steps = _Steps(folder)
    _settle_in(steps)
    first = _first_round(steps)
    _bring_tickets(folder, TODAY)
    pulled = steps.json(TODAY, "pull")
    decided = _second_round(steps)
    planted = _record(steps, folder)
    steps.mkdocs(TODAY)
    steps.kb(TODAY, "feedback", "--days", str(_DAYS), "--into", "feedback")
    shelf = Library(folder / "docs").articles()
    checked = steps.json(TODAY, "check", ends=(0, 1))
    return Told(
        pulled=_count(folder),
        outcomes={str(o): sum(row["outcome"] == o for row in decided) for o in Outcome},
        written=len(shelf),
        violations=len(checked["violations"]),
        blocking=checked["blocking"],
        approved=first,
        pages=len(list((folder / "site" / "articles").glob("*/index.html"))),
        events=len(planted[1]),
        metrics=steps.json(TODAY, "metrics", "--days", str(_DAYS)),
        tasks=len(
            json.loads((folder / "feedback" / "feedback.json").read_text())["worklist"]["tasks"]
        ),
        planted=planted[0],
        live_secrets=pulled["live_secrets"],
    )


def _settle_in(steps: "_Steps") -> None:
    """Make the workspace, and take out of it what the help desk has not exported yet."""
    folder = steps.folder
    if not (folder / "kb.toml").exists():
        steps.kb(LAUNCH, "init", str(folder), "--demo", cwd=folder.parent)
        write(folder / ".kb" / "secret", _KEY + "\n")
    if not (folder / ".kb" / "store.sqlite3").exists():
        for path in (folder / "tickets").glob("*.jsonl"):
            if path.stem >= f"{LAUNCH:%Y-%m}":
                path.unlink()


def _first_round(steps: "_Steps") -> int:
    """Tickets to published articles, as of the launch; returns how many are live."""
    _bring_tickets(steps.folder, LAUNCH)
    if not (steps.folder / "tickets" / f"{LAUNCH:%Y-%m}.jsonl").exists():
        steps.json(LAUNCH, "pull")
        steps.kb(LAUNCH, "triage", "--auto")
        steps.kb(LAUNCH, "draft", "--as", ENGINEER)
        _review(steps)
        steps.json(LAUNCH, "publish", "--as", REVIEWER)
    live = Library(steps.folder / "docs").articles()
    return sum(article.state is State.PUBLISHED for article in live)


def _second_round(steps: "_Steps") -> list[dict[str, Any]]:
    """Decide and draft until nothing is left to decide; tickets are compared with new drafts, too."""
    decided, before = _decided(steps), -1
    while len(decided) != before:
        steps.kb(TODAY, "draft", "--as", ENGINEER)
        before, decided = len(decided), _decided(steps)
    return decided


def _decided(steps: "_Steps") -> list[dict[str, Any]]:
    return [row for row in steps.rows(TODAY, "triage", "--auto") if row["decided"]]


def _review(steps: "_Steps") -> None:
    """The engineer submits what the standard lets through, the reviewer approves it."""
    checked = steps.json(LAUNCH, "check", ends=(0, 1))
    blocked = {row["article"] for row in checked["violations"] if row["blocking"]}
    waiting = steps.json(LAUNCH, "review")["articles"]
    drafts = [a["id"] for a in waiting if a["state"] == "draft" and a["id"] not in blocked]
    if drafts:
        steps.kb(LAUNCH, "review", "submit", *drafts, "--as", ENGINEER)
    waiting = steps.json(LAUNCH, "review")["articles"]
    ready = [a["id"] for a in waiting if a["state"] == "in_review" and not a["approved"]]
    if ready:
        steps.kb(LAUNCH, "review", "approve", *ready, "--as", REVIEWER)


def _bring_tickets(folder: Path, until: datetime) -> None:
    """Put the exports of the months before `until` into the workspace, as a help desk would."""
    bundled = Path(str(files("kb.helpdesk"))) / "tickets"
    for path in sorted(bundled.glob("*.jsonl")):
        target = folder / "tickets" / path.name
        if path.stem < f"{until:%Y-%m}" and not target.exists():
            write(target, path.read_text(encoding="utf-8"))


def _record(steps: "_Steps", folder: Path) -> tuple[Planted, tuple[Event, ...]]:
    """Make the seeded traffic for the pages that are live, and record it."""
    store = open_store(load(folder).database)
    try:
        contacts = contacts_of(store.tickets.all())
    finally:
        store.close()
    live = [p for p in page_refs(Library(folder / "docs").articles()) if p.state == "published"]
    made = traffic(seed=SEED, since=LAUNCH, until=TODAY, articles=live, contacts=contacts)
    path = folder / ".kb" / "traffic.jsonl"
    write(path, "".join(_line(event) for event in made.events))
    steps.json(TODAY, "record", str(path))
    return made.planted, made.events


def _line(event: Event) -> str:
    wire: dict[str, Any] = {"id": event.id, "kind": str(event.kind)}
    for name in ("page", "article", "version", "query", "results", "rank", "reason", "dwell"):
        value = getattr(event, name)
        if value not in ("", None) and not (name == "dwell" and value == 0):
            wire[name] = value
    row = {"at": event.at.isoformat(), "reader": event.reader, "event": wire}
    return json.dumps(row, ensure_ascii=False) + "\n"


def _count(folder: Path) -> int:
    store = open_store(load(folder).database)
    try:
        return sum(1 for _ in store.tickets.all())
    finally:
        store.close()


@dataclass(frozen=True, slots=True)
class _Steps:
    """Runs the real commands in the workspace, at a given time."""

    folder: Path

    def kb(
        self, at: datetime, *arguments: str, cwd: Path | None = None, ends: tuple[int, ...] = (0,)
    ) -> str:
        """Run one `kb` command and return its stdout."""
        return self._run([sys.executable, "-m", "kb", *arguments], at, cwd, ends)

    def json(self, at: datetime, *arguments: str, ends: tuple[int, ...] = (0,)) -> Any:
        """Run one `kb` command with `--json` and return what it printed."""
        return json.loads(self.kb(at, *arguments, "--json", ends=ends))

    def rows(self, at: datetime, *arguments: str) -> list[Any]:
        """Run one `kb` command with `--json` and return what stands on each line."""
        return [json.loads(line) for line in self.kb(at, *arguments, "--json").splitlines()]

    def mkdocs(self, at: datetime) -> None:
        """Build the site."""
        self._run([sys.executable, "-m", "mkdocs", "build", "--strict", "-q"], at, None, (0,))

    def _run(
        self, command: list[str], at: datetime, cwd: Path | None, ends: tuple[int, ...]
    ) -> str:
        where = cwd or self.folder
        where.mkdir(parents=True, exist_ok=True)
        clock = {"SOURCE_DATE_EPOCH": str(int(at.timestamp())), "NO_MKDOCS_2_WARNING": "1"}
        env = {**os.environ, "KB_SECRET": _KEY, "KB_PERSON": ENGINEER, **clock}
        run = subprocess.run(
            command, cwd=where, env=env, capture_output=True, text=True, check=False
        )
        if run.returncode not in ends:
            sys.stderr.write(run.stdout + run.stderr)
            step = " ".join(command[2:5])
            raise SourceError(step, f"it ended with {run.returncode}", "Read its words above")
        return run.stdout


def summary(told: Told, folder: Path) -> str:
    """Return the closing screen: what went through each step, and what to open."""
    outcomes = ", ".join(f"{count} {name}" for name, count in told.outcomes.items())
    found = told.metrics["explicit_deflection"]
    rate, low, high = (100 * (found[name] or 0) for name in ("rate", "low", "high"))
    truth = 100 * told.planted.deflection
    lines = (
        ("tickets in", f"{told.pulled}, redacted; {told.live_secrets} live secrets to rotate"),
        ("outcomes", outcomes),
        (
            "articles",
            f"{told.written} written, {told.approved} approved by a second person and live",
        ),
        ("violations", f"{told.violations} open, {told.blocking} of them block"),
        ("pages", f"{told.pages} article pages in {folder / 'site'}"),
        ("events", f"{told.events} from readers, {told.metrics['attempts']} attempts"),
        (
            "deflection",
            f"{rate:.1f} % ({found['numerator']} of {found['denominator']}; "
            f"95 % interval {low:.1f} to {high:.1f} %)",
        ),
        (
            "planted",
            f"{truth:.1f} %, {'inside' if low <= truth <= high else 'OUTSIDE'} the interval",
        ),
        ("to do", f"{told.tasks} things, in {folder / 'feedback' / 'digest.md'}"),
    )
    body = "\n".join(f"  {name:<11} {text}" for name, text in lines)
    return f"\nThe loop, once around, on the bundled help desk:\n\n{body}\n\n"
