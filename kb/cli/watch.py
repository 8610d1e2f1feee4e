"""`kb watch`: page when something surges or the collector falls silent."""

from dataclasses import asdict

import click

from kb.cli import out
from kb.cli.outbox import send_now, tell_sent
from kb.cli.workspace import dry_option, instant, json_option, open_workspace
from kb.service.watching import look, page


@click.command()
@dry_option
@json_option
@click.pass_context
def watch(context: click.Context, dry_run: bool, as_json: bool) -> None:
    """Look once at tickets, votes and the collector; page when one is far from usual.

    One page an incident, taken back by itself after six usual hours. Run it every five minutes.
    Ends with 1 while something surges, and with 3 where a page did not go out.
    """
    workspace, now = open_workspace(), instant()
    with workspace.store() as store:
        readings = look(workspace.config, store, now=now)
        told = [] if dry_run else page(workspace.config, store, readings, now=now)
        surging = [one for one in readings if one.surging]
        if as_json:
            out.data("watch", readings=[asdict(one) for one in readings], paged=told)
        else:
            out.table([(one.watch, one.message) for one in surging])
            out.say(f"{len(readings)} watched, {len(surging)} surge, {len(told)} new to page")
        done = () if dry_run or not workspace.config.paging.kind else send_now(workspace, store)
    code = tell_sent(done, as_json=False) if done and not as_json else 0
    context.exit(code or int(bool(surging)))
