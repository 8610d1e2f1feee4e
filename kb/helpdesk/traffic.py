"""The seeded stream of site events for the bundled help desk, with effects that are known."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from random import Random

from kb.helpdesk.sitting import Sitting
from kb.measure.attempts import WINDOW, Intent, Outcome
from kb.measure.contacts import Contact
from kb.measure.events import Event, Kind
from kb.measure.pages import PageRef
from kb.redaction import already_safe

PROBABILITY = 0.42
"""The planted probability that an attempt with strong intent ends without a ticket."""

GAP_QUERIES = (
    "export audit log to s3",
    "terraform provider import existing project",
    "pause builds during maintenance window",
)
"""What the planted readers look for and no article answers."""

_STRONG_A_DAY = 2.0
_READERS_A_DAY = 17.5
_BOUNCES_A_DAY = 3.5
_LAST_HOUR = timedelta(hours=1)
_APART = timedelta(hours=2)
_CONFIRMED_SHARE = 0.4
_STRONG_CONTACTS = 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What is true of the stream, to be compared with what is measured at `until`.

    Attributes:
        deflection: Its probability, for each closed attempt with strong intent, independently.
        strong: How many such attempts there are.
        deflected: How many of them were deflected: binomial(strong, deflection).
        outcomes: Every outcome with its number of attempts, for a window of seven days.
        strong_outcomes: The same of attempts with strong intent.
        failing_article: The id of the article that readers say does not help.
        gap_queries: Searches without results, each by eight readers or more in the last 28 days.
        readers: Distinct readers.
    """

    deflection: float
    strong: int
    deflected: int
    outcomes: tuple[tuple[Outcome, int], ...]
    strong_outcomes: tuple[tuple[Outcome, int], ...]
    failing_article: str
    gap_queries: tuple[str, ...]
    readers: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """The events by time, and the truth behind them."""

    events: tuple[Event, ...]
    planted: Planted


@dataclass(frozen=True, slots=True, kw_only=True)
class _Visit:
    """Somebody who wrote in tried to help themselves first."""

    contact: Contact
    start: datetime
    strong: bool


@dataclass(slots=True, kw_only=True)
class _Stage:
    """Everything drawn so far, and the truth about it."""

    rng: Random
    seed: int
    since: datetime
    until: datetime
    pages: tuple[PageRef, ...]
    failing: PageRef
    invented: int = 0
    events: list[Event] = field(default_factory=list)
    ends: list[tuple[Intent, Outcome]] = field(default_factory=list)
    starts: dict[str, list[datetime]] = field(default_factory=dict)

    def stranger(self) -> str:
        """A reader nobody else is."""
        self.invented += 1
        return sha256(f"docworthy {self.seed} {self.invented}".encode()).hexdigest()[:32]

    def moment(self, first: datetime, last: datetime) -> datetime:
        """A time between both, mostly in working hours."""
        while True:
            at = first + (last - first) * self.rng.random()
            weight = (0.25 if at.weekday() > 4 else 1.0) * (1.0 if 7 <= at.hour < 20 else 0.15)
            if self.rng.random() < weight:
                return at

    def sit(self, reader: str, start: datetime) -> Sitting:
        self.starts.setdefault(reader, []).append(start)
        return Sitting(rng=self.rng, reader=reader, start=start, now=start)

    def visitor(self, first: datetime) -> Sitting:
        """Somebody new comes, not before `first` nor in the last hour."""
        return self.sit(self.stranger(), self.moment(first, self.until - _LAST_HOUR))

    def apart(self, reader: str, start: datetime) -> bool:
        return all(abs(start - other) >= _APART for other in self.starts.get(reader, ()))

    def good_page(self) -> PageRef:
        """An article that helps, those that answer many tickets more often."""
        helping = [p for p in self.pages if p.id != self.failing.id] or list(self.pages)
        return self.rng.choices(helping, [1 + len(p.tickets) for p in helping])[0]

    def some_page(self) -> PageRef:
        return self.rng.choices(self.pages, [1 + len(p.tickets) for p in self.pages])[0]

    def page_like(self, page: PageRef) -> PageRef:
        """An article on the same topic, perhaps the same one; another topic is another attempt."""
        return self.rng.choice([p for p in self.pages if p.topic == page.topic])

    def end(self, sitting: Sitting, intent: Intent, outcome: Outcome) -> None:
        """Keep the sitting, and how it truly ended as far as `until` can know."""
        self.events.extend(sitting.events)
        open_still = sitting.start + WINDOW > self.until
        self.ends.append((intent, Outcome.PENDING if open_still else outcome))


def traffic(
    *,
    seed: int,
    since: datetime,
    until: datetime,
    articles: Sequence[PageRef],
    contacts: Sequence[Contact],
    probability: float = PROBABILITY,
) -> Traffic:
    """Return what readers did on the site in [since, until]; the same arguments, the same stream.

    Two months give about 1,500 readers and 6,000 events. Each closed attempt with strong intent is
    deflected with `probability`, independently; the others wrote in (one of `contacts`, 10 minutes
    to 3 days later, under the requester's own key) or gave up. Attempts in the last seven days are
    pending. There are no bots in it.

    Args:
        seed: Any whole number.
        since: First instant (aware).
        until: Last instant (aware), the `now` of the report that is compared with the truth.
        articles: The published ones, at least one.
        contacts: Everybody who wrote in; those outside the window are left alone.

    Raises:
        ValueError: There are no articles, or the window is shorter than a day.
    """
    if not articles or until - since < timedelta(days=1):
        raise ValueError("traffic needs at least one article and a window of a day or more")
    rng = Random(seed)  # noqa: S311 (a reproducible stream is the point)
    pages = tuple(articles)
    stage = _Stage(
        rng=rng, seed=seed, since=since, until=until, pages=pages, failing=rng.choice(pages)
    )
    strong, deflected = _strong(stage, contacts, probability)
    _pending(stage, probability)
    _gap_seekers(stage)
    _failed_readers(stage)
    _everybody_else(stage)
    _bounces(stage)
    return Traffic(
        events=tuple(sorted(stage.events, key=lambda e: (e.at, e.id))),
        planted=_truth(stage, strong, deflected, probability),
    )


def _truth(stage: _Stage, strong: int, deflected: int, probability: float) -> Planted:
    return Planted(
        deflection=probability,
        strong=strong,
        deflected=deflected,
        outcomes=_counts([outcome for _, outcome in stage.ends]),
        strong_outcomes=_counts([o for i, o in stage.ends if i is Intent.STRONG]),
        failing_article=stage.failing.id,
        gap_queries=GAP_QUERIES,
        readers=len({event.reader for event in stage.events}),
    )


def _counts(outcomes: Sequence[Outcome]) -> tuple[tuple[Outcome, int], ...]:
    counted = Counter(outcomes)
    return tuple((outcome, counted[outcome]) for outcome in Outcome)


def _strong(stage: _Stage, contacts: Sequence[Contact], probability: float) -> tuple[int, int]:
    """Draw the closed attempts with strong intent; return how many, and how many deflected."""
    closed = stage.until - WINDOW
    days = max(0.0, (closed - stage.since) / timedelta(days=1))
    visits = _visits(stage, contacts)
    begun = [visit for visit in visits if visit.strong and visit.start <= closed]
    # Fixed before anything is drawn: the number deflected is binomial only if this is not.
    wanted = ceil(1.25 * len(begun) / (1 - probability)) if probability < 1 else 0
    strong = max(round(_STRONG_A_DAY * days), wanted)
    deflected = sum(stage.rng.random() < probability for _ in range(strong))
    kept = begun[: strong - deflected]
    for visit in visits:
        if visit in kept or visit not in begun:
            _written_in(stage, visit)
    for index in range(strong - len(kept)):
        start = stage.moment(stage.since, closed)
        if index < deflected:
            _deflected(stage, start)
        else:
            _abandoned(stage, start)
    return strong, deflected


def _visits(stage: _Stage, contacts: Sequence[Contact]) -> list[_Visit]:
    """Draw when each contact tried first, and whether that reached the form."""
    found: list[_Visit] = []
    for contact in sorted(contacts, key=lambda c: (c.at, c.ticket)):
        if not contact.requester or not stage.since <= contact.at <= stage.until:
            continue
        at_once = stage.rng.random() < 0.5
        minutes = stage.rng.uniform(12, 25) if at_once else stage.rng.uniform(45, 3 * 24 * 60)
        start = contact.at - timedelta(minutes=minutes)
        if start >= stage.since and stage.apart(contact.requester, start):
            stage.starts.setdefault(contact.requester, []).append(start)
            strong = at_once or stage.rng.random() < _STRONG_CONTACTS
            found.append(_Visit(contact=contact, start=start, strong=strong))
    return found


def _written_in(stage: _Stage, visit: _Visit) -> None:
    sitting = stage.sit(visit.contact.requester, visit.start)
    page = stage.failing if stage.rng.random() < 0.4 else stage.some_page()
    sitting.find(page)
    if stage.rng.random() < 0.3:
        sitting.refuse(page)
    if visit.strong:
        sitting.open_form()
        if visit.contact.at - visit.start < timedelta(minutes=30):
            sitting.now = visit.contact.at
            sitting.add(Kind.TICKET_SUBMITTED, url="/support/", wait=(0, 0))
    intent = Intent.STRONG if visit.strong else Intent.MEDIUM
    stage.end(sitting, intent, Outcome.RECONTACT)


def _deflected(stage: _Stage, start: datetime) -> None:
    sitting = stage.sit(stage.stranger(), start)
    page = stage.good_page()
    confirmed = stage.rng.random() < _CONFIRMED_SHARE
    if stage.rng.random() < 0.5:
        sitting.find(page)
        sitting.open_form()
    else:
        sitting.look_for(page)
        sitting.open_form()
        sitting.add(Kind.SUGGESTION_SHOWN, page, results=3)
        sitting.add(Kind.SUGGESTION_OPENED, page, rank=1)
        sitting.read(page)
    if confirmed:
        sitting.add(stage.rng.choice((Kind.SOLVED, Kind.FORM_SOLVED)), page)
    outcome = Outcome.CONFIRMED if confirmed else Outcome.PROBABLE
    stage.end(sitting, Intent.STRONG, outcome)


def _abandoned(stage: _Stage, start: datetime) -> None:
    sitting = stage.sit(stage.stranger(), start)
    if stage.rng.random() < 0.25:
        sitting.find(stage.failing)
        sitting.refuse(stage.failing)
    else:
        page = stage.some_page()
        sitting.look_for(page)
        sitting.add(Kind.OPEN, page, rank=stage.rng.randint(1, 8))
        sitting.glance(page)
    sitting.open_form()
    stage.end(sitting, Intent.STRONG, Outcome.ABANDONED)


def _pending(stage: _Stage, probability: float) -> None:
    """Attempts that nobody can judge yet; their window outlasts `until`."""
    first = max(stage.since, stage.until - WINDOW + timedelta(minutes=1))
    days = (stage.until - first) / timedelta(days=1)
    for _ in range(round(_STRONG_A_DAY * days)):
        start = stage.moment(first, stage.until - _LAST_HOUR)
        if stage.rng.random() < probability:
            _deflected(stage, start)
        else:
            _abandoned(stage, start)


def _gap_seekers(stage: _Stage) -> None:
    first = max(stage.since, stage.until - timedelta(days=27))
    for text in GAP_QUERIES:
        for _ in range(stage.rng.randint(9, 18)):
            sitting = stage.visitor(first)
            sitting.add(Kind.SEARCH, query=already_safe(text), results=0)
            if stage.rng.random() < 0.3:
                again = already_safe(" ".join(reversed(text.split())))
                sitting.now += timedelta(seconds=20)
                sitting.add(Kind.SEARCH, query=again, results=0)
            stage.end(sitting, Intent.MEDIUM, Outcome.INDETERMINATE)


def _failed_readers(stage: _Stage) -> None:
    for _ in range(stage.rng.randint(26, 34)):
        sitting = stage.visitor(stage.since)
        sitting.read(stage.failing)
        sitting.refuse(stage.failing)
        stage.end(sitting, Intent.MEDIUM, Outcome.INDETERMINATE)


def _everybody_else(stage: _Stage) -> None:
    """Readers without a ticket in mind; every sixth comes again."""
    days = (stage.until - stage.since) / timedelta(days=1)
    readers = [stage.stranger() for _ in range(round(_READERS_A_DAY * days))]
    again = stage.rng.sample(readers, len(readers) // 6)
    for reader in (*readers, *again):
        start = stage.moment(stage.since, stage.until - _LAST_HOUR)
        if stage.apart(reader, start):
            _browse(stage, reader, start)


def _browse(stage: _Stage, reader: str, start: datetime) -> None:
    sitting, page, drawn = stage.sit(reader, start), stage.some_page(), stage.rng.random()
    intent, outcome = Intent.MEDIUM, Outcome.INDETERMINATE
    if drawn < 0.12:
        sitting.glance()
        sitting.add(Kind.VIEW, dwell=stage.rng.randint(16, 90), url="/about/")
        intent = Intent.WEAK
    elif drawn < 0.22:
        sitting.glance()
        sitting.look_for(page)
    elif drawn < 0.42:
        sitting.read(page)
        outcome = _perhaps_votes(stage, sitting, page)
    else:
        sitting.glance()
        if drawn < 0.65:
            sitting.look_for(page)
        sitting.find(page)
        if drawn > 0.7:
            sitting.find(stage.page_like(page))
        outcome = _perhaps_votes(stage, sitting, page)
    stage.end(sitting, intent, outcome)


def _perhaps_votes(stage: _Stage, sitting: Sitting, page: PageRef) -> Outcome:
    if stage.rng.random() > 0.2:
        return Outcome.INDETERMINATE
    if stage.rng.random() < (0.1 if page.id == stage.failing.id else 0.85):
        sitting.add(Kind.SOLVED, page)
        return Outcome.CONFIRMED
    sitting.refuse(page)
    return Outcome.INDETERMINATE


def _bounces(stage: _Stage) -> None:
    """Pages that were opened and closed: no attempt at all."""
    days = (stage.until - stage.since) / timedelta(days=1)
    for _ in range(round(_BOUNCES_A_DAY * days)):
        sitting = stage.visitor(stage.since)
        sitting.glance(stage.some_page())
        stage.events.extend(sitting.events)
