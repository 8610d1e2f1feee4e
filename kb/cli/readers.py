"""What readers do and what comes of it: `kb serve`, `record`, `metrics` and `feedback`."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

import click

from kb.articles.library import write
from kb.capture.triage import Outcome
from kb.cli import out
from kb.cli.workspace import Workspace, dry_option, json_option, now, open_workspace
from kb.errors import EventError
from kb.feedback.digest import digest_json, digest_markdown
from kb.feedback.impact import impact_cards
from kb.feedback.worklist import Task, worklist, worklist_json
from kb.measure.attempts import IDLE
from kb.measure.contacts import contacts_of
from kb.measure.events import Event, parse_batch
from kb.measure.refs import page_refs
from kb.measure.report import Report, report, to_json
from kb.service.serve import serve as run_service

_DAYS = 28
_days = click.option("--days", default=_DAYS, show_default=True, help="Length of the window.")


@click.command()
@click.option(
    "--site", type=click.Path(file_okay=False, path_type=Path), help="Also serve this built site."
)
def serve(site: Path | None) -> None:
    """Collect events, answer searches and suggestions, and show the team pages."""
    workspace = open_workspace()
    with workspace.store() as store:
        run_service(workspace.config, store, now=now, on_ready=_told_ready, site=site)


def _told_ready(link: str) -> None:
    out.say(f"Team pages (the link works once): {link}")
    out.say("Ctrl-C stops.")


@click.command()
@click.argument("file", type=click.File(encoding="utf-8"))
@dry_option
@json_option
def record(file: TextIO, dry_run: bool, as_json: bool) -> None:
    """Append events that were collected elsewhere; an event that is there already is kept once.

    FILE is JSONL: {"at": time, "reader": opaque key, "event": {...}}, one event a line.
    """
    workspace = open_workspace()
    events = list(_read(file, workspace))
    with workspace.store() as store:
        before = store.events.count()
        if not dry_run:
            store.events.append(events)
        added = store.events.count() - before
    if as_json:
        out.data("record", read=len(events), added=added)
    else:
        out.line(f"{len(events)} events read, {added} added")


def _read(file: TextIO, workspace: Workspace) -> Iterator[Event]:
    for number, line in enumerate(file, 1):
        where = f"{Path(file.name).name}:{number}"
        try:
            row = json.loads(line)
            at, reader = datetime.fromisoformat(row["at"]), str(row["reader"])
            aware = at.tzinfo is not None
        except (ValueError, KeyError, TypeError):
            aware = False
        if not aware:
            raise EventError(where, "it is not at, reader and event", "See the docs on events")
        batch = {"v": 1, "events": [row.get("event")]}
        yield from parse_batch(batch, at=at, reader=reader, redactor=workspace.redactor)


def measured(workspace: Workspace, days: int) -> tuple[Report, tuple[Task, ...]]:
    """Return the figures of the last `days` days, and what to do about them."""
    until = now()
    since = until - timedelta(days=days)
    pages = page_refs(workspace.library.shelf().articles)
    with workspace.store() as store:
        tickets = tuple(t for t in store.tickets.all() if t.created_at <= until)
        events = store.events.all(since=since - IDLE)
        decisions = store.decisions.current()
    answered = {d.ticket for d in decisions if d.outcome is not Outcome.DECLINED}
    recent = [t for t in tickets if t.created_at >= since]
    found = report(
        events=events,
        contacts=contacts_of(tickets),
        pages=pages,
        since=since,
        now=until,
        tickets=recent,
        unanswered=[t.subject for t in recent if t.key not in answered],
        window=timedelta(days=workspace.config.measure.window_days),
    )
    return found, worklist(found, pages)


@click.command()
@_days
@json_option
def metrics(days: int, as_json: bool) -> None:
    """Show attempts, outcomes and deflection, each with numerator, denominator and interval."""
    found, _ = measured(open_workspace(), days)
    if as_json:
        click.echo(json.dumps(to_json(found), ensure_ascii=False, indent=2, default=str))
        return
    out.line(f"{found.since:%Y-%m-%d} to {found.until:%Y-%m-%d}, {found.events} events")
    if found.note:
        out.line(found.note)
    out.table([(str(outcome), count) for outcome, count in found.deflection.outcomes])
    figures = (found.deflection.explicit, found.deflection.confirmed, found.csat.rating)
    out.table([(figure.name, str(figure)) for figure in figures])


@click.command()
@_days
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Write files there.")
@json_option
def feedback(days: int, into: Path | None, as_json: bool) -> None:
    """Print the digest and the worklist: what was prevented, and a thing to do in each line."""
    workspace = open_workspace()
    found, tasks = measured(workspace, days)
    span = {"since": found.since, "until": found.until}
    text = digest_markdown(found, tasks, **span)
    both = {"digest": digest_json(found, tasks, **span), "worklist": worklist_json(tasks)}
    if into:
        write(into / "digest.md", text)
        write(into / "feedback.json", json.dumps(both, ensure_ascii=False, indent=2, default=str))
        out.say(f"{into}/digest.md and feedback.json written, {len(tasks)} things to do")
    elif as_json:
        out.data("feedback", **both)
    else:
        out.line(text)
        pages = page_refs(workspace.library.shelf().articles)
        out.say(f"{len(impact_cards(found, pages))} impact cards, {len(tasks)} things to do")
