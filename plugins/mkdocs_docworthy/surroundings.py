"""Settles the plugin into a site: what stays out, which assets come in, which pages are added."""

import os
from collections.abc import Mapping
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from pathspec.gitignore import GitIgnoreSpec

from kb.config import Config
from kb.errors import ConfigError

ASSETS = Path(__file__).parent / "assets"
STYLE, SCRIPT = "assets/docworthy/docworthy.css", "assets/docworthy/docworthy.js"


def agree(kb: Config, docs: Path) -> None:
    """Refuse a site that is built from another folder than the one that people review.

    Raises:
        ConfigError: `site.docs` and `docs_dir` are two folders.
    """
    if kb.docs.resolve() != docs.resolve():
        raise ConfigError(
            "kb.toml: site.docs",
            f"it is {kb.site.docs}, but mkdocs.yml builds {docs.name}",
            "Make site.docs and docs_dir the same folder",
        )


def keep_out(config: MkDocsConfig) -> None:
    """Keep drafts and evidence off the site whatever mkdocs.yml says, and articles out of nav."""
    listed = ["!/articles/index.md"] if config.nav is None else ["/articles/index.md"]
    contact = [] if config.nav is None else ["/support.md"]
    config.draft_docs = _also(config.draft_docs, ["/drafts/"])
    config.exclude_docs = _also(config.exclude_docs, ["/.evidence/"])
    config.not_in_nav = _also(
        config.not_in_nav,
        ["/articles/*.md", "/drafts/*.md", "/browse/**/*.md", *listed, *contact],
    )


def keep_fonts_home(config: MkDocsConfig) -> None:
    """Take away the theme's own web fonts: they would tell another server who reads."""
    if config.theme.get("font") == {"text": "Roboto", "code": "Roboto Mono"}:
        config.theme["font"] = False


def bring(config: MkDocsConfig) -> None:
    """Name script and style; the files themselves come with `add_files`."""
    if STYLE not in config.extra_css:
        config.extra_css.append(STYLE)
    if SCRIPT not in [str(one) for one in config.extra_javascript]:
        config.extra_javascript.append(SCRIPT)


def add_files(files: Files, config: MkDocsConfig, pages: Mapping[str, str]) -> None:
    """Add the assets, and each generated page (source path: Markdown) that the site has not."""
    for name in (STYLE, SCRIPT):
        path = str(ASSETS / Path(name).name)
        _add(files, File.generated(config, name, abs_src_path=path))
    for source, markdown in pages.items():
        if not has(files, source):
            _add(files, File.generated(config, source, content=markdown))


def has(files: Files, path: str) -> bool:
    """Say whether the site has a page at a source path, or at the folder of that name."""
    folder = f"{path.removesuffix('.md')}/index.md"
    return any(files.get_file_from_path(one) for one in (path, folder) if one)


def shipped(files: Files, config: MkDocsConfig) -> list[Path]:
    """Return the files that come with the theme and with us: nobody's words are in them."""
    docs = config.docs_dir
    own = Path(docs).resolve()
    found = (file.abs_src_path for file in files if file.src_dir != docs)
    paths = [Path(one) for one in found if one and not one.startswith(f"{docs}{os.sep}")]
    return [path for path in paths if not path.resolve().is_relative_to(own)]


def source_of(contact: str) -> str:
    """Return the source path of the contact page, `""` when the address leads elsewhere.

    >>> source_of("support/")
    'support.md'
    """
    if ":" in contact or contact.startswith("/"):
        return ""
    name = contact.removesuffix(".html").strip("/")
    return f"{name or 'index'}.md"


def _add(files: Files, file: File) -> None:
    if files.get_file_from_path(file.src_uri) is None:
        files.append(file)


def _also(spec: GitIgnoreSpec | None, lines: list[str]) -> GitIgnoreSpec:
    """Return `spec` with `lines` after it: the last pattern that fits decides."""
    more = GitIgnoreSpec.from_lines(lines)
    return spec + more if spec else more
