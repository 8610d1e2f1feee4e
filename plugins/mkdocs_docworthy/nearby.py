"""Remembers which pages stand beside each article, and asks anew only where the answer may differ.

What stands beside an article depends on its own words and links, on what readers read with it, on
how rare the words that decide are, and on the pages that hold those words. A page that changed is
weighed against the last one of each answer that its words have a part in: few of them let it in.
"""

import contextlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from typing import NamedTuple

from mkdocs_docworthy import wordbook
from mkdocs_docworthy.cache import Cache, Kept
from mkdocs_docworthy.hands import each
from mkdocs_docworthy.related import Asked, Candidate, Neighbours, Rarities, Terms, asked
from mkdocs_docworthy.wordbook import Unknown, Wordbook

_NEAR, _WEIGHED = "related", "weighed"
_MANY = 300
"""With so many pages that changed, or answers that may differ, all are asked as quickly."""

Answer = tuple[Asked, list[tuple[str, int]]]
"""The words that were asked, and the pages that they found, each with its score."""


class Source(NamedTuple):
    """One page that may stand beside others.

    Attributes:
        key: Changes with its words and links.
        terms: Returns its words, each with its weight.
        beside: What it says of other pages besides.
    """

    key: str
    terms: Callable[[], Terms]
    beside: Candidate = Candidate()


class _Known(NamedTuple):
    """An answer that was kept.

    Attributes:
        option: What it was asked with.
        paths: The pages, the best first.
        least: The score of the last one.
        bound: A word that tells less has no part in it.
    """

    option: str
    paths: list[str]
    least: int
    bound: int

    def lets_in(self, path: str, score: int, limit: int) -> bool:
        """Say whether a page that is none of them would be one, with that score."""
        is_full = len(self.paths) == limit
        return not is_full or (-score, path) < (-self.least, self.paths[-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What stands beside each page of `without`?"""

    cache: Cache
    sources: Mapping[str, Source]
    without: Mapping[str, frozenset[str]]
    limit: int

    def option(self, path: str) -> str:
        """Return what one page is asked with, besides its words and links."""
        without, read = self.without[path], self.sources[path].beside.read
        if not without and not read:
            return str(self.limit)
        with_read = (f"{other}+{read[other]}" for other in sorted(read))
        return " ".join((str(self.limit), *sorted(without), *with_read))

    def answers(
        self,
        paths: Set[str],
        terms: Callable[[str], Terms],
        rare: Rarities,
        book: Wordbook,
        each: Callable[[Callable[[str], Answer], list[str]], Iterable[Answer]],
    ) -> dict[str, Answer]:
        """Ask for these pages, by `each`."""
        near = Neighbours(self.sources.keys(), book.standing)

        def answer(path: str) -> Answer:
            words, own = asked(terms(path), rare), self.sources[path].beside
            return words, near.of(path, own, words, self.limit, self.without[path])

        ordered = sorted(paths)
        return dict(zip(ordered, each(answer, ordered), strict=True))

    def known(self, path: str, answer: Answer) -> _Known:
        """Return an answer as it is kept."""
        words, near = answer
        paths, least = [other for other, _ in near], near[-1][1] if near else 0
        return _Known(self.option(path), paths, least, words.bound)

    def rows(
        self, answers: Mapping[str, Answer], weighed: Mapping[str, Terms]
    ) -> dict[str, dict[str, Kept]]:
        """Return what is kept of answers and of the words of pages, by kind."""
        near = dict[str, Kept]()
        for path, answer in answers.items():
            option, *said = self.known(path, answer)
            near[path] = Kept(option, _json(said), _json(answer[0]))
        held = {p: Kept(self.sources[p].key, b"", _json(terms)) for p, terms in weighed.items()}
        return {_NEAR: near, _WEIGHED: held}


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
    question = _Question(cache=cache, sources=sources, without=without, limit=limit)
    known = {path: _Known(key, *said) for path, (key, said) in cache.told(_NEAR).items()}
    held = cache.keys(_WEIGHED)
    same = {p: one for p in without if (one := known.get(p)) and one.option == question.option(p)}
    changed = {path for path, one in sources.items() if held.get(path) != one.key}
    gone = held.keys() - sources.keys()
    if changed or gone or len(same) < len(without):
        try:
            made = _Edit(question, same, known.keys(), held.keys(), changed, gone).made()
        except Unknown:
            return _all_anew(question, held, known.keys())
        same = {**same, **made}
    return {path: tuple(same[path].paths) for path in without}


class _Edit:
    """What a few pages that changed make of the answers that were kept.

    Args:
        same: The kept answers to the same questions.
        answered: Every page that has a kept answer.
        held: Every page whose words are kept.
        changed: The pages whose own words or links changed, or that are new.
        gone: Those that went.
    """

    def __init__(
        self,
        question: _Question,
        same: Mapping[str, _Known],
        answered: Set[str],
        held: Set[str],
        changed: Set[str],
        gone: Set[str],
    ) -> None:
        if not held or len(changed) + len(gone) > _MANY:
            raise Unknown
        self._question, self._cache = question, question.cache
        self._same = {path: one for path, one in same.items() if path not in changed}
        self._answered, self._changed, self._gone = answered, changed, gone
        self._kept = {path: self._kept_terms(path) for path in (changed | gone) & held}
        self._terms = {path: question.sources[path].terms() for path in changed}
        self._moved = {
            path
            for path in changed | gone
            if path not in self._kept or self._kept[path] != self._terms.get(path)
        }
        self._book = Wordbook(self._cache, len(question.sources))
        for path in self._moved:
            self._book.change(path, self._kept.get(path, {}), self._terms.get(path, {}))
        self._was = Rarities(len(held), self._book.was)
        self._rare = Rarities(len(question.sources), self._book.count)

    def made(self) -> dict[str, _Known]:
        """Return the answers that had to be asked anew, and keep them with the words.

        Raises:
            Unknown: There are too many.
        """
        question, book = self._question, self._book
        stale = question.without.keys() - self._same.keys()
        stale |= {p for p, one in self._same.items() if not self._moved.isdisjoint(one.paths)}
        stale |= self._asking_otherwise()
        stale |= self._letting_in()
        if len(stale) > _MANY:
            raise Unknown
        answers = question.answers(stale, self._terms_of, self._rare, book, map)
        gone = self._answered - question.without.keys()
        for path in stale | gone:
            words = answers[path][0] if path in answers else None
            book.look(path, self._asked(path) if path in self._answered else None, words)
        self._cache.keep_all(
            {**question.rows(answers, self._terms), **book.rows()},
            gone={_NEAR: gone, _WEIGHED: self._gone},
        )
        return {path: question.known(path, one) for path, one in answers.items()}

    def _asking_otherwise(self) -> set[str]:
        """Return the pages that other words decide about, or the same ones that tell otherwise."""
        suspects, counted, same = set[str](), set[str](), self._same
        for term in self._rarer():
            most = max(self._was.of(term), self._rare.of(term))
            for path, weight in self._book.standing(term).items() if most else ():
                if path in same and most * weight >= same[path].bound:
                    suspects.add(path)
        for term in self._book.recounted():
            counted.update(self._book.looked_at(term))
        for path in counted & same.keys() - suspects:
            if not self._asked(path).holds(self._book.count):
                suspects.add(path)
        return {p for p in suspects if self._asked(p) != asked(self._terms_of(p), self._rare)}

    def _rarer(self) -> set[str]:
        """Return the words that are more or less rare than they were."""
        recounted = self._book.recounted()
        found = {term for term in recounted if self._was.of(term) != self._rare.of(term)}
        if self._was.pages == self._rare.pages:
            return found
        return found | (self._book.counted(self._rare.differing(self._was)) - recounted)

    def _letting_in(self) -> set[str]:
        """Return the pages beside which one that changed comes to stand."""
        found, naming = set[str](), self._naming()
        for path in self._moved & self._terms.keys():
            scores = defaultdict[str, int](int)
            for term, weight in self._terms[path].items():
                for other, told in self._book.looked_at(term).items():
                    if told:
                        scores[other] += told * weight
            for other in naming[path]:
                scores[other] += self._question.sources[other].beside.tells(path)
            for other in scores.keys() & self._same.keys():
                limit = self._question.limit
                if self._same[other].lets_in(path, scores[other], limit):
                    found.add(other)
        return found

    def _naming(self) -> Mapping[str, list[str]]:
        """Return, by page that moved, those that name it."""
        found = defaultdict[str, list[str]](list)
        for path in self._same:
            beside = self._question.sources[path].beside
            if beside.links or beside.read:
                for other in beside.named & self._moved:
                    found[other].append(path)
        return found

    def _terms_of(self, path: str) -> Terms:
        found = self._terms.get(path)
        return self._kept_terms(path) if found is None else found

    def _kept_terms(self, path: str) -> Terms:
        found: Terms = json.loads(self._cache.large(_WEIGHED, path) or b"{}")
        return found

    def _asked(self, path: str) -> Asked:
        said = self._cache.large(_NEAR, path)
        if not said:
            raise Unknown
        return Asked(*json.loads(said))


def _all_anew(
    question: _Question, held: Mapping[str, str], answered: Set[str]
) -> dict[str, tuple[str, ...]]:
    """Ask for every page, whatever was kept."""
    cache, sources = question.cache, question.sources
    stood = {
        path: key for path, key in held.items() if path in sources and sources[path].key == key
    }
    kept = cache.all_large(_WEIGHED) if stood else {}
    paths = [path for path in stood if path in kept]
    said = json.loads(b"[" + b",".join(kept[path] for path in paths) + b"]")
    terms: dict[str, Terms] = dict(zip(paths, said, strict=True))
    fresh = {path: one.terms() for path, one in sources.items() if path not in terms}
    terms |= fresh
    with contextlib.closing(Cache(None)) as nothing:
        book = Wordbook.of(terms, nothing)
        rare = Rarities(len(terms), book.count)
        answers = question.answers(question.without.keys(), terms.__getitem__, rare, book, each)
        for path, (words, _) in answers.items():
            book.look(path, None, words)
        rows = {**question.rows(answers, fresh), **book.rows()}
    gone = {kind: cache.keys(kind).keys() - rows[kind].keys() for kind in wordbook.KINDS}
    gone |= {_NEAR: answered - question.without.keys(), _WEIGHED: held.keys() - sources.keys()}
    cache.keep_all(rows, gone=gone)
    return {path: tuple(other for other, _ in near) for path, (_, near) in answers.items()}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
