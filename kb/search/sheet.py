"""What is kept of a page for finding it: its lines, each with its kind and its landing place."""

import html
import json
import re
from collections import Counter
from dataclasses import dataclass
from enum import IntEnum

from markdown.extensions.toc import slugify

from kb.articles.headings import address

MAX_LINE = 300
"""Characters of a line; a longer one is cut between words into several."""


class Kind(IntEnum):
    """What a line is: kinds weigh differently, and aliases are never shown."""

    TITLE = 0
    ALIAS = 1
    HEADING = 2
    BODY = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line or sentence of a page.

    Attributes:
        section: Index into the sheet's anchors.
        cut: 1 where it was too long and goes on in the next line after a blank, 2 where it goes on
            in the midst of a word, else 0.
    """

    kind: Kind
    section: int
    text: str
    cut: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One page, as it is found.

    Attributes:
        path: The Markdown file, relative to the docs folder.
        id: The article's id, or the path.
        url: Its address relative to the site's root.
        anchors: Landing places; the first one is `""`, the page's top.
        lines: The title first.
    """

    path: str
    id: str
    url: str
    title: str
    lang: str
    anchors: tuple[str, ...]
    lines: tuple[Line, ...]

    def to_json(self) -> str:
        """Return the sheet as the index and the browser keep it."""
        lines = [[int(line.kind), line.section, line.text, *([line.cut] if line.cut else [])]
                 for line in self.lines]  # fmt: skip
        body = {"p": self.path, "i": self.id, "u": self.url, "t": self.title, "l": self.lang,
                "a": self.anchors, "x": lines}  # fmt: skip
        return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Sheet:
    """Read what `Sheet.to_json` wrote."""
    row = json.loads(text)
    lines = tuple(Line(Kind(kind), *rest) for kind, *rest in row["x"])
    return Sheet(path=row["p"], id=row["i"], url=row["u"], title=row["t"], lang=row["l"],
                 anchors=tuple(row["a"]), lines=lines)  # fmt: skip


@dataclass(slots=True)
class _Writer:
    """Collects anchors and lines while the Markdown is read from top to bottom."""

    anchors: list[str]
    lines: list[Line]
    seen: Counter[str]

    def heading(self, text: str) -> None:
        """Start a section at a heading, with the anchor that MkDocs will give it."""
        slug = slugify(address(plain(text)), "-")
        number = self.seen[slug]
        self.seen[slug] += 1
        self.anchors.append(f"{slug}_{number}" if number else slug)
        self.add(Kind.HEADING, text)

    def add(self, kind: Kind, text: str) -> None:
        """Add the text's sentences to the section that is open."""
        for sentence, cut in _sentences(plain(text)):
            self.lines.append(Line(kind, len(self.anchors) - 1, sentence, cut))

    def code(self, text: str) -> None:
        """Add a line of a code block as it stands there: nothing in it is markup."""
        for piece, cut in _pieces(" ".join(text.split())):
            self.lines.append(Line(Kind.BODY, len(self.anchors) - 1, piece, cut))


_HEADING = re.compile(r"\A {0,3}(#{1,6})[ \t]+(.+?)[ \t#]*\Z")
_FENCE = re.compile(r"\A[ \t>]*(?:(?:[-*+]|\d+[.)])[ \t]+)?(`{3,}(?!.*`)|~{3,})[ \t]*(.*)")
"""A fence, also below a step or in a quotation, and what stands behind it."""
_ISSUE = frozenset({"issue", "symptoms", "symptom", "problem", "summary"})
_END = re.compile(r"(?<=[.!?])\s+(?=\S)|(?<=[。！？])")
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]*)\](?:\([^)]*\)|\[[^\]]*\])")
_CODE = r"`[^`]*`"
_PLACEHOLDER = r"[a-z]+(?:[-:][a-z0-9]+)+>"
_TAG = re.compile(rf"(?P<code>{_CODE})|</?(?!{_PLACEHOLDER})[a-zA-Z][^<>]*>|<!--.*?-->")
"""An HTML tag; code, and a placeholder such as `<customer-host-1>`, stay as they are."""
_MARK = re.compile(r"\*{1,3}|~~|`+|(?<!\w)_{1,2}(?=\S)|(?<=\S)_{1,2}(?!\w)")
_LEAD = re.compile(r"\A\s*(?:>\s?|[-*+]\s|\d+[.)]\s|\|)*\s*(?:\[!\w+\])?")


def make_sheet(
    *, path: str, url: str, title: str, lang: str, markdown: str, aliases: tuple[str, ...] = (),
    id: str = "", tags: tuple[str, ...] = (),
) -> Sheet:  # fmt: skip
    """Return the sheet of a page from its Markdown, front matter taken off."""
    writer = _Writer([""], [], Counter())
    writer.lines.append(Line(Kind.TITLE, 0, plain(title)[:MAX_LINE]))
    for alias in aliases:
        writer.add(Kind.ALIAS, alias)
    _read(markdown, writer, title)
    if tags:
        writer.lines.append(Line(Kind.ALIAS, 0, " ".join(tags)[:MAX_LINE]))
    return Sheet(path=path, id=id or path, url=url, title=plain(title), lang=lang,
                 anchors=tuple(writer.anchors), lines=tuple(writer.lines))  # fmt: skip


def _read(markdown: str, writer: _Writer, title: str) -> None:
    fence = ""
    for raw in markdown.splitlines():
        mark = _FENCE.match(raw)
        if mark and not fence:
            fence = mark[1]
            continue
        if mark and mark[1].startswith(fence) and not mark[2]:
            fence = ""
            continue
        match = _HEADING.match(raw)
        if fence:
            writer.code(raw)
        elif match is None:
            writer.add(Kind.BODY, _LEAD.sub("", raw))
        elif len(match.group(1)) > 1:
            writer.heading(match.group(2))
        elif plain(match.group(2)) != plain(title):
            writer.add(Kind.HEADING, match.group(2))


def plain(text: str) -> str:
    """Return a line of Markdown as a reader sees it.

    >>> plain("Set **`proxy_read_timeout`** as in [the docs](x.md)&nbsp;<br>now")
    'Set proxy_read_timeout as in the docs now'
    >>> plain("Ask <customer-host-1> for `<Proxy>`")
    'Ask <customer-host-1> for <Proxy>'
    """
    if "[" in text:
        text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    if "<" in text:
        text = _TAG.sub(lambda match: match["code"] or " ", text)
    text = _MARK.sub("", text.replace("\\_", "_").replace("\\*", "*"))
    if "&" in text:
        text = html.unescape(text)
    return " ".join(text.replace("|", " ").split())


def _sentences(text: str) -> list[tuple[str, int]]:
    parts = [text] if len(text) < 60 else _END.split(text)
    return [piece for part in parts if part for piece in _pieces(part)]


def _pieces(text: str) -> list[tuple[str, int]]:
    """Return a text in pieces that are not too long, each with how it was cut (`Line.cut`)."""
    pieces = []
    while len(text) > MAX_LINE:
        at = text.rfind(" ", MAX_LINE // 2, MAX_LINE)
        cut = 1 if at > 0 else 2
        at = at if at > 0 else MAX_LINE
        pieces.append((text[:at].strip(), cut))
        text = text[at:].strip()
    return [*pieces, (text, 0)] if text else pieces
