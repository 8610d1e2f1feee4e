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
        """Return the page's bytes. The same arguments give the same bytes, in any process."""
        own = File(file.src_uri, file.src_dir, file.dest_dir, file.use_directory_urls)
        meta = article_page.meta(article)
        page = Page(meta["title"], own, self._config)
        page.markdown = article_page.twin(article)
        page.meta = meta
        page.toc = get_toc(_nested(headings))
        page.content = self._furnish(article, body, page)
        return self._themed(page).encode("utf-8", errors="xmlcharrefreplace")

    def chrome(self, file: File) -> str:
        """Return a digest of everything on an article's page that does not come from the article.

        It is that of a probe: one page that is printed anew in each build. Whatever changes the
        theme, an option, the navigation or another plugin's part, changes the probe.
        """
        body = '<h1 id="t">T</h1>\n<h2 id="resolution">R</h2>\n<p>R</p>'
        return hashlib.sha256(self.page(file, _PROBE, body, _PROBE_HEADINGS)).hexdigest()

    def _themed(self, page: Page) -> str:
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
            return str(config.plugins.on_post_page(output, page=page, config=config))
        finally:
            page.active = False
            config._current_page = None


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
