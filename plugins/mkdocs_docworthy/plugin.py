"""Hooks Docworthy into MkDocs: each hook hands over to the module that knows the matter."""

import atexit
import gc
import logging
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urljoin

from jinja2 import Environment
from jinja2.filters import do_striptags
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, CombinedEvent, event_priority
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from kb.articles.article import Article
from kb.articles.freshness import retired_by, supported_by
from kb.articles.page_token import token
from kb.config import Config, load
from kb.errors import KbError
from kb.gates import unfinished
from mkdocs_docworthy import (
    article_page,
    browse,
    browser_search,
    final_bytes,
    furniture,
    heads,
    lists,
    places,
    theme,
)
from mkdocs_docworthy.aside import Aside
from mkdocs_docworthy.bodies import anchors_of
from mkdocs_docworthy.options import DocworthyConfig
from mkdocs_docworthy.phases import phase
from mkdocs_docworthy.policy import Policy, policy
from mkdocs_docworthy.press import Press, head_of
from mkdocs_docworthy.reading import Reading
from mkdocs_docworthy.sanitise import without_marks
from mkdocs_docworthy.shelf import Around, Shelved
from mkdocs_docworthy.surroundings import (
    add_files,
    agree,
    bring,
    keep_fonts_home,
    keep_out,
    shipped,
    source_of,
)
from mkdocs_docworthy.texts import spoken, texts

log = logging.getLogger("mkdocs.plugins.docworthy")
_MANY = 200_000
"""A library is many small things that stay: looking for waste among them is a fifth of a build."""


class DocworthyPlugin(BasePlugin[DocworthyConfig]):  # type: ignore[no-untyped-call]
    """The guest: it knows MkDocs' hooks and nothing else."""

    previews = False
    """Whether the site is made for one article that is asked for by `preview`, and no other."""

    def __init__(self) -> None:
        self._serves = False
        self._press: Press | None = None
        self._policy = Policy()
        self._aside = Aside()
        self._kb = Config(root=Path())
        self._shelved = Shelved.empty()
        self._lists: dict[str, places.Finished] = {}
        self._files = Files([])
        self._nav: Any = None
        self._ways = browse.Ways()
        self._language = "en"
        self._texts = texts(self._language)

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:
        """Remember whether this is a preview; everything else goes out."""
        self._serves = command == "serve"
        gc.set_threshold(_MANY)
        atexit.unregister(gc.freeze)
        atexit.register(gc.freeze)  # nobody looks through it all once more in the end

    @event_priority(100)
    def _read_workspace(self, config: MkDocsConfig) -> MkDocsConfig:
        """Read the workspace, before anybody opens the theme."""
        try:
            self._kb = load(_root(config) / self.config.workspace)
            agree(self._kb, Path(config.docs_dir))
        except KbError as error:
            raise PluginError(str(error)) from None
        theme.open_quickly(config, self._compiled)
        return config

    def _settle_in(self, config: MkDocsConfig) -> MkDocsConfig:
        """Keep drafts and evidence out, and bring script and style."""
        self._language = str(config.theme.get("language") or config.theme.locale or "en")
        self._texts = texts(self._language)
        ways = (self._kb.site.service, self._action(), config.site_url or "")
        self._policy = policy(self.config.policy, *ways)
        keep_out(config)
        keep_fonts_home(config)
        bring(config)
        browser_search.bring(config, self._texts, self._kb.site.contact)
        return config

    on_config = CombinedEvent(_read_workspace, _settle_in)

    def on_pre_build(self, /, *, config: MkDocsConfig) -> None:
        """Spare the site from the cleaning: a build that is refused leaves it as it was."""
        if not (self._serves or self.previews):
            unfinished.begin(Path(config.site_dir))
        places.park(Path(config.site_dir), self._refused)

    @event_priority(-100)
    def on_files(self, files: Files, /, *, config: MkDocsConfig) -> Files:
        """Read the library, hold the gate over every file, then add what a site needs."""
        places.restore(Path(config.site_dir))
        self._shelved.close()
        with phase("library read"):
            self._shelved = Shelved.read(self._kb, self.config, config, serves=self._serves)
        with phase("gate over the library"):
            self._refuse(self._shelved.refusals(files))
        with phase("ways in"):
            self._shelved.take_over(files)
            self._ways = browse.ways(self._shelved.published(), self._texts["everything_else"])
            add_files(files, config, self._generated(config))
            self._lists = lists.take_over(files, config, self._ways.groups)
        browser_search.add_scripts(files, config)
        self._refuse(self._shelved.dead_redirects(files))
        self._files = files
        return files

    @event_priority(-100)
    def on_nav(self, nav: Navigation, /, *, config: MkDocsConfig, files: Files) -> Navigation:
        """Keep the navigation: an article's page shows it too; begin with what is done aside."""
        self._nav = nav
        self._shelved.tell(nav)
        if not self.previews:
            reads = self._shelved.readings.reads
            judged = not self._serves
            self._aside.begin(config, self._kb, files, reads, judged=judged)
        return nav

    def on_page_read_source(self, /, *, page: Page, config: MkDocsConfig) -> str | None:
        """Hide a draft that cannot be read: its front matter never gets to MkDocs."""
        return article_page.UNREADABLE if page.file.src_uri.startswith("drafts/") else None

    @event_priority(100)
    def on_page_markdown(self, markdown: str, /, *, page: Page, **_: Any) -> None:
        """Make a page's own front matter safe before anybody adds to it: themes print it as it is."""
        page.meta = without_marks(page.meta)

    def on_page_content(self, html: str, /, *, page: Page, **_: Any) -> str:
        """Put form, search and rows where a page asks for them."""
        t, path, place = self._texts, page.file.src_uri, self._place(page)
        if furniture.FORM_MARK in html:
            html = furniture.with_form(html, place, self._action(), t)
        if browse.BROWSE_MARK in html:
            group = self._ways.groups.get(path)
            html = furniture.with_rows(html, self._ways, group, t, self._address(page))
        if self.config.home and page.is_homepage:
            html = furniture.with_search(html, t)
            html = furniture.with_entrances(html, self._ways, t, self._address(page))
        return f"{html}\n{furniture.mark(place)}"

    @event_priority(-100)
    def on_env(self, env: Environment, /, *, config: MkDocsConfig, files: Files) -> Environment:
        """Print the articles that changed, once everything else is known.

        `striptags` is made safe before: it resolves entities, and themes print what it returns.
        """
        theme.build_with(env, self._compiled)
        env.filters["striptags"] = lambda value: escape(do_striptags(value), quote=True)
        self._press = Press(
            config, self._nav, env, files.documentation_pages(), self._furnish, self._head
        )
        if not self.previews:
            leaves = self._list_leaves(config)
            printed = self._shelved.bring_out(self._press, files, self._around(), leaves)
            if not self._serves:
                self._aside.look_ahead(self._look(config), printed)
        return env

    @event_priority(-100)
    def on_post_page(self, output: str, /, *, page: Page, config: MkDocsConfig) -> str:
        """Write what machines read in the head, and the policy that the page obeys."""
        root = self._place(page).root
        parts = [heads.feed_link(root, self._texts["updates"])] if config.site_url else []
        parts.append(head_of(page) or "")
        output = heads.with_links(heads.named(output, self._texts["search"]), *parts)
        return output if self._serves else self._policy.guard(page.file.src_uri, output)

    def on_post_template(self, output: str, /, *, template_name: str, **_: Any) -> str:
        """Name the articles in the sitemap."""
        if template_name != "sitemap.xml":
            return output
        return self._shelved.in_sitemap(output, [file.url for file in self._lists.values()])

    @event_priority(-100)
    def on_post_build(self, /, *, config: MkDocsConfig) -> None:
        """Write what stands beside the pages, then look at the bytes that would go out."""
        site = Path(config.site_dir)
        with phase("feed and lists"):
            self._shelved.write_beside(site, self._files)
        with phase("search"):
            self._aside.write_search(self._files)
        if self._serves:
            return
        with phase("gate over the final bytes"):
            found = self._aside.refusals(self._look(config), shipped(self._files, config))
        if found:
            places.set_aside(site, self._refused)
        self._refuse(found)
        unfinished.finish(site)
        self._shelved.close()

    def preview(self, article: Article) -> str:
        """Return the page of an article, saved or not, as the site would show it."""
        assert self._press is not None  # noqa: S101 (the hooks ran before)
        return self._shelved.preview(self._press, self._files, article)

    def on_build_error(self, **_: Any) -> None:
        """Leave nothing hidden behind, and nobody at work."""
        self._aside.end()
        self._shelved.abandon(self._refused)

    @property
    def _compiled(self) -> Path:
        """Where templates lie as Jinja compiled them, by the digest of each one's text."""
        return self._kb.state / "cache" / "templates"

    @property
    def _refused(self) -> Path:
        """Where a site lies that must not go out: the next build goes on from it."""
        return self._kb.state / "refused"

    def _look(self, config: MkDocsConfig) -> final_bytes.Look:
        languages = (self._language, *(one.lang for one in self._shelved.published()))
        return final_bytes.Look(
            site=Path(config.site_dir),
            kb=self._kb,
            settings=Path(config.config_file_path),
            theme=tuple(config.theme.dirs),
            texts=tuple(spoken(languages)),
        )

    def _refuse(self, errors: list[KbError]) -> None:
        """Stop the build with everything that is wrong; a preview only tells it."""
        if not errors:
            return
        if not self._serves:
            raise PluginError("\n".join(str(error) for error in errors))
        for error in errors:
            log.warning("Not fit to go out: %s", error)

    def _action(self) -> str:
        """Return where the form sends: what mkdocs.yml says, else the service that passes it on."""
        if not self.config.contact_action and self._kb.form.to and self._kb.site.service:
            return f"{self._kb.site.service}/tickets"
        return self.config.contact_action or "mailto:"

    def _generated(self, config: MkDocsConfig) -> dict[str, str]:
        """Return the pages that nobody has to write, by source path; a list only where nav names it."""
        t, contact = self._texts, self._contact_source()
        pages = {browse.ALL: browse.page_of(t["all_articles"])}
        named = repr(config.nav)
        pages |= {
            path: browse.page_of(group.heading)
            for path, group in self._ways.groups.items()
            if path in named
        }
        if contact:
            pages[contact] = browse.contact_page(t["contact"], furniture.FORM_MARK)
        return pages

    def _furnish(self, article: Article, body: str, page: Page) -> str:
        """Return an article's content: its body with everything around it."""
        place, url = self._place(page), self._address(page)
        near = self._shelved.related(page.file.src_uri)
        html = furniture.around(
            body,
            article,
            place,
            texts(article.lang),
            crumbs=self._linked(self._crumbs(article.products), url),
            related=self._linked(near, url),
            languages=self._languages(page),
            fixed=self._fixed(article),
        )
        version, key = article_page.version(article), self._kb.page_key()
        signed = token(key, article.id, version) if key else ""
        return f"{html}\n{furniture.mark(place, article.id, version, signed)}"

    def _head(self, article: Article, page: Page) -> str:
        """Return what the head of an article's page says to machines: its other forms, and JSON-LD."""
        twin = get_relative_url(page.file.src_uri, page.url)
        parts = (heads.twin_link(twin), heads.structured(article, page.canonical_url))
        return "".join((*parts, *self._language_links(page)))

    def _filled(self, heading: str, group: browse.Group, page: Page) -> str:
        """Return the content of a list's page."""
        html, url = f"{heading}\n{browse.BROWSE_MARK}", self._address(page)
        rows = furniture.with_rows(html, self._ways, group, self._texts, url)
        return f"{rows}\n{furniture.mark(self._place(page))}"

    def _list_leaves(self, config: MkDocsConfig) -> dict[str, lists.ListLeaf]:
        anchors = anchors_of(config.mdx_configs.get("toc") or {})
        groups = self._ways.groups
        return {
            path: lists.ListLeaf(
                group=groups[path], file=file, anchors=anchors, filled=self._filled
            )
            for path, file in self._lists.items()
        }

    def _around(self) -> Around:
        """Return what tells everything on an article's page that comes from other pages."""
        contact = self._url(self._contact_source())

        @cache
        def told(page: tuple[str, str]) -> str:
            return repr((*page, self._url(page[0])))

        @cache
        def above(products: tuple[str, ...]) -> str:
            return repr((contact, [told(one) for one in self._crumbs(products)]))

        def around(reading: Reading) -> str:
            card, path = reading.card, reading.path
            others = [(one.path, one.lang) for one in self._shelved.languages(path)]
            fixed = self._fixed(reading.article) if card.mended else ""
            near = "\n".join(map(told, self._shelved.related(path)))
            languages = "\n".join(map(told, others))
            return f"{above(card.products)}\n{near}\n\n{languages}\n\n{card.state} {fixed!r}"

        return around

    def _crumbs(self, products: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        return self._ways.crumbs(products, self._texts["all_articles"])

    def _languages(self, page: Page) -> tuple[furniture.Link, ...]:
        """Return the article's page in each other language."""
        own, url = page.file.src_uri, self._address(page)
        return tuple(
            furniture.Link(title=one.name, url=url(one.path), lang=one.lang)
            for one in self._shelved.languages(own)
            if one.path != own
        )

    def _language_links(self, page: Page) -> list[str]:
        """Return what names them in the head; crawlers want whole addresses, their own as well."""
        here, url = page.canonical_url or "", self._address(page)
        return [
            heads.language_link(one.lang, urljoin(here, url(one.path)))
            for one in self._shelved.languages(page.file.src_uri)
        ]

    def _fixed(self, article: Article) -> str:
        return retired_by(article, supported_by(self._kb.review.supported))

    def _linked(
        self, pages: tuple[tuple[str, str], ...], url: furniture.Address
    ) -> tuple[furniture.Link, ...]:
        return tuple(furniture.Link(title=title, url=url(source)) for source, title in pages)

    def _address(self, page: Page) -> furniture.Address:
        return lambda source: get_relative_url(self._url(source), page.url)

    def _url(self, source: str) -> str:
        if whole := self._files.src_uris.get(source):
            return whole.url
        path, hash_, anchor = source.partition("#")
        file = self._files.src_uris.get(path)
        return f"{file.url if file else path}{hash_}{anchor}"

    def _contact_source(self) -> str:
        return source_of(self._kb.site.contact)

    def _place(self, page: Page) -> furniture.Place:
        contact, source = self._kb.site.contact, self._contact_source()
        if source:
            file = self._files.src_uris.get(source)
            contact = get_relative_url(file.url if file else contact, page.url)
        root = get_relative_url(".", page.url)
        return furniture.Place(
            service=self._kb.site.service.rstrip("/"), contact=contact, root=f"{root.rstrip('/')}/"
        )


def _root(config: MkDocsConfig) -> Path:
    return Path(config.config_file_path).parent
