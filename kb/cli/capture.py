"""Tickets in: `kb pull`."""

from collections.abc import Iterable

import click

from kb.cli import out
from kb.cli.workspace import Workspace, json_option, open_workspace
from kb.errors import KbError, SourceError, TicketError
from kb.redaction import Entity, Finding
from kb.store.store import Store
from kb.tickets.files import Files, Page
from kb.tickets.intake import Intake
from kb.tickets.ticket import Ticket


@click.command()
@click.option("--retry", is_flag=True, help="Take up what could not be read before.")
@json_option
def pull(retry: bool, as_json: bool) -> None:
    """Take tickets into the store, redacted as they enter.

    Goes on where the last pull stopped; a killed pull loses nothing and counts nothing twice.
    """
    workspace = open_workspace()
    config = workspace.config
    source = _source(workspace)
    intake = Intake(source=config.source.name, redactor=workspace.redactor, secret=config.secret())
    with workspace.store(alone=True) as store:
        taken = _retry(store, source, intake) if retry else _pull(store, source, intake)
        dead = store.tickets.dead_letters(intake.source)
        secrets = store.tickets.live_secrets()
    if as_json:
        out.data(
            "pull", tickets=taken, dead_letters=[d.place for d in dead], live_secrets=len(secrets)
        )
    else:
        out.line(f"{taken} tickets taken in, {len(dead)} dead letters")
    for letter in dead:
        out.say(f"{letter.place}: {letter.reason}. Mend it, then run kb pull --retry.")
    for ticket, label in secrets:
        out.say(f"{ticket}: a live secret ({label}) was seen. Have it rotated.")


def _source(workspace: Workspace) -> Files:
    config = workspace.config
    if config.source.kind != "files":
        raise SourceError(
            "kb.toml: source.kind", f"'{config.source.kind}' is not a source", "Use files"
        )
    return Files(config.root / config.source.path)


def _pull(store: Store, source: Files, intake: Intake) -> int:
    taken = 0
    with out.progress("Taking tickets in") as advance:
        for page in source.pages(store.tickets.cursor(intake.source)):
            taken += _take(store, page, intake)
            advance(page.done, page.total)
    return taken


def _take(store: Store, page: Page, intake: Intake) -> int:
    tickets: list[Ticket] = []
    dead, secrets = list(page.dead), set[tuple[str, str]]()
    for where, raw in page.tickets:
        try:
            ticket, findings = intake.ticket(raw, where)
        except TicketError as error:
            dead.append((where, error.what))
        else:
            tickets.append(ticket)
            secrets |= _secrets(ticket, findings)
    store.tickets.take(
        intake.source, tickets=tickets, cursor=page.cursor, dead=dead, secrets=sorted(secrets)
    )
    return len(tickets)


def _secrets(ticket: Ticket, findings: Iterable[Finding]) -> set[tuple[str, str]]:
    seen = (f.label.removeprefix("secret:") for f in findings if f.entity is Entity.SECRET)
    return {(ticket.key, label) for label in seen}


def _retry(store: Store, source: Files, intake: Intake) -> int:
    taken = 0
    for letter in store.tickets.dead_letters(intake.source):
        try:
            where, raw = source.again(letter.place)
            ticket, _ = intake.ticket(raw, where)
        except KbError:
            continue
        store.tickets.raise_dead(intake.source, letter.place, ticket)
        taken += 1
    return taken
