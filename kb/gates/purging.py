"""Takes an article away from everything that was made of it: pages, indexes, lists, caches."""

import contextlib
import gzip
import html
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.articles.article import Article
from kb.articles.library import write
from kb.errors import KbError

KEPT = frozenset({"secret", "lock", "identities", ".gitignore"})
"""What stays in `.kb/`: none of it is made from articles."""
_STORE = ("store.sqlite3", "store.sqlite3-wal", "store.sqlite3-shm")
_TEXTS = (".html", ".htm", ".xml", ".txt", ".md", ".json", ".js", ".csv", ".rss", ".atom", ".map")
_ROW = re.compile(r"<(url|item|entry|li)\b(?:(?!<\1\b).)*?</\1\s*>", re.S | re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What tells that an article was there: its address, its title, its customers' words.

    Attributes:
        id: The article's id.
        words: Title and aliases, as they were written.
    """

    id: str
    words: tuple[str, ...]

    def stand_in(self, text: str) -> bool:
        """Say whether anything of the article is left in the text."""
        return any(one in text for one in self._spellings())

    def _spellings(self) -> Iterator[str]:
        yield self.id
        for words in self.words:
            yield words
            yield html.escape(words)
            yield html.escape(words, quote=False)
            yield json.dumps(words)[1:-1]


def traces_of(article_id: str, articles: Iterable[Article]) -> Traces:
    """Return the traces of all versions of an article that there are."""
    words = dict.fromkeys(
        text for one in articles for text in (one.title, *one.aliases) if len(text) >= 8
    )
    return Traces(id=article_id, words=tuple(words))


def sources(docs: Path, article_id: str) -> tuple[Path, ...]:
    """Return the files of the library that are the article: page, draft and evidence."""
    paths = (
        docs / "articles" / f"{article_id}.md",
        docs / "drafts" / f"{article_id}.md",
        docs / ".evidence" / f"{article_id}.json",
    )
    return tuple(path for path in paths if path.exists() or path.is_symlink())


def own_pages(site: Path, article_id: str) -> tuple[Path, ...]:
    """Return the built files that are the article's alone."""
    below = [site / "articles" / article_id, site / "articles" / f"{article_id}.html"]
    below += [site / "articles" / f"{article_id}.md"]
    found = [path for one in below for path in (one, *one.rglob("*"))]
    return tuple(sorted({path for path in found if path.is_file() or path.is_symlink()}))


def mentioning(folder: Path, traces: Traces, kept: frozenset[str] = frozenset()) -> Iterator[Path]:
    """Yield every file below the folder in which anything of the article stands."""
    for path in sorted(folder.rglob("*")):
        if path.name in kept or path.name in _STORE or path.is_symlink() or not path.is_file():
            continue
        text = _unpacked(path).decode("utf-8", "replace")
        if traces.stand_in(text) or traces.stand_in(path.relative_to(folder).as_posix()):
            yield path


def _unpacked(path: Path) -> bytes:
    data = path.read_bytes()
    if path.suffix != ".gz":
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return data


def cleaned(path: Path, traces: Traces) -> str | None:
    """Return the file's text without the rows that tell of the article.

    None where a trace is left, or the file is of a kind that has no rows: it has to go whole.
    """
    if path.suffix not in _TEXTS:
        return None
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return None
    if path.suffix in (".json", ".map"):
        text = _without_rows(text, traces)
    elif path.suffix in (".txt", ".md", ".csv"):
        lines = text.splitlines(keepends=True)
        text = "".join(line for line in lines if not traces.stand_in(line))
    else:
        text = _ROW.sub(lambda row: "" if traces.stand_in(row.group()) else row.group(), text)
    return None if traces.stand_in(text) else text


def _without_rows(text: str, traces: Traces) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return json.dumps(_pruned(value, traces), ensure_ascii=False, separators=(",", ":"))


def _pruned(value: Any, traces: Traces) -> Any:
    """Return a JSON value without list members and keys that tell of the article."""
    if isinstance(value, list):
        return [_pruned(one, traces) for one in value if not _is_row(one, traces)]
    if isinstance(value, dict):
        return {
            key: _pruned(one, traces)
            for key, one in value.items()
            if not (traces.stand_in(key) or (isinstance(one, str) and traces.stand_in(one)))
        }
    return value


def _is_row(value: Any, traces: Traces) -> bool:
    """Say whether a list's member itself tells of the article, not only something deep in it."""
    if isinstance(value, str):
        return traces.stand_in(value)
    leaves: Iterable[Any] = value.values() if isinstance(value, dict) else ()
    if isinstance(value, list):
        leaves = value
    return any(isinstance(one, str) and traces.stand_in(one) for one in leaves)


def take_away(path: Path) -> None:
    """Remove a file, and its folder once that is empty."""
    path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        path.parent.rmdir()


def rewrite(path: Path, traces: Traces) -> bool:
    """Take the article's rows out of a file, or the file away; return whether it is left."""
    text = cleaned(path, traces)
    if text is None:
        take_away(path)
        return False
    try:
        write(path, text)
    except KbError:
        take_away(path)
        return False
    return True
