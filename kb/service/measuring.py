"""Assembles the figures of one workspace: what the store and the shelf hold, measured once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.articles.library import Library
from kb.capture.triage import Outcome as Triaged
from kb.config import Config
from kb.measure.attempts import IDLE
from kb.measure.contacts import contacts_of
from kb.measure.pages import PageRef
from kb.measure.refs import page_refs
from kb.measure.report import Report, report
from kb.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """The figures of one window, and the articles that they are about."""

    report: Report
    pages: tuple[PageRef, ...]


def measured(config: Config, store: Store, *, now: datetime, days: int) -> Measured:
    """Measure the last `days` days of a workspace, as known at `now`."""
    since = now - timedelta(days=days)
    pages = page_refs(Library(config.docs).shelf().articles)
    tickets = tuple(t for t in store.tickets.all() if t.created_at <= now)
    recent = [t for t in tickets if t.created_at >= since]
    answered = {d.ticket for d in store.decisions.current() if d.outcome is not Triaged.DECLINED}
    found = report(
        events=store.events.all(since=since - IDLE),
        contacts=contacts_of(tickets),
        pages=pages,
        since=since,
        now=now,
        tickets=recent,
        unanswered=[t.subject for t in recent if t.key not in answered],
        window=timedelta(days=config.measure.window_days),
    )
    return Measured(report=found, pages=pages)
