"""`kb page`: wake somebody."""

import click

from kb.cli import out
from kb.cli.outbox import send_now, tell_sent, tell_waiting
from kb.cli.workspace import dry_option, instant, json_option, open_workspace
from kb.errors import ConfigError
from kb.feedback import paging
from kb.service.carrying import pager


@click.command()
@click.argument("message")
@click.option("--for", "team", default="", help="Whom; the first of paging.teams when left out.")
@dry_option
@json_option
@click.pass_context
def page(context: click.Context, message: str, team: str, dry_run: bool, as_json: bool) -> None:
    """Page a team, through the outbox: kb page "docs are down" --for customer-support.

    The same words for the same team within ten minutes are one page.
    """
    workspace = open_workspace()
    config = workspace.config
    pager(config)  # what is not set up is told before anything is kept
    team = team or next(iter(config.paging.teams), "")
    if team not in config.paging.teams:
        raise ConfigError(
            "--for", "nobody of that name is paged", f"Use {', '.join(config.paging.teams)}"
        )
    letter = paging.by_hand(message, team, at=instant())
    with workspace.store() as store:
        if dry_run:
            tell_waiting(workspace, [letter], as_json=as_json)
            return
        if not store.outbox.put([letter], at=instant()):
            out.say("These words were paged within the last ten minutes.")
        context.exit(tell_sent(send_now(workspace, store), as_json=as_json))
