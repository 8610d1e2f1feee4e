"""What became of each article: read, solved, not solved, and who still wrote in."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kb.measure.figures import Figure, share
from kb.measure.pages import PageRef
from kb.measure.tally import ArticleTally, Cast, Tally
from kb.measure.votes import Helpfulness, helpfulness_of


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
    pages: Sequence[PageRef], tally: Tally, cast: Cast, *, since: datetime, until: datetime
) -> tuple[Readership, ...]:
    """Return the figures of every page, in the pages' order, over [since, until).

    Attempts still pending count as readers and in no other way.

    Args:
        cast: The tally's votes, see `Tally.cast`.
    """
    helped = {(h.article, h.version): h for h in helpfulness_of(cast)}
    said: Counter[tuple[str, bool]] = Counter()
    for (article, _, up), count in cast.items():
        said[article, up] += count
    return tuple(
        _of_page(
            page,
            tally.articles.get(page.id, ArticleTally()),
            said=(said[page.id, True], said[page.id, False]),
            helped=helped.get((page.id, page.version)),
            window=(since, until),
        )
        for page in pages
    )


def _of_page(
    page: PageRef,
    seen: ArticleTally,
    *,
    said: tuple[int, int],
    helped: Helpfulness | None,
    window: tuple[datetime, datetime],
) -> Readership:
    return Readership(
        article=page.id,
        title=page.title,
        version=page.version,
        views=seen.views,
        readers=len(seen.readers),
        solved=said[0],
        not_solved=said[1],
        still_wrote_in=len(seen.writers),
        wrote_in=share(
            "still_wrote_in_rate", seen.wrote, seen.closed, since=window[0], until=window[1]
        ),
        tickets=tuple(sorted(seen.tickets)),
        credit=seen.credit,
        helpfulness=helped,
    )
