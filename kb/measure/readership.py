"""What became of each article: read, solved, not solved, and who still wrote in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kb.measure.attempts import Attempt, Outcome, deflected
from kb.measure.events import Event, Kind
from kb.measure.figures import Figure, share
from kb.measure.pages import PageRef
from kb.measure.votes import Helpfulness, helpfulness, last_votes


@dataclass(frozen=True, slots=True, kw_only=True)
class Readership:
    """One article's figures over one window.

    Attributes:
        article: The article's id.
        title: Untrusted where it is rendered.
        version: The version shown now.
        views: Attempts in which it was shown, once each however often.
        readers: Distinct readers who read it.
        solved: Readers' last votes "this solved it", all versions.
        not_solved: Readers' last votes "it did not", all versions.
        still_wrote_in: Distinct readers who read it and wrote in within the window after.
        wrote_in: Closed attempts that read it and ended in a ticket / closed attempts that read it.
        tickets: Keys of the tickets those readers wrote, sorted.
        credit: Tickets not written thanks to it: each deflected attempt is shared equally among
            the articles that it read.
        helpfulness: Of the version shown now; None where nobody voted on it.
    """

    article: str
    title: str
    version: str
    views: int
    readers: int
    solved: int
    not_solved: int
    still_wrote_in: int
    wrote_in: Figure
    tickets: tuple[str, ...]
    credit: float
    helpfulness: Helpfulness | None


def readership(
    pages: Sequence[PageRef],
    attempts: Sequence[Attempt],
    votes: Iterable[Event],
    *,
    since: datetime,
    until: datetime,
) -> tuple[Readership, ...]:
    """Return the figures of every page, in the pages' order, over [since, until).

    Attempts still pending count as readers and in no other way.
    """
    inside = [a for a in attempts if since <= a.start < until]
    cast = last_votes(v for v in votes if since <= v.at < until)
    read: dict[str, list[Attempt]] = {}
    for attempt in inside:
        for article in attempt.articles:
            read.setdefault(article, []).append(attempt)
    shown = [article for a in inside for article in dict.fromkeys((*a.viewed, *a.articles))]
    helped = {(h.article, h.version): h for h in helpfulness(cast)}
    return tuple(
        _of_page(
            page,
            read.get(page.id, []),
            [v for v in cast if v.article == page.id],
            views=shown.count(page.id),
            helped=helped.get((page.id, page.version)),
            window=(since, until),
        )
        for page in pages
    )


def _of_page(
    page: PageRef,
    read: Sequence[Attempt],
    votes: Sequence[Event],
    *,
    views: int,
    helped: Helpfulness | None,
    window: tuple[datetime, datetime],
) -> Readership:
    closed = [a for a in read if a.outcome is not Outcome.PENDING]
    wrote = [a for a in closed if a.outcome is Outcome.RECONTACT]
    return Readership(
        article=page.id,
        title=page.title,
        version=page.version,
        views=views,
        readers=len({a.reader for a in read}),
        solved=sum(v.kind is Kind.SOLVED for v in votes),
        not_solved=sum(v.kind is Kind.NOT_SOLVED for v in votes),
        still_wrote_in=len({a.reader for a in wrote}),
        wrote_in=share(
            "still_wrote_in_rate", len(wrote), len(closed), since=window[0], until=window[1]
        ),
        tickets=tuple(sorted({a.ticket for a in wrote if a.ticket})),
        credit=sum(1 / len(a.articles) for a in closed if deflected(a)),
        helpfulness=helped,
    )
