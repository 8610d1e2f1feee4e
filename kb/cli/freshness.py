"""`kb freshness`: which live pages are due for a look, or for retirement."""

from collections import Counter
from datetime import timedelta

import click

from kb.articles.freshness import Due, claimed, due, supported_by
from kb.cli import out
from kb.cli.workspace import Workspace, json_option, now, open_workspace
from kb.errors import ConfigError
from kb.measure.events import Kind

_LOOK_BACK = timedelta(days=90)


@click.command()
@json_option
@click.pass_context
def freshness(context: click.Context, as_json: bool) -> None:
    """List the live articles that want attention, those that most people read first.

    Flagged ones; workarounds whose fix every supported version has; ranges that no supported
    version is in; and those whose day for a look has come. Ends with 1 when there are any.
    """
    workspace = open_workspace()
    found = due(
        workspace.library.articles(),
        now().date(),
        supported=_supported(workspace),
        demand=_demand(workspace),
    )
    if as_json:
        out.data("freshness", due=[_row(one) for one in found])
    else:
        rows = [(", ".join(d.reasons), d.demand, d.article, d.title, d.propose) for d in found]
        out.table(rows)
    out.say(f"{len(found)} want attention")
    context.exit(1 if found else 0)


def _row(one: Due) -> dict[str, object]:
    return {
        "article": one.article,
        "title": one.title,
        "reasons": list(one.reasons),
        "since": one.since.isoformat() if one.since else None,
        "demand": one.demand,
        "propose": one.propose,
    }


def _supported(workspace: Workspace) -> dict[str, str]:
    claims = workspace.config.review.supported
    for product, version in map(claimed, claims):
        if not version:
            raise ConfigError(
                "kb.toml: review.supported", f"'{product}' names no version", "Write Ferry 4.2"
            )
    return supported_by(claims)


def _demand(workspace: Workspace) -> Counter[str]:
    """Count each article's tickets, and its distinct readers of the last 90 days."""
    with workspace.store() as store:
        events = store.events.all(since=now() - _LOOK_BACK)
    readers = {(e.article, e.reader) for e in events if e.kind is Kind.VIEW and e.article}
    demand = Counter(article for article, _ in readers)
    for article in workspace.library.articles():
        demand[article.id] += len(article.tickets)
    return demand
