"""Looks once more, at the bytes that would go out: the built pages, search index and sitemap."""

import json
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from pathlib import Path

from kb.articles.residue import SURE
from kb.errors import GateError, KbError, RedactionError
from kb.redaction import Finding

Find = Callable[[str], tuple[Finding, ...]]

_SILENT = {"script", "style", "template", "svg"}
_MAIN = {"article", "main"}
_INLINE = {"a", "abbr", "b", "code", "del", "em", "i", "ins", "kbd", "mark", "s", "span", "strong",
           "sub", "sup"}  # fmt: skip
_SPOKEN = ("href", "alt", "title")


class _Words(HTMLParser):
    """Collects what a page says: its title, description and main text, with link targets."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.main, self.all, self.head = list[str](), list[str](), list[str]()
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where we are, and what the attributes say."""
        values = dict(attrs)
        if tag in _SILENT | _MAIN | {"title"}:
            self._open.append(tag)
        if tag == "meta" and values.get("name") in ("description", "author", "keywords"):
            self.head.append(f"\n{values.get('content') or ''}\n")
        self._add("" if tag in _INLINE else "\n")
        said = [values[name] or "" for name in _SPOKEN if name in values]
        for value in said:
            self.head.extend([f"\n{value}\n"] if _MAIN & set(self._open) else [])

    def handle_endtag(self, tag: str) -> None:
        """Leave the place."""
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]
        self._add("" if tag in _INLINE else "\n")

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        self._add(data)

    def _add(self, text: str) -> None:
        if _SILENT & set(self._open):
            return
        if "title" in self._open:
            self.head.append(text)
        self.all.append(text)
        if _MAIN & set(self._open):
            self.main.append(text)


def words_of(page: str) -> str:
    """Return what an HTML page says to a reader, inline marks closed up, entities resolved."""
    words = _Words()
    words.feed(page)
    words.close()
    return "".join([*words.head, "\n", *(words.main or words.all)])


def leaks(site: Path, pages: Iterable[Path], urls: tuple[str, ...], find: Find) -> list[KbError]:
    """Return an error for each thing in the site's articles that must not go out.

    Args:
        site: The built site.
        pages: The built article pages.
        urls: Their addresses, relative to the site's root.
        find: The redactor's `find`; when it raises, nothing goes out.
    """
    found: list[KbError] = []
    for page in pages:
        name = page.relative_to(site).as_posix()
        found += _look(name, words_of(page.read_text(encoding="utf-8")), find)
    index = site / "search" / "search_index.json"
    if index.exists():
        found += _look("search/search_index.json", _entries(index, urls), find)
    return found


def drafts_in(site: Path) -> list[KbError]:
    """Return an error when anything of `drafts/` or `.evidence/` lies in the site."""
    found: list[KbError] = [
        GateError(f"{name}/", "drafts lie in the built site", "Take drafts/ out of the theme")
        for name in ("drafts", ".evidence")
        if (site / name).exists()
    ]
    sitemap = site / "sitemap.xml"
    if sitemap.exists() and "/drafts/" in sitemap.read_text(encoding="utf-8"):
        found.append(GateError("sitemap.xml", "it names a draft", "Leave draft_docs to the plugin"))
    return found


def _entries(index: Path, urls: tuple[str, ...]) -> str:
    rows = json.loads(index.read_text(encoding="utf-8"))["docs"]
    own = [row for row in rows if str(row.get("location", "")).split("#")[0] in urls]
    said = [[row.get("title", ""), row.get("text", ""), *row.get("tags", [])] for row in own]
    return "\n".join(words_of(str(text)) for row in said for text in row)


def _look(where: str, text: str, find: Find) -> list[KbError]:
    try:
        findings = find(text)
    except KbError:
        raise
    except Exception as error:
        raise RedactionError(
            where, f"the scanner failed ({type(error).__name__})", "Mend it, then build again"
        ) from None
    labels = sorted({finding.label for finding in findings if finding.confidence >= SURE})
    return [
        GateError(
            where,
            f"it holds what looks like {label}",
            "Take it out and have it approved again, or add the word to redaction.allow in kb.toml",
        )
        for label in labels
    ]
