"""What readers did and what it says: `kb record`, `kb canary`, `kb metrics`."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import click

from kb.cli import out
from kb.cli.workspace import Workspace, dry_option, instant, json_option, open_workspace
from kb.errors import ConfigError, EventError, SourceError
from kb.measure.effects import Effect
from kb.measure.events import Event
from kb.measure.report_json import to_json
from kb.measure.terms import Terms
from kb.measure.wire import parse_batch
from kb.service.canary import visit
from kb.service.measuring import measured

days_option: Callable[[Any], Any] = click.option(
    "--days",
    type=click.IntRange(1, 3660),
    default=28,
    show_default=True,
    help="Length of the window.",
)


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
        out.line(f"{out.number(len(events), 'event')} read, {added} added")


def _read(file: TextIO, workspace: Workspace) -> Iterator[Event]:
    terms = Terms(workspace.redactor)
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
        found = parse_batch(batch, at=at, reader=reader, terms=terms)
        yield from found.events


@click.command()
@json_option
def canary(as_json: bool) -> None:
    """Send a visit of our own through the public address, and check that it was kept.

    Run it after each build: where neither readers nor a canary arrive, nothing is known.
    """
    workspace = open_workspace()
    service = workspace.config.site.service
    if not service:
        raise ConfigError("site.service", "the site sends nothing", "Set it in kb.toml")
    key = visit(service, workspace.config.secret())
    with workspace.store() as store:
        kept = store.events.has(key)
    if not kept:
        raise SourceError(service, "the visit is not in the store", "Give both the same database")
    if as_json:
        out.data("canary", service=service, kept=kept)
    else:
        out.line(f"{service}: alive, the visit was kept")


def _told(effects: Sequence[Effect]) -> list[tuple[str, str, str]]:
    """Return a line for each effect that is known, and one for all that lack the same."""
    known = [(one.name, one.about or "-", str(one)) for one in effects if one.value is not None]
    lacking = Counter((one.name, bool(one.about), str(one)) for one in effects if one.value is None)
    return known + [
        (name, out.number(count, "article") if is_article else "-", why)
        for (name, is_article, why), count in lacking.items()
    ]


@click.command()
@days_option
@json_option
def metrics(days: int, as_json: bool) -> None:
    """Show attempts, outcomes and deflection, each with numerator, denominator and interval."""
    workspace = open_workspace()
    with workspace.store() as store:
        found = measured(workspace.config, store, now=instant(), days=days).report
    if as_json:
        click.echo(json.dumps(to_json(found), ensure_ascii=False, indent=2, default=str))
        return
    out.line(
        f"{found.since:%Y-%m-%d} to {found.until:%Y-%m-%d}, {out.number(found.events, 'event')}"
    )
    if found.note:
        out.line(found.note)
    out.table([(str(outcome), count) for outcome, count in found.deflection.outcomes])
    figures = (
        found.deflection.explicit,
        found.deflection.confirmed,
        found.searches.search_success,
        found.searches.zero_result_rate,
        found.csat.rating,
        found.first_response.attainment,
        found.linking.link_rate,
        found.linking.known_share,
        found.linking.known_not_found,
        found.linking.known_not_captured,
        found.linking.accuracy,
    )
    out.table([(figure.name, str(figure)) for figure in figures])
    effects = [*([found.holdout] if found.holdout else []), *found.effects, *found.by_article]
    out.table(_told(effects))
    out.line("The same traffic in the definitions of others:")
    others = (found.implicit_success, found.self_service_ratio, *found.others)
    out.table([(figure.name, str(figure), figure.note) for figure in others])
