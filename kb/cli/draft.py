"""From decisions to drafts: `kb draft`."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import click

from kb.articles.article import Article, State
from kb.articles.evidence import Evidence
from kb.capture import drafting
from kb.capture.model import Model
from kb.capture.triage import Decision, Outcome, is_candidate
from kb.cli import out
from kb.cli.triage import PAGE, looks_at_all, paged
from kb.cli.workspace import (
    Workspace,
    as_option,
    dry_option,
    json_option,
    now,
    open_workspace,
    who,
)
from kb.errors import ConfigError, SourceError, TicketError
from kb.service.steps import keep
from kb.store.store import Store
from kb.tickets.http import origin
from kb.tickets.ticket import Ticket


@click.command()
@as_option
@dry_option
@json_option
def draft(person: str, dry_run: bool, as_json: bool) -> None:
    """Write a draft for each ticket decided new or update, with evidence for each sentence.

    A ticket that has its draft already is left alone, whatever people made of it since.
    """
    workspace = open_workspace()
    written = 0
    with workspace.store(alone=not dry_run) as store:
        desk = _Desk(workspace, store, by=_writer(person), dry_run=dry_run)
        for made in desk.work():
            written += made.written
            if as_json:
                click.echo(made.line(workspace))
            elif made.written and made.article:
                path = workspace.library.path(made.article)
                out.line(str(path.relative_to(workspace.config.root)))
    out.say(f"{out.number(written, 'draft')} {'would be ' if dry_run else ''}written")


def _writer(person: str) -> str:
    """Return who drafts; where nobody is named, the command itself is the author."""
    try:
        return who(person)
    except ConfigError:
        return "kb draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Made:
    """What became of one ticket, ready to be told."""

    ticket: Ticket
    outcome: Outcome
    reason: str
    page: str
    article: Article | None
    evidence: tuple[Evidence, ...]
    written: bool = False

    def line(self, workspace: Workspace) -> str:
        """Return it as one JSON object, as `docs/formats.md` has it."""
        places = {message.id: place for place, message in enumerate(self.ticket.messages)}
        root, library = workspace.config.root, workspace.library
        path = str(library.path(self.article).relative_to(root)) if self.article else None
        evidence = [
            {"section": row.section, "sentence": row.sentence, "message": places.get(row.message)}
            for row in self.evidence
        ]
        row = {
            "ticket": self.ticket.key, "id": self.ticket.key.partition(":")[2],
            "outcome": self.outcome, "reason": self.reason, "article": self.page or None,
            "path": path, "written": self.written, "evidence": evidence,
        }  # fmt: skip
        return json.dumps(row, ensure_ascii=False)


class _Desk:
    """Goes through the tickets with their decisions, and writes what is to be written."""

    def __init__(self, workspace: Workspace, store: Store, *, by: str, dry_run: bool) -> None:
        self._workspace, self._store, self._by, self._dry_run = workspace, store, by, dry_run
        self._model = _model(workspace)
        articles = workspace.library.articles()
        self._drafted = {key: article.id for article in articles for key in article.tickets}
        self._unwritten: dict[str, Article] = {}

    def work(self) -> Iterator[_Made]:
        """Yield what became of each ticket; revisions last, when what they revise is there."""
        tags = self._workspace.config.triage.tags
        everything = looks_at_all(self._store.tickets.all(), tags)
        updates: list[str] = []
        for ticket, decision in self._with_decisions(self._store.tickets.all()):
            if decision is None:
                if is_candidate(ticket, tags, everything=everything):
                    yield self._undecided(ticket)
            elif decision.outcome is Outcome.UPDATE:
                updates.append(ticket.key)
            else:
                yield self._decided(ticket, decision)
        for first in range(0, len(updates), PAGE):
            some = self._store.tickets.some(updates[first : first + PAGE])
            for ticket, decision in self._with_decisions(some):
                if decision is not None:
                    yield self._decided(ticket, decision)

    def _with_decisions(
        self, tickets: Iterable[Ticket]
    ) -> Iterator[tuple[Ticket, Decision | None]]:
        for page in paged(tickets):
            decisions = self._store.decisions.of([ticket.key for ticket in page])
            yield from ((ticket, decisions.get(ticket.key)) for ticket in page)

    def _undecided(self, ticket: Ticket) -> _Made:
        found = drafting.extract(ticket)
        outcome = Outcome.NEW if found.solved.confirmed else Outcome.DECLINED
        return _Made(
            ticket=ticket,
            outcome=outcome,
            reason=f"not decided yet: {found.solved.why}",
            page="",
            article=None,
            evidence=found.evidence,
        )

    def _decided(self, ticket: Ticket, decision: Decision) -> _Made:
        told = _Made(
            ticket=ticket,
            outcome=decision.outcome,
            reason=decision.reason,
            page=decision.article,
            article=None,
            evidence=(),
        )
        if ticket.key in self._drafted:
            there = self._article(self._drafted[ticket.key])
            return self._there(told, there) if there else told
        if decision.outcome in (Outcome.NEW, Outcome.UPDATE):
            return self._write(told)
        return replace(told, evidence=drafting.extract(ticket).evidence)

    def _article(self, article_id: str) -> Article | None:
        """Return the draft as it is now, else the live page; read anew, so that none is held."""
        if article_id in self._unwritten:
            return self._unwritten[article_id]
        return next(iter(self._workspace.library.both(article_id)), None)

    def _there(self, told: _Made, article: Article) -> _Made:
        kept = self._workspace.library.evidence(article.id)
        own = tuple(row for row in kept if row.ticket == told.ticket.key)
        return replace(told, article=article, page=article.id, evidence=own)

    def _write(self, told: _Made) -> _Made:
        target = self._article(told.page)
        try:
            if told.outcome is Outcome.UPDATE and target is not None:
                if target.state not in (State.DRAFT, State.PUBLISHED):
                    reason = f"{told.reason}; {target.id} is {target.state}, so nothing was written"
                    return replace(told, reason=reason)
                made = drafting.revise(target, told.ticket, by=self._by, at=now())
            else:
                made = self._worded(told.ticket, drafting.draft(told.ticket, by=self._by, at=now()))
        except TicketError as error:
            return replace(told, outcome=Outcome.DECLINED, reason=error.what, page="")
        self._keep(made, told.ticket)
        article = made.article
        return replace(told, article=article, page=article.id, evidence=made.evidence, written=True)

    def _worded(self, ticket: Ticket, made: drafting.Draft) -> drafting.Draft:
        """Return the draft in the model's words, where there is a model and its words stand."""
        if self._model is None:
            return made
        try:
            return self._model.word(ticket, made)
        except TicketError as error:
            out.say(str(error))
        except SourceError as error:
            out.say(str(error))
            self._model = None
        return made

    def _keep(self, made: drafting.Draft, ticket: Ticket) -> None:
        article, library = made.article, self._workspace.library
        if not self._dry_run:
            old = library.evidence(article.id)
            library.save_evidence(article.id, tuple(dict.fromkeys((*old, *made.evidence))))
            keep(self._workspace.config, article)
        else:
            self._unwritten[article.id] = article
        self._drafted[ticket.key] = article.id


def _model(workspace: Workspace) -> Model | None:
    """Return the model that words drafts, None where none is configured."""
    told = workspace.config.drafting
    if not told.url:
        return None
    if not told.model:
        raise ConfigError("drafting.model", "it is empty", "Name the model at drafting.url")
    origin(told.url, "drafting.url")
    key = workspace.config.model_key()
    return Model(url=told.url, name=told.model, key=key, seconds=told.seconds)
