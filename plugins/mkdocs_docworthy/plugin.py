"""Hooks Docworthy into MkDocs: each hook hands over to the module that knows the matter."""

import logging
from html import escape
from pathlib import Path
from typing import Any, Literal

from jinja2 import Environment
from jinja2.filters import do_striptags
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page
from mkdocs.utils import clean_directory, get_relative_url

from kb.articles.article import Article, State
from kb.articles.library import Library, Shelf
from kb.articles.signature import verify_with
from kb.config import Config, load
from kb.errors import KbError
from kb.redaction import Redactor
from kb.search.page import Page as SearchPage
from kb.search.page import of_docs
from mkdocs_docworthy import article_page, browse, final_bytes, furniture, gate, surroundings
from mkdocs_docworthy.options import DocworthyConfig
from mkdocs_docworthy.related import Neighbours
from mkdocs_docworthy.sanitise import clean

log = logging.getLogger("mkdocs.plugins.docworthy")


class DocworthyPlugin(BasePlugin[DocworthyConfig]):  # type: ignore[no-untyped-call]
    """The guest: it knows MkDocs' hooks and nothing else."""

    def __init__(self) -> None:
        self._serves = False
        self._kb = Config(root=Path())
        self._shelf = Shelf(articles=(), broken=())
        self._by_path: dict[str, Article] = {}
        self._files = Files([])
        self._near = Neighbours((), ())

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Remember whether this is a preview; everything else goes out."""
        self._serves = command == "serve"

    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read the workspace; keep drafts and evidence out, and bring script and style."""
        try:
            self._kb = load(_root(config) / self.config.workspace)
            surroundings.agree(self._kb, Path(config.docs_dir))
        except KbError as error:
            raise PluginError(str(error)) from None
        surroundings.keep_out(config)
        surroundings.bring(config)
        return config

    def on_env(self, env: Environment, /, **_: Any) -> Environment:
        """Make `striptags` safe: it resolves entities, and themes print what it returns."""
        env.filters["striptags"] = lambda value: escape(do_striptags(value), quote=True)
        return env

    @event_priority(-100)
    def on_files(self, files: Files, /, *, config: MkDocsConfig) -> Files:
        """Hold the gate over every file, other plugins' too, then add what a site needs."""
        library = Library(Path(config.docs_dir))
        self._shelf = library.shelf()
        self._by_path = {_source(library, a): a for a in self._shelf.articles}
        self._refuse(self._wrong(files, config))
        published = self._published()
        surroundings.add_files(files, config, browse.listing(published), self._contact_source())
        self._files = files
        self._near = Neighbours(published, self._docs_pages(config))
        return files

    def on_page_read_source(self, /, *, page: Page, config: MkDocsConfig) -> str | None:
        """Give MkDocs the article's inert Markdown; its front matter never gets there."""
        path = page.file.src_uri
        if article := self._by_path.get(path):
            return article_page.source(article)
        if path.startswith("drafts/"):
            return article_page.UNREADABLE
        return None

    @event_priority(100)
    def on_page_markdown(self, markdown: str, /, *, page: Page, **_: Any) -> None:
        """Set the article's metadata, escaped, before any other plugin reads it."""
        if article := self._by_path.get(page.file.src_uri):
            page.meta = article_page.meta(article)

    @event_priority(100)
    def on_page_content(self, html: str, /, *, page: Page, **_: Any) -> str:
        """Sanitise an article and set the furniture around it; put the form where it belongs."""
        place, article = self._place(page), self._by_path.get(page.file.src_uri)
        if article:
            html = furniture.around(clean(html), article, place, self._related(article, page))
        elif furniture.FORM_MARK in html:
            html = furniture.with_form(html, place, self.config.contact_action)
        return f"{html}\n{furniture.mark(place, article)}"

    def on_post_build(self, /, *, config: MkDocsConfig) -> None:
        """Look at the bytes that would go out; a site that must not is taken away again."""
        if self._serves:
            return
        site = Path(config.site_dir)
        try:
            found = [*final_bytes.drafts_in(site), *self._leaks(site)]
        except KbError as error:
            found = [error]
        if found:
            clean_directory(str(site))
        self._refuse(found)

    def show(self, path: str, article: Article) -> None:
        """Show this article at `path`, as a reviewer's preview of what is not saved yet."""
        self._by_path[path] = article

    def _wrong(self, files: Files, config: MkDocsConfig) -> list[KbError]:
        verify = verify_with(self._kb.signers)
        found = gate.refusals(self._shelf, self.config.audience, verify)
        found += gate.strangers(file.src_uri for file in files if file.src_uri not in _OURS)
        for file in files.documentation_pages():
            if not file.src_uri.startswith("drafts/"):
                found += gate.links_to_drafts(
                    file.src_uri, file.content_string, config.site_url or ""
                )
        return found

    def _refuse(self, errors: list[KbError]) -> None:
        """Stop the build with everything that is wrong; a preview only tells it."""
        if not errors:
            return
        if not self._serves:
            raise PluginError("\n".join(str(error) for error in errors))
        for error in errors:
            log.warning("Not fit to go out: %s", error)

    def _published(self) -> tuple[Article, ...]:
        found = (a for a in self._shelf.articles if a.state is State.PUBLISHED)
        return tuple(sorted(found, key=lambda a: a.id))

    def _contact_source(self) -> str:
        return surroundings.source_of(self._kb.site.contact)

    def _docs_pages(self, config: MkDocsConfig) -> tuple[SearchPage, ...]:
        shown = {file.src_uri for file in self._files.documentation_pages()}
        shown -= {"index.md", self._contact_source()}
        return tuple(page for page in of_docs(Path(config.docs_dir)) if page.id in shown)

    def _place(self, page: Page) -> furniture.Place:
        contact = self._kb.site.contact
        if source := self._contact_source():
            file = self._files.get_file_from_path(source)
            contact = get_relative_url(file.url if file else contact, page.url)
        root = get_relative_url(".", page.url)
        return furniture.Place(
            service=self._kb.site.service.rstrip("/"), contact=contact, root=f"{root.rstrip('/')}/"
        )

    def _related(self, article: Article, page: Page) -> tuple[furniture.Related, ...]:
        near = self._near.of(article, self.config.related)
        found = ((title, self._files.get_file_from_path(path)) for path, title in near)
        return tuple(
            furniture.Related(title=title, url=get_relative_url(file.url, page.url))
            for title, file in found
            if file
        )

    def _leaks(self, site: Path) -> list[KbError]:
        words = self._kb.redaction
        find = Redactor(words.words, words.allow).find
        paths = [self._files.get_file_from_path(f"articles/{a.id}.md") for a in self._published()]
        built = [file for file in paths if file]
        pages = [site / file.dest_uri for file in built]
        return final_bytes.leaks(site, pages, tuple(file.url for file in built), find)


_OURS = frozenset({"articles/index.md"})


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent


def _source(library: Library, article: Article) -> str:
    return library.path(article).relative_to(library.docs).as_posix()
