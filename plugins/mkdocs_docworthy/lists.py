"""The pages that list a product's or a topic's articles: printed anew only when a row of one changed."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from mkdocs_docworthy.bodies import Anchors, titled
from mkdocs_docworthy.browse import Group
from mkdocs_docworthy.edition import Ready
from mkdocs_docworthy.places import Finished
from mkdocs_docworthy.surroundings import has

Filled = Callable[[str, Group, Page], str]
"""Return a list's content: its heading's HTML, and the rows as seen from its page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLeaf:
    """One list that goes out."""

    group: Group
    file: File
    anchors: Anchors
    filled: Filled

    def key(self, chrome: str) -> str:
        """Return a digest of everything that the page's bytes depend on."""
        group, rows = self.group, [(card.path, card.title) for card in self.group.articles]
        said = (chrome, group.title, group.count, group.pages, rows)
        return hashlib.sha256(repr(said).encode()).hexdigest()

    def beside(self) -> Mapping[str, bytes]:
        """Return nothing: a list has no twin."""
        return {}

    def ready(self) -> Ready:
        """Return what prints the page."""
        html, heading = titled(self.group.heading, self.anchors)
        return lambda press: (
            press.listing(self.file, heading, lambda page: self.filled(html, self.group, page)),
            self.beside(),
        )


def take_over(
    files: Files, config: MkDocsConfig, groups: Mapping[str, Group]
) -> dict[str, Finished]:
    """Add a finished file for the page of each group that has none, and return them by source path.

    The others are MkDocs' to place: somebody wrote them, or the navigation names them.
    """
    found = dict[str, Finished]()
    for path in groups:
        if not has(files, path):
            found[path] = Finished.of(File.generated(config, path, content=""))
            files.append(found[path])
    return found
