"""The inbox: what becomes of each ticket, `kb triage`."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

import click

from kb.capture.drafting import draft_id
from kb.capture.matching import Matcher
from kb.capture.meaning import load_meaning
from kb.capture.triage import Decision, Outcome, is_candidate, is_marked, pending, propose
from kb.cli import out
from kb.cli.workspace import Workspace, as_option, json_option, now, open_workspace, who
from kb.errors import TicketError
from kb.store.store import Store
from kb.tickets.ticket import Status, Ticket

_KEYS = {"n": Outcome.NEW, "u": Outcome.UPDATE, "k": Outcome.KNOWN, "d": Outcome.DECLINED}
_BATCH = 50
AUTO = "kb triage --auto"


@click.command()
@click.argument("tickets", nargs=-1)
@click.option("--auto", is_flag=True, help="Take the proposals that are sure enough.")
@click.option("--all", "everything", is_flag=True, help="Look at every ticket, marked or not.")
@as_option
@json_option
def triage(
    tickets: tuple[str, ...], auto: bool, everything: bool, person: str, as_json: bool
) -> None:
    """Decide what becomes of each doc-worthy ticket: new, update, known or declined.

    Without --auto it asks, one key a ticket. Naming TICKETS reopens their decisions. Where no
    ticket at all has a doc-worthy tag, every ticket is looked at.
    """
    workspace = open_workspace()
    with workspace.store(alone=True) as store:
        inbox = _open(workspace, store, tickets, everything)
        by = AUTO if auto else who(person)
        waiting = _go_through(inbox, workspace, store, auto=auto, by=by)
        decisions = store.decisions.current()
    _tell(decisions, waiting, as_json)


@dataclass(slots=True)
class _Inbox:
    """What waits: tickets by name, or all candidates without a decision."""

    matcher: Matcher
    named: frozenset[str]
    decided: frozenset[str]
    everything: bool
    tags: tuple[str, ...]
    batch: list[Decision] = field(default_factory=list)

    def holds(self, ticket: Ticket) -> bool:
        """Say whether the ticket waits."""
        if self.named:
            return ticket.key in self.named
        return ticket.key not in self.decided and is_candidate(
            ticket, self.tags, everything=self.everything
        )


def looks_at_all(tickets: Iterable[Ticket], tags: tuple[str, ...]) -> bool:
    """Say whether no ticket is marked: then the source does not mark, and all are candidates."""
    return not any(is_marked(ticket, tags) for ticket in tickets)


def _open(workspace: Workspace, store: Store, named: tuple[str, ...], everything: bool) -> _Inbox:
    """Read once through the tickets: is any marked, and which will become articles already?"""
    decisions = {decision.ticket: decision for decision in store.decisions.current()}
    tags, marked = workspace.config.triage.tags, False
    pages = workspace.pages()
    have = {page.id for page in pages}
    matcher, missing = Matcher(pages, load_meaning()), set(named)
    for ticket in store.tickets.all():
        marked = marked or is_marked(ticket, tags)
        missing.discard(ticket.key)
        made = decisions.get(ticket.key)
        if made and made.outcome is Outcome.NEW and made.article not in have:
            matcher.add(pending(ticket), is_ticket=True)
    for key in sorted(missing):
        raise TicketError(key, "no such ticket in the store", "Run kb pull, or mend the key")
    return _Inbox(
        matcher=matcher,
        named=frozenset(named),
        decided=frozenset(decisions),
        everything=everything or not marked,
        tags=tags,
    )


def _go_through(
    inbox: _Inbox, workspace: Workspace, store: Store, *, auto: bool, by: str
) -> list[Decision]:
    """Settle what waits; return the proposals that nobody has taken."""
    waiting: list[Decision] = []
    for ticket in store.tickets.all():
        if not inbox.holds(ticket):
            continue
        proposal = propose(ticket, inbox.matcher, by=by, at=now())
        decision = _settle(workspace, ticket, proposal, auto)
        if decision is None:
            waiting.append(proposal)
            continue
        inbox.batch.append(decision)
        if decision.outcome is Outcome.NEW:
            inbox.matcher.add(pending(ticket), is_ticket=True)
        if not auto or len(inbox.batch) >= _BATCH:
            _keep(inbox, store)
    _keep(inbox, store)
    return waiting


def _keep(inbox: _Inbox, store: Store) -> None:
    store.decisions.extend(inbox.batch)
    inbox.batch.clear()


def _settle(
    workspace: Workspace, ticket: Ticket, proposal: Decision, auto: bool
) -> Decision | None:
    """Take the proposal if it is sure enough, or ask; an open ticket is never settled."""
    if ticket.status is Status.OPEN:
        return None
    if auto:
        sure = proposal.confidence >= workspace.config.triage.confidence
        return proposal if sure else None
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
        article = draft_id(ticket)
    elif outcome is not Outcome.DECLINED:
        article = click.prompt("  which article", default=article, err=True)
    return replace(proposal, outcome=outcome, reason=reason, article=article, confidence=1.0)


def _tell(decisions: tuple[Decision, ...], waiting: list[Decision], as_json: bool) -> None:
    if as_json:
        for line in _lines(decisions, waiting):
            click.echo(line)
        return
    out.table([(d.ticket, d.outcome, f"{d.confidence:.0%}", d.reason) for d in decisions])
    counts = Counter(decision.outcome for decision in decisions)
    said = ", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome)
    out.line(f"{said}; {len(waiting)} wait for a person" if waiting else said)


def _lines(decisions: tuple[Decision, ...], waiting: list[Decision]) -> Iterator[str]:
    """Yield one JSON object a ticket, as `docs/formats.md` has it."""
    for decided, rows in ((True, decisions), (False, waiting)):
        for d in rows:
            row = {
                "ticket": d.ticket, "id": d.ticket.partition(":")[2], "outcome": d.outcome,
                "reason": d.reason, "article": d.article or None, "confidence": d.confidence,
                "decided": decided, "by": d.by if decided else None, "at": d.at.isoformat(),
            }  # fmt: skip
            yield json.dumps(row, ensure_ascii=False)
