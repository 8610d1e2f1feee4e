"""Puts the house's search into the site: the box in place of the theme's, and the index as shards."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel

from kb.config import Config
from kb.gates.forking import begin
from kb.search.placing import PLACE, SHARDS, Moves, place
from kb.search.reading import Reads

HERE = Path(__file__).parent
SCRIPT = "assets/docworthy/search.js"
WORKER = "assets/docworthy/search-worker.js"
"""What finds: fetched by the script when somebody searches, never with a page."""
_THEIRS = ("search", "material/search")
_SHOWN = (InclusionLevel.INCLUDED, InclusionLevel.NOT_IN_NAV, InclusionLevel.UNDEFINED)
_MANY = 500
"""With so many articles read anew all cores are at work as it is, and memory is scarce."""
_WORK = ("page_context", "post_build", "pre_build", "build_error", "page_content")


def bring(config: MkDocsConfig, texts: Mapping[str, str], contact: str) -> None:
    """Take over from the theme's search: its box stays, its index is not built.

    The plugin `search` stays named in mkdocs.yml: the theme shows a search box only then.

    Args:
        texts: What readers see, in the site's language.
        contact: Address of the contact page, relative to the site's root.
    """
    if not any(name in config.plugins for name in _THEIRS):
        return
    _silence(config)
    said = {"away": "search_away", "stuck": "stuck", "how": "contact", "lost": "not_found",
            "lead": "search_lead", "search": "search", "all": "all_articles"}  # fmt: skip
    config.theme["docworthy"] = {
        **{name: texts[key] for name, key in said.items()},
        "contact": contact,
    }
    config.theme.dirs.insert(_after_custom(config), str(HERE / "overrides"))
    if SCRIPT not in [str(one) for one in config.extra_javascript]:
        config.extra_javascript.append(SCRIPT)


def add_scripts(files: Files, config: MkDocsConfig) -> None:
    """Add box and worker, where the site has a search box."""
    if not _is_ours(config):
        return
    for name in (SCRIPT, WORKER):
        path = str(HERE / "assets" / Path(name).name)
        files.append(File.generated(config, name, abs_src_path=path))


class Search:
    """The shards of one build, made while MkDocs goes on where little was read anew.

    Args:
        kb: The workspace: in its `.kb/` index and shards are kept between builds.
        reads: What this build read of the articles.
    """

    def __init__(self, config: MkDocsConfig, kb: Config, files: Files, reads: Reads) -> None:
        self._config, self._folder, self._reads = config, kb.state / "search", reads
        self._signers = kb.signers
        self._urls = _urls(files)
        self._made = self._begun() if len(reads) < _MANY else self._moves

    def write(self, files: Files) -> None:
        """Put the shards into the site; what other plugins did to `files` meanwhile is seen."""
        target = self._target
        if not _is_ours(self._config):
            shutil.rmtree(target, ignore_errors=True)
            return
        moves, urls = self._made(), _urls(files)
        if urls != self._urls:
            self._urls = urls
            moves = self._moves()
        place(self._folder / SHARDS, target, moves)

    def _begun(self) -> Callable[[], Moves]:
        return begin(self._moves) if _is_ours(self._config) else self._moves

    def _moves(self) -> Moves:
        from kb.search.shards import (
            prepared,  # the engine: an edit's build leaves it to another process
        )

        docs = Path(self._config.docs_dir)
        folder, target = self._folder, self._target
        return prepared(docs, folder, target, self._urls, self._reads, self._signers)

    @property
    def _target(self) -> Path:
        return Path(self._config.site_dir) / PLACE


def _is_ours(config: MkDocsConfig) -> bool:
    """Say whether the site has our search."""
    return SCRIPT in [str(one) for one in config.extra_javascript]


def _urls(files: Files) -> dict[str, str]:
    """Return the pages to be found, by source path, and their addresses."""
    return {
        file.src_uri: file.url.removeprefix("./")
        for file in files
        if file.src_uri.endswith(".md")
        and file.inclusion in _SHOWN
        and not file.src_uri.startswith("drafts/")
    }


def _silence(config: MkDocsConfig) -> None:
    """Unhook what would build the theme's own index: 8 MB and a minute at ten thousand pages."""
    theirs = {id(config.plugins[name]) for name in _THEIRS if name in config.plugins}
    for event in _WORK:
        hooks: list[Any] = config.plugins.events[event]
        hooks[:] = [one for one in hooks if id(getattr(one, "__self__", None)) not in theirs]


def _after_custom(config: MkDocsConfig) -> int:
    """Return the place behind the site's own overrides, which go before ours."""
    return 1 if config.theme.custom_dir else 0
