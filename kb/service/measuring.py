"""Assembles the figures of one workspace: what the store and the shelf hold, measured once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.articles.library import Library
from kb.capture.triage import Decision
from kb.capture.triage import Outcome as Triaged
from kb.config import Config
from kb.measure.article_effect import Asked
from kb.measure.contacts import contacts_of
from kb.measure.pages import PageRef
from kb.measure.refs import page_refs
from kb.measure.report import Given, Report, each_article, report_of
from kb.measure.savings import Costs
from kb.measure.sla import Promise, read_sla
from kb.service.seeing import Window, seen
from kb.store.store import Store
from kb.tickets.ticket import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The figures of one window, and what they were made from.

    Attributes:
        pages: The articles that they are about, a live page before its own revision.
        tickets: Every ticket until the end of the window, oldest first.
        promises: The response times.
    """

    report: Report
    pages: tuple[PageRef, ...]
    tickets: tuple[Ticket, ...]
    promises: tuple[Promise, ...]

    @property
    def topics(self) -> tuple[tuple[str, str], ...]:
        """Return each article's id and topic."""
        return tuple((page.id, page.topic) for page in each_article(self.pages))


def measured(config: Config, store: Store, *, now: datetime, days: int) -> Measured:
    """Measure the last `days` days of a workspace, as known at `now`."""
    since, length = now - timedelta(days=days), timedelta(days=config.measure.window_days)
    pages = page_refs(Library(config.docs).shelf().articles)
    known = each_article(pages)
    out = {page.id: page.published_at for page in known}
    tickets = tuple(t for t in store.tickets.all() if t.created_at <= now)
    recent = [t for t in tickets if t.created_at >= since]
    made = store.decisions.all()
    decisions = {d.ticket: d for d in made}.values()
    answered = {d.ticket for d in decisions if d.outcome is not Triaged.DECLINED}
    contacts, promises = contacts_of(tickets), _promises(config)
    window = Window(since=since, now=now, length=length)
    given = Given(
        contacts=contacts,
        pages=known,
        since=since,
        now=now,
        tickets=recent,
        unanswered=[t.subject for t in recent if t.key not in answered],
        promises=promises,
        costs=_costs(config),
        known={d.ticket: out.get(d.article) for d in decisions if d.outcome is Triaged.KNOWN},
        new=[d.ticket for d in decisions if d.outcome in (Triaged.NEW, Triaged.UPDATE)],
        judged=judged_links(made),
        asked=[Asked(at=t.created_at, topics=t.tags) for t in tickets],
        window=length,
    )
    topics = [(page.id, page.topic) for page in known]
    found = report_of(seen(store, contacts, topics, window), given)
    return Measured(report=found, pages=pages, tickets=tickets, promises=promises)


def judged_links(made: Iterable[Decision]) -> dict[str, bool]:
    """Return the tickets whose link somebody else looked at after it was made, and if it stands.

    It does where the last decision is still known, by the same article.
    """
    first: dict[str, Decision] = {}
    judged: dict[str, bool] = {}
    for decision in made:
        link = first.get(decision.ticket)
        is_known = decision.outcome is Triaged.KNOWN
        if link is not None and decision.by != link.by:
            judged[decision.ticket] = is_known and decision.article == link.article
        elif link is None and is_known:
            first[decision.ticket] = decision
    return judged


def _promises(config: Config) -> tuple[Promise, ...]:
    """Read the response times from the page that customers read, where there is one."""
    path = config.docs / config.measure.sla
    if not config.measure.sla or not path.is_file():
        return ()
    return read_sla(path.read_text(encoding="utf-8"), str(path.relative_to(config.root)))


def _costs(config: Config) -> Costs:
    given = config.measure
    return Costs(ticket=given.cost_ticket, hour=given.cost_hour, hours=given.hours_article)
