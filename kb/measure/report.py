"""Everything that is measured over one window, in one value and one stable JSON form."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kb.measure.attempts import WINDOW, Attempt, Outcome, attempts
from kb.measure.contacts import Contact
from kb.measure.deflection import Deflection, deflection, implicit_success, self_service_ratio
from kb.measure.events import Event, once
from kb.measure.figures import Figure, figure_json
from kb.measure.gaps import FEWEST_READERS, Gap, Gaps, gaps
from kb.measure.pages import PageRef
from kb.measure.readership import Readership, readership
from kb.measure.searches import SearchFigures, search_figures, settled_searches
from kb.measure.service_levels import Csat, FirstResponse, Target, csat, first_response
from kb.measure.votes import Helpfulness, helpfulness
from kb.tickets.ticket import Ticket

SCHEMA = "docworthy.metrics/1"
"""The `schema` of the JSON form; a field may be added to it, none changes its meaning."""

SILENT = "no events in the window: nothing is known, which is not zero"

_OTHER_WINDOWS = (1, 7, 30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the loop can say about [since, until), as known at `until`.

    Attributes:
        window: How long after an attempt a ticket still says that it failed.
        events: How many events arrived; with 0 telemetry may be silent, see `note`.
        by_window: Days and the deflection figure with that window, for comparison.
        attempts: The rows under the figures, pending ones included.
        articles: One for each article, in the pages' order.
        helpfulness: Every version that was voted on.
        note: What must be known before any figure is read, `""` if nothing.
    """

    since: datetime
    until: datetime
    window: timedelta
    events: int
    deflection: Deflection
    by_window: tuple[tuple[int, Figure], ...]
    implicit_success: Figure
    self_service_ratio: Figure
    searches: SearchFigures
    csat: Csat
    first_response: FirstResponse
    gaps: Gaps
    articles: tuple[Readership, ...]
    helpfulness: tuple[Helpfulness, ...]
    attempts: tuple[Attempt, ...]
    note: str = ""


def report(
    *,
    events: Iterable[Event],
    contacts: Sequence[Contact],
    pages: Sequence[PageRef],
    since: datetime,
    now: datetime,
    tickets: Sequence[Ticket] = (),
    targets: Sequence[Target] = (),
    unanswered: Sequence[str] = (),
    window: timedelta = WINDOW,
    k: int = FEWEST_READERS,
) -> Report:
    """Measure [since, now): attempts that started and votes, searches and tickets that fell in it.

    Args:
        events: Give those from half an hour before `since`, so that no attempt is cut in two.
        contacts: Everybody who wrote in, see `contacts_of`.
        pages: The articles, drafts too, in the order wanted; a live one before its own revision.
        tickets: For satisfaction and first response.
        targets: The first response's targets; the first that fits a ticket holds.
        unanswered: Subjects of tickets that no article answers, redacted.
        window: A ticket this long after an attempt's start still says that it failed.
        k: The fewest readers for a topic to be named.
    """
    facts = once(e for e in events if e.at <= now)
    inside = tuple(e for e in facts if e.at >= since)
    known = _each_article(pages)
    rows = _rows(facts, contacts, known, since=since, now=now, window=window)
    searched = settled_searches(facts, now=now)
    return Report(
        since=since,
        until=now,
        window=window,
        events=len(inside),
        deflection=deflection(rows, since=since, until=now),
        by_window=_by_window(facts, contacts, known, since=since, now=now),
        implicit_success=implicit_success(rows, since=since, until=now),
        self_service_ratio=self_service_ratio(rows, contacts, since=since, until=now),
        searches=search_figures(searched, since=since, until=now),
        csat=csat(tickets, since=since, until=now),
        first_response=first_response(tickets, targets, since=since, until=now),
        gaps=gaps(searched, facts, pages=known, unanswered=unanswered, now=now, k=k),
        articles=readership(known, rows, facts, since=since, until=now),
        helpfulness=helpfulness(inside),
        attempts=rows,
        note="" if inside else SILENT,
    )


def to_json(found: Report) -> dict[str, object]:
    """Return the report as JSON values, schema `docworthy.metrics/1`; no reader's key is in it."""
    return {
        "schema": SCHEMA,
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "window_days": found.window / timedelta(days=1),
        "note": found.note,
        "events": found.events,
        "attempts": len(found.attempts),
        "outcomes": _counts(found.deflection.outcomes),
        "outcomes_strong_intent": _counts(found.deflection.strong),
        "explicit_deflection": figure_json(found.deflection.explicit),
        "confirmed": figure_json(found.deflection.confirmed),
        "deflection_by_window": [
            {"days": days, "figure": figure_json(figure)} for days, figure in found.by_window
        ],
        "implicit_success": figure_json(found.implicit_success),
        "self_service_ratio": figure_json(found.self_service_ratio),
        "searches": _searches_json(found.searches),
        "csat": _csat_json(found.csat),
        "first_response": _first_response_json(found.first_response),
        "gaps": _gaps_json(found.gaps),
        "articles": [_article_json(article) for article in found.articles],
        "helpfulness": [_helpfulness_json(h) for h in found.helpfulness],
    }


def _each_article(pages: Sequence[PageRef]) -> tuple[PageRef, ...]:
    """A live page and its own revision are one article; the first given stands for both."""
    first: dict[str, PageRef] = {}
    for page in pages:
        first.setdefault(page.id, page)
    return tuple(first.values())


def _rows(
    facts: Sequence[Event],
    contacts: Sequence[Contact],
    pages: Sequence[PageRef],
    *,
    since: datetime,
    now: datetime,
    window: timedelta,
) -> tuple[Attempt, ...]:
    topics = [(page.id, page.topic) for page in pages]
    found = attempts(facts, contacts, now=now, window=window, topics=topics)
    return tuple(a for a in found if since <= a.start < now)


def _by_window(
    facts: Sequence[Event],
    contacts: Sequence[Contact],
    pages: Sequence[PageRef],
    *,
    since: datetime,
    now: datetime,
) -> tuple[tuple[int, Figure], ...]:
    figures = []
    for days in _OTHER_WINDOWS:
        window = timedelta(days=days)
        rows = _rows(facts, contacts, pages, since=since, now=now, window=window)
        figures.append((days, deflection(rows, since=since, until=now).explicit))
    return tuple(figures)


def _counts(outcomes: Sequence[tuple[Outcome, int]]) -> dict[str, int]:
    return {outcome.value: count for outcome, count in outcomes}


def _searches_json(figures: SearchFigures) -> dict[str, object]:
    return {
        "zero_result_rate": figure_json(figures.zero_result_rate),
        "no_click_rate": figure_json(figures.no_click_rate),
        "search_success": figure_json(figures.search_success),
    }


def _csat_json(found: Csat) -> dict[str, object]:
    return {
        "rating": figure_json(found.rating),
        "response_rate": figure_json(found.response_rate),
        "coverage": figure_json(found.coverage),
    }


def _first_response_json(found: FirstResponse) -> dict[str, object]:
    return {
        "attainment": figure_json(found.attainment),
        "not_due": found.not_due,
        "without_target": found.without_target,
    }


def _gaps_json(found: Gaps) -> dict[str, object]:
    return {
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "fewest_readers": found.k,
        "topics": [_gap_json(gap) for gap in found.topics],
        "other_topics": found.other_topics,
        "other_readers": found.other_readers,
    }


def _gap_json(gap: Gap) -> dict[str, object]:
    signals = {signal.value: count for signal, count in gap.signals}
    return {"topic": gap.topic, "score": gap.score, "readers": gap.readers, **signals}


def _article_json(row: Readership) -> dict[str, object]:
    return {
        "article": row.article,
        "title": row.title,
        "version": row.version,
        "views": row.views,
        "readers": row.readers,
        "solved": row.solved,
        "not_solved": row.not_solved,
        "still_wrote_in": row.still_wrote_in,
        "still_wrote_in_rate": figure_json(row.wrote_in),
        "tickets": list(row.tickets),
        "credit": round(row.credit, 3),
        "helpfulness": _helpfulness_json(row.helpfulness) if row.helpfulness else None,
    }


def _helpfulness_json(row: Helpfulness) -> dict[str, object]:
    return {
        "article": row.article,
        "version": row.version,
        "up": row.up,
        "down": row.down,
        "lower": row.lower,
        "upper": row.upper,
    }
