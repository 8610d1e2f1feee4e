"""Makes an article's finished page with MkDocs' own theme, context and hooks, and nothing else."""

import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from jinja2 import Environment
from mkdocs.commands.build import get_context
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page
from mkdocs.structure.toc import get_toc

from kb.articles.article import Article
from mkdocs_docworthy import article_page
from mkdocs_docworthy.bodies import Heading
from mkdocs_docworthy.sanitise import escaped

Furnish = Callable[[Article, str, Page], str]
"""Sets the furniture around an article's body on its page."""

_PROBE = Article(
    id="x",
    title="T",
    products=("P",),
    versions=("1",),
    tags=("t",),
    aliases=("a",),
    sections=(("Issue", "I"), ("Resolution", "R")),
)
_PROBE_HEADINGS = (
    Heading(level=1, anchor="t", text="T"),
    Heading(level=2, anchor="issue", text="I"),
    Heading(level=3, anchor="r", text="R"),
)


class _ArticlePage(Page):
    """A page that knows its article: hooks ask for it in processes that have no cache."""

    article: Article


def article_on(page: Page) -> Article | None:
    """Return the article that a page shows, None where it shows none."""
    return page.article if isinstance(page, _ArticlePage) else None


class Press:
    """One build's theme and navigation, ready to print articles."""

    def __init__(
        self,
        config: MkDocsConfig,
        nav: Navigation,
        env: Environment,
        pages: Sequence[File],
        furnish: Furnish,
    ) -> None:
        self._config, self._nav, self._env = config, nav, env
        self._pages, self._furnish = pages, furnish

    def page(self, file: File, article: Article, body: str, headings: Sequence[Heading]) -> bytes:
        """Return an article's page. The same arguments give the same bytes, in any process."""
        meta = article_page.meta(article)
        page = _ArticlePage(meta["title"], _own(file), self._config)
        page.article, page.meta, page.markdown = article, meta, article_page.twin(article)
        return self._themed(page, headings, lambda: self._furnish(article, body, page))

    def listing(self, file: File, heading: Heading, content: Callable[[Page], str]) -> bytes:
        """Return the page of a list; `content` is made as seen from it."""
        meta = article_page.meta_of_list(heading.text)
        page = Page(meta["title"], _own(file), self._config)
        page.meta, page.markdown = meta, ""
        return self._themed(page, (heading,), lambda: content(page))

    def chrome(self, file: File) -> str:
        """Return a digest of everything on an article's page that does not come from the article.

        It is that of a probe: one page that is printed anew in each build. Whatever changes the
        theme, an option, the navigation or another plugin's part, changes the probe.
        """
        body = '<h1 id="t">T</h1>\n<h2 id="resolution">R</h2>\n<p>R</p>'
        return hashlib.sha256(self.page(file, _PROBE, body, _PROBE_HEADINGS)).hexdigest()

    def _themed(self, page: Page, headings: Sequence[Heading], content: Callable[[], str]) -> bytes:
        page.toc, page.content = get_toc(_nested(headings)), content()
        config = self._config
        config._current_page = page
        page.active = True
        try:
            context = get_context(self._nav, self._pages, config, page)
            template = self._env.get_template("main.html")
            context = config.plugins.on_page_context(
                context, page=page, config=config, nav=self._nav
            )
            output = template.render(context)
            output = str(config.plugins.on_post_page(output, page=page, config=config))
            return output.encode("utf-8", errors="xmlcharrefreplace")
        finally:
            page.active = False
            config._current_page = None


def _own(file: File) -> File:
    """Return a file that has no page yet, at the same addresses."""
    own = File(file.src_uri, file.src_dir, file.dest_dir, file.use_directory_urls)
    own.generated_by = file.generated_by
    return own


def _nested(headings: Sequence[Heading]) -> Any:
    """Return the headings as Python-Markdown's `toc` nests them: each below the last higher one."""
    top: list[dict[str, Any]] = []
    path: list[dict[str, Any]] = []
    for heading in headings:
        token = {
            "level": heading.level,
            "id": heading.anchor,
            "name": escaped(heading.text),
            "html": escaped(heading.text),
            "data-toc-label": "",
            "children": [],
        }
        while path and path[-1]["level"] >= heading.level:
            path.pop()
        (path[-1]["children"] if path else top).append(token)
        path.append(token)
    return top
