"""Spares the pages that list articles their template, while nothing that they show has changed."""

import hashlib
import zlib
from collections.abc import Iterable
from typing import Any

from mkdocs.structure.pages import Page

from mkdocs_docworthy.cache import Cache, Kept

_KIND = "list"
_LEVEL = 1


class Lists:
    """The generated pages of one build.

    Args:
        chrome: Digest of everything on a page that does not come from the page itself; without one
            nobody is spared.
    """

    def __init__(self, cache: Cache, chrome: str) -> None:
        self._cache, self._chrome = cache, chrome
        self._known = cache.all(_KIND) if chrome else {}
        self._keys, self._made = dict[str, str](), dict[str, Kept]()

    def spare(self, pages: Iterable[Page], empty: Any) -> None:
        """Give each page that is known the template `empty`: MkDocs' own way to choose another."""
        for page in pages if self._chrome else ():
            path, said = page.file.src_uri, (page.url, page.title, page.meta, page.content)
            key = hashlib.sha256(f"{self._chrome}\n{said!r}".encode()).hexdigest()
            self._keys[path] = key
            if path in self._known and self._known[path].key == key:
                page.meta["template"] = empty

    def finished(self, page: Page) -> str | None:
        """Return the page as it was printed before, None where it has to be printed."""
        path = page.file.src_uri
        known = self._known.get(path)
        if known is None or self._keys.get(path) != known.key:
            return None
        return zlib.decompress(self._cache.large(_KIND, path)).decode()

    def printed(self, page: Page, output: str) -> str:
        """Return the page that was printed, and remember it."""
        if key := self._keys.get(page.file.src_uri):
            large = zlib.compress(output.encode(), _LEVEL)
            self._made[page.file.src_uri] = Kept(key=key, data=b"", large=large)
        return output

    def keep(self) -> None:
        """Write down what was printed, once all pages are."""
        if self._chrome:
            self._cache.keep(_KIND, self._made, gone=self._known.keys() - self._keys.keys())
