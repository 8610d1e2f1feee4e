"""Adds up what attempts, votes and searches say, so that days once closed are never counted again."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kb.measure.attempts import Attempt, Intent, Outcome, deflected, ended, judged
from kb.measure.contacts import Contact
from kb.measure.events import Event, Kind
from kb.measure.sheet import Sheet
from kb.measure.trials import forms_by_reader

Ends = Counter[tuple[Intent, Outcome]]
Ballot = dict[tuple[int, str, str], tuple[int, bool]]
"""`(voter, article, version)` → microseconds since 1970 and whether it solved; the last counts."""


@dataclass(slots=True)
class ArticleTally:
    """One article's part.

    Attributes:
        views: Attempts in which it was shown.
        closed: Closed attempts that read it.
        wrote: Those among them that ended in a ticket.
        credit: Deflected attempts, each shared among the articles it read.
        readers: Numbers of the readers who read it.
        writers: Numbers of those who wrote in.
        tickets: Keys of their tickets.
    """

    views: int = 0
    closed: int = 0
    wrote: int = 0
    credit: float = 0.0
    readers: set[int] = field(default_factory=set)
    writers: set[int] = field(default_factory=set)
    tickets: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Tally:
    """Everything that adds up over days.

    Attributes:
        events: How many events; `canaries` how many of our own visits.
        attempts: How many, pending ones included.
        ends: By length of the window in days: how many attempts of an intent ended how.
        readers: Numbers of the eligible readers.
        articles: By id.
        ballot: The votes.
        searches: `settled`, `zero`, `unclicked`, `succeeded`.
        others: What the definitions of others count: `searched`, `searched_quiet`, `viewed`,
            `viewed_confirmed`, `viewed_quiet` (all closed), `suggested`, `suggested_unsent`.
        trials: `(reader, arm)` → closed attempts at the form, and tickets.
    """

    events: int = 0
    canaries: int = 0
    attempts: int = 0
    ends: dict[int, Ends] = field(default_factory=dict)
    readers: set[int] = field(default_factory=set)
    articles: dict[str, ArticleTally] = field(default_factory=dict)
    ballot: Ballot = field(default_factory=dict)
    searches: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    trials: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Add another tally, of later days."""
        self.events += other.events
        self.canaries += other.canaries
        self.attempts += other.attempts
        for days, ends in other.ends.items():
            self.ends.setdefault(days, Counter()).update(ends)
        self.readers |= other.readers
        self.searches.update(other.searches)
        self.others.update(other.others)
        for article, more in other.articles.items():
            self._add_article(article, more)
        for key, vote in other.ballot.items():
            self.ballot[key] = max(vote, self.ballot.get(key, vote))
        for reader, (forms, tickets) in other.trials.items():
            before = self.trials.get(reader, (0, 0))
            self.trials[reader] = (before[0] + forms, before[1] + tickets)

    def _add_article(self, article: str, more: ArticleTally) -> None:
        own = self.articles.setdefault(article, ArticleTally())
        own.views += more.views
        own.closed += more.closed
        own.wrote += more.wrote
        own.credit += more.credit
        own.readers |= more.readers
        own.writers |= more.writers
        own.tickets |= more.tickets


def number(key: str) -> int:
    """Return 64 bits that stand for a reader: two of ten million share them once in 300,000 times."""
    return int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest())


def tally(
    sheet: Sheet,
    contacts: Sequence[Contact],
    *,
    since: datetime,
    now: datetime,
    window: timedelta,
    windows: Iterable[int],
) -> Tally:
    """Add up what began in [since, now) of one sheet.

    Args:
        contacts: Everybody who wrote in until the longest window after the sheet, by form too.
        window: The one that the articles' figures are about.
        windows: Further lengths in days, for comparison.
    """
    trails = [t for t in sheet.trails if since <= t.start < now]
    readers = {t.reader for t in trails}
    about = [c for c in contacts if c.requester in readers]
    found = Tally(canaries=sum(since <= at <= now for at in sheet.canaries))
    found.events = sum(since <= at <= now for at in sheet.times) if sheet.times else sheet.events
    for days in sorted({*windows, round(window / timedelta(days=1))}):
        found.ends[days] = ended(trails, about, now=now, window=timedelta(days=days))
    count(found, judged(trails, about, now=now, window=window))
    _searches(found, sheet, since, now)
    _votes(found.ballot, (v for v in sheet.votes if since <= v.at <= now))
    return found


def count(found: Tally, rows: Sequence[Attempt]) -> None:
    """Add attempts to a tally that has none yet, with everything but `ends`."""
    found.attempts = len(rows)
    for attempt in rows:
        reader = number(attempt.reader)
        found.readers.add(reader)
        _articles(found.articles, attempt, reader)
        _others(found.others, attempt)
    found.trials = {
        (number(reader), arm): forms for (reader, arm), forms in forms_by_reader(rows).items()
    }


def _articles(articles: dict[str, ArticleTally], attempt: Attempt, reader: int) -> None:
    for article in dict.fromkeys((*attempt.viewed, *attempt.articles)):
        articles.setdefault(article, ArticleTally()).views += 1
    for article in attempt.articles:
        own = articles[article]
        own.readers.add(reader)
        if attempt.outcome is Outcome.PENDING:
            continue
        own.closed += 1
        if attempt.outcome is Outcome.RECONTACT:
            own.wrote += 1
            own.writers.add(reader)
            own.tickets |= {attempt.ticket} - {""}
        elif deflected(attempt):
            own.credit += 1 / len(attempt.articles)


def _others(others: Counter[str], attempt: Attempt) -> None:
    others["suggested"] += attempt.suggested
    others["suggested_unsent"] += attempt.suggested and not attempt.sent
    if attempt.outcome is Outcome.PENDING:
        return
    wrote = attempt.outcome is Outcome.RECONTACT
    if attempt.searches:
        others["searched"] += 1
        others["searched_quiet"] += attempt.clicks > 0 and not wrote
    if attempt.viewed:
        confirmed = attempt.outcome is Outcome.CONFIRMED
        others["viewed"] += 1
        others["viewed_confirmed"] += confirmed
        others["viewed_quiet"] += not wrote and not confirmed


def _searches(found: Tally, sheet: Sheet, since: datetime, now: datetime) -> None:
    for search in sheet.settled(since, now):
        found.searches["settled"] += 1
        found.searches["zero"] += not search.results
        found.searches["unclicked"] += bool(search.results) and not search.clicked
        found.searches["succeeded"] += search.succeeded


def _votes(ballot: Ballot, votes: Iterable[Event]) -> None:
    for vote in votes:
        key = (number(vote.origin or vote.reader), vote.article, vote.version)
        ballot[key] = (_stamp(vote.at), vote.kind is Kind.SOLVED)


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _stamp(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
