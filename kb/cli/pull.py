"""Tickets in: `kb pull`."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from kb.cli import out
from kb.cli.sources import open_source
from kb.cli.workspace import Workspace, json_option, now, open_workspace
from kb.config import Source as Settings
from kb.errors import TicketError
from kb.gates.identities import Roll
from kb.gates.scanner import prove
from kb.store.tickets import Tickets
from kb.tickets.intake import Intake
from kb.tickets.pulling import MOST_ATTEMPTS, DeadLetter, Keeper
from kb.tickets.pulling import pull as take_in
from kb.tickets.pulling import retry as take_up
from kb.tickets.raw import Source

_TOLD = 20
"""Dead letters, and live secrets, that are told one by one."""


@click.command()
@click.argument("kind", required=False)
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--retry", is_flag=True, help="Take up what could not be read before.")
@click.option("--due", is_flag=True, help="Only if a webhook said that there is news.")
@click.option("--drop", multiple=True, metavar="PLACE", help="Forget what could not be read there.")
@json_option
@click.pass_context
def pull(
    context: click.Context,
    kind: str | None,
    path: Path | None,
    retry: bool,
    due: bool,
    drop: tuple[str, ...],
    as_json: bool,
) -> None:
    """Take tickets into the store, redacted as they enter.

    Goes on where the last pull stopped; a killed pull loses nothing and counts nothing twice.
    KIND and PATH (relative to where you are) stand in for source.kind and source.path. Ends with 1
    while there are dead letters: mend them and use --retry, or --drop them for good.
    """
    workspace = open_workspace()
    if drop:
        dead = _dropped(workspace, drop)
        _tell(0, dead, (), as_json)
    else:
        dead = _pulled(workspace, _settings(workspace, kind, path), retry, due, as_json)
    context.exit(1 if dead else 0)


def _dropped(workspace: Workspace, places: tuple[str, ...]) -> tuple[DeadLetter, ...]:
    """Forget the dead letters at these places, of a whole file where it is named; return the rest.

    Raises:
        TicketError: There is none at one of the places; all of them stay.
    """
    name = workspace.config.source.name
    with workspace.store(alone=True) as store:
        there = [letter.place for letter in store.tickets.dead_letters(name)]
        gone = list[str]()
        for place in places:
            meant = [one for one in there if one == place or one.startswith(f"{place}:")]
            if not meant:
                raise TicketError(place, "no dead letter is there", "Name one that kb pull tells")
            gone += meant
        store.tickets.take(name, tickets=(), dead=(), read=gone)
        return store.tickets.dead_letters(name)


def _pulled(
    workspace: Workspace, settings: Settings, retry: bool, due: bool, as_json: bool
) -> tuple[DeadLetter, ...]:
    """Take in what is there, tell of it, and return the dead letters that are left."""
    prove()
    secret, began = workspace.config.secret(), now()
    roll = Roll(workspace.config.state, secret)
    with (
        open_source(settings, workspace.config.root) as source,
        workspace.store(alone=True) as store,
    ):
        if due and not store.tickets.is_due(settings.name):
            dead = store.tickets.dead_letters(settings.name)
            _tell(0, dead, (), as_json)
            return dead
        told = set(store.tickets.live_secrets())
        intake = Intake(
            source=settings.name,
            redactor=workspace.redactor,
            secret=secret,
            read=source.read,
            notice=roll.add,
        )
        taken = _taken(source, intake, _Noted(store.tickets, roll), retry)
        if not retry:
            store.tickets.settle(settings.name, at=began)
        dead = store.tickets.dead_letters(intake.source)
        secrets = store.tickets.live_secrets()
    _tell(taken, dead, secrets, as_json, frozenset(told))
    return dead


def _settings(workspace: Workspace, kind: str | None, path: Path | None) -> Settings:
    settings = workspace.config.source
    if kind:
        settings = replace(settings, kind=kind)
    return replace(settings, path=str(path.resolve())) if path else settings


@dataclass(frozen=True, slots=True)
class _Noted:
    """The store's tickets, with the customers taken down before each page is kept."""

    tickets: Tickets
    roll: Roll

    def cursors(self, source: str) -> Mapping[str, str]:
        return self.tickets.cursors(source)

    def dead_letters(self, source: str) -> tuple[DeadLetter, ...]:
        return self.tickets.dead_letters(source)

    def take(self, source: str, **page: Any) -> int:
        self.roll.write()
        return self.tickets.take(source, **page)


def _taken(source: Source, intake: Intake, keeper: Keeper, retry: bool) -> int:
    if retry:
        return take_up(source, intake, keeper)
    with out.progress("Taking tickets in") as advance:
        return take_in(source, intake, keeper, advance)


def _tell(
    taken: int,
    dead: tuple[DeadLetter, ...],
    secrets: tuple[tuple[str, str], ...],
    as_json: bool,
    told: frozenset[tuple[str, str]] = frozenset(),
) -> None:
    """Tell what came in, what did not, and the secrets that were not told by an earlier pull."""
    if as_json:
        out.data(
            "pull", tickets=taken, dead_letters=[d.place for d in dead], live_secrets=len(secrets)
        )
    else:
        out.line(f"{out.number(taken, 'ticket')} taken in, {out.number(len(dead), 'dead letter')}")
    for letter in dead[:_TOLD]:
        todo = "Mend it, then run kb pull --retry"
        if letter.attempts >= MOST_ATTEMPTS:
            todo = f"It failed {letter.attempts} times and is left to you: mend it, or --drop it"
        out.say(f"{letter.place}: {letter.reason}. {todo}.")
    fresh = [one for one in secrets if one not in told]
    for ticket, label in fresh[:_TOLD]:
        out.say(f"{ticket}: a live secret ({label}) was seen. Have it rotated.")
    if more := max(0, len(dead) - _TOLD) + max(0, len(fresh) - _TOLD):
        out.say(f"And {more} more; kb pull --json names every dead letter.")
