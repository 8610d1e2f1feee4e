"""Renders an article's Markdown: CommonMark with tables, code in the theme's colours, anchors."""

import html
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

from markdown.extensions.toc import slugify, unique
from markdown_it import MarkdownIt
from markdown_it.token import Token
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from kb.articles.article import Article
from kb.articles.headings import address, heading
from kb.articles.markup import inert
from mkdocs_docworthy.sanitise import clean

_ADDRESS = re.compile(r'(?<= )(href|src)="([^"]*)"')


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """How headings are addressed, as the site's `toc` extension says.

    Attributes:
        permalink: Text of the link beside a heading; `""` for none.
        title: That link's title.
    """

    slug: Callable[[str, str], str] = slugify
    separator: str = "-"
    permalink: str = ""
    title: str = "Permanent link"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """One heading: its level from 1, its anchor, and its text without marks."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What an article says, as sanitised HTML whose addresses are still those of the Markdown.

    Attributes:
        links: Each address that it leads to or shows, once, in order.
    """

    html: str
    headings: tuple[Heading, ...]
    links: tuple[str, ...]


def anchors_of(toc: Mapping[str, Any]) -> Anchors:
    """Return how headings are addressed from the options of Python-Markdown's `toc`."""
    permalink = toc.get("permalink") or ""
    return Anchors(
        slug=toc.get("slugify") or slugify,
        separator=str(toc.get("separator") or "-"),
        permalink="¶" if permalink in (True, "true", "True") else str(permalink),
        title=str(toc.get("permalink_title") or "Permanent link"),
    )


def body_of(article: Article, anchors: Anchors) -> Body:
    """Return the article's title and sections as HTML."""
    parts = [
        f"## {heading(name, article.lang)}\n\n{inert(text)}" for name, text in article.sections
    ]
    made = _Making(anchors=anchors)
    title = made.heading(1, article.title, html.escape(article.title, quote=False))
    tokens = _markdown().parse("\n\n".join(parts))
    made.walk(tokens)
    rendered = _markdown().renderer.render(tokens, _markdown().options, {})
    return Body(
        html=clean(f"{title}\n{rendered}"),
        headings=tuple(made.headings),
        links=tuple(dict.fromkeys(made.links)),
    )


def titled(title: str, anchors: Anchors) -> tuple[str, Heading]:
    """Return a page's title as HTML, and as a heading."""
    made = _Making(anchors=anchors)
    return made.heading(1, title, html.escape(title, quote=False)), made.headings[0]


def with_addresses(body: str, urls: Mapping[str, str]) -> str:
    """Return the body's HTML with each address of `urls` replaced by what it stands for."""

    def put(match: re.Match[str]) -> str:
        url = urls.get(html.unescape(match.group(2)))
        return match.group() if url is None else f'{match.group(1)}="{html.escape(url)}"'

    return _ADDRESS.sub(put, body)


@dataclass(slots=True, kw_only=True)
class _Making:
    """What is noted on the way through one article."""

    anchors: Anchors
    headings: list[Heading] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def heading(self, level: int, text: str, inner: str) -> str:
        """Return a heading with its anchor, and the link to it."""
        slug = self.anchors.slug(text, self.anchors.separator)
        anchor = unique(slug, self.taken)
        self.headings.append(Heading(level=level, anchor=anchor, text=text))
        return f'<h{level} id="{anchor}">{inner}{self._permalink(anchor)}</h{level}>'

    def walk(self, tokens: Sequence[Token]) -> None:
        """Note headings and addresses, and turn marks of the engine into marks of the theme."""
        for place, token in enumerate(tokens):
            if token.type == "heading_open":
                self._anchor(token, tokens[place + 1])
            elif token.type in ("th_open", "td_open") and "style" in token.attrs:
                token.attrs["align"] = str(token.attrs.pop("style")).removeprefix("text-align:")
            for child in token.children or ():
                address = child.attrs.get("href", child.attrs.get("src"))
                if address is not None:
                    self.links.append(str(address))

    def _anchor(self, token: Token, inline: Token) -> None:
        words = (c.content for c in inline.children or () if c.type in ("text", "code_inline"))
        text = html.unescape("".join(words))
        slug = self.anchors.slug(address(text), self.anchors.separator)
        anchor = unique(slug, self.taken)
        self.headings.append(Heading(level=int(token.tag[1]), anchor=anchor, text=text))
        token.attrs["id"] = anchor
        if link := self._permalink(anchor):
            inline.children = [*(inline.children or ()), Token("raw", "", 0, content=link)]

    def _permalink(self, anchor: str) -> str:
        if not self.anchors.permalink:
            return ""
        title, text = html.escape(self.anchors.title), html.escape(self.anchors.permalink)
        return f'<a class="headerlink" href="#{anchor}" title="{title}">{text}</a>'


@cache
def _markdown() -> MarkdownIt:
    engine = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    engine.add_render_rule("fence", _code)
    engine.add_render_rule("code_block", _code)
    engine.add_render_rule("raw", lambda _, tokens, place, *__: tokens[place].content)
    return engine


def _code(_: Any, tokens: Sequence[Token], place: int, *__: Any) -> str:
    """Return a block of code as pymdownx.highlight writes it: the theme knows those classes."""
    token = tokens[place]
    words = token.info.split()
    language = words[0].strip("{.}").lower() if words else ""
    lexer = _lexer(language)
    if lexer:
        inner = highlight(token.content, lexer, _formatter())
    else:
        inner = html.escape(token.content, quote=False)
    name = f"language-{language} " if lexer else ""
    return f'<div class="{name}highlight"><pre><span></span><code>{inner}</code></pre></div>\n'


@cache
def _formatter() -> Any:
    return HtmlFormatter(nowrap=True)


@lru_cache(maxsize=200)
def _lexer(language: str) -> Any:
    if not language or language in ("text", "txt", "plain", "console-output"):
        return None
    try:
        return get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return None
