"""Assembles the figures of one workspace: what the store and the shelf hold, measured once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.articles.library import Library
from kb.capture.triage import Outcome as Triaged
from kb.config import Config
from kb.measure.article_effect import Asked
from kb.measure.contacts import contacts_of
from kb.measure.pages import PageRef
from kb.measure.refs import page_refs
from kb.measure.report import Report, each_article, report_of
from kb.service.seeing import Window, seen
from kb.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The figures of one window, and the articles that they are about."""

    report: Report
    pages: tuple[PageRef, ...]


def measured(config: Config, store: Store, *, now: datetime, days: int) -> Measured:
    """Measure the last `days` days of a workspace, as known at `now`."""
    since, length = now - timedelta(days=days), timedelta(days=config.measure.window_days)
    pages = page_refs(Library(config.docs).shelf().articles)
    known = each_article(pages)
    tickets = tuple(t for t in store.tickets.all() if t.created_at <= now)
    recent = [t for t in tickets if t.created_at >= since]
    answered = {d.ticket for d in store.decisions.current() if d.outcome is not Triaged.DECLINED}
    contacts = contacts_of(tickets)
    window = Window(since=since, now=now, length=length)
    found = report_of(
        seen(store, contacts, [(page.id, page.topic) for page in known], window),
        contacts=contacts,
        pages=known,
        since=since,
        now=now,
        tickets=recent,
        unanswered=[t.subject for t in recent if t.key not in answered],
        asked=[Asked(at=t.created_at, topics=t.tags) for t in tickets],
        window=length,
    )
    return Measured(report=found, pages=pages)
