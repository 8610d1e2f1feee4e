"""Remembers which pages stand beside each article, and asks anew only where the answer may differ.

What stands beside an article depends on its own words and links, on what readers read with it, on how rare the words that decide
are, and on the pages that hold those words. All three are kept, as they were when it was asked.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from mkdocs_docworthy.cache import Cache, Kept
from mkdocs_docworthy.hands import each
from mkdocs_docworthy.related import ASKED, Candidate, Neighbours, Rarities, Terms, asked, rarities

_NEAR, _WEIGHED = "related", "weighed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One page that may stand beside others.

    Attributes:
        key: Changes with its words.
        terms: Returns its words, each with its weight.
        links: Source paths that it links to.
        read: What readers who read both in one visit add, by source path.
    """

    key: str
    terms: Callable[[], Terms]
    links: frozenset[str] = frozenset()
    read: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Changes:
    """What is otherwise than when the answers were kept.

    Attributes:
        pages: Those whose own words or links changed, or that are new.
        there: Those that came or went.
        terms: Words that other pages hold now, or with another weight.
        rarer: Words whose rarity is another one.
        was: How rare words were.
        rare: How rare they are.
    """

    pages: frozenset[str]
    there: frozenset[str]
    terms: frozenset[str]
    rarer: frozenset[str]
    was: Rarities
    rare: Rarities

    def leave(self, decide: Mapping[str, int], terms: Terms) -> bool:
        """Say whether the words that decide surely are the same still.

        They are as many as may be, none of them changed, and what changed told less than each of
        them, and does now.
        """
        if len(decide) < ASKED or not self.rarer.isdisjoint(decide):
            return False
        least = min(rarity * terms[term] for term, rarity in decide.items())
        return all(
            max(self.was.of(term), self.rare.of(term)) * terms[term] < least
            for term in self.rarer & terms.keys()
        )


def nearest(
    cache: Cache, sources: Mapping[str, Source], without: Mapping[str, frozenset[str]], limit: int
) -> dict[str, tuple[str, ...]]:
    """Return the source paths of the nearest pages of each page of `without`, the best first.

    Args:
        cache: Where the answers are kept.
        sources: Every page, by source path.
        without: The pages to answer for, each with those that must not stand beside it.
        limit: So many at most.
    """
    known, held = cache.told(_NEAR), cache.keys(_WEIGHED)
    options = {path: _option(limit, out, sources[path].read) for path, out in without.items()}
    same = {p for p, option in options.items() if p in known and known[p][0] == option}
    changed = frozenset(p for p, one in sources.items() if held.get(p) != one.key)
    if len(same) == len(without) and not changed and held.keys() == sources.keys():
        return {path: tuple(known[path][1][0]) for path in without}
    before = {path: _weights(said[0]) for path, (_, said) in cache.told(_WEIGHED).items()}
    now = {p: (p not in changed and before.get(p)) or one.terms() for p, one in sources.items()}
    rare = rarities(now.values())
    changes = _changes(before, now, changed, rare)
    kept = {p: tuple(known[p][1][0]) for p in same
            if _holds(p, known[p][1][1], now[p], (*sources[p].links, *sources[p].read), rare, changes)}  # fmt: skip
    stale = sorted(without.keys() - kept.keys())
    ask = {path: asked(now[path], rare) for path in stale}
    pages = {
        p: Candidate(terms=now[p], links=one.links, read=one.read) for p, one in sources.items()
    }
    near = Neighbours(pages, rare, frozenset(term for one in ask.values() for term in one))
    answers = each(lambda path: near.of(path, limit, without[path]), stale)
    made = dict(zip(stale, answers, strict=True))
    cache.keep_all(
        {
            _NEAR: {p: Kept(key=options[p], data=_row(one, ask[p])) for p, one in made.items()},
            _WEIGHED: {p: Kept(key=sources[p].key, data=_packed(now[p])) for p in changed},
        },
        gone=(held.keys() - sources.keys()) | (known.keys() - without.keys()),
    )
    return kept | made


def _option(limit: int, without: frozenset[str], read: Mapping[str, int]) -> str:
    if not without and not read:
        return str(limit)
    return " ".join((str(limit), *sorted(without), *(f"{p}+{read[p]}" for p in sorted(read))))


def _changes(
    before: Mapping[str, Terms], now: Mapping[str, Terms], changed: frozenset[str], rare: Rarities
) -> _Changes:
    there = before.keys() ^ now.keys()
    terms, counts = set[str](), Counter(rare.counts)
    for path in changed | there:
        old, new = before.get(path, {}), now.get(path, {})
        terms.update(term for term, _ in old.items() ^ new.items())
        counts.subtract(new.keys())
        counts.update(old.keys())
    some = terms if len(before) == len(now) else counts.keys()
    was = Rarities(len(before), counts)
    rarer = rare.differing(was, some)
    return _Changes(changed, frozenset(there), frozenset(terms), rarer, was, rare)


def _holds(
    path: str,
    decided: Mapping[str, int],
    terms: Terms,
    named: Iterable[str],
    rare: Rarities,
    changes: _Changes,
) -> bool:
    """Say whether the kept answer is what asking anew would give; `decided` are its words."""
    if path in changes.pages or not changes.there.isdisjoint(named):
        return False
    if changes.rarer.isdisjoint(terms) and changes.terms.isdisjoint(terms):
        return True
    if not changes.terms.isdisjoint(decided):
        return False
    return changes.leave(decided, terms) or decided == asked(terms, rare)


def _packed(terms: Terms) -> bytes:
    """Return the words of each weight as one text: three times as quick to read as so many keys."""
    texts = {weight: " ".join(sorted(term for term, own in terms.items() if own == weight))
             for weight in sorted({*terms.values()})}  # fmt: skip
    return _row(texts)


def _weights(said: Mapping[str, str]) -> dict[str, int]:
    found = dict[str, int]()
    for weight, terms in said.items():
        found |= dict.fromkeys(terms.split(" "), int(weight))
    return found


def _row(*values: object) -> bytes:
    return json.dumps(values, ensure_ascii=False).encode()
