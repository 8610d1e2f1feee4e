"""What readers said of an article: one vote a reader a version, and what it allows to say."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from kb.measure.events import VOTES, Event, Kind, once
from kb.measure.figures import LEAST, wilson


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpfulness:
    """How an article's version was voted on.

    Attributes:
        up: Readers whose last vote was "this solved it".
        down: Readers whose last vote was "it did not".
        lower: Lower end of the Wilson 95 % interval of up / (up + down), 0 to 1; None under ten
            votes.
        upper: Upper end, likewise.
    """

    article: str
    version: str
    up: int
    down: int
    lower: float | None
    upper: float | None


def last_votes(events: Iterable[Event]) -> tuple[Event, ...]:
    """Return one vote for each `(address or reader, article, version)`: the last.

    Behind one address there is one reader here, whatever browsers it names: 100,000 votes from one
    address are one vote. Colleagues behind one address have one vote a day between them.
    """
    votes = (e for e in once(events) if e.kind in VOTES)
    return tuple({(e.origin or e.reader, e.article, e.version): e for e in votes}.values())


def helpfulness(votes: Iterable[Event]) -> tuple[Helpfulness, ...]:
    """Return every voted version's helpfulness, by article and version.

    `helpfulness = WilsonLB(up, up + down)`, hidden until there are ten votes;
    votes on an older version say nothing about the one that replaced it.
    """
    last = last_votes(votes)
    return helpfulness_of(Counter((e.article, e.version, e.kind is Kind.SOLVED) for e in last))


def helpfulness_of(cast: Counter[tuple[str, str, bool]]) -> tuple[Helpfulness, ...]:
    """Return the same from `(article, version, it solved)` → how many readers said so last."""
    return tuple(
        _helpfulness(article, version, cast)
        for article, version in sorted({(a, v) for a, v, _ in cast})
    )


def _helpfulness(
    article: str, version: str, counted: Counter[tuple[str, str, bool]]
) -> Helpfulness:
    up, down = (counted[article, version, kind] for kind in (True, False))
    low, high = wilson(up, up + down) if up + down >= LEAST else (None, None)
    return Helpfulness(article=article, version=version, up=up, down=down, lower=low, upper=high)
