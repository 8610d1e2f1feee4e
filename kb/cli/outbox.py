"""`kb outbox`: what waits to go out, what could not, and the sending of it."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from kb.cli import out
from kb.cli.workspace import Workspace, dry_option, instant, json_option, open_workspace
from kb.errors import ConfigError
from kb.feedback.delivery import Carried, deliver
from kb.feedback.letter import Letter, LetterState, Posted, Verdict
from kb.feedback.paging import OPSGENIE_ENDS
from kb.service.carrying import carriers
from kb.store.store import Store

_OPEN = (LetterState.WAITING, LetterState.DEAD)


@click.group(cls=out.Commands, invoke_without_command=True)
@json_option
@click.pass_context
def outbox(context: click.Context, as_json: bool) -> None:
    """List what waits to go out and what could not; send it, retry or drop dead letters.

    Everything that leaves passes here: each letter once, in order, with patience. Ends with 1
    where a letter is dead.
    """
    if context.invoked_subcommand is not None:
        return
    workspace = open_workspace()
    with workspace.store() as store:
        letters = store.outbox.letters(*_OPEN)
    if as_json:
        out.data("outbox", letters=[_row(one) for one in letters])
    else:
        out.table(
            [(one.state, one.letter.destination, one.letter.key, _said(one)) for one in letters]
        )
        out.say(out.number(len(letters), "letter") if letters else "Nothing waits.")
    context.exit(int(any(one.state is LetterState.DEAD for one in letters)))


@outbox.command()
@dry_option
@json_option
@click.pass_context
def send(context: click.Context, dry_run: bool, as_json: bool) -> None:
    """Send what waits and whose time has come; run it every few minutes.

    Ends with 3 where a place did not take something.
    """
    workspace = open_workspace()
    with workspace.store() as store:
        if dry_run:
            waiting = [one.letter for one in store.outbox.letters(LetterState.WAITING)]
            tell_waiting(workspace, waiting, as_json=as_json)
            return
        context.exit(tell_sent(send_now(workspace, store), as_json=as_json))


@outbox.command()
@click.argument("keys", nargs=-1, required=True)
def retry(keys: tuple[str, ...]) -> None:
    """Let dead letters wait again, after you looked that they have not arrived."""
    workspace = open_workspace()
    with workspace.store() as store:
        for key in keys:
            _must(store.outbox.retry(key, at=instant()), key)
    out.say(f"{len(keys)} wait again; kb outbox send sends them")


@outbox.command()
@click.argument("keys", nargs=-1, required=True)
def drop(keys: tuple[str, ...]) -> None:
    """Forget dead letters for good: they have arrived after all, or are not wanted any more."""
    workspace = open_workspace()
    with workspace.store() as store:
        for key in keys:
            _must(store.outbox.drop(key), key)
    out.say(f"{len(keys)} dropped")


def send_now(workspace: Workspace, store: Store) -> tuple[Carried, ...]:
    """Send what waits, and tell on stderr what has nobody to take it."""
    ways = carriers(workspace.config)
    for name in store.outbox.destinations():
        if name not in ways:
            out.say(f"{name}: nothing takes letters there. Set it up in kb.toml.")
    if workspace.config.paging.kind == "opsgenie":
        out.say(f"paging.kind: Opsgenie's API ends on {OPSGENIE_ENDS}. Move to jsm before.")
    return deliver(store.outbox, ways, now=instant)


def tell_sent(done: Sequence[Carried], *, as_json: bool) -> int:
    """Tell what came of each letter, and return the exit code: 3 where one did not arrive."""
    if as_json:
        out.data("sent", letters=[_told(one) for one in done])
    else:
        out.table([(one.receipt.verdict, one.key, one.receipt.reason) for one in done])
        out.say(f"{sum(map(_arrived, done))} sent")
    return 0 if all(map(_arrived, done)) else 3


def tell_waiting(workspace: Workspace, letters: Sequence[Letter], *, as_json: bool) -> None:
    """Show what would be sent, word for word, and where to; nothing is."""
    ways = carriers(workspace.config)
    addresses = {name: way.address for name, way in ways.items()}
    rows = [
        {
            "key": one.key,
            "destination": one.destination,
            "address": addresses.get(one.destination, ""),
            "body": json.loads(one.body or "null"),
        }
        for one in letters
    ]
    if as_json:
        out.data("outbox_dry_run", letters=rows)
        return
    for row in rows:
        body = json.dumps(row["body"], ensure_ascii=False, indent=2)
        out.line(f"{row['key']} -> {row['address'] or 'nobody'}\n{body}\n")
    out.say(f"{len(rows)} would be sent if they are new, nothing was")


def _must(done: bool, key: str) -> None:
    if not done:
        raise ConfigError(key, "it is no dead letter", "kb outbox lists them")


def _arrived(one: Carried) -> bool:
    return one.receipt.verdict is Verdict.SENT


def _said(one: Posted) -> str:
    if one.state is LetterState.WAITING and not one.attempts:
        return "not tried yet"
    return f"{one.attempts} attempts; {one.reason}"


def _row(one: Posted) -> dict[str, object]:
    return {
        "key": one.letter.key,
        "destination": one.letter.destination,
        "state": one.state,
        "attempts": one.attempts,
        "reason": one.reason,
        "kept": datetime.fromtimestamp(one.kept, UTC).isoformat(),
        "due": datetime.fromtimestamp(one.due, UTC).isoformat(),
    }


def _told(one: Carried) -> dict[str, object]:
    receipt = one.receipt
    return {
        "key": one.key,
        "destination": one.destination,
        "verdict": receipt.verdict,
        "reason": receipt.reason,
        "ref": receipt.ref,
    }
