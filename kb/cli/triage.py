"""The inbox: what becomes of each ticket, `kb triage`."""

import json
from collections import Counter, deque
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import IO, TypeVar, cast

import click

from kb.capture.matching import KEPT, Matcher
from kb.capture.meaning import load_meaning
from kb.capture.suggestion import Suggestion, suggestions
from kb.capture.triage import (
    Decision,
    Outcome,
    is_candidate,
    is_marked,
    nearest,
    pending,
    propose,
)
from kb.cli import out
from kb.cli.inbox import Back, Question, Quit
from kb.cli.sought import Sought
from kb.cli.workspace import Workspace, as_option, json_option, now, open_workspace, who
from kb.errors import TicketError
from kb.store.store import Store
from kb.tickets.ticket import Status, Ticket

_BATCH = 50
PAGE = 500
"""So many tickets are read from the store at once."""
_LOOKED_AT = 2_000
"""So many of the latest tickets that nobody marked are looked through for suggestions."""
AUTO = "kb triage --auto"
_One = TypeVar("_One")


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

    Without --auto it asks, one key a ticket; z goes back to the one before. Naming TICKETS reopens
    their decisions. Where no ticket at all has a doc-worthy tag, every ticket is looked at;
    otherwise problems that came back unmarked are suggested, apart, and never taken by --auto.
    """
    workspace = open_workspace()
    with workspace.store(alone=True) as store, _aside() as waiting:
        inbox = _open(workspace, store, tickets, everything)
        by = AUTO if auto else who(person)
        sought = Sought(workspace.config, store)
        desk = _Desk(workspace, store, inbox, by=by, auto=auto, waiting=waiting, sought=sought)
        desk.work()
        suggested = desk.suggest()
        waiting.seek(0)
        if as_json:
            for line in _lines(store.decisions.each(), waiting, suggested):
                click.echo(line)
        else:
            _tell(store.decisions.each(), waiting, suggested, None if auto else desk.made)


def _aside() -> IO[str]:
    """Return where proposals wait until they are told, in memory while they are few."""
    return cast("IO[str]", SpooledTemporaryFile(1_000_000, "w+", encoding="utf-8"))


@dataclass(slots=True)
class _Inbox:
    """What waits: tickets by name, or all candidates without a decision."""

    matcher: Matcher
    named: tuple[str, ...]
    everything: bool
    tags: tuple[str, ...]

    def waiting(self, store: Store) -> Iterator[Ticket]:
        """Yield the tickets that wait, oldest first, a page of the store at a time."""
        if self.named:
            yield from store.tickets.some(self.named)
            return
        for ticket in _undecided(store):
            if is_candidate(ticket, self.tags, everything=self.everything):
                yield ticket

    def unmarked(self, store: Store) -> tuple[Ticket, ...]:
        """Return the latest tickets that ended and that nobody marked or decided, oldest first."""
        if self.named or self.everything:
            return ()
        found = (
            ticket
            for ticket in _undecided(store)
            if ticket.status is not Status.OPEN and not is_marked(ticket, self.tags)
        )
        return tuple(deque(found, maxlen=_LOOKED_AT))


def paged(rows: Iterable[_One]) -> Iterator[tuple[_One, ...]]:
    """Cut what comes into pages of `PAGE`."""
    left = iter(rows)
    while page := tuple(islice(left, PAGE)):
        yield page


def _undecided(store: Store) -> Iterator[Ticket]:
    for page in paged(store.tickets.all()):
        decided = store.decisions.of([ticket.key for ticket in page])
        yield from (ticket for ticket in page if ticket.key not in decided)


def looks_at_all(tickets: Iterable[Ticket], tags: tuple[str, ...]) -> bool:
    """Say whether no ticket is marked: then the source does not mark, and all are candidates."""
    return not any(is_marked(ticket, tags) for ticket in tickets)


def _open(workspace: Workspace, store: Store, named: tuple[str, ...], everything: bool) -> _Inbox:
    """Make ready what tickets are compared with: every page, and what will be an article."""
    tags, pages = workspace.config.triage.tags, workspace.pages()
    have = frozenset(page.id for page in pages)
    coming = deque(
        (d.ticket for d in store.decisions.each() if d.outcome is Outcome.NEW and d.article not in have),
        maxlen=KEPT,
    )  # fmt: skip
    matcher = Matcher(pages, load_meaning())
    for keys in paged(coming):
        for ticket in store.tickets.some(keys):
            matcher.add(pending(ticket), is_ticket=True)
    for key in sorted(set(named) - {ticket.key for ticket in store.tickets.some(named)}):
        raise TicketError(key, "no such ticket in the store", "Run kb pull, or mend the key")
    return _Inbox(
        matcher=matcher,
        named=named,
        everything=everything or (not named and looks_at_all(store.tickets.all(), tags)),
        tags=tags,
    )


@dataclass(slots=True)
class _Desk:
    """Goes through what waits, and keeps what is decided."""

    workspace: Workspace
    store: Store
    inbox: _Inbox
    by: str
    auto: bool
    waiting: IO[str]
    sought: Sought
    batch: list[Decision] = field(default_factory=list)
    made: set[str] = field(default_factory=set)
    done: bool = False

    def work(self) -> None:
        """Settle what waits; proposals that nobody has taken are set down in `waiting`."""
        self._settle((t, self._propose(t)) for t in self.inbox.waiting(self.store))
        self._keep()

    def suggest(self) -> tuple[Suggestion, ...]:
        """Return what came back unmarked; a person is asked about it, `--auto` never takes it."""
        if self.done:
            return ()
        found = suggestions(self.inbox.unmarked(self.store), self.inbox.matcher, at=now())
        if self.auto or not found:
            return found
        out.say(f"\nNobody marked these, but they came back ({len(found)}):")
        self._settle(((one.ticket, one.proposal) for one in found), waits=False)
        decided = self.store.decisions.of([one.ticket.key for one in found])
        return tuple(one for one in found if one.ticket.key not in decided)

    def _settle(self, pairs: Iterable[tuple[Ticket, Decision]], *, waits: bool = True) -> None:
        before: tuple[Ticket, Decision] | None = None
        for ticket, proposal in pairs:
            decision = self._decide(ticket, proposal, before)
            if self.done:
                return
            if decision is not None:
                self._take(ticket, decision)
            elif waits:
                self.waiting.write(f"{_row(proposal, decided=False)}\n")
            before = ticket, proposal

    def _propose(self, ticket: Ticket) -> Decision:
        return propose(ticket, self.inbox.matcher, by=self.by, at=now())

    def _decide(
        self, ticket: Ticket, proposal: Decision, before: tuple[Ticket, Decision] | None
    ) -> Decision | None:
        """Take the proposal if it is sure enough, or ask; an open ticket is never settled."""
        if ticket.status is Status.OPEN or self.done:
            return None
        if self.auto:
            sure = proposal.confidence >= self.workspace.config.triage.confidence
            return proposal if sure else None
        try:
            return self._ask(ticket, proposal)
        except Back:
            if before is not None and (again := self._decide(*before, None)) is not None:
                self._take(before[0], again)
            return self._decide(ticket, proposal, None)
        except Quit:
            self.done = True
            return None

    def _ask(self, ticket: Ticket, proposal: Decision) -> Decision | None:
        near = nearest(ticket, self.inbox.matcher)
        question = Question(
            ticket=ticket, proposal=proposal, nearest=near, pages=self.inbox.matcher
        )
        decision = question.ask()
        return replace(decision, by=self.by, at=now()) if decision else None

    def _take(self, ticket: Ticket, decision: Decision) -> None:
        known = decision.outcome is Outcome.KNOWN
        if known and self.sought.in_vain(ticket, decision.article):
            decision = replace(decision, in_vain=True)
        self.batch.append(decision)
        if not self.auto:
            self.made.add(ticket.key)
        if decision.outcome is Outcome.NEW:
            self.inbox.matcher.add(pending(ticket), is_ticket=True)
        if not self.auto or len(self.batch) >= _BATCH:
            self._keep()

    def _keep(self) -> None:
        self.store.decisions.extend(self.batch)
        self.batch.clear()


def _lines(
    decisions: Iterable[Decision], waiting: Iterable[str], suggested: Iterable[Suggestion]
) -> Iterator[str]:
    """Yield one JSON object a ticket, as `docs/formats.md` has it."""
    yield from (_row(decision, decided=True) for decision in decisions)
    yield from (line.rstrip("\n") for line in waiting)
    yield from (_row(one.proposal, decided=False, suggestion=one) for one in suggested)


def _tell(
    decisions: Iterable[Decision],
    waiting: Iterable[str],
    suggested: tuple[Suggestion, ...],
    made: Container[str] | None,
) -> None:
    """Print a line for each decision (after a sitting, those made in it), then the sums."""
    counts: Counter[Outcome] = Counter()
    for decision in decisions:
        counts[decision.outcome] += 1
        if made is None or decision.ticket in made:
            out.line(_text(decision))
    for one in suggested:
        out.line(f"suggested: {_text(one.proposal)}")
    parts = [", ".join(f"{counts[outcome]} {outcome}" for outcome in Outcome)]
    left = sum(1 for _ in waiting)
    parts += [f"{left} wait for a person"] * bool(left)
    parts += [f"{len(suggested)} that nobody marked came back"] * bool(suggested)
    out.line("; ".join(parts))


def _text(d: Decision) -> str:
    looked = "; the requester had looked for it and not found it" if d.in_vain else ""
    return f"{d.ticket}  {d.outcome:<8}  {d.confidence:>4.0%}  {d.reason}{looked}"


def _row(d: Decision, *, decided: bool, suggestion: Suggestion | None = None) -> str:
    row: dict[str, object] = {
        "ticket": d.ticket, "id": d.ticket.partition(":")[2], "outcome": d.outcome,
        "reason": d.reason, "article": d.article or None, "confidence": d.confidence,
        "decided": decided, "by": d.by if decided else None, "at": d.at.isoformat(),
        "suggested": suggestion is not None, "in_vain": d.in_vain,
    }  # fmt: skip
    if suggestion is not None:
        row |= {"times": suggestion.times, "tickets": list(suggestion.tickets)}
    return json.dumps(row, ensure_ascii=False)
