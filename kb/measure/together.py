"""Says which articles are read in one visit: only pairs that several readers read tell of nobody."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from dataclasses import dataclass
from itertools import combinations

from kb.measure.gaps import FEWEST_READERS

MOST_OF_A_VISIT = 8
"""A visit's first so many articles count: who reads more is leafing through."""

SCHEMA = "docworthy.together/1"

Pair = tuple[str, str]
"""Two articles' ids, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """Two articles, and how many different readers read both in one visit."""

    pair: Pair
    readers: int


def pairs(articles: Sequence[str]) -> Iterator[Pair]:
    """Yield each two of a visit's articles.

    >>> list(pairs(["proxy", "cache", "runner"]))
    [('cache', 'proxy'), ('cache', 'runner'), ('proxy', 'runner')]
    """
    return combinations(sorted(set(articles[:MOST_OF_A_VISIT])), 2)


def together(read: Mapping[Pair, Sized], known: Iterable[str]) -> tuple[Together, ...]:
    """Return the pairs of known articles that enough readers read in one visit, sorted.

    One that fewer read is not told: it might be one person's path. Where readers are known for a
    day only, somebody who comes back on another day counts again.

    Args:
        read: Numbers of the readers of each pair.
        known: Ids of the articles that there are.
    """
    there = frozenset(known)
    counted = ((pair, len(some)) for pair, some in sorted(read.items()) if there.issuperset(pair))
    return tuple(
        Together(pair=pair, readers=readers)
        for pair, readers in counted
        if readers >= FEWEST_READERS
    )


def together_json(found: Iterable[Together]) -> dict[str, object]:
    """Return the pairs as the site's plugin reads them."""
    return {
        "schema": SCHEMA,
        "least": FEWEST_READERS,
        "pairs": [[*one.pair, one.readers] for one in found],
    }
