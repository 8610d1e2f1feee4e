"""Brings out one build's articles: prints what changed, and leaves or restores everything else."""

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mkdocs.structure.files import File

from mkdocs_docworthy import article_page, places
from mkdocs_docworthy.bodies import with_addresses
from mkdocs_docworthy.cache import Cache, Kept
from mkdocs_docworthy.hands import each
from mkdocs_docworthy.places import Stamp
from mkdocs_docworthy.press import Press
from mkdocs_docworthy.reading import KIND as READING
from mkdocs_docworthy.reading import Reading

_PAGE, _PLACE = "page", "place"
_LEVEL = 1
"""Of zlib: pages are alike, and a build is in a hurry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One article that goes out.

    Attributes:
        urls: What each of its addresses becomes.
        beside: Everything else that its page shows of other pages, as text for the key.
    """

    reading: Reading
    file: File
    urls: Mapping[str, str]
    beside: str

    @property
    def path(self) -> str:
        """Source path."""
        return self.reading.path

    @property
    def twin(self) -> str:
        """Path of the Markdown twin in the site: that of the source."""
        return self.reading.path

    def key(self, chrome: str) -> str:
        """Return a digest of everything that the page's bytes depend on."""
        said = json.dumps([chrome, self.reading.key, sorted(self.urls.items()), self.beside])
        return hashlib.sha256(said.encode()).hexdigest()


class Edition:
    """The articles of one build in the site's folder."""

    def __init__(self, cache: Cache, site: Path, press: Press) -> None:
        self._cache, self._site, self._press = cache, site, press
        self._place = f"{_PLACE}:{site}"

    def bring_out(self, leaves: Mapping[str, Leaf], chrome: str) -> tuple[Path, ...]:
        """Make the site's articles exactly `leaves`; return the pages whose bytes are new.

        An article whose key is known costs neither Markdown nor template: its page stands where
        it stood, or is put there from the cache.
        """
        keys = {path: leaf.key(chrome) for path, leaf in leaves.items()}
        pages, stood = self._cache.all(_PAGE), self._cache.all(self._place)
        fit = {p for p, key in keys.items() if p in pages and pages[p].key == key}
        stamps = {p: _stamps(stood[p]) for p in fit if p in stood and stood[p].key == keys[p]}
        vouched = {name: stamp for both in stamps.values() for name, stamp in both.items()}
        standing = places.sweep(self._site, vouched)
        in_place = {p for p in fit if p in stamps and stamps[p].keys() <= standing}
        put = {p: self._put(leaves[p], self._printed(p)) for p in fit - in_place}
        changed = sorted(keys.keys() - fit)
        made = dict(self._print(changed, leaves, keys))
        put |= {path: one for path, (_, one) in made.items()}
        fresh = {path: kept for path, (kept, _) in made.items()}
        self._cache.keep(_PAGE, fresh, gone=pages.keys() - keys.keys())
        rows = {p: Kept(key=keys[p], data=_as_row(one)) for p, one in put.items()}
        self._cache.keep(self._place, rows, gone=stood.keys() - keys.keys())
        return tuple(self._site / leaves[path].file.dest_uri for path in changed)

    def _print(
        self, paths: list[str], leaves: Mapping[str, Leaf], keys: Mapping[str, str]
    ) -> Iterator[tuple[str, tuple[Kept, dict[str, Stamp]]]]:
        bodies = {path: self._cache.large(READING, path).decode() for path in paths}

        def one(path: str) -> tuple[str, tuple[Kept, dict[str, Stamp]]]:
            leaf = leaves[path]
            body = with_addresses(bodies[path], leaf.urls)
            reading = leaf.reading
            html = self._press.page(leaf.file, reading.article, body, reading.headings)
            kept = Kept(key=keys[path], data=b"", large=zlib.compress(html, _LEVEL))
            return path, (kept, self._put(leaf, html))

        yield from each(one, paths)

    def _printed(self, path: str) -> bytes:
        return zlib.decompress(self._cache.large(_PAGE, path))

    def _put(self, leaf: Leaf, html: bytes) -> dict[str, Stamp]:
        twin = article_page.twin(leaf.reading.article).encode()
        both = {leaf.file.dest_uri: html, leaf.twin: twin}
        return {name: places.put(self._site / name, data) for name, data in both.items()}


def _stamps(kept: Kept) -> dict[str, Stamp]:
    return {name: Stamp(*values) for name, values in json.loads(kept.data).items()}


def _as_row(stamps: Mapping[str, Stamp]) -> bytes:
    said = {name: (stamp.size, stamp.changed) for name, stamp in stamps.items()}
    return json.dumps(said).encode()
