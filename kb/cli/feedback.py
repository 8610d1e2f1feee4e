"""`kb feedback`: what was prevented, and what to do next, to the people who can act."""

import json
from pathlib import Path

import click

from kb.articles.library import write
from kb.cli import out
from kb.cli.measure import days_option
from kb.cli.workspace import instant, json_option, open_workspace
from kb.feedback.digest import digest_json, digest_markdown
from kb.feedback.impact import impact_cards
from kb.feedback.worklist import worklist, worklist_json
from kb.service.measuring import measured


@click.command()
@days_option
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Write files there.")
@json_option
def feedback(days: int, into: Path | None, as_json: bool) -> None:
    """Print the digest and the worklist: what was prevented, and a thing to do in each line."""
    workspace = open_workspace()
    with workspace.store() as store:
        figures = measured(workspace.config, store, now=instant(), days=days)
        seen = store.tickets.live_secrets()
    found, tasks = figures.report, worklist(figures.report, figures.pages)
    span = {"since": found.since, "until": found.until}
    text = digest_markdown(found, tasks, **span, secrets=seen)
    digest = digest_json(found, tasks, **span, secrets=seen)
    both = {"digest": digest, "worklist": worklist_json(tasks)}
    if into:
        write(into / "digest.md", text)
        write(into / "feedback.json", json.dumps(both, ensure_ascii=False, indent=2, default=str))
        out.say(f"{into}/digest.md and feedback.json written, {len(tasks)} things to do")
    elif as_json:
        out.data("feedback", **both)
    else:
        out.line(text)
        out.say(
            f"{len(impact_cards(found, figures.pages))} impact cards, {len(tasks)} things to do"
        )
