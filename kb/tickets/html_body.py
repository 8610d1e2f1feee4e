"""Makes Markdown of an HTML body: what a reader would see of it, by an allow-list."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import nh3

from kb.tickets import markdown

DEEPEST = 60
"""Elements inside each other; those further down count as their text."""
_MARKS = {
    "b": markdown.STRONG, "strong": markdown.STRONG, "i": markdown.EMPHASIS,
    "em": markdown.EMPHASIS, "del": markdown.STRUCK, "s": markdown.STRUCK, "code": markdown.CODE,
    "kbd": markdown.CODE, "samp": markdown.CODE, "tt": markdown.CODE,
}  # fmt: skip
_INLINE = {*_MARKS, "a", "span", "font", "u", "small", "sub", "sup", "mark", "abbr", "label"}
_BLOCKS = {
    "p", "div", "section", "article", "header", "footer", "main", "center", "address", "figure",
    "figcaption", "details", "summary", "dl", "dt", "dd", "ul", "ol", "li", "blockquote", "pre",
    "table", "thead", "tbody", "tfoot", "tr", "td", "th", "caption",
    "h1", "h2", "h3", "h4", "h5", "h6",
}  # fmt: skip
_EMPTY = {"br", "hr", "img"}
_TAGS = _INLINE | _BLOCKS | _EMPTY
_GONE = {
    "script", "style", "head", "title", "template", "noscript", "svg", "math", "iframe", "object",
    "select", "textarea", "button", "canvas", "audio", "video",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"class", "style", "hidden"},
    "a": {"href"},
    "img": {"alt"},
    "ol": {"start"},
    "blockquote": {"type"},
}
_UNSEEN = re.compile(
    r"(?i)display\s*:\s*none|visibility\s*:\s*hidden|opacity\s*:\s*0(?![.\d]*[1-9])"
    r"|(font-size|max-height|height|width)\s*:\s*0(px|em|pt|%)?\s*(;|$)|mso-hide\s*:\s*all"
)
_QUOTE_CLASSES = {"gmail_quote", "yahoo_quoted", "moz-cite-prefix", "gmail_signature"}
_LANGUAGE = re.compile(r"(?:language|lang|highlight-source)-([\w+#.-]+)")


def from_html(html: str) -> str:
    """Return an HTML body as Markdown.

    Comments, scripts, what style hides, attributes and quoted earlier mails are left out; the
    text that is left stands character by character, so that redaction reads what goes on.

    Raises:
        ValueError: It is nested deeper than any mail; a parser's time would grow with the square.
    """
    if _depth(html) > _MOST_NESTED:
        raise ValueError("nested too deep")
    clean = nh3.clean(
        html,
        tags=_TAGS,
        clean_content_tags=_GONE,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel=None,
    )
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    return reader.markdown()


_MOST_NESTED = 400
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_CLOSED_ALONE = {"p", "li", "td", "th", "tr", "dd", "dt", "option", "tbody", "thead"}
_NO_END = {"br", "hr", "img", "input", "meta", "link", "wbr", "col", "area", "source", "embed"}
_UNCOUNTED = _CLOSED_ALONE | _NO_END


def _depth(html: str) -> int:
    """Return about how deep the elements are nested; those that end by themselves do not count."""
    depth = deepest = 0
    for match in _TAG.finditer(html):
        if match.group(2).lower() not in _UNCOUNTED:
            depth = max(0, depth - 1) if match.group(1) else depth + 1
            deepest = max(deepest, depth)
    return deepest


@dataclass(slots=True)
class _Frame:
    """An open element, and what was written in it so far."""

    tag: str
    attributes: dict[str, str]
    blocks: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    hidden: bool = False

    def flush(self) -> None:
        """End the paragraph that is being written."""
        if text := markdown.line("".join(self.inline)):
            self.blocks.append(text)
        self.inline.clear()

    def body(self, gap: str = "\n\n") -> str:
        """Return all that was written."""
        self.flush()
        return gap.join(self.blocks)


class _Reader(HTMLParser):
    """Writes while it reads: a stack of frames, no tree, so that no depth can break it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._frames = [_Frame("", {})]
        self._deeper = 0

    def markdown(self) -> str:
        while len(self._frames) > 1:
            self._close()
        return self._frames[0].body().strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _EMPTY:
            self._empty(tag, dict(attrs))
        elif len(self._frames) > DEEPEST:
            self._deeper += 1
        else:
            attributes = {name: value or "" for name, value in attrs}
            frame = _Frame(tag, attributes)
            frame.hidden = self._frames[-1].hidden or _is_unseen(attributes)
            self._frames.append(frame)

    def handle_endtag(self, tag: str) -> None:
        if tag in _EMPTY:
            return
        if self._deeper:
            self._deeper -= 1
        elif len(self._frames) > 1:
            self._close()

    def handle_data(self, data: str) -> None:
        frame = self._frames[-1]
        if frame.hidden:
            return
        if not any(one.tag == "pre" for one in self._frames):
            data = re.sub(r"[ \t\r\n\f\xa0]+", " ", data)
            if not frame.inline or frame.inline[-1].endswith("\n"):
                data = data if frame.tag in _INLINE else data.lstrip(" ")
        frame.inline.append(markdown.own(data))

    def _empty(self, tag: str, attributes: dict[str, str | None]) -> None:
        frame = self._frames[-1]
        if frame.hidden:
            return
        in_code = any(one.tag == "pre" for one in self._frames)
        if tag == "br":
            frame.inline.append("\n" if in_code else "  \n")
        elif tag == "img" and (alt := (attributes.get("alt") or "").strip()):
            frame.inline.append(markdown.own(f"[image: {alt}]"))
        elif tag == "img":
            frame.inline.append("[image]")

    def _close(self) -> None:
        frame = self._frames.pop()
        above = self._frames[-1]
        if frame.hidden:
            return
        if frame.tag in _INLINE and not frame.blocks:
            above.inline.append(self._inline(frame))
            return
        above.flush()
        if frame.tag in ("td", "th"):
            above.blocks.append(frame.body())
        elif frame.tag == "tr":
            frame.flush()
            above.rows.append(frame.blocks)
        elif frame.tag in ("thead", "tbody", "tfoot"):
            above.rows += frame.rows
        elif frame.tag == "li":
            above.blocks.append(_point(frame))
        elif text := self._block(frame):
            above.blocks.append(text)

    def _inline(self, frame: _Frame) -> str:
        text = "".join(frame.inline)
        if frame.tag == "a":
            return markdown.link(text, frame.attributes.get("href", ""))
        if pre := next((one for one in self._frames if one.tag == "pre"), None):
            pre.attributes["class"] = f"{_classes(pre)} {_classes(frame)}"
            return text
        return markdown.marked(_MARKS[frame.tag], text) if frame.tag in _MARKS else text

    def _block(self, frame: _Frame) -> str:
        if frame.tag == "pre":
            found = _LANGUAGE.search(_classes(frame))
            text = "\n".join([*frame.blocks, "".join(frame.inline)])
            return markdown.fence(text, found.group(1) if found else "") if text.strip() else ""
        if frame.tag == "ol":
            start = frame.attributes.get("start", "1")
            return markdown.listed(frame.blocks, int(start[:6]) if start.isdigit() else 1)
        if frame.tag == "ul":
            return markdown.listed(frame.blocks)
        if frame.tag == "table":
            return "\n\n".join(filter(None, [frame.body(), markdown.table(frame.rows)]))
        text = frame.body()
        if frame.tag == "blockquote":
            return markdown.quoted(text) if text else ""
        return markdown.heading(int(frame.tag[1]), text) if frame.tag in _HEADINGS else text


_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}


def _point(frame: _Frame) -> str:
    """Return a list's point; one paragraph and the list below it stand close together."""
    frame.flush()
    rest = frame.blocks[1:]
    tight = all(one.startswith(("- ", "1. ")) for one in rest)
    return ("\n" if tight else "\n\n").join(frame.blocks)


def _classes(frame: _Frame) -> str:
    return frame.attributes.get("class", "")


def _is_unseen(attributes: dict[str, str]) -> bool:
    cited = attributes.get("type") == "cite"
    quotes = not _QUOTE_CLASSES.isdisjoint(attributes.get("class", "").split())
    return (
        cited
        or quotes
        or "hidden" in attributes
        or bool(_UNSEEN.search(attributes.get("style", "")))
    )
