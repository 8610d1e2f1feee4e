"""Puts the house's search into the site: the box in place of the theme's, and the index as shards."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from kb.search.reading import Reads
from kb.search.shards import PLACE, renew

HERE = Path(__file__).parent
SCRIPT = "assets/docworthy/search.js"
WORKER = "assets/docworthy/search-worker.js"
"""What finds: fetched by the script when somebody searches, never with a page."""
_THEIRS = ("search", "material/search")
_SHOWN = ("INCLUDED", "NOT_IN_NAV", "UNDEFINED")
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
    config.theme["docworthy"] = {"away": texts["search_away"], "stuck": texts["stuck"],
                                 "how": texts["contact"], "contact": contact}  # fmt: skip
    config.theme.dirs.insert(_after_custom(config), str(HERE / "overrides"))
    if SCRIPT not in [str(one) for one in config.extra_javascript]:
        config.extra_javascript.append(SCRIPT)


def add_scripts(files: Files, config: MkDocsConfig) -> None:
    """Add box and worker, where the site has a search box."""
    if SCRIPT not in [str(one) for one in config.extra_javascript]:
        return
    for name in (SCRIPT, WORKER):
        path = str(HERE / "assets" / Path(name).name)
        files.append(File.generated(config, name, abs_src_path=path))


def write(config: MkDocsConfig, state: Path, files: Files, reads: Reads) -> None:
    """Bring index and shards up to date, and put the shards into the site.

    Args:
        state: The folder `.kb/`, where both are kept between builds.
        reads: What this build read of the articles.
    """
    target = Path(config.site_dir) / PLACE
    if SCRIPT not in [str(one) for one in config.extra_javascript]:
        shutil.rmtree(target, ignore_errors=True)
        return
    docs, folder = Path(config.docs_dir), state / "search"
    urls = {
        file.src_uri: file.url.removeprefix("./")
        for file in files
        if file.src_uri.endswith(".md")
        and file.inclusion.name in _SHOWN
        and not file.src_uri.startswith("drafts/")
    }
    renew(docs, folder, target, urls, reads)


def _silence(config: MkDocsConfig) -> None:
    """Unhook what would build the theme's own index: 8 MB and a minute at ten thousand pages."""
    theirs = {id(config.plugins[name]) for name in _THEIRS if name in config.plugins}
    for event in _WORK:
        hooks: list[Any] = config.plugins.events[event]
        hooks[:] = [one for one in hooks if id(getattr(one, "__self__", None)) not in theirs]


def _after_custom(config: MkDocsConfig) -> int:
    """Return the place behind the site's own overrides, which go before ours."""
    return 1 if config.theme.custom_dir else 0
