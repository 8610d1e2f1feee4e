"""Who tried to help themselves with what, and how it ended."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from kb.measure.contacts import Contact
from kb.measure.events import CLICKS, FORM, VOTES, Event, Kind, by_reader, once

WINDOW = timedelta(days=7)
"""How long after an attempt's start a ticket still says that it failed."""

IDLE = timedelta(minutes=30)
"""Silence that ends an attempt."""

READ_SECONDS = 15
"""A page open for less was not read."""


class Intent(StrEnum):
    """How much an attempt looks like a ticket about to be written."""

    STRONG = "strong"
    MEDIUM = "medium"
    WEAK = "weak"


class Outcome(StrEnum):
    """How an attempt ended."""

    CONFIRMED = "confirmed"
    PROBABLE = "probable"
    RECONTACT = "recontact"
    ABANDONED = "abandoned"
    INDETERMINATE = "indeterminate"
    PENDING = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One reader's contiguous activity about one problem.

    Attributes:
        reader: The reader's opaque key.
        start: When the first page was opened or the first thing done.
        end: When the last event arrived.
        viewed: Ids of the articles shown, in order, each once.
        articles: Those among them that were read: `READ_SECONDS` or more, or voted on as solved.
        searches: How many settled searches.
        clicks: How many results or suggestions were opened.
        ticket: Key of the ticket that followed, `""` if none or unknown.
    """

    reader: str
    start: datetime
    end: datetime
    intent: Intent
    outcome: Outcome
    viewed: tuple[str, ...] = ()
    articles: tuple[str, ...] = ()
    searches: int = 0
    clicks: int = 0
    ticket: str = ""


_DEFLECTED = frozenset({Outcome.CONFIRMED, Outcome.PROBABLE})


def attempts(
    events: Iterable[Event],
    contacts: Iterable[Contact],
    *,
    now: datetime,
    window: timedelta = WINDOW,
    idle: timedelta = IDLE,
    topics: Sequence[tuple[str, str]] = (),
) -> tuple[Attempt, ...]:
    """Return the eligible attempts by start, each with its outcome as known at `now`.

    A new attempt begins after `idle` without activity, or when the topic of the article changes.
    An attempt of page loads alone is not eligible: something was searched, opened, voted, begun
    or read for `READ_SECONDS`.

    Intent: *strong* opened the contact form; *medium* searched, or landed on an article; *weak*
    is other. Outcome, the first that holds (`metrics.md`, canonical definitions):

    - *pending*: the window is still open at `now`, whatever has happened so far. Failures known
      early are no exception: counting them first would bias every recent figure downward.
    - *recontact*: a ticket by the same key, or the site's form sent by it, from the attempt's
      start until `window` later, any channel.
    - *confirmed*: "this solved it", tied to an article (the reader's last vote on that version).
    - *probable*: strong intent and a relevant article read. One that the reader voted down in
      this attempt was not relevant.
    - *abandoned*: strong intent, nothing relevant read, no ticket.
    - *indeterminate*: everything else.

    Args:
        events: In any order; a repeated id counts once, one later than `now` not at all.
        contacts: Everybody who wrote in, from `window` before the first event on.
        now: The instant the outcomes are told for (aware).
        topics: Pairs of an article's id and its topic; one without a topic never splits.
    """
    facts = once(e for e in events if e.at <= now)
    wrote = _contacts_by_reader(facts, (c for c in contacts if c.at <= now))
    about = {article: topic for article, topic in topics if topic}
    found = (
        _attempt(sitting, wrote.get(reader, []), now=now, window=window)
        for reader, own in by_reader(facts)
        for sitting in _sittings(own, idle, about)
        if _eligible(sitting)
    )
    return tuple(sorted(found, key=lambda a: (a.start, a.reader)))


def deflected(attempt: Attempt) -> bool:
    """Say whether the attempt counts as a ticket that was not written: strong, and solved."""
    return attempt.intent is Intent.STRONG and attempt.outcome in _DEFLECTED


def _contacts_by_reader(
    events: Iterable[Event], contacts: Iterable[Contact]
) -> dict[str, list[Contact]]:
    """Join both ways of knowing of a ticket: its row, and the form that the reader sent."""
    sent = (Contact(requester=e.reader, at=e.at) for e in events if e.kind is Kind.TICKET_SUBMITTED)
    found: dict[str, list[Contact]] = {}
    for contact in (*contacts, *sent):
        found.setdefault(contact.requester, []).append(contact)
    return found


def _sittings(
    own: Sequence[Event], idle: timedelta, about: dict[str, str]
) -> Iterator[tuple[Event, ...]]:
    sitting: list[Event] = []
    topic = ""
    for event in own:
        fresh = about.get(event.article, "")
        changed = bool(topic and fresh and topic != fresh)
        if sitting and (changed or _began(event) - sitting[-1].at > idle):
            yield tuple(sitting)
            sitting, topic = [], ""
        sitting.append(event)
        topic = fresh or topic
    if sitting:
        yield tuple(sitting)


def _began(event: Event) -> datetime:
    """A view is told when it ends, so it began `dwell` earlier."""
    return event.at - timedelta(seconds=event.dwell)


def _eligible(sitting: Sequence[Event]) -> bool:
    return any(e.kind is not Kind.VIEW or e.dwell >= READ_SECONDS for e in sitting)


def _attempt(
    sitting: tuple[Event, ...], wrote: Sequence[Contact], *, now: datetime, window: timedelta
) -> Attempt:
    start = min(_began(e) for e in sitting)
    contact = _recontact(wrote, start, window)
    intent = _intent(sitting)
    read = _read(sitting)
    pending = start + window > now
    return Attempt(
        reader=sitting[0].reader,
        start=start,
        end=sitting[-1].at,
        intent=intent,
        outcome=Outcome.PENDING if pending else _outcome(sitting, intent, read, contact),
        viewed=_each_once(e.article for e in sitting if e.kind is Kind.VIEW),
        articles=read,
        searches=sum(e.kind is Kind.SEARCH for e in sitting),
        clicks=sum(e.kind in CLICKS for e in sitting),
        ticket=contact.ticket if contact else "",
    )


def _recontact(wrote: Sequence[Contact], start: datetime, window: timedelta) -> Contact | None:
    """The first ticket in the window; one with a key tells more than the form's own word."""
    within = [c for c in wrote if start <= c.at <= start + window]
    return min(within, key=lambda c: (not c.ticket, c.at), default=None)


def _intent(sitting: Sequence[Event]) -> Intent:
    if any(e.kind in FORM for e in sitting):
        return Intent.STRONG
    landed = sitting[0].kind is Kind.VIEW and bool(sitting[0].article)
    searched = any(e.kind is Kind.SEARCH for e in sitting)
    return Intent.MEDIUM if searched or landed else Intent.WEAK


def _read(sitting: Sequence[Event]) -> tuple[str, ...]:
    return _each_once(
        e.article for e in sitting if e.kind is Kind.SOLVED or e.dwell >= READ_SECONDS
    )


def _outcome(
    sitting: Sequence[Event], intent: Intent, read: Sequence[str], contact: Contact | None
) -> Outcome:
    if contact:
        return Outcome.RECONTACT
    votes = {(e.article, e.version): e.kind for e in sitting if e.kind in VOTES and e.article}
    refused = {article for (article, _), kind in votes.items() if kind is Kind.NOT_SOLVED}
    relevant = [article for article in read if article not in refused]
    form_solved = any(e.kind is Kind.FORM_SOLVED for e in sitting)
    if Kind.SOLVED in votes.values() or (form_solved and relevant):
        return Outcome.CONFIRMED
    if intent is Intent.STRONG and relevant:
        return Outcome.PROBABLE
    # Who says "solved" without an article to thank was not lost, but nothing can be credited.
    if intent is Intent.STRONG and not form_solved:
        return Outcome.ABANDONED
    return Outcome.INDETERMINATE


def _each_once(articles: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(a for a in articles if a))
