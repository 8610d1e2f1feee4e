"""Turns an article's addresses into the site's, by MkDocs' own rules and with its own warnings."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import _RelativePathTreeprocessor

_OUTSIDE = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//|mailto:", re.I)
"""MkDocs' rules leave these as they are, at some cost for each."""
log = logging.getLogger("mkdocs.structure.pages")


@dataclass(slots=True)
class Links:
    """The addresses of one build. Ask for every article once, then `check` the anchors."""

    files: Files
    config: MkDocsConfig
    _to_anchors: list[tuple[File, Any]] = field(default_factory=list)

    def urls(self, file: File, addresses: tuple[str, ...]) -> dict[str, str]:
        """Return what each address of `file` becomes; one that leads nowhere is warned of."""
        inside = [address for address in addresses if not _OUTSIDE.match(address)]
        if not inside:
            return {}
        resolver = _RelativePathTreeprocessor(file, self.files, self.config)
        urls = {address: resolver.path_to_url(address) for address in inside}
        if resolver.links_to_anchors:
            self._to_anchors.append((file, resolver.links_to_anchors))
        return {address: url for address, url in urls.items() if url != address}

    def check(self) -> None:
        """Warn of each link to an anchor that is not there."""
        level = self.config.validation.links.anchors
        for file, targets in self._to_anchors:
            for target, anchors in targets.items():
                there = getattr(target.page, "present_anchor_ids", None)
                for anchor, address in anchors.items():
                    if there is not None and anchor not in there:
                        _tell(level, file, target, anchor, address)


def in_navigation(nav: Any) -> Iterator[str]:
    """Yield each address that the `nav` of mkdocs.yml names."""
    if isinstance(nav, str):
        yield nav
    elif isinstance(nav, Iterable):
        for one in nav.values() if isinstance(nav, Mapping) else nav:
            yield from in_navigation(one)


def _tell(level: int, file: File, target: File, anchor: str, address: str) -> None:
    problem = f"the doc '{target.src_uri}' does not contain an anchor '#{anchor}'."
    if target is file:
        problem = "there is no such anchor on this page."
    log.log(level, f"Doc file '{file.src_uri}' contains a link '{address}', but {problem}")
