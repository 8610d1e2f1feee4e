"""Brings out one build's pages: prints what changed, and leaves or restores everything else."""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

from mkdocs.structure.files import File

from mkdocs_docworthy import places
from mkdocs_docworthy.cache import Cache, Kept, told_beside
from mkdocs_docworthy.hands import each
from mkdocs_docworthy.places import Listed, Stamp
from mkdocs_docworthy.press import Press, Unlike

_PAGE, _PLACE = "page", "place"
_LEVEL = 1
"""Of zlib: pages are alike, and a build is in a hurry."""

_Stamps = dict[str, Stamp]
Ready = Callable[[Press], tuple[bytes, Mapping[str, bytes]]]
"""Prints one page, and makes what goes out with it by its path in the site, in any process:
everything that it needs is at hand."""


class Leaf(Protocol):
    """One page that goes out."""

    @property
    def file(self) -> File:
        """Where it stands."""

    def key(self, chrome: str) -> str:
        """Return a digest of everything that the page's bytes depend on."""

    def beside(self) -> Mapping[str, bytes]:
        """Return what else goes out with it, by its path in the site."""

    def ready(self) -> Ready:
        """Return what prints the page."""


class Edition:
    """The pages of one build in the site's folder.

    Args:
        listed: Waits for what stands there.
    """

    def __init__(
        self, cache: Cache, site: Path, press: Press, listed: Callable[[], Listed]
    ) -> None:
        self._cache, self._site, self._press, self._listed = cache, site, press, listed
        self._place = _place(site)

    def bring_out(self, leaves: Mapping[str, Leaf], chrome: str) -> int:
        """Make the site's finished pages exactly `leaves`, by source path; return how many it put.

        A page whose key is known costs neither Markdown nor template: it stands where it stood,
        or is put there from the cache.
        """
        keys = {path: leaf.key(chrome) for path, leaf in leaves.items()}
        pages, stood = self._cache.keys(_PAGE), self._listed()
        in_place = {p for p, one in stood.whole.items() if keys.get(p) == one[0] == pages.get(p)}
        moved = (name for path in stood.whole.keys() - in_place for name in stood.whole[path][1:])
        places.sweep(self._site, (*stood.others, *moved), stood.empty)
        fit = {p for p, key in keys.items() if pages.get(p) == key}
        put = {p: self._put(leaves[p], self._printed(p), leaves[p].beside())
               for p in fit - in_place}  # fmt: skip
        made = self._printed_anew({p: leaves[p] for p in sorted(keys.keys() - fit)})
        put |= {path: stamps for path, (_, stamps) in made.items()}
        fresh = {path: Kept(key=keys[path], data=b"", large=large)
                 for path, (large, _) in made.items()}  # fmt: skip
        self._cache.keep(_PAGE, fresh, gone=pages.keys() - keys.keys())
        rows = {p: Kept(key=keys[p], data=json.dumps(one).encode()) for p, one in put.items()}
        gone = self._cache.keys(self._place).keys() - keys.keys()
        self._cache.keep(self._place, rows, gone=gone)
        return len(put)

    def _print(self, leaves: Mapping[str, Leaf]) -> Iterator[tuple[str, tuple[bytes, _Stamps]]]:
        """Yield each leaf's page, packed, and how its files stand.

        What a page is printed from is read here: the cache is not for other processes.
        """
        ready = {path: leaf.ready() for path, leaf in leaves.items()}

        def one(path: str) -> tuple[str, tuple[bytes, _Stamps]]:
            html, beside = ready[path](self._press)
            return path, (zlib.compress(html, _LEVEL), self._put(leaves[path], html, beside))

        yield from each(one, list(leaves))

    def _printed_anew(self, leaves: Mapping[str, Leaf]) -> dict[str, tuple[bytes, _Stamps]]:
        try:
            return dict(self._print(leaves))
        except Unlike:
            self._press.whole()
            return dict(self._print(leaves))

    def _printed(self, path: str) -> bytes:
        return zlib.decompress(self._cache.large(_PAGE, path))

    def _put(self, leaf: Leaf, html: bytes, beside: Mapping[str, bytes]) -> _Stamps:
        whole = {leaf.file.dest_uri: html, **beside}
        return {name: places.put(self._site / name, data) for name, data in whole.items()}


def listed(cache: Path, site: Path) -> Listed:
    """Return what stands in the site, in any process: it opens the cache for itself."""
    return places.listed(site, lambda: told_beside(cache, _place(site)))


def _place(site: Path) -> str:
    return f"{_PLACE}:{site}"
