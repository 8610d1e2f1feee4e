"""Reads the articles once: what has not changed since the last build comes from the cache."""

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from kb import errors
from kb.articles.approval import digest
from kb.articles.article import Article, Audience, Change, Risk, State, Verb
from kb.articles.library import Library
from kb.errors import KbError
from mkdocs_docworthy import gate
from mkdocs_docworthy.bodies import Anchors, Heading, body_of
from mkdocs_docworthy.cache import Cache, Kept
from mkdocs_docworthy.hands import each
from mkdocs_docworthy.related import terms_of

KIND = "reading"
_CODE = (".py", ".html", ".toml", ".txt", ".css", ".js")
_KINDS = {"state": State, "audience": Audience, "risk": Risk}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One article as it was read.

    Attributes:
        path: Source path below `docs/`.
        key: Digest of the file's bytes and of everything that reading them depends on.
        version: Short digest of the article, as events carry it.
        said: Level, anchor and text of each heading.
        terms: The article's words as the search knows them, with their weight.
        drafts: How many of its links lead to a draft.
    """

    path: str
    key: str
    article: Article
    version: str
    said: Sequence[tuple[int, str, str]]
    links: tuple[str, ...]
    terms: Mapping[str, int]
    drafts: int

    @property
    def headings(self) -> tuple[Heading, ...]:
        """Its headings, the title first."""
        return tuple(Heading(level=n, anchor=a, text=t) for n, a, t in self.said)

    @property
    def present_anchor_ids(self) -> frozenset[str]:
        """What can be linked to within the page, by the name that MkDocs asks its pages for."""
        return frozenset(anchor for _, anchor, _ in self.said)


@dataclass(frozen=True, slots=True, kw_only=True)
class Readings:
    """Everything that lies in the library, and what could not be read."""

    found: Mapping[str, Reading]
    broken: tuple[KbError, ...]


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
        """Return all articles; only files whose bytes changed are parsed and rendered."""
        known = cache.all(KIND)
        docs = self._library.docs
        keys = {name: self._key(f"{docs}/{name}", linked) for name, linked in _files(docs)}
        fresh = {
            name: _from_json(name, known[name])
            for name, key in keys.items()
            if key and name in known and known[name].key == key
        }
        stale = [(docs / name, name, key) for name, key in keys.items() if name not in fresh]
        made, broken = dict[str, Kept](), list[KbError]()
        for name, kept, failure in each(self._one, stale):
            if kept is None:
                broken.append(_error(failure))
                continue
            fresh[name] = _from_json(name, kept)
            if kept.key:
                made[name] = kept
        cache.keep(KIND, made, gone=set(known) - set(keys))
        return Readings(found=dict(sorted(fresh.items())), broken=tuple(broken))

    def _one(self, job: tuple[Path, str, str]) -> tuple[str, Kept | None, tuple[str, ...]]:
        path, name, key = job
        try:
            article = self._library.read(path)
        except KbError as error:
            return name, None, (type(error).__name__, error.where, error.what, error.todo)
        body = body_of(article, self._anchors)
        text = path.read_text(encoding="utf-8")
        said = {
            "article": {field.name: getattr(article, field.name) for field in fields(article)},
            "version": digest(article)[7:19],
            "headings": [(h.level, h.anchor, h.text) for h in body.headings],
            "links": body.links,
            "terms": _packed(terms_of(article)),
            "drafts": len(gate.links_to_drafts(name, text, self._site_url)),
        }
        data = json.dumps(said, ensure_ascii=False, default=_said).encode()
        return name, Kept(key=key, data=data, large=body.html.encode()), ()

    def _key(self, path: str, is_linked: bool) -> str:
        """Return the digest of what reading the file depends on, `""` when it must be looked at."""
        if is_linked:
            return ""
        try:
            with open(path, "rb") as file:  # noqa: PTH123 (ten thousand paths take a second)
                data = file.read()
        except OSError:
            return ""
        return hashlib.sha256(self._stamp.encode() + b"\0" + data).hexdigest()


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


def _files(docs: Path) -> list[tuple[str, bool]]:
    """Return the source path of each article, and whether it is a link."""
    found = list[tuple[str, bool]]()
    for folder in ("articles", "drafts"):
        with contextlib.suppress(OSError), os.scandir(docs / folder) as there:
            found += [(f"{folder}/{one.name}", one.is_symlink()) for one in there
                      if one.name.endswith(".md") and one.name != "index.md"]  # fmt: skip
    return sorted(found)


def _from_json(name: str, kept: Kept) -> Reading:
    said = json.loads(kept.data)
    return Reading(
        path=name,
        key=kept.key,
        article=_article(said["article"]),
        version=said["version"],
        said=said["headings"],
        links=tuple(said["links"]),
        terms=_unpacked(said["terms"]),
        drafts=said["drafts"],
    )


def _packed(terms: Mapping[str, int]) -> dict[int, str]:
    """Return the terms of each weight as one text: three times as quick to read as so many keys."""
    return {weight: " ".join(sorted(term for term, own in terms.items() if own == weight))
            for weight in sorted({*terms.values()})}  # fmt: skip


def _unpacked(said: Mapping[str, str]) -> dict[str, int]:
    found = dict[str, int]()
    for weight, terms in said.items():
        found |= dict.fromkeys(terms.split(" "), int(weight))
    return found


def _said(value: object) -> object:
    """Return a change of an article's history, or a time, as JSON has it."""
    return asdict(value) if isinstance(value, Change) else str(value)


def _article(said: dict[str, Any]) -> Article:
    values: dict[str, Any] = {
        key: tuple(v) if isinstance(v, list) else v for key, v in said.items()
    }
    values |= {key: kind(said[key]) for key, kind in _KINDS.items()}
    values["sections"] = tuple((name, text) for name, text in said["sections"])
    values["history"] = tuple(
        Change(**{**c, "verb": Verb(c["verb"]), "at": datetime.fromisoformat(c["at"])})
        for c in said["history"]
    )
    return Article(**values)


def _error(failure: tuple[str, ...]) -> KbError:
    kind: type[KbError] = getattr(errors, failure[0])
    return kind(*failure[1:])
