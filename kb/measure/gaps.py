"""What readers looked for and did not find, as one ranked list of topics."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from kb.measure.events import Event
from kb.measure.pages import PageRef
from kb.measure.searches import Search
from kb.measure.votes import last_votes

LOOK_BACK = timedelta(days=28)
"""How far back a gap is looked for."""

FEWEST_READERS = 5
"""Words that fewer distinct readers used are never shown (threat T18)."""

_ALIKE = 0.6
_MOST_WORDINGS = 10_000
_WORD = re.compile(r"[^\W_]+(?:[.\-'][^\W_]+)*")
_EMPTY_WORDS = frozenset(
    {
        "a", "an", "and", "are", "as", "at", "be", "by", "can", "cannot", "do", "does",
        "for", "from", "get", "how", "i", "in", "is", "it", "my", "not", "of", "on", "or",
        "the", "this", "to", "we", "what", "when", "where", "which", "why", "with", "you",
        "your",
    }
)  # fmt: skip


class Signal(StrEnum):
    """How a gap shows itself."""

    ZERO_RESULTS = "zero_results"
    NO_CLICK = "no_click"
    MISSING = "missing"
    UNANSWERED = "unanswered"


WEIGHTS = {Signal.ZERO_RESULTS: 3, Signal.NO_CLICK: 1, Signal.MISSING: 3, Signal.UNANSWERED: 2}
"""What one reader's signal adds to a topic's score."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """One topic without an answer.

    Attributes:
        topic: The words that at least k readers used, as most of them put them.
        readers: Distinct readers, over all signals; an unanswered ticket is one reader.
        signals: Every `Signal` with the number of distinct readers who gave it.
        score: Sum of each signal's readers times its weight in `WEIGHTS`.
    """

    topic: str
    readers: int
    signals: tuple[tuple[Signal, int], ...]
    score: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaps:
    """The ranked topics, and what is too rare to be shown.

    Attributes:
        topics: Highest score first.
        other_topics: How many topics have too few readers to be named.
        other_readers: How many distinct readers those had.
        since: First instant looked at (aware).
        until: The instant after the last.
        k: The fewest readers a named topic has.
    """

    topics: tuple[Gap, ...]
    other_topics: int
    other_readers: int
    since: datetime
    until: datetime
    k: int


class _Sign(NamedTuple):
    signal: Signal
    reader: str
    words: tuple[str, ...]


def gaps(
    searches: Iterable[Search],
    votes: Iterable[Event],
    *,
    pages: Sequence[PageRef] = (),
    unanswered: Sequence[str] = (),
    now: datetime,
    look_back: timedelta = LOOK_BACK,
    k: int = FEWEST_READERS,
) -> Gaps:
    """Return the topics that need an article, highest score first.

    `gap_score(topic) = sum of weight x distinct readers over (zero results, no click, "missing"
    votes, unanswered tickets)`, over the last 28 days. Two
    texts are one topic if their words without endings overlap by 60 % (Jaccard index), whatever
    their order. Results left unopened say nothing where more readers opened those of the same
    words: such a search counts as no gap.

    Args:
        searches: Settled searches.
        votes: Events; of those that say `not_solved` because of `missing`, a reader's last.
        pages: The articles, whose titles name the topic of a vote.
        unanswered: Subjects of tickets that no article answers, redacted, one each.
        now: The end of the window (aware).
        k: A topic and each of its words is named only if so many distinct readers had it.
    """
    since = now - look_back
    signs = [
        *_of_searches(s for s in searches if since <= s.at <= now),
        *_of_votes((v for v in votes if since <= v.at <= now), pages),
        *_of_tickets(unanswered),
    ]
    named: list[Gap] = []
    rare: list[list[_Sign]] = []
    for group in _groups([s for s in signs if s.words]):
        gap = _gap(group, k)
        if gap.readers >= k and gap.topic:
            named.append(gap)
        else:
            rare.append(group)
    return Gaps(
        topics=tuple(sorted(named, key=lambda g: (-g.score, -g.readers, g.topic))),
        other_topics=len(rare),
        other_readers=len({s.reader for group in rare for s in group}),
        since=since,
        until=now,
        k=k,
    )


def _of_searches(searches: Iterable[Search]) -> Iterator[_Sign]:
    worded = [(search, _words(search.query)) for search in searches]
    found = [(search, words, _stems(words)) for search, words in worded]
    answered = _answered((search, stems) for search, _, stems in found)
    for search, words, stems in found:
        if not search.results:
            yield _Sign(signal=Signal.ZERO_RESULTS, reader=search.reader, words=words)
        elif not search.clicked and stems not in answered:
            yield _Sign(signal=Signal.NO_CLICK, reader=search.reader, words=words)


def _answered(searches: Iterable[tuple[Search, frozenset[str]]]) -> set[frozenset[str]]:
    """The word sets whose results more readers opened than left unopened."""
    balance: dict[frozenset[str], int] = {}
    for stems, _, clicked in {(stems, s.reader, s.clicked) for s, stems in searches if s.results}:
        balance[stems] = balance.get(stems, 0) + (1 if clicked else -1)
    return {stems for stems, more in balance.items() if more > 0}


def _of_votes(votes: Iterable[Event], pages: Sequence[PageRef]) -> Iterator[_Sign]:
    titles = {page.id: page.title for page in pages}
    for vote in last_votes(votes):
        if vote.reason == "missing":
            text = vote.query or titles.get(vote.article, "")
            yield _Sign(signal=Signal.MISSING, reader=vote.reader, words=_words(text))


def _of_tickets(subjects: Sequence[str]) -> Iterator[_Sign]:
    for index, subject in enumerate(subjects):
        yield _Sign(signal=Signal.UNANSWERED, reader=f"ticket {index}", words=_words(subject))


@lru_cache(_MOST_WORDINGS)
def _words(text: str) -> tuple[str, ...]:
    found = (word.casefold() for word in _WORD.findall(text))
    return tuple(word for word in found if word not in _EMPTY_WORDS)


@lru_cache(_MOST_WORDINGS)
def _stems(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(map(_stem, words))


def _stem(word: str) -> str:
    """Plural and singular are one word; more than that would need a language."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _groups(signs: Sequence[_Sign]) -> list[list[_Sign]]:
    """Put alike word sets together, the commonest first, so that rare wordings join it."""
    by_set: dict[frozenset[str], list[_Sign]] = {}
    for sign in signs:
        by_set.setdefault(_stems(sign.words), []).append(sign)
    ordered = sorted(by_set, key=lambda stems: (-len(by_set[stems]), sorted(stems)))
    heads: list[frozenset[str]] = []
    groups: list[list[_Sign]] = []
    holding: dict[str, list[int]] = {}  # alike sets share a word, so only those are compared
    for stems in ordered:
        near = sorted({i for stem in stems for i in holding.get(stem, ())})
        place = next((i for i in near if _jaccard(stems, heads[i]) >= _ALIKE), None)
        if place is None:
            for stem in stems:
                holding.setdefault(stem, []).append(len(heads))
            heads.append(stems)
            groups.append(by_set[stems])
        else:
            groups[place].extend(by_set[stems])
    return groups


def _jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def _gap(group: Sequence[_Sign], k: int) -> Gap:
    signals = tuple((s, len({g.reader for g in group if g.signal is s})) for s in Signal)
    return Gap(
        topic=_topic(group, k),
        readers=len({g.reader for g in group}),
        signals=signals,
        score=sum(WEIGHTS[signal] * readers for signal, readers in signals),
    )


def _topic(group: Sequence[_Sign], k: int) -> str:
    """The commonest wording, less every word that fewer than k readers used."""
    users: dict[str, set[str]] = {}
    for sign in group:
        for word in sign.words:
            users.setdefault(word, set()).add(sign.reader)
    wordings = Counter(sign.words for sign in group)
    common = min(wordings, key=lambda words: (-wordings[words], words))
    return " ".join(word for word in common if len(users[word]) >= k)
