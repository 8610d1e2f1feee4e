"""Reads the articles once: what has not changed since the last build comes from the cache."""

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from kb import errors
from kb.articles.article import Article, Audience, Change, Risk, State, Verb
from kb.articles.library import Library
from kb.errors import KbError
from kb.gates.ledger import Stamp
from kb.search.reading import Read, Reads, read_article
from mkdocs_docworthy import gate
from mkdocs_docworthy.bodies import Anchors, Heading, body_of
from mkdocs_docworthy.cache import Cache, Kept
from mkdocs_docworthy.cards import Card, card_of, from_row
from mkdocs_docworthy.hands import each
from mkdocs_docworthy.related import terms_of

_KINDS = _KIND, _BODY, _ARTICLE, _TERMS = "reading", "body", "article", "terms"
Told = tuple[str, Any]
"""Key and value of what the cache knows of one file."""
_UNKNOWN: Told = ("", ())
_LINKED, _UNSETTLED = Stamp(-2, 0, 0, 0), Stamp(-1, 0, 0, 0)
"""No file stands so: it is a link, or it was written only just now."""
_CODE = (".py", ".html", ".toml", ".txt", ".css", ".js")
_CHANGE = tuple(one.name for one in fields(Change))
_CLOSED = {"state": State, "audience": Audience, "risk": Risk}


class Reading(NamedTuple):
    """One article as it was read: its card; the article itself only when somebody asks.

    Attributes:
        path: Source path below `docs/`.
        key: Digests of everything that reading it depends on, and of the file's bytes.
        links: Each address that it leads to or shows.
        drafts: How many of its links lead to a draft.
    """

    path: str
    key: str
    card: Card
    links: tuple[str, ...]
    drafts: int
    kept: Cache

    @property
    def article(self) -> Article:
        """The whole article."""
        return _article(json.loads(self.kept.large(_ARTICLE, self.path)))

    @property
    def terms(self) -> dict[str, int]:
        """Its words as the search knows them, each with its weight."""
        found: dict[str, int] = json.loads(self.kept.large(_TERMS, self.path))
        return found

    @property
    def body(self) -> str:
        """Its sanitised HTML, with the addresses of the Markdown."""
        return self.kept.large(_BODY, self.path).decode()

    @property
    def headings(self) -> tuple[Heading, ...]:
        """Its headings, the title first."""
        said = json.loads(self.kept.large(_KIND, self.path))
        return tuple(Heading(level=n, anchor=a, text=t) for n, a, t in said)

    @property
    def present_anchor_ids(self) -> frozenset[str]:
        """What can be linked to within the page, by the name that MkDocs asks its pages for."""
        return frozenset(heading.anchor for heading in self.headings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Everything that lies in the library, and what could not be read.

    Attributes:
        reads: What was read anew, as the search reads it.
    """

    found: Mapping[str, Reading]
    broken: tuple[KbError, ...]
    reads: Reads = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Made:
    """One file, read: what is kept of it, each under its kind, or why there is nothing."""

    path: str
    kept: Mapping[str, Kept]
    failure: tuple[str, ...] = ()
    found: Read | None = None


class Reader:
    """Reads a library through the cache.

    Args:
        library: Where the articles lie.
        anchors: How headings are addressed.
        site_url: The site's own address: a link may name a draft by it.
        stamp: Digest of the code and options that reading depends on.
    """

    def __init__(self, library: Library, anchors: Anchors, site_url: str, stamp: str) -> None:
        self._library, self._anchors = library, anchors
        self._site_url, self._stamp = site_url, stamp

    def read(self, cache: Cache) -> Readings:
        """Return all articles; only files that changed are parsed and rendered.

        A file that stands as it stood is not opened; one with the same bytes is not read anew.
        """
        known, there = cache.told(_KIND), dict(_files(self._library.docs))
        fresh = dict(self._unchanged(known, there, cache))
        stale = [(path, stamp) for path, stamp in there.items() if path not in fresh]
        made, broken = dict[str, _Made](), list[KbError]()
        for one in each(self._one, stale):
            if one.failure:
                broken.append(_error(one.failure))
            else:
                made[one.path] = one
        rows = {kind: {path: one.kept[kind] for path, one in made.items()} for kind in _KINDS}
        cache.keep_all(rows, gone=dict.fromkeys(_KINDS, known.keys() - there.keys()))
        for path, row in rows[_KIND].items():
            fresh[path] = _reading(path, row.key, json.loads(row.data)[1:], cache)
        reads = {path: ((there[path].changed, there[path].size), one.found)
                 for path, one in made.items() if one.found}  # fmt: skip
        return Readings(found=dict(sorted(fresh.items())), broken=tuple(broken), reads=reads)

    def _unchanged(
        self, known: Mapping[str, Told], there: Mapping[str, Stamp], cache: Cache
    ) -> Iterator[tuple[str, Reading]]:
        """Yield what need not be read anew; what only stands otherwise is noted."""
        moved = dict[str, Kept]()
        for path, stamp in there.items():
            key, told = known.get(path, _UNKNOWN)
            if stamp == _LINKED or not key.startswith(self._stamp):
                continue
            stood, *said = told
            if stamp == _UNSETTLED or stamp != tuple(stood):
                if key != self._key(path):
                    continue
                moved[path] = Kept(key=key, data=_json((stamp, *said)))
            yield path, _reading(path, key, said, cache)
        cache.keep(_KIND, moved)

    def _one(self, job: tuple[str, Stamp]) -> _Made:
        name, stamp = job
        path = self._library.docs / name
        key = self._key(name)
        try:
            article = self._library.read(path)
        except KbError as error:
            failure = (type(error).__name__, error.where, error.what, error.todo)
            return _Made(name, {}, failure)
        body = body_of(article, self._anchors)
        text = path.read_text(encoding="utf-8")
        row = (
            stamp,
            card_of(article).to_row(),
            body.links,
            len(gate.links_to_drafts(name, text, self._site_url)),
        )
        headings = [(h.level, h.anchor, h.text) for h in body.headings]
        whole = {one.name: getattr(article, one.name) for one in fields(article)}
        kept = {
            _KIND: Kept(key=key, data=_json(row), large=_json(headings)),
            _BODY: Kept(key=key, data=b"", large=body.html.encode()),
            _ARTICLE: Kept(key=key, data=b"", large=_json(whole)),
            _TERMS: Kept(key=key, data=b"", large=_json(terms_of(article))),
        }
        found = read_article(name, article, text) if name.startswith("articles/") else None
        return _Made(name, kept, found=found)

    def _key(self, path: str) -> str:
        """Return the digest of what reading the file depends on, its own part last."""
        try:
            with open(f"{self._library.docs}/{path}", "rb") as file:  # noqa: PTH123 (ten thousand)
                return f"{self._stamp} {hashlib.sha256(file.read()).hexdigest()}"
        except OSError:
            return ""


def stamp(*folders: Path, said: Iterable[object]) -> str:
    """Return a digest of the code in `folders` and of what the options say."""
    found = hashlib.sha256(repr(list(said)).encode())
    for path in sorted(path for folder in folders for path in _code_in(folder)):
        found.update(Path(path).name.encode() + b"\0" + Path(path).read_bytes())
    return found.hexdigest()


def _code_in(folder: Path) -> Iterator[str]:
    """Yield code and templates; what is hidden holds a theme's ten thousand icons."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        yield from (f"{place}/{name}" for name in names if name.endswith(_CODE))


def _files(docs: Path) -> Iterator[tuple[str, Stamp]]:
    """Yield the source path of each article, by path, and how it stands."""
    now, found = time.time_ns(), list[tuple[str, Stamp]]()
    for folder in ("articles", "drafts"):
        with contextlib.suppress(OSError), os.scandir(docs / folder) as there:
            found += [(f"{folder}/{one.name}", _stamp(one, now)) for one in there
                      if one.name.endswith(".md") and one.name != "index.md"]  # fmt: skip
    yield from sorted(found)


def _stamp(one: "os.DirEntry[str]", now: int) -> Stamp:
    """Return how a file stands; a link, and what may be written again unseen, are always read."""
    if one.is_symlink():
        return _LINKED
    stamp = Stamp.of(one.stat())
    return stamp if stamp.is_settled(now) else _UNSETTLED


def _reading(path: str, key: str, said: list[Any], cache: Cache) -> Reading:
    card, links, drafts = said
    return Reading(path, key, from_row(card), tuple(links), drafts, cache)


def _json(value: object) -> bytes:
    said = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_said)
    return said.encode()


def _said(value: object) -> object:
    """Return a change of an article's history, or a time, as JSON has it."""
    if isinstance(value, Change):
        return {name: getattr(value, name) for name in _CHANGE}
    return str(value)


def _article(said: dict[str, Any]) -> Article:
    values: dict[str, Any] = {
        key: tuple(v) if isinstance(v, list) else v for key, v in said.items()
    }
    values |= {key: kind(said[key]) for key, kind in _CLOSED.items()}
    values["sections"] = tuple((name, text) for name, text in said["sections"])
    values["history"] = tuple(
        Change(**{**c, "verb": Verb(c["verb"]), "at": datetime.fromisoformat(c["at"])})
        for c in said["history"]
    )
    return Article(**values)


def _error(failure: tuple[str, ...]) -> KbError:
    kind: type[KbError] = getattr(errors, failure[0])
    return kind(*failure[1:])
