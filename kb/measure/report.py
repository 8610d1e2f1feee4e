"""Everything that is measured over one window, in one value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kb.measure.article_effect import Asked, article_effects
from kb.measure.attempts import WINDOW
from kb.measure.contacts import Contact
from kb.measure.definitions import definitions
from kb.measure.deflection import Deflection, deflection_of
from kb.measure.effects import Effect
from kb.measure.events import Event, once
from kb.measure.experiment import Trial, holdout
from kb.measure.figures import Figure
from kb.measure.gaps import FEWEST_READERS, Gaps, gaps
from kb.measure.linking import Linking, linking
from kb.measure.pages import PageRef
from kb.measure.readership import Readership, readership
from kb.measure.savings import Costs, Savings, savings
from kb.measure.searches import Search, SearchFigures, search_figures_of
from kb.measure.service_levels import Csat, FirstResponse, by_article, csat, first_response
from kb.measure.sheet import whole
from kb.measure.sla import Promise
from kb.measure.tally import Tally, tally
from kb.measure.together import Together, together
from kb.measure.votes import Helpfulness, helpfulness_of
from kb.tickets.ticket import Ticket

SILENT = "no events in the window: nothing is known, which is not zero"
NOBODY = "no reader came; our own canary did, so zero is zero"

OTHER_WINDOWS = (1, 7, 30)
"""Lengths of the window in days that stand beside the chosen one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was seen on the site, added up; and what of it needs its words.

    Attributes:
        tally: Of [since, now).
        searches: The settled ones of the last 28 days.
        votes: Of the last 28 days.
    """

    tally: Tally
    searches: Sequence[Search] = ()
    votes: Sequence[Event] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What the loop can say about [since, until), as known at `until`.

    Attributes:
        window: How long after an attempt a ticket still says that it failed.
        events: How many events arrived; with 0 telemetry may be silent, see `note`.
        by_window: Days and the deflection figure with that window, for comparison.
        attempts: How many, pending ones included.
        canaries: How many of our own visits arrived.
        others: The same traffic in the definitions of others.
        holdout: What the form's suggestions changed; None without an experiment.
        effects: What each topic's first article changed.
        by_article: Satisfaction and first response of tickets with an article against without.
        linking: How many solved tickets an article answers, and new against known.
        savings: In the team's own costs; None when it has told none.
        articles: One for each article, in the pages' order.
        together: Articles that several readers read in one visit.
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
    together: tuple[Together, ...]
    helpfulness: tuple[Helpfulness, ...]
    attempts: int
    canaries: int
    others: tuple[Figure, ...]
    holdout: Effect | None
    effects: tuple[Effect, ...]
    by_article: tuple[Effect, ...]
    linking: Linking
    savings: Savings | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What the report is made from beside what was seen.

    Attributes:
        contacts: Everybody who wrote in, see `contacts_of`.
        pages: The articles, each once, in the order wanted.
        since: First instant of the window (aware).
        now: The instant after the last.
        tickets: For satisfaction and first response.
        promises: The response times, see `sla.read_sla`.
        unanswered: Subjects of tickets that no article answers, redacted.
        asked: Every ticket with its topics, for the articles' effects.
        costs: The team's own; None when it has told none.
        known: Keys of the tickets whose answer was written down before, with when its article went
            out; `new` those whose was not; `judged` whether a link stood when a person looked at it.
        window: A ticket this long after an attempt's start still says that it failed.
        k: The fewest readers for a topic to be named.
    """

    contacts: Sequence[Contact]
    pages: Sequence[PageRef]
    since: datetime
    now: datetime
    tickets: Sequence[Ticket] = ()
    promises: Sequence[Promise] = ()
    unanswered: Sequence[str] = ()
    asked: Sequence[Asked] = ()
    costs: Costs | None = None
    known: Mapping[str, datetime | None] = field(default_factory=dict)
    new: Sequence[str] = ()
    judged: Mapping[str, bool] = field(default_factory=dict)
    window: timedelta = WINDOW
    k: int = FEWEST_READERS

    def answered(self) -> set[str]:
        """Return the keys of the tickets that an article answers."""
        return {key for page in self.pages for key in page.tickets}

    def went_out(self) -> list[PageRef]:
        """Return the articles that were published in the window."""
        return [p for p in self.pages if p.published_at and self.since <= p.published_at < self.now]


def report(
    *,
    events: Iterable[Event],
    contacts: Sequence[Contact],
    pages: Sequence[PageRef],
    since: datetime,
    now: datetime,
    tickets: Sequence[Ticket] = (),
    promises: Sequence[Promise] = (),
    unanswered: Sequence[str] = (),
    window: timedelta = WINDOW,
    k: int = FEWEST_READERS,
) -> Report:
    """Measure [since, now) from the events themselves, as many as fit into memory.

    Args:
        events: Give those from half an hour before `since`, so that no attempt is cut in two.
        contacts: Everybody who wrote in, see `contacts_of`.
        pages: The articles, drafts too, in the order wanted; a live one before its own revision.
        tickets: For satisfaction and first response.
        promises: The response times, see `sla.read_sla`.
        unanswered: Subjects of tickets that no article answers, redacted.
        window: A ticket this long after an attempt's start still says that it failed.
        k: The fewest readers for a topic to be named.
    """
    known = each_article(pages)
    sheet = whole(once(events), now=now, topics=[(page.id, page.topic) for page in known])
    found = tally(
        sheet,
        contacts,
        since=since,
        now=now,
        window=window,
        windows=OTHER_WINDOWS,
    )
    seen = Seen(tally=found, searches=tuple(sheet.settled(since, now)), votes=sheet.votes)
    given = Given(
        contacts=contacts,
        pages=known,
        since=since,
        now=now,
        tickets=tickets,
        promises=promises,
        unanswered=unanswered,
        window=window,
        k=k,
    )
    return report_of(seen, given)


def report_of(seen: Seen, given: Given) -> Report:
    """Return the report over what was seen in the window, added up."""
    since, until, found = given.since, given.now, seen.tally
    days = round(given.window / timedelta(days=1))
    told = deflection_of(found.ends[days], since=since, until=until)
    cast = found.cast()
    others = definitions(found, cast, given.contacts, days, since=since, until=until)
    return Report(
        since=since,
        until=until,
        window=given.window,
        events=found.events,
        deflection=told,
        by_window=tuple(
            (other, deflection_of(found.ends[other], since=since, until=until).explicit)
            for other in OTHER_WINDOWS
        ),
        implicit_success=others[0],
        self_service_ratio=others[1],
        searches=search_figures_of(found.searches, since=since, until=until),
        csat=csat(given.tickets, since=since, until=until),
        first_response=first_response(given.tickets, given.promises, since=since, until=until),
        gaps=_gaps(seen, given),
        together=together(found.together, (page.id for page in given.pages)),
        articles=readership(given.pages, found, cast, since=since, until=until),
        helpfulness=helpfulness_of(cast),
        attempts=found.attempts,
        canaries=found.canaries,
        others=others[2:],
        holdout=_holdout(found, (since, until)),
        effects=article_effects(given.pages, given.asked, now=until),
        by_article=_by_article(given),
        linking=_linking(given),
        savings=savings(told, given.went_out(), given.costs),
        note="" if found.events else NOBODY if found.canaries else SILENT,
    )


def _gaps(seen: Seen, given: Given) -> Gaps:
    return gaps(
        seen.searches,
        seen.votes,
        pages=given.pages,
        unanswered=given.unanswered,
        now=given.now,
        k=given.k,
    )


def _by_article(given: Given) -> tuple[Effect, ...]:
    return by_article(
        given.tickets, given.promises, given.answered(), since=given.since, until=given.now
    )


def _linking(given: Given) -> Linking:
    return linking(
        given.tickets,
        answered=given.answered(),
        known=given.known,
        new=given.new,
        judged=given.judged,
        since=given.since,
        until=given.now,
    )


def each_article(pages: Sequence[PageRef]) -> tuple[PageRef, ...]:
    """Return each article once: a live page and its own revision are one, the first stands."""
    first: dict[str, PageRef] = {}
    for page in pages:
        first.setdefault(page.id, page)
    return tuple(first.values())


def _holdout(found: Tally, span: tuple[datetime, datetime]) -> Effect | None:
    if not found.trials:
        return None
    trials = (Trial(arm=arm, forms=forms, tickets=n) for arm, forms, n in found.sides())
    return holdout(trials, since=span[0], until=span[1])
