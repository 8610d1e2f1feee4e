"""Who tried to help themselves with what, and how it ended."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from kb.measure.contacts import Contact
from kb.measure.events import Event
from kb.measure.trails import IDLE, READ_SECONDS, Intent, Outcome, Trail, trails

__all__ = ["IDLE", "READ_SECONDS", "WINDOW", "Attempt", "Intent", "Outcome", "attempts", "judged"]

WINDOW = timedelta(days=7)
"""How long after an attempt's start a ticket still says that it failed."""


class Attempt(NamedTuple):
    """One reader's contiguous activity about one problem: a tuple, since so many are made.

    Attributes:
        reader: The reader's opaque key.
        start: When the first page was opened or the first thing done.
        end: When the last event arrived.
        viewed: Ids of the articles shown, in order, each once.
        articles: Those among them that were read: `READ_SECONDS` or more, or voted on as solved.
        searches: How many settled searches.
        clicks: How many results or suggestions were opened.
        ticket: Key of the ticket that followed, `""` if none or unknown.
        suggested: The form showed suggestions.
        sent: The site's form was sent in it.
        arm: The side of the experiment, `""` for none.
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
    suggested: bool = False
    sent: bool = False
    arm: str = ""


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
    is other. Outcome, the first that holds:

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
    seen = trails((e for e in events if e.at <= now), idle=idle, topics=topics)
    return judged(seen, contacts, now=now, window=window)


def judged(
    seen: Sequence[Trail], contacts: Iterable[Contact], *, now: datetime, window: timedelta = WINDOW
) -> tuple[Attempt, ...]:
    """Return each trail's attempt: how it ended, as known at `now`.

    Args:
        seen: Of a reader's trails all whose form may have been sent within the window; a ticket
            sent by the form counts even where its row never arrives.
        contacts: Everybody who wrote in.
    """
    wrote = _wrote(seen, contacts, now)
    return tuple(_judged(t, wrote.get(t.reader, ()), now=now, window=window) for t in seen)


def ended(
    seen: Sequence[Trail], contacts: Iterable[Contact], *, now: datetime, window: timedelta
) -> Counter[tuple[Intent, Outcome]]:
    """Return how many of the attempts of an intent ended how; `judged` tells of each."""
    wrote, latest = _wrote(seen, contacts, now), now - window
    quiet = [t for t in seen if t.reader not in wrote]
    found = Counter([(t.intent, t.quiet) for t in quiet if t.start <= latest])
    found.update([(t.intent, Outcome.PENDING) for t in quiet if t.start > latest])
    for trail in seen:
        if own := wrote.get(trail.reader):
            found[trail.intent, _outcome(trail, own, now=now, window=window)[0]] += 1
    return found


def _wrote(
    seen: Sequence[Trail], contacts: Iterable[Contact], now: datetime
) -> dict[str, list[Contact]]:
    wrote: dict[str, list[Contact]] = {}
    sent = (Contact(requester=t.reader, at=t.sent) for t in seen if t.sent)
    for contact in (*(c for c in contacts if c.at <= now), *sent):
        wrote.setdefault(contact.requester, []).append(contact)
    return wrote


def deflected(attempt: Attempt) -> bool:
    """Say whether the attempt counts as a ticket that was not written: strong, and solved."""
    return attempt.intent is Intent.STRONG and attempt.outcome in _DEFLECTED


def _judged(trail: Trail, wrote: Sequence[Contact], *, now: datetime, window: timedelta) -> Attempt:
    outcome, contact = _outcome(trail, wrote, now=now, window=window)
    return Attempt(
        reader=trail.reader,
        start=trail.start,
        end=trail.end,
        intent=trail.intent,
        outcome=outcome,
        viewed=trail.viewed,
        articles=trail.articles,
        searches=trail.searches,
        clicks=trail.clicks,
        ticket=contact.ticket if contact else "",
        suggested=trail.suggested,
        sent=trail.sent is not None,
        arm=trail.arm,
    )


def _outcome(
    trail: Trail, wrote: Sequence[Contact], *, now: datetime, window: timedelta
) -> tuple[Outcome, Contact | None]:
    contact = _recontact(wrote, trail.start, window) if wrote else None
    if trail.start + window > now:
        return Outcome.PENDING, contact
    return (Outcome.RECONTACT if contact else trail.quiet), contact


def _recontact(wrote: Sequence[Contact], start: datetime, window: timedelta) -> Contact | None:
    """The first ticket in the window; one with a key tells more than the form's own word."""
    within = [c for c in wrote if start <= c.at <= start + window]
    return min(within, key=lambda c: (not c.ticket, c.at), default=None)
