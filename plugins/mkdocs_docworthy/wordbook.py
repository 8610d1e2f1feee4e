"""Keeps, word by word, the pages on which it stands and those whose neighbours it decides."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping

from mkdocs_docworthy.cache import Cache, Kept
from mkdocs_docworthy.related import Asked, Terms

KINDS = _STANDS, _LOOKED = "word", "looked"
_COMMON, _SOME = 3, 100
"""The pages of a word that stands on every third are not kept, once there are some: it decides
nothing until it is on far fewer."""

Numbers = dict[str, int]
"""By source path: a word's weight on a page, or what it tells there."""


class Unknown(Exception):  # noqa: N818
    """What was kept does not say it: everything has to be told anew."""


class Wordbook:
    """The words of all pages as they were kept, brought forward page by page.

    Args:
        pages: So many there will be, once all changes were told.
    """

    def __init__(self, cache: Cache, pages: int) -> None:
        self._cache, self._pages = cache, pages
        self._was, self._counts = Numbers(), Numbers()
        self._standing, self._looked = dict[str, Numbers | None](), dict[str, Numbers]()

    @classmethod
    def of(cls, pages: Mapping[str, Terms], nothing: Cache) -> "Wordbook":
        """Return the words of these pages, whatever was kept; `nothing` is a cache without a file."""
        book, standing = cls(nothing, len(pages)), defaultdict[str, Numbers](Numbers)
        for path, terms in pages.items():
            for term, weight in terms.items():
                standing[term][path] = weight
        book._standing = dict(standing)
        book._counts = {term: len(there) for term, there in standing.items()}
        book._looked = {term: {} for term in standing}
        return book

    def was(self, term: str) -> int:
        """Return on how many pages a word stood when it was kept."""
        if term not in self._was:
            self._was[term] = int(self._cache.key(_STANDS, term) or 0)
        return self._was[term]

    def count(self, term: str) -> int:
        """Return on how many pages it stands."""
        found = self._counts.get(term)
        return self.was(term) if found is None else found

    def recounted(self) -> set[str]:
        """Return the words that stand on more or fewer pages than they did."""
        return {term for term, count in self._counts.items() if count != self.was(term)}

    def counted(self, counts: Iterable[int]) -> set[str]:
        """Return the words that stood on one of these numbers of pages."""
        return {term for one in counts for term in self._cache.with_key(_STANDS, str(one))}

    def standing(self, term: str) -> Numbers:
        """Return its weight on each page where it stands.

        Raises:
            Unknown: It stood on so many that they were not kept.
        """
        found = self._known(term)
        if found is None:
            raise Unknown
        return found

    def looked_at(self, term: str) -> Numbers:
        """Return what it tells on the pages that look at it; 0 where it was one too many."""
        if term not in self._looked:
            self._looked[term] = json.loads(self._cache.data(_LOOKED, term) or b"{}")
        return self._looked[term]

    def change(self, path: str, old: Terms, new: Terms) -> None:
        """Tell that a page has other words, or came or went."""
        for term, weight in old.items():
            if new.get(term) != weight:
                self._put(term, path, None)
        for term, weight in new.items():
            if old.get(term) != weight:
                self._put(term, path, weight)

    def look(self, path: str, old: Asked | None, new: Asked | None) -> None:
        """Tell that a page looks at other words, or looks at none any more."""
        for term in old.looked_at if old else ():
            self.looked_at(term).pop(path, None)
        for term in new.looked_at if new else ():
            self.looked_at(term)[path] = new.told.get(term, 0) if new else 0

    def rows(self) -> dict[str, dict[str, Kept]]:
        """Return what is to be kept of the words that changed, by kind."""
        looked = {term: Kept("", _json(numbers)) for term, numbers in self._looked.items()}
        return {_STANDS: {term: self._row(term) for term in self._counts}, _LOOKED: looked}

    def _put(self, term: str, path: str, weight: int | None) -> None:
        """Put a page's weight to a word, or take the page away."""
        if weight is None and not self.count(term):
            raise Unknown
        self._counts[term] = self.count(term) + (-1 if weight is None else 1)
        standing = self._known(term)
        if standing is None:
            return
        if weight is None:
            standing.pop(path, None)
        else:
            standing[path] = weight

    def _known(self, term: str) -> Numbers | None:
        """Return the pages of a word, None where they were not kept."""
        if term not in self._standing:
            data = self._cache.data(_STANDS, term) if self.was(term) else b"{}"
            self._standing[term] = json.loads(data) if data else None
        return self._standing[term]

    def _row(self, term: str) -> Kept:
        count, standing = self._counts[term], self._known(term)
        is_common = self._pages > _SOME and count * _COMMON > self._pages
        data = b"" if is_common or standing is None else _json(standing)
        return Kept(str(count), data)


def _json(numbers: Numbers) -> bytes:
    return json.dumps(numbers, ensure_ascii=False, separators=(",", ":")).encode()
