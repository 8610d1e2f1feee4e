"""Reads what HTML and XML say: to a reader, and in the places that no reader looks at."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from typing import Any

_TOKEN = re.compile(
    r"""(?xsi)
      <!--(?P<comment>.*?)(?:-->|\Z)
    | <(?P<mute>script|style|svg|template)\b(?P<with>(?:[^>"']++|"[^"]*+"|'[^']*+')*+)>
      (?P<inside>.*?)(?:</(?P=mute)\s*>|\Z)
    | <(?P<end>/?)(?P<tag>[a-z][^\s/>]*+)(?P<attributes>(?:[^>"']++|"[^"]*+"|'[^']*+')*+)>
    | <[!?][^>]*>
    """
)
_NO_TOKEN = (None,) * _TOKEN.groups
"""What a token's groups hold where there is none."""
_ATTRIBUTE = re.compile(r"""([^\s"'=<>/]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
_DRAWN = re.compile(r"""\bd=(["'])[Mm][\s\d,.eE+MmLlHhVvCcSsQqTtAaZz-]*\1""")
"""The path of a picture: its numbers, run together as icons have them, may look like addresses."""
_EMPTY = re.compile(r"\n\s*\n")
_LINE = re.compile(r"\S.*")
_MAIN = frozenset({"article", "main"})
_INLINE = frozenset({"a", "abbr", "b", "code", "del", "em", "i", "ins", "kbd", "mark", "s", "span",
                     "strong", "sub", "sup"})  # fmt: skip
_BARE = re.compile(
    rf"</?(?!(?:{'|'.join(sorted(_INLINE))}|td|th|script|style|svg|template)[\s>/])"
    r"[a-zA-Z][\w:.-]*\s*/?>",
    re.I,
)
"""A tag that says nothing but its name and stands between words: a sitemap has no others."""
_CELLS = frozenset({"td", "th"})
_SPOKEN = frozenset({"href", "src", "alt", "title", "aria-label"})
_FORM = frozenset({"class", "style", "id", "rel", "type", "for", "role", "media", "d", "viewbox"})
_PLAIN_KEYS = frozenset({"@context", "@type", "about", "dateModified", "headline", "inLanguage",
                         "keywords", "mainEntityOfPage", "name", "url"})  # fmt: skip
"""Keys of JSON-LD that make no secret of what stands under them."""
_META = frozenset({"description", "author", "keywords", "title", "subject"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a page says.

    Attributes:
        main: Title, description and main text, inline marks closed up, entities resolved; a
            row of a table is one line.
        rest: Everything else: menus, comments, scripts, attributes; each once.
    """

    main: str
    rest: tuple[str, ...]


class _Reader:
    """Where the words of a page go, by the tags that stand open."""

    def __init__(self) -> None:
        self.head, self.main, self.around = list[str](), list[str](), list[str]()
        self.rest = dict[str, None]()
        self.here = self.around
        self.depth = 0
        self.in_title = self.between_cells = False

    def tag(self, name: str, ends: bool) -> None:
        """Take a tag that stands between words, not amid them."""
        if name in _CELLS:
            self.between_cells = ends
            self.here.append(" ")
            return
        if name in _MAIN:
            self.depth = max(0, self.depth + (-1 if ends else 1))
            self.here = self.main if self.depth else self.around
        elif name == "title":
            self.in_title = not ends
            self.head.append("\n")
        self.between_cells = name == "tr" and not ends
        self.here.append("\n")

    def attributes(self, tag: str, raw: str) -> None:
        spoken, rest = _told(tag, raw, self.depth > 0)
        if spoken:
            self.head.append(spoken)
        if rest:
            self.rest.update(rest)

    def hidden(self, said: str | None, attributes: str | None) -> None:
        """Take what no reader sees: a comment, or what a tag keeps to itself."""
        if said:
            said = _DRAWN.sub("", said)
            self.rest.update(dict.fromkeys(_strings(said) if said[:1] == "{" else (said,)))
        if attributes:
            self.attributes("", attributes)


@lru_cache(maxsize=8192)
def _told(tag: str, raw: str, in_main: bool) -> tuple[str, dict[str, None]]:
    """Return what a tag's attributes say to a reader, and what else stands in them.

    A site's pages have most of their tags alike.
    """
    found = {
        name.lower(): unescape(first or second or third)
        for name, first, second, third in _ATTRIBUTE.findall(raw)
    }
    bare = _ATTRIBUTE.sub("", raw).strip(" /\n\t")
    spoken, rest = list[str](), {bare: None} if bare else {}
    told = tag == "meta" and (found.get("name") or found.get("property", "")).lower()
    for name, value in found.items():
        if (name == "content" and told and told.rpartition(":")[2] in _META) or (
            name in _SPOKEN and in_main
        ):
            spoken.append(f"\n{value}\n")
        elif name not in _FORM and value:
            rest[value] = None
    return "".join(spoken), rest


def said(page: str) -> Said:
    """Return everything an HTML page says; what is no well-formed tag is read as text."""
    reader, parts = _Reader(), [*_TOKEN.split(page), *_NO_TOKEN]
    for at in range(0, len(parts), len(_NO_TOKEN) + 1):
        raw, comment, _, inner, hidden, end, tag, attributes = parts[at : at + 8]
        if raw and not (reader.between_cells and raw.isspace()):
            words = unescape(raw) if "&" in raw else raw
            (reader.head if reader.in_title else reader.here).append(words)
        if tag is None:
            reader.hidden(comment or hidden, inner)
            continue
        name = tag.lower()
        if name not in _INLINE:
            reader.tag(name, ends=bool(end))
        if attributes:
            reader.attributes(name, attributes)
    around = "".join(reader.around)
    if not (main := "".join(reader.main)).strip():
        return Said(main=_closed("".join([*reader.head, "\n", around])), rest=tuple(reader.rest))
    lines = (line.rstrip() for line in _LINE.findall(around))
    rest = dict.fromkeys([*reader.rest, *lines])
    return Said(main=_closed("".join([*reader.head, "\n", main])), rest=tuple(rest))


def _strings(script: str) -> Iterator[str]:
    """Yield what an article's JSON-LD says, each by itself: the page says it too."""
    found, todo = list[str](), [("about", _data(script))]
    while todo:
        key, value = todo.pop()
        if key not in _PLAIN_KEYS:
            yield script
            return
        if isinstance(value, tuple):
            todo += value
        elif isinstance(value, list):
            todo += [(key, one) for one in value]
        else:
            found.append(str(value))
    yield from found


def _data(script: str) -> Any:
    """Return what a script of data holds, objects as pairs; as it stands if it holds none."""
    try:
        return json.loads(script, object_pairs_hook=tuple)
    except (ValueError, RecursionError):
        return script


def _closed(text: str) -> str:
    """Return the text with one empty line where there are many: a third of a page is between tags."""
    return _EMPTY.sub("\n\n", text)


def plain(text: str) -> str:
    """Return the words of a piece of HTML or XML, markup inside entities and CDATA resolved too."""
    for _ in range(2):
        if "<" not in text:
            return unescape(text)
        text = _BARE.sub("\n", re.sub(r"<!\[CDATA\[|\]\]>", "", text))
        text = "\n".join(_all(said(text))) if "<" in text else unescape(text)
    return text


def _all(found: Said) -> Iterator[str]:
    yield found.main
    yield from found.rest
