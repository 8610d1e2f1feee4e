"""The embedded engine: a Whoosh index on disk that follows the docs folder, page by page.

Whoosh keeps terms, postings and pages; the ranking is the house's own (`kb.search.ranking`), so
each posting's weight is the term's impact on the page, and no scorer of Whoosh's is asked.
The index is a cache of this workspace: it holds pickles, so an index from elsewhere is never opened.
"""

import fcntl
import hashlib
import json
import shutil
import time
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from whoosh import fields
from whoosh.formats import Format
from whoosh.index import EmptyIndexError, create_in, open_dir

from kb.articles.approval import Verify
from kb.articles.signature import verify_with
from kb.search import lines, ranking, sheet
from kb.search.gather import Mark, marks
from kb.search.hit import Hit, hit_of
from kb.search.known import Known, Standing, keep, known_of, load
from kb.search.lines import Lines
from kb.search.memory import Index
from kb.search.postings import Postings
from kb.search.ranking import MAX_QUERY, Row
from kb.search.reading import Read, Reads, read_all
from kb.search.sheet import Kind, Sheet

__all__ = ["MAX_QUERY", "Hit", "Index", "Known", "Searcher", "numbers", "refresh"]

_POOL = 64
"""Megabytes of postings that wait in memory while an index is built; the rest waits on disk."""
_RETRIES = 5


class _Impacts(Format):  # type: ignore[misc]
    """Postings whose weight is the impact: the value to index is a dict of term to impact."""

    posting_size = 0

    def word_values(self, value: Any, analyzer: Any, **_: Any) -> Iterator[Any]:
        """Yield term, frequency, weight and no value."""
        for term, impact in value.items():
            yield term.encode(), 1, float(impact), b""


class _Terms(fields.FieldType):  # type: ignore[misc]
    """The one field that is searched."""

    def __init__(self) -> None:
        self.format, self.analyzer, self.vector = _Impacts(), None, None
        self.scorable = self.stored = self.unique = self.multitoken_query = False
        self.column_type, self.spelling = None, False

    def index(self, value: Any, **_: Any) -> Any:
        """Return the postings of one page."""
        return self.format.word_values(value, None)


def _schema() -> Any:
    return fields.Schema(
        path=fields.ID(unique=True, sortable=True),
        page=fields.STORED(),
        lines=fields.STORED(),
        terms=_Terms(),
    )


def numbers(paths: Iterable[str]) -> dict[str, int]:
    """Return a number for each page that other pages, coming and going, leave alone.

    It is the path's checksum in a table sixteen times as large as there are pages; where two meet,
    the later path moves on.
    """
    ordered = sorted(paths)
    size = 1 << max(4, (16 * len(ordered)).bit_length())
    taken: dict[int, str] = {}
    for path in ordered:
        place = zlib.crc32(path.encode()) % size
        while place in taken:
            place = (place + 1) % size
        taken[place] = path
    return {path: number for number, path in taken.items()}


def refresh(
    docs: Path,
    folder: Path,
    held: Known | None = None,
    *,
    signers: Path | None = None,
    reads: Reads | None = None,
    postings: Postings | None = None,
) -> Known:
    """Bring the index in `folder` up to date with the Markdown below `docs`.

    Only changed files are read. A new index is built aside and swapped in; readers go on with what
    they have open.

    Args:
        held: What the caller has open; where the files are as it says, nothing else is looked at.
        signers: The file of allowed signers, where approvals are signed; another list reads
            everything anew.
        reads: What the caller read of the files already; what is used is taken out.
        postings: Takes down the rows, where the index is built anew.

    Raises:
        ConfigError: There is no such file of signers.
    """
    now, verify = marks(docs), verify_with(signers)
    listed = hashlib.sha256(signers.read_bytes()).hexdigest() if signers else ""
    if held and held.signers == listed and _marks_of(held) == now:
        return held
    known = load(folder, listed)
    if known and _marks_of(known) == now:
        return known
    with alone(folder):
        known = load(folder, listed)
        old = known.files if known else {}
        stale = [path for path, mark in now.items() if path not in old or old[path].mark != mark]
        read = _read(docs, stale, now, {} if reads is None else reads, verify)
        files = {path: _standing(mark, read[path]) if path in read else old[path]
                 for path, mark in now.items()}  # fmt: skip
        fresh = known_of(files, listed)
        if known and (known.pivots, known.scale) == (fresh.pivots, fresh.scale):
            gone = [path for path, one in old.items() if one.digest and path not in files]
            _update(folder / "index", [read[path] for path in stale], gone, fresh)
        else:
            _build(docs, folder, fresh, read, postings)
        keep(folder, fresh)
    return fresh


def _marks_of(known: Known) -> dict[str, Mark]:
    return {path: one.mark for path, one in known.files.items()}


def _read(
    docs: Path, paths: list[str], now: Mapping[str, Mark], reads: Reads, verify: Verify | None
) -> dict[str, Read]:
    """Return what files say, as far as it goes from what was read of them as they stand now."""
    held = {path: reads.pop(path) for path in paths if path in reads}
    found = {path: read for path, (mark, read) in held.items() if mark == now[path]}
    rest = [path for path in paths if path not in found]
    return found | {one.path: one for one in read_all(docs, rest, verify)}


def _standing(mark: Mark, read: Read) -> Standing:
    digest = hashlib.sha256(read.sheet.encode()).hexdigest()[:16] if read.sheet else ""
    return Standing(mark, digest, read.public, read.lengths)


def _add(writer: Any, read: Read, known: Known, *, is_new: bool) -> dict[str, int]:
    counted = {Kind(int(kind)): Counter(terms) for kind, terms in json.loads(read.counts).items()}
    pivot = dict(zip(Kind, known.pivots, strict=True))
    write = writer.add_document if is_new else writer.update_document
    impacts = ranking.impacts(counted, pivot)
    write(path=read.path, page=read.sheet, lines=read.lines, terms=impacts)
    return impacts


def _update(place: Path, reads: list[Read], gone: list[str], known: Known) -> None:
    writer = _opened(place).writer()
    for path in gone:
        writer.delete_by_term("path", path)
    for read in reads:
        if read.sheet:
            _add(writer, read, known, is_new=False)
        else:
            writer.delete_by_term("path", read.path)
    writer.commit()


def _build(
    docs: Path, folder: Path, known: Known, read: dict[str, Read], postings: Postings | None
) -> None:
    """Build the whole index aside, then swap it in; what was `read` is let go page by page."""
    aside = folder / "index.new"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    rest = [path for path in known.pages if path not in read]
    more = {one.path: one for one in read_all(docs, rest)}
    writer = create_in(aside, _schema()).writer(limitmb=_POOL)
    for path, number in numbers(known.pages).items():
        one = read.pop(path, None) or more[path]
        if one.sheet:
            impacts = _add(writer, one, known, is_new=True)
            if postings is not None:
                postings.add(number, impacts)
    writer.commit()
    old = folder / "index.old"
    shutil.rmtree(old, ignore_errors=True)
    if (folder / "index").exists():
        (folder / "index").rename(old)
    aside.rename(folder / "index")
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def alone(folder: Path, lock: str = "lock") -> Iterator[None]:
    """Keep other processes out that ask for the same lock in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / lock).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _opened(place: Path) -> Any:
    """Open the index; a commit of another process may take its files away meanwhile."""
    for _ in range(_RETRIES):
        with suppress(OSError, EmptyIndexError):
            return open_dir(place)
        time.sleep(0.05)
    return open_dir(place)


class Searcher:
    """The index as it stood when it was opened (`kb.search.ranking.Source`).

    Args:
        public_only: Pages that are not for everybody are as if they were not there.
        postings: The rows, where they are at hand.
    """

    def __init__(
        self,
        folder: Path,
        known: Known,
        *,
        public_only: bool = False,
        postings: Postings | None = None,
    ) -> None:
        self.known, self._held = known, postings
        self.numbers = numbers(known.pages)
        self._reader = _reader(folder / "index")
        paths = self._reader.column_reader("path") if self._reader.doc_count() else []
        self._number = [self.numbers.get(path, -1) for path in paths]
        self._docnum = {number: docnum for docnum, number in enumerate(self._number)
                        if not self._reader.is_deleted(docnum)}  # fmt: skip
        self._hidden = frozenset(number for path, number in self.numbers.items()
                                 if public_only and not known.files[path].public)  # fmt: skip
        self._rows = lru_cache(8192)(self._row)
        self._lines = lru_cache(4096)(self._said)
        self._words = lru_cache(256)(self._begun)
        self.languages = self._languages()

    def search(self, query: str, *, limit: int = 10) -> tuple[Hit, ...]:
        """Return the best pages for `query`; any of its words may be missing.

        The query is words, never syntax: whatever a customer pastes is looked up as it is.
        """
        found = ranking.rank(query, self, limit)
        return tuple(hit_of(one, self.sheet(one.number)) for one in found)

    def expect(self, terms: Iterable[str] = (), numbers: Iterable[int] = ()) -> None:
        """Do nothing: it is all at hand."""

    def row(self, term: str) -> Row | None:
        """Return the term's pages."""
        return self._rows(term)

    def near(self, first: str) -> tuple[str, ...]:
        """Return the known words that begin with a letter."""
        return self._words(first)

    def lines(self, number: int) -> Lines:
        """Return what a page's lines say."""
        return self._lines(number)

    def sheet(self, number: int) -> Sheet:
        """Return a page."""
        return sheet.from_json(self.text(number))

    def text(self, number: int) -> str:
        """Return a page's sheet as JSON."""
        return str(self._stored(number)["page"])

    def terms(self) -> Iterator[str]:
        """Return every term."""
        if self._held:
            return self._held.terms()
        return (term.decode() for term in self._reader.lexicon("terms"))

    def close(self) -> None:
        """Let go of the files."""
        self._reader.close()

    def _begun(self, first: str) -> tuple[str, ...]:
        found = (term.decode() for term in self._reader.expand_prefix("terms", first))
        return tuple(word for word in found if word.isalpha())

    def _row(self, term: str) -> Row | None:
        if self._held:
            held = self._held.row(term, self.known.scale)
            return held and held.without(self._hidden)
        key = term.encode()
        if ("terms", key) not in self._reader:
            return None
        found = ranking.row(self._postings(key), self.known.scale)
        return found and found.without(self._hidden)

    def _postings(self, key: bytes) -> Iterator[tuple[int, int]]:
        """Yield from each segment by itself: read as one they take several times as long."""
        number = self._number
        for reader, start in self._reader.leaf_readers():
            if ("terms", key) not in reader:
                continue
            matcher = reader.postings("terms", key)
            while matcher.is_active():
                place = number[start + matcher.id()]
                if place >= 0:
                    yield place, int(matcher.weight())
                matcher.next()

    def _said(self, number: int) -> Lines:
        return lines.from_json(self._stored(number)["lines"])

    def _stored(self, number: int) -> Any:
        return self._reader.stored_fields(self._docnum[number])

    def _languages(self) -> tuple[str, ...]:
        held = (term.decode()[1:] for term in self._reader.expand_prefix("terms", "="))
        return tuple(sorted(held))


def _reader(place: Path) -> Any:
    for _ in range(_RETRIES):
        with suppress(OSError):
            return _opened(place).reader()
        time.sleep(0.05)
    return _opened(place).reader()
