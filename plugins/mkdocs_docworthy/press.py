"""Makes an article's finished page with MkDocs' own theme, context and hooks, and nothing else."""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import unescape
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
from mkdocs_docworthy.stencil import Stencil, Watched, cut, mark, plain

Furnish = Callable[[Article, str, Page], str]
"""Sets the furniture around an article's body on its page."""
Head = Callable[[Article, Page], str]
"""Return what machines read of an article in its page's head."""
_EVENTS = ("page_context", "post_page")
_LOOKED_AT = 64
"""One of so many pages is printed both ways."""
_SIMPLE = re.compile(r"[\w-]+")
"""What no theme has a reason to escape."""

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


class Unlike(Exception):  # noqa: N818
    """A page from the stencil is not what the theme prints: the theme prints more than words."""


class _ArticlePage(Page):
    """A page that knows what its head says: hooks ask for it in processes that have no cache."""

    head: str


def head_of(page: Page) -> str | None:
    """Return what the head of an article's page says, None for a page that shows no article."""
    return page.head if isinstance(page, _ArticlePage) else None


@dataclass(slots=True)
class _Kind:
    """Pages that differ in their words alone: how many were printed, and from what."""

    printed: int = 0
    stencil: Stencil | None = None


class Press:
    """One build's theme and navigation, ready to print articles."""

    def __init__(
        self,
        config: MkDocsConfig,
        nav: Navigation,
        env: Environment,
        pages: Sequence[File],
        furnish: Furnish,
        head: Head,
    ) -> None:
        self._config, self._nav, self._env = config, nav, env
        self._pages, self._furnish, self._head = pages, furnish, head
        self._kinds = dict[object, _Kind]()
        self._by_stencil = self._is_alone()

    def page(self, file: File, article: Article, body: str, headings: Sequence[Heading]) -> bytes:
        """Return an article's page. The same arguments give the same bytes, in any process.

        Raises:
            Unlike: The theme prints pages otherwise than the first ones told; ask `whole` first.
        """
        meta = article_page.meta(article)
        page = _ArticlePage(meta["title"], _own(file), self._config)
        page.meta = meta
        page.head, page.content = self._head(article, page), self._furnish(article, body, page)
        kind, values = _told(page, headings)
        known = self._kinds.setdefault(kind, _Kind()) if kind and self._by_stencil else _Kind()
        known.printed += 1
        printed = known.stencil and known.stencil.filled(values)
        if printed and known.printed % _LOOKED_AT:
            return _bytes(printed)
        page.markdown = article_page.twin(article)
        output = self._themed(page, headings)
        if printed and printed != output:
            raise Unlike
        if known.printed == 2:
            stencil = self._stencil(page, headings, values)
            known.stencil = stencil if stencil and stencil.filled(values) == output else None
        return _bytes(output)

    def whole(self) -> None:
        """Print every page by the theme alone from now on."""
        self._by_stencil = False

    def _is_alone(self) -> bool:
        """Say whether no other plugin has a part in each page."""
        hooks = (hook for event in _EVENTS for hook in self._config.plugins.events[event])
        own = getattr(self._furnish, "__self__", None)
        return all(getattr(hook, "__self__", None) is own for hook in hooks)

    def _stencil(
        self, like: Page, headings: Sequence[Heading], values: Sequence[str]
    ) -> Stencil | None:
        """Return the stencil of the pages that are like one."""
        marks: list[str] = [plain(0), Watched(f"<h1>{plain(1)}</h1>"), f"<!--{plain(2)}-->"]
        marks += [
            Watched(mark(number)) for number in range(len(marks), len(values) - len(headings))
        ]
        marks += [plain(number) for number in range(len(marks), len(values))]
        folder = like.file.src_uri.rpartition("/")[0]
        file = File(f"{folder}/{marks[0]}.md", like.file.src_dir, self._config.site_dir,
                    like.file.use_directory_urls)  # fmt: skip
        file.generated_by = like.file.generated_by
        words = iter(marks[3:])
        page = _ArticlePage(like.meta["title"], file, self._config)
        page.meta = _each_text(like.meta, lambda _: next(words))
        page.title, page.content, page.head = page.meta["title"], marks[1], marks[2]
        page.markdown = ""
        texts = [unescape(str.__str__(next(words))) for _ in headings]
        marked = [Heading(level=one.level, anchor=anchor, text=text)
                  for one, text, anchor in zip(headings, texts, words, strict=True)]  # fmt: skip
        return cut(self._themed(page, marked), marks)

    def listing(self, file: File, heading: Heading, content: Callable[[Page], str]) -> bytes:
        """Return the page of a list; `content` is made as seen from it."""
        meta = article_page.meta_of_list(heading.text)
        page = Page(meta["title"], _own(file), self._config)
        page.meta, page.markdown = meta, ""
        page.content = content(page)
        return _bytes(self._themed(page, (heading,)))

    def chrome(self, file: File) -> str:
        """Return a digest of everything on an article's page that does not come from the article.

        It is that of a probe: one page that is printed anew in each build. Whatever changes the
        theme, an option, the navigation or another plugin's part, changes the probe.
        """
        body = '<h1 id="t">T</h1>\n<h2 id="resolution">R</h2>\n<p>R</p>'
        return hashlib.sha256(self.page(file, _PROBE, body, _PROBE_HEADINGS)).hexdigest()

    def _themed(self, page: Page, headings: Sequence[Heading]) -> str:
        page.toc = get_toc(_nested(headings))
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


def _bytes(page: str) -> bytes:
    return page.encode("utf-8", errors="xmlcharrefreplace")


def _told(page: _ArticlePage, headings: Sequence[Heading]) -> tuple[object, list[str]]:
    """Return the kind of a page, and its own words: its name, content and head first, anchors last.

    The kind is None where an address needs more than to be printed.
    """
    folder, _, name = page.file.src_uri.removesuffix(".md").rpartition("/")
    texts, anchors = list[str](), [one.anchor for one in headings]

    def take(text: str) -> str:
        texts.append(text)
        return "-" if text else ""

    shape = _each_text(page.meta, take)
    is_simple = name.isascii() and all(map(_SIMPLE.fullmatch, (name, *anchors)))
    kind = (folder, repr(shape), tuple(one.level for one in headings)) if is_simple else None
    said = [escaped(one.text) for one in headings]
    return kind, [name, str(page.content), page.head, *texts, *said, *anchors]


def _each_text(value: Any, put: Callable[[str], str]) -> Any:
    """Return front matter with each text in it replaced; keys stay, and so does what is no text."""
    if isinstance(value, str):
        return put(value)
    if isinstance(value, dict):
        return {key: _each_text(one, put) for key, one in value.items()}
    return [_each_text(one, put) for one in value] if isinstance(value, list) else value


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
