"""`kb feedback`: what was prevented, and what to do next, to the people who can act."""

import json
from pathlib import Path

import click

from kb.articles.library import write
from kb.cli import out
from kb.cli.measure import days_option
from kb.cli.outbox import send_now, tell_sent, tell_waiting
from kb.cli.workspace import Workspace, dry_option, instant, json_option, open_workspace
from kb.config import Config
from kb.feedback import telling
from kb.feedback.digest import digest_json, digest_markdown
from kb.feedback.letter import Letter
from kb.feedback.worklist import worklist, worklist_json
from kb.measure.together import together_json
from kb.service.carrying import DESKS, carriers
from kb.service.measuring import measured
from kb.service.noticing import noticed
from kb.store.store import Store


@click.command()
@days_option
@click.option("--into", type=click.Path(file_okay=False, path_type=Path), help="Write files there.")
@click.option("--send", is_flag=True, help="Tell everybody: digest, cards and worklist.")
@dry_option
@json_option
@click.pass_context
def feedback(
    context: click.Context, days: int, into: Path | None, send: bool, dry_run: bool, as_json: bool
) -> None:
    """Print the digest and the worklist: what was prevented, and a thing to do in each line.

    With --send they go where kb.toml says, through the outbox: the digest once a week, a card once
    a ticket, an issue once a thing. Run it daily. With --dry-run that is shown, and nothing kept.
    """
    workspace = open_workspace()
    with workspace.store() as store:
        found = _round(workspace, store, days)
        if send or dry_run:
            letters = _letters(workspace.config, store, found)
            if dry_run:
                tell_waiting(workspace, letters, as_json=as_json)
                return
            carriers(workspace.config)  # a wrong address is told before anything is kept
            store.outbox.put(letters, at=instant())
            context.exit(tell_sent(send_now(workspace, store), as_json=as_json))
    _show(found, into, as_json=as_json)


def _round(workspace: Workspace, store: Store, days: int) -> telling.Round:
    config = workspace.config
    figures = measured(config, store, now=instant(), days=days)
    seen = noticed(config, store, figures)
    service = config.site.service.rstrip("/")
    return telling.Round(
        report=figures.report,
        tasks=worklist(figures.report, figures.pages, noticed=seen),
        pages=figures.pages,
        secrets=store.tickets.live_secrets(),
        to=config.feedback.digest,
        mail_to=config.feedback.mail_to,
        figures=f"{service}/team/" if service else "",
        source=config.source.name if config.source.kind in DESKS else "",
    )


def _letters(config: Config, store: Store, found: telling.Round) -> list[Letter]:
    """Return what this round has to tell, new or not; the outbox keeps each key once."""
    own, letters = config.feedback, list(telling.digest(found))
    if own.digest not in ("", "slack", "mail"):
        out.say("feedback.digest: it is no way to tell. Use slack or mail.")
    if not (own.digest or own.cards or own.worklist):
        out.say("feedback: nobody is named to be told. Set digest, cards or worklist in kb.toml.")
    if own.cards:
        if config.source.kind not in DESKS:
            out.say(
                f"feedback.cards: tickets of {config.source.kind} take no internal comments, and a "
                "public one is never written. Authors are told."
            )
        letters += telling.cards(found)
    if own.worklist:
        known = [posted.letter.key for posted in store.outbox.find("worklist:")]
        letters += telling.worklist_letters(found.tasks, known)
    return letters


def _show(found: telling.Round, into: Path | None, *, as_json: bool) -> None:
    report, tasks = found.report, found.tasks
    span = {"since": report.since, "until": report.until}
    text = digest_markdown(report, tasks, **span, secrets=found.secrets)
    digest = digest_json(report, tasks, **span, secrets=found.secrets)
    both = {"digest": digest, "worklist": worklist_json(tasks)}
    if into:
        write(into / "digest.md", text)
        write(into / "feedback.json", json.dumps(both, ensure_ascii=False, indent=2, default=str))
        write(into / "together.json", json.dumps(together_json(report.together)) + "\n")
        named = "digest.md, feedback.json and together.json"
        out.say(f"{into}/{named} written, {len(tasks)} things to do")
    elif as_json:
        out.data("feedback", **both)
    else:
        out.line(text)
        out.say(f"{len(tasks)} things to do")
