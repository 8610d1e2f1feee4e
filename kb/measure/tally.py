"""Adds up what attempts, votes and searches say, so that days once closed are never counted again."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from kb.measure.attempts import Attempt, Intent, Outcome, deflected, ended, judged
from kb.measure.contacts import Contact
from kb.measure.events import Event, Kind
from kb.measure.runs import Distinct, Keyed
from kb.measure.sheet import Sheet
from kb.measure.together import Pair, pairs
from kb.measure.trials import forms_by_reader

Ends = Counter[tuple[Intent, Outcome]]
Cast = Counter[tuple[str, str, bool]]
"""`(article, version, whether it solved)` → how many readers said so last."""

_FORM = 1 << 32
"""A reader's forms and tickets are one number: so many forms, and tickets below them."""


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
    readers: Distinct = field(default_factory=Distinct)
    writers: Distinct = field(default_factory=Distinct)
    tickets: set[str] = field(default_factory=set)

    def add(self, other: "ArticleTally") -> None:
        """Add another tally of the article."""
        self.views += other.views
        self.closed += other.closed
        self.wrote += other.wrote
        self.credit += other.credit
        self.readers.add(other.readers)
        self.writers.add(other.writers)
        self.tickets |= other.tickets


@dataclass(slots=True)
class Tally:
    """Everything that adds up over days.

    Attributes:
        events: How many events; `canaries` how many of our own visits.
        attempts: How many, pending ones included.
        ends: By length of the window in days: how many attempts of an intent ended how.
        readers: Numbers of the eligible readers.
        articles: By id.
        ballot: By article and version: of each voter when they last voted, and how, see `cast`.
        searches: `settled`, `zero`, `unclicked`, `succeeded`.
        others: What the definitions of others count: `searched`, `searched_quiet`, `viewed`,
            `viewed_confirmed`, `viewed_quiet` (all closed), `suggested`, `suggested_unsent`.
        trials: By arm: of each reader the closed attempts at the form and the tickets, see `sides`.
        together: Two articles read in one visit → numbers of the readers who did.
    """

    events: int = 0
    canaries: int = 0
    attempts: int = 0
    ends: dict[int, Ends] = field(default_factory=dict)
    readers: Distinct = field(default_factory=Distinct)
    articles: dict[str, ArticleTally] = field(default_factory=dict)
    ballot: dict[tuple[str, str], Keyed] = field(default_factory=dict)
    searches: Counter[str] = field(default_factory=Counter)
    others: Counter[str] = field(default_factory=Counter)
    trials: dict[str, Keyed] = field(default_factory=dict)
    together: dict[Pair, Distinct] = field(default_factory=dict)

    def add(self, other: "Tally") -> None:
        """Add another tally, of later days; it is not to be used after that."""
        self.events += other.events
        self.canaries += other.canaries
        self.attempts += other.attempts
        for days, ends in other.ends.items():
            self.ends.setdefault(days, Counter()).update(ends)
        self.readers.add(other.readers)
        self.searches.update(other.searches)
        self.others.update(other.others)
        for article, more in other.articles.items():
            if (own := self.articles.setdefault(article, more)) is not more:
                own.add(more)
        for version, votes in other.ballot.items():
            if (cast := self.ballot.setdefault(version, votes)) is not votes:
                cast.add(votes)
        for arm, forms in other.trials.items():
            if (side := self.trials.setdefault(arm, forms)) is not forms:
                side.add(forms)
        for pair, some in other.together.items():
            if (both := self.together.setdefault(pair, some)) is not some:
                both.add(some)

    def cast(self) -> Cast:
        """Return how many readers' last vote on an article's version said what."""
        return Counter(
            {
                (*version, solved): count
                for version, votes in self.ballot.items()
                for solved, count in Counter(bool(v & 1) for v in votes.last().values()).items()
            }
        )

    def sides(self) -> Iterator[tuple[str, int, int]]:
        """Yield each reader's side, closed attempts at the form, and tickets."""
        for arm, forms in self.trials.items():
            for both in forms.summed().values():
                yield arm, *divmod(both, _FORM)


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
    found.ballot = _votes(v for v in sheet.votes if since <= v.at <= now)
    return found


def count(found: Tally, rows: Sequence[Attempt]) -> None:
    """Add attempts to a tally that has none yet, with everything but `ends`."""
    readers: set[int] = set()
    read, wrote = defaultdict[str, set[int]](set), defaultdict[str, set[int]](set)
    for attempt in rows:
        reader = number(attempt.reader)
        readers.add(reader)
        for article in attempt.articles:
            read[article].add(reader)
            if attempt.outcome is Outcome.RECONTACT:
                wrote[article].add(reader)
    found.attempts = len(rows)
    found.readers = Distinct.of(readers)
    found.articles = _articles(rows)
    for article, some in read.items():
        found.articles[article].readers = Distinct.of(some)
    for article, some in wrote.items():
        found.articles[article].writers = Distinct.of(some)
    found.others = _others(rows)
    found.trials = _trials(rows)
    found.together = _together(rows)


def _together(rows: Sequence[Attempt]) -> dict[Pair, Distinct]:
    read = defaultdict[Pair, set[int]](set)
    for attempt in rows:
        for pair in pairs(attempt.articles):
            read[pair].add(number(attempt.reader))
    return {pair: Distinct.of(readers) for pair, readers in read.items()}


def _trials(rows: Sequence[Attempt]) -> dict[str, Keyed]:
    sides = defaultdict[str, dict[int, int]](dict)
    for (reader, arm), (forms, tickets) in forms_by_reader(rows).items():
        sides[arm][number(reader)] = forms * _FORM + tickets
    return {arm: Keyed.of(some) for arm, some in sides.items()}


def _articles(rows: Sequence[Attempt]) -> dict[str, ArticleTally]:
    found = defaultdict[str, ArticleTally](ArticleTally)
    for attempt in rows:
        for article in {*attempt.viewed, *attempt.articles}:
            found[article].views += 1
        if attempt.outcome is not Outcome.PENDING:
            for article in attempt.articles:
                _ended(found[article], attempt)
    return dict(found)


def _ended(article: ArticleTally, attempt: Attempt) -> None:
    article.closed += 1
    if attempt.outcome is Outcome.RECONTACT:
        article.wrote += 1
        article.tickets |= {attempt.ticket} - {""}
    elif deflected(attempt):
        article.credit += 1 / len(attempt.articles)


def _others(rows: Sequence[Attempt]) -> Counter[str]:
    suggested = [a for a in rows if a.suggested]
    closed = [a for a in rows if a.outcome is not Outcome.PENDING]
    searched, viewed = [a for a in closed if a.searches], [a for a in closed if a.viewed]
    confirmed = sum(a.outcome is Outcome.CONFIRMED for a in viewed)
    wrote = sum(a.outcome is Outcome.RECONTACT for a in viewed)
    return Counter(
        suggested=len(suggested),
        suggested_unsent=sum(not a.sent for a in suggested),
        searched=len(searched),
        searched_quiet=sum(a.clicks > 0 and a.outcome is not Outcome.RECONTACT for a in searched),
        viewed=len(viewed),
        viewed_confirmed=confirmed,
        viewed_quiet=len(viewed) - confirmed - wrote,
    )


def _searches(found: Tally, sheet: Sheet, since: datetime, now: datetime) -> None:
    for search in sheet.settled(since, now):
        found.searches["settled"] += 1
        found.searches["zero"] += not search.results
        found.searches["unclicked"] += bool(search.results) and not search.clicked
        found.searches["succeeded"] += search.succeeded


def _votes(votes: Iterable[Event]) -> dict[tuple[str, str], Keyed]:
    """Gather votes, in the order of time; the lowest bit of a value says whether it solved."""
    said = defaultdict[tuple[str, str], dict[int, int]](dict)
    for vote in votes:
        voter = number(vote.origin or vote.reader)
        solved = vote.kind is Kind.SOLVED
        said[vote.article, vote.version][voter] = 2 * _stamp(vote.at) + solved
    return {version: Keyed.of(some) for version, some in said.items()}


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


def _stamp(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
