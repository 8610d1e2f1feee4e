"""Settled searches: which found nothing, which nobody clicked, and which were the way in."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from kb.measure.events import CLICKS, Event, Kind, by_reader, once
from kb.measure.figures import Figure, share
from kb.measure.trails import IDLE, READ_SECONDS
from kb.redaction import SafeText

CLICK_WITHIN = timedelta(seconds=60)
"""A result opened later than this does not belong to the search."""

NO_RESEARCH = timedelta(seconds=30)
"""Searching again this soon after the click says that the click did not help."""

PREFIX_RUN = timedelta(seconds=10)
"""Searches closer than this, one a prefix of the other, are one person typing."""


class Search(NamedTuple):
    """One settled search and what came of it: a tuple, since so many are made.

    Attributes:
        results: How many results it showed.
        clicked: A result was opened within `CLICK_WITHIN`, before the next search.
        succeeded: What was opened was read, and no new search followed within `NO_RESEARCH`.
    """

    reader: str
    at: datetime
    query: SafeText
    results: int
    clicked: bool
    succeeded: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchFigures:
    """The three figures of search, over one window."""

    zero_result_rate: Figure
    no_click_rate: Figure
    search_success: Figure


def settled_searches(events: Iterable[Event], *, now: datetime) -> tuple[Search, ...]:
    """Return the settled searches by time; runs of prefixes within `PREFIX_RUN` are one, the last.

    The browser settles a search after 800 ms or Enter; what it still lets through as one types is
    collapsed here. A search younger than half an hour may yet be clicked or read: it is left out.
    """
    own = by_reader(once(e for e in events if e.at <= now))
    return tuple(s for s in searches_of(own.values()) if s.at + IDLE <= now)


def searches_of(readers: Iterable[Sequence[Event]]) -> list[Search]:
    """Return the searches by time, those that may yet be clicked or read among them.

    Args:
        readers: The events of each, by time.
    """
    found = [search for own in readers for search in _of_reader(own)]
    return sorted(found, key=lambda s: (s.at, s.reader))


def search_figures(
    searches: Sequence[Search], *, since: datetime, until: datetime
) -> SearchFigures:
    """Return the figures of the searches in [since, until).

    - `zero_result_rate = settled searches with 0 results / settled searches`
    - `no_click_rate = settled searches with results and no click in 60 s / those with results`
    - `search_success = settled searches followed by a click with dwell >= 15 s and no re-search
      in 30 s / settled searches`
    """
    inside = [s for s in searches if since <= s.at < until]
    counts = Counter(
        settled=len(inside),
        zero=sum(not s.results for s in inside),
        unclicked=sum(bool(s.results) and not s.clicked for s in inside),
        succeeded=sum(s.succeeded for s in inside),
    )
    return search_figures_of(counts, since=since, until=until)


def search_figures_of(counts: Counter[str], *, since: datetime, until: datetime) -> SearchFigures:
    """Return the same from the counts `settled`, `zero`, `unclicked` and `succeeded`."""
    whole, shown = counts["settled"], counts["settled"] - counts["zero"]
    figures = (
        share(name, part, of, since=since, until=until)
        for name, part, of in (
            ("zero_result_rate", counts["zero"], whole),
            ("no_click_rate", counts["unclicked"], shown),
            ("search_success", counts["succeeded"], whole),
        )
    )
    zero, unclicked, succeeded = figures
    return SearchFigures(zero_result_rate=zero, no_click_rate=unclicked, search_success=succeeded)


def _of_reader(own: Sequence[Event]) -> Iterator[Search]:
    typed = [e for e in own if e.kind is Kind.SEARCH]
    if not typed:
        return
    searches = _collapsed(typed)
    others = [e for e in own if e.kind is not Kind.SEARCH]
    for index, event in enumerate(searches):
        following = searches[index + 1].at if index + 1 < len(searches) else None
        click = _click(event, following, others)
        yield Search(
            reader=event.reader,
            at=event.at,
            query=event.query,
            results=event.results or 0,
            clicked=click is not None,
            succeeded=click is not None and _helped(click, following, others),
        )


def _collapsed(searches: Sequence[Event]) -> tuple[Event, ...]:
    kept: list[Event] = []
    for event in searches:
        if kept and event.at - kept[-1].at <= PREFIX_RUN and _same_typing(kept[-1], event):
            kept.pop()
        kept.append(event)
    return tuple(kept)


def _same_typing(one: Event, other: Event) -> bool:
    first, second = one.query.casefold(), other.query.casefold()
    return first.startswith(second) or second.startswith(first)


def _click(search: Event, following: datetime | None, others: Sequence[Event]) -> Event | None:
    last = search.at + CLICK_WITHIN
    if following is not None:
        last = min(last, following)
    return next((e for e in others if e.kind in CLICKS and search.at <= e.at <= last), None)


def _helped(click: Event, following: datetime | None, others: Sequence[Event]) -> bool:
    if following is not None and following - click.at <= NO_RESEARCH:
        return False
    return any(
        e.dwell >= READ_SECONDS and _same_page(click, e) and click.at <= e.at <= click.at + IDLE
        for e in others
    )


def _same_page(one: Event, other: Event) -> bool:
    return one.article == other.article if one.article else one.page == other.page
