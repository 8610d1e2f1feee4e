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
from kb.search.page import Page as SearchPage
from kb.search.page import of_docs
from mkdocs_docworthy import article_page, browse, final_bytes, furniture, gate, surroundings
from mkdocs_docworthy.options import DocworthyConfig
from mkdocs_docworthy.related import Neighbours
from mkdocs_docworthy.sanitise import clean
from mkdocs_docworthy.texts import texts

log = logging.getLogger("mkdocs.plugins.docworthy")


class DocworthyPlugin(BasePlugin[DocworthyConfig]):  # type: ignore[no-untyped-call]
    """The guest: it knows MkDocs' hooks and nothing else."""

    def __init__(self) -> None:
        self._serves = False
        self._kb = Config(root=Path())
        self._shelf = Shelf(articles=(), broken=())
        self._by_path: dict[str, Article] = {}
        self._files = Files([])
        self._ways = browse.Ways()
        self._texts = texts("en")
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
        self._texts = texts(str(config.theme.get("language") or config.theme.locale or "en"))
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
        self._ways = browse.ways(published, self._texts["everything_else"])
        surroundings.add_files(files, config, self._generated())
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
            html = furniture.around(
                clean(html),
                article,
                place,
                texts(article.lang),
                crumbs=self._crumbs(article, page),
                related=self._related(article, page),
            )
        else:
            html = self._furnished(html, page, place)
        return f"{html}\n{furniture.mark(place, article)}"

    def on_post_build(self, /, *, config: MkDocsConfig) -> None:
        """Look at the bytes that would go out; a site that must not is taken away again."""
        if self._serves:
            return
        site = Path(config.site_dir)
        found = final_bytes.refusals(
            site, self._kb, Path(config.config_file_path), self._shipped(config)
        )
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

    def _generated(self) -> dict[str, str]:
        """Return the pages that nobody has to write, by source path."""
        t, contact = self._texts, self._contact_source()
        pages = {browse.ALL: browse.page_of(t["all_articles"])}
        pages |= {path: browse.page_of(g.title) for path, g in self._ways.groups.items()}
        if contact:
            pages[contact] = browse.contact_page(t["contact"], furniture.FORM_MARK)
        return pages

    def _furnished(self, html: str, page: Page, place: furniture.Place) -> str:
        """Return a page that is no article with the form, the search or the rows it asks for."""
        t, path = self._texts, page.file.src_uri
        if furniture.FORM_MARK in html:
            html = furniture.with_form(html, place, self.config.contact_action, t)
        if browse.BROWSE_MARK in html:
            group = self._ways.groups.get(path)
            html = furniture.with_rows(html, self._ways, group, t, self._address(page))
        if self.config.home and page.is_homepage:
            html = furniture.with_search(html, t)
            html = furniture.with_entrances(html, self._ways, t, self._address(page))
        return html

    def _address(self, page: Page) -> furniture.Address:
        def url(source: str) -> str:
            file = self._files.get_file_from_path(source)
            return get_relative_url(file.url, page.url) if file else ""

        return url

    def _crumbs(self, article: Article, page: Page) -> tuple[furniture.Link, ...]:
        url = self._address(page)
        crumbs = [furniture.Link(title=self._texts["all_articles"], url=url(browse.ALL))]
        for group in self._ways.products:
            if article.products[:1] == (group.title,):
                crumbs.append(furniture.Link(title=group.title, url=url(group.path)))
        return tuple(crumbs)

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

    def _related(self, article: Article, page: Page) -> tuple[furniture.Link, ...]:
        near = self._near.of(article, self.config.related)
        found = ((title, self._files.get_file_from_path(path)) for path, title in near)
        return tuple(
            furniture.Link(title=title, url=get_relative_url(file.url, page.url))
            for title, file in found
            if file
        )

    def _shipped(self, config: MkDocsConfig) -> list[Path]:
        """Return the files that come with the theme and with us: nobody's words are in them."""
        own = Path(config.docs_dir).resolve()
        paths = [Path(file.abs_src_path) for file in self._files if file.abs_src_path]
        return [path for path in paths if not path.resolve().is_relative_to(own)]


_OURS = frozenset({"articles/index.md"})


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent


def _source(library: Library, article: Article) -> str:
    return library.path(article).relative_to(library.docs).as_posix()
