"""From tickets to drafts: `kb triage`, `kb draft`."""

from collections.abc import Mapping
from dataclasses import replace

import click

from kb.articles.article import Article, State
from kb.capture import drafting
from kb.capture.triage import Decision, Outcome, is_doc_worthy, pending, propose
from kb.cli import out
from kb.cli.workspace import (
    Workspace,
    as_option,
    dry_option,
    json_option,
    now,
    open_workspace,
    who,
)
from kb.errors import TicketError
from kb.search.whoosh import Index
from kb.store.store import Store
from kb.tickets.ticket import Ticket

_KEYS = {"n": Outcome.NEW, "u": Outcome.UPDATE, "k": Outcome.KNOWN, "d": Outcome.DECLINED}


@click.command()
@click.argument("tickets", nargs=-1)
@click.option("--auto", is_flag=True, help="Take the proposals that are sure enough.")
@as_option
@json_option
def triage(tickets: tuple[str, ...], auto: bool, person: str, as_json: bool) -> None:
    """Decide what becomes of each doc-worthy ticket: new, update, known or declined.

    Without --auto it asks, one key a ticket. Naming TICKETS reopens their decisions.
    """
    workspace = open_workspace()
    with workspace.store(alone=True) as store:
        by_key = {ticket.key: ticket for ticket in store.tickets.all()}
        waiting = _waiting(workspace, store, by_key, tickets)
        _decide_all(workspace, store, by_key, waiting, auto, who(person))
        decisions = store.decisions.current()
    _tell_triage(decisions, len(waiting), as_json)


def _waiting(
    workspace: Workspace, store: Store, by_key: Mapping[str, Ticket], named: tuple[str, ...]
) -> list[Ticket]:
    for key in named:
        if key not in by_key:
            raise TicketError(key, "no such ticket in the store", "Run kb pull, or mend the key")
    if named:
        return [by_key[key] for key in named]
    decided = {decision.ticket for decision in store.decisions.current()}
    tags = workspace.config.triage.tags
    return [t for t in by_key.values() if is_doc_worthy(t, tags) and t.key not in decided]


def _decide_all(
    workspace: Workspace,
    store: Store,
    by_key: dict[str, Ticket],
    waiting: list[Ticket],
    auto: bool,
    by: str,
) -> None:
    pages = workspace.pages()
    have = frozenset(page.id for page in pages)
    pages += tuple(
        pending(by_key[decision.ticket])
        for decision in store.decisions.current()
        if decision.outcome is Outcome.NEW and decision.article not in have
    )
    index = Index(pages)
    for ticket in waiting:
        proposal = propose(ticket, index, by=by, at=now())
        decision = _settle(workspace, ticket, proposal, auto)
        if decision is None:
            continue
        store.decisions.append(decision)
        if decision.outcome is Outcome.NEW:
            pages = (*pages, pending(ticket))
            index = Index(pages)


def _settle(
    workspace: Workspace, ticket: Ticket, proposal: Decision, auto: bool
) -> Decision | None:
    if auto:
        sure = proposal.confidence >= workspace.config.triage.confidence
        return replace(proposal, by="kb triage --auto") if sure else None
    out.say(f"\n{ticket.key}  {ticket.subject}")
    out.say(f"  {proposal.outcome} ({proposal.confidence:.0%}): {proposal.reason}")
    key = click.prompt(
        "  [Enter] take it, [n]ew, [u]pdate, [k]nown, [d]eclined, [s]kip",
        default="",
        show_default=False,
        err=True,
    )
    return _keyed(ticket, proposal, key.strip().lower()[:1])


def _keyed(ticket: Ticket, proposal: Decision, key: str) -> Decision | None:
    if key == "":
        return replace(proposal, confidence=1.0)
    if key not in _KEYS:
        return None
    outcome = _KEYS[key]
    reason = click.prompt("  why", default=proposal.reason, err=True)
    article = proposal.article
    if outcome is Outcome.NEW:
        article = drafting.draft_id(ticket)
    elif outcome is not Outcome.DECLINED:
        article = click.prompt("  which article", default=article, err=True)
    return replace(proposal, outcome=outcome, reason=reason, article=article, confidence=1.0)


def _tell_triage(decisions: tuple[Decision, ...], asked: int, as_json: bool) -> None:
    counts = {str(o): sum(d.outcome is o for d in decisions) for o in Outcome}
    if as_json:
        rows = [
            {"ticket": d.ticket, "outcome": d.outcome, "article": d.article, "reason": d.reason,
             "confidence": d.confidence, "by": d.by, "at": d.at.isoformat()}
            for d in decisions
        ]  # fmt: skip
        out.data("triage", counts=counts, looked_at=asked, decisions=rows)
        return
    out.table([(d.ticket, d.outcome, f"{d.confidence:.0%}", d.reason) for d in decisions])
    out.line(", ".join(f"{count} {name}" for name, count in counts.items()))


@click.command()
@as_option
@dry_option
@json_option
def draft(person: str, dry_run: bool, as_json: bool) -> None:
    """Write a draft for each ticket decided new or update, with evidence for each sentence.

    A ticket that has its draft already is left alone, whatever people made of it since.
    """
    workspace, by = open_workspace(), who(person)
    with workspace.store(alone=not dry_run) as store:
        by_key = {ticket.key: ticket for ticket in store.tickets.all()}
        shelf = {article.id: article for article in workspace.library.articles()}
        written = [
            made
            for decision in store.decisions.current()
            if decision.outcome in (Outcome.NEW, Outcome.UPDATE) and decision.ticket in by_key
            if (made := _draft(workspace, shelf, decision, by_key[decision.ticket], by, dry_run))
        ]
    if as_json:
        out.data("draft", written=[str(workspace.library.path(a)) for a in written])
        return
    for article in written:
        out.line(str(workspace.library.path(article).relative_to(workspace.config.root)))
    out.say(f"{len(written)} drafts {'would be ' if dry_run else ''}written")


def _draft(
    workspace: Workspace,
    shelf: dict[str, Article],
    decision: Decision,
    ticket: Ticket,
    by: str,
    dry_run: bool,
) -> Article | None:
    if any(ticket.key in article.tickets for article in shelf.values()):
        return None
    target = shelf.get(decision.article)
    try:
        if decision.outcome is Outcome.UPDATE and target is not None:
            if target.state not in (State.DRAFT, State.PUBLISHED):
                return None
            made = drafting.revise(target, ticket, by=by, at=now())
        else:
            made = drafting.draft(ticket, by=by, at=now())
    except TicketError as error:
        out.say(str(error))
        return None
    if not dry_run:
        old = workspace.library.evidence(made.article.id)
        workspace.library.save_evidence(
            made.article.id, tuple(dict.fromkeys((*old, *made.evidence)))
        )
        workspace.library.save(made.article)
        shelf[made.article.id] = made.article
    return made.article
