"""Makes untrusted text safe: an allow-list for rendered HTML, entities for everything else."""

import html
import re
from typing import Any
from urllib.parse import urlsplit

import nh3

_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_CLASSED = {"a", "code", "span", "div", "pre", "table", "p", "ul", "ol", "li", "td", "th"}
_PLAIN = {"abbr", "b", "blockquote", "br", "caption", "dd", "del", "dl", "dt", "em", "hr", "i",
          "img", "ins", "kbd", "mark", "s", "strong", "sub", "sup", "tbody", "tfoot", "thead",
          "tr"}  # fmt: skip
_TAGS = _HEADINGS | _CLASSED | _PLAIN
_ATTRIBUTES = {
    **{tag: {"id"} for tag in _HEADINGS},
    **{tag: {"class"} for tag in _CLASSED},
    "a": {"class", "href", "title", "id", "name"},
    "img": {"src", "alt", "title", "width", "height"},
    "td": {"class", "align", "colspan", "rowspan"},
    "th": {"class", "align", "colspan", "rowspan", "scope"},
    "ol": {"class", "start"},
}
_MARKS = re.compile(r"""[<>"']""")
_ANCHOR = re.compile(r'<a((?: [\w-]+="[^"]*")*)>')


def clean(content: str) -> str:
    """Return the rendered HTML with nothing in it but what an article may show."""
    safe = nh3.clean(
        content,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        attribute_filter=_attribute,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    return _ANCHOR.sub(_outward, safe)


def as_text(words: str) -> str:
    """Return Markdown that renders as exactly `words`: every mark becomes a character entity."""
    one_line = " ".join(words.split())
    return re.sub(r"[!-/:-@\[-`{-~]", lambda mark: f"&#{ord(mark.group())};", one_line)


def escaped(value: str) -> str:
    """Return metadata that a theme may print anywhere: in a tag, an attribute or as text."""
    return html.escape(" ".join(value.split()))


def without_marks(value: Any) -> Any:
    """Return a page's front matter, at any depth, with nothing in it that a browser takes for markup.

    An entity that somebody wrote stays what it is.
    """
    if isinstance(value, str):
        return _MARKS.sub(lambda mark: f"&#{ord(mark.group())};", value)
    if isinstance(value, dict):
        return {key: without_marks(one) for key, one in value.items()}
    return [without_marks(one) for one in value] if isinstance(value, list) else value


def _attribute(tag: str, name: str, value: str) -> str | None:
    """Drop pictures from other servers: they would tell who reads."""
    if (tag, name) == ("img", "src") and any(urlsplit(value)[:2]):
        return None
    return value


def _outward(anchor: re.Match[str]) -> str:
    attributes = anchor.group(1)
    if not re.search(r' href="(?:https?:)?//', attributes, re.I):
        return anchor.group()
    return f'<a{attributes} rel="noopener nofollow ugc">'
