"""The index as small static files, for a browser without any server of ours behind it.

Everything is JSON in gzip (`.json.gz`), and a function of the pages alone:

- `manifest.json.gz`: version, an id that changes with any byte, number of shards, languages as data;
- `t/<shard>.json.gz`: term to `[idf, pages, gaps between page numbers, impacts]`; a term's shard is
  the CRC-32 of how it begins (`shard_of`) modulo the number of shards;
- `w/<letter>.json.gz`: the known words that begin with a letter (hex code point), for typing errors;
- `p/<number>.json.gz`: a page's sheet: its lines and landing places.

After an edit only the shards of terms that now weigh otherwise on the page are written again.
"""

import hashlib
import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from kb.search import ranking, rows
from kb.search.analysis import analysis, members, told
from kb.search.keeping import Folder, Keeping
from kb.search.lines import lines_of
from kb.search.placing import SHARDS, Moves, moves, place
from kb.search.postings import Postings
from kb.search.reading import Reads
from kb.search.sheet import Kind, Sheet, from_json
from kb.search.whoosh import Searcher, alone, refresh

VERSION = 4
BEGINNING = 5
"""Letters of a word that tell its shard."""
SHORTEST = 3
"""Letters of the shortest word that a typing error may have meant."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What every shard depends on: when it changes, all are written again."""

    version: int
    pivots: tuple[int, ...]
    scale: float
    shards: int


@dataclass(frozen=True, slots=True)
class Page:
    """One exported page: when its digest, address or number changes, so do its shards."""

    digest: str
    url: str
    number: int


def export(index: Searcher, kept: Keeping, urls: Mapping[str, str]) -> None:
    """Bring the shards that are kept up to date with the index.

    Args:
        urls: The pages to be found: path below the docs folder, and address from the root.
    """
    pages = {path: Page(index.known.files[path].digest, urls[path], number)
             for path, number in index.numbers.items() if path in urls}  # fmt: skip
    known = index.known
    plan = Plan(
        version=VERSION, pivots=known.pivots, scale=known.scale, shards=_shards(known.pages)
    )
    state, whole = kept.state(), pages.keys() == index.numbers.keys()
    old = _pages_of(state, plan)
    left_out = frozenset(index.numbers.values()) - {page.number for page in pages.values()}
    writer = _Writer(index, kept, plan, left_out, pages)
    if old is None:
        kept.begin(anew=True)
        writer.everything()
    elif old != pages:
        kept.begin(anew=False)
        writer.changes(old, by_shifts=whole and bool(state and state.get("whole")))
    if old != pages:
        _finish(index, kept, plan, pages, whole=whole)


def renew(
    docs: Path,
    folder: Path,
    target: Path,
    urls: Mapping[str, str],
    reads: Reads | None = None,
    signers: Path | None = None,
) -> None:
    """Bring the index and its shards up to date with the docs, and put the shards into a site.

    Args:
        folder: Where the workspace keeps both between builds.
        target: The shards' place in the site, `PLACE` below its root.
        urls: As for `export`.
        reads: As for `refresh`.
        signers: As for `refresh`.
    """
    place(folder / SHARDS, target, prepared(docs, folder, target, urls, reads, signers))


def prepared(
    docs: Path,
    folder: Path,
    target: Path,
    urls: Mapping[str, str],
    reads: Reads | None = None,
    signers: Path | None = None,
) -> Moves:
    """Do all of `renew` but for the site: return what is to be moved there."""
    postings = Postings()
    with alone(folder, "shards.lock"):
        known = refresh(docs, folder, signers=signers, reads=reads, postings=postings)
        index = Searcher(folder, known, postings=postings)
        try:
            export(index, Folder(folder / SHARDS), urls)
        finally:
            index.close()
        return moves(folder / SHARDS, target)


def addresses(folder: Path) -> dict[str, str]:
    """Return path and address of every page that was exported last, none where nothing was."""
    try:
        return {path: url for path, (_, url, _) in _listed(Folder(folder / SHARDS).state())}
    except (KeyError, TypeError, ValueError):
        return {}


def shard_of(term: str, shards: int) -> int:
    """Return the number of the shard that holds a term.

    Words that begin alike lie together, and words alike with the first of them: what a word is in
    several languages, and what one that is being written may become, is fetched at once.
    """
    if alike := members(term):
        term = analysis(term[1:3]).stem(alike[0])
    start = term[:BEGINNING] if term.isalpha() else term
    return zlib.crc32(start.encode()) % shards


def _shards(pages: list[str]) -> int:
    return 1 << max(0, (16 * len(pages)).bit_length() - 7)


@dataclass(frozen=True, slots=True)
class _Writer:
    index: Searcher
    kept: Keeping
    plan: Plan
    left_out: frozenset[int]
    pages: Mapping[str, Page]

    def everything(self) -> None:
        """Write all shards, words and pages."""
        shards, words = defaultdict[int, list[str]](list), defaultdict[str, list[str]](list)
        for term in sorted(self.index.terms()):
            if (row := self._row(term)) is None:
                continue
            shards[shard_of(term, self.plan.shards)].append(_pair(term, row))
            if _is_word(term):
                words[term[0]].append(term)
        for shard, pairs in shards.items():
            self.kept.save(f"t/{shard:x}", f"{{{','.join(pairs)}}}")
        for letter, known in words.items():
            self.kept.save(f"w/{ord(letter):x}", _json(known))
        for page in self.pages.values():
            self._page(page)

    def changes(self, old: Mapping[str, Page], *, by_shifts: bool) -> None:
        """Write again what the pages that came, changed or went have to do with.

        Args:
            by_shifts: Whether the shards hold, and held, every page of the index, so that a row
                follows from the one before.
        """
        gone = {path: page for path, page in old.items() if self.pages.get(path) != page}
        new = {path: page for path, page in self.pages.items() if old.get(path) != page}
        found = self.kept.load(f"p/{page.number}" for page in gone.values())
        before = {int(name[2:]): from_json(json.dumps(row)) for name, row in found.items()}
        for page in gone.values():
            self.kept.drop(f"p/{page.number}")
        for page in new.values():
            self._page(page)
        now = {page.number: self.index.sheet(page.number) for page in new.values()}
        gave, give = self._impacts(before), self._impacts(now)
        touched = sorted({term for (_, term), _ in gave.items() ^ give.items()})
        shifts = rows.shifts(gave, give) if by_shifts else None
        there = self._shards(touched, shifts)
        self._words([term for term in touched if _is_word(term)], there)

    def _impacts(self, sheets: Mapping[int, Sheet]) -> dict[tuple[int, str], int]:
        """Return what pages give to the rows of their terms: where that stays, so does the row."""
        pivot = dict(zip(Kind, self.plan.pivots, strict=True))
        return {
            (number, term): impact
            for number, sheet in sheets.items()
            for term, impact in ranking.impacts(ranking.counts(lines_of(sheet)), pivot).items()
        }

    def _shards(self, touched: Iterable[str], shifts: Mapping[str, rows.Shift] | None) -> set[str]:
        """Write the rows of these terms again; return the terms that still have one."""
        shards, there = defaultdict[str, list[str]](list), set[str]()
        for term in touched:
            shards[f"t/{shard_of(term, self.plan.shards):x}"].append(term)
        held = self.kept.load(shards)
        for name, terms in shards.items():
            shard = held.get(name, {})
            for term in terms:
                before = shard.pop(term, None)
                if (row := self._shifted(term, before, shifts)) is not None:
                    shard[term] = row
                    there.add(term)
            self._save_unless_empty(name, dict(sorted(shard.items())))
        return there

    def _words(self, touched: Iterable[str], there: set[str]) -> None:
        letters = defaultdict[str, set[str]](set)
        for term in touched:
            letters[f"w/{ord(term[0]):x}"].add(term)
        held = self.kept.load(letters)
        for name, terms in letters.items():
            known = set(held.get(name, ())) - terms
            self._save_unless_empty(name, sorted(known | (terms & there)))

    def _shifted(
        self, term: str, before: list[Any] | None, shifts: Mapping[str, rows.Shift] | None
    ) -> list[Any] | None:
        """Return a term's row from the one before where that tells it, else from the index."""
        if shifts is None:
            return self._row(term)
        row, is_told = rows.shifted(
            rows.read(before) if before else None, shifts[term], self.plan.scale
        )
        return rows.written(row) if is_told else self._row(term)

    def _row(self, term: str) -> list[Any] | None:
        row = self.index.row(term)
        return rows.written(row.without(self.left_out)) if row else None

    def _page(self, page: Page) -> None:
        text = self.index.text(page.number)
        if json.loads(text)["u"] != page.url:
            text = replace(from_json(text), url=page.url).to_json()
        self.kept.save(f"p/{page.number}", text)

    def _save_unless_empty(self, name: str, value: list[Any] | dict[str, Any]) -> None:
        """Leave what the export of everything would leave: nothing for what nothing is in."""
        if value:
            self.kept.save(name, _json(value))
        else:
            self.kept.drop(name)


def _is_word(term: str) -> bool:
    return len(term) >= SHORTEST and term.isalpha()


def _pair(term: str, row: list[Any]) -> str:
    return f"{_json(term)}:{_json(row)}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _plan(plan: Plan) -> str:
    return _json([plan.version, plan.pivots, plan.scale, plan.shards])


def _listed(state: dict[str, Any] | None) -> Iterable[tuple[str, Any]]:
    return state["pages"].items() if state else ()


def _pages_of(state: dict[str, Any] | None, plan: Plan) -> dict[str, Page] | None:
    """Return what is exported already, None when nothing is, or it is of another plan."""
    try:
        if state is None or state["plan"] != _plan(plan):
            return None
        return {path: Page(*page) for path, page in _listed(state)}
    except (ValueError, KeyError, TypeError):
        return None


def _finish(
    index: Searcher, kept: Keeping, plan: Plan, pages: Mapping[str, Page], *, whole: bool
) -> None:
    """Keep the manifest, then what was exported: until then, a stopped run starts anew."""
    held = {path: (page.digest, page.url, page.number) for path, page in sorted(pages.items())}
    known = {lang: told(lang) for lang in index.languages}
    text = _json({"plan": _plan(plan), "pages": held, "languages": known})
    manifest = {"v": VERSION, "id": hashlib.sha256(text.encode()).hexdigest()[:12],
                "pages": len(pages), "shards": plan.shards, "languages": known}  # fmt: skip
    kept.finish(_json(manifest), _json({"plan": _plan(plan), "whole": whole, "pages": held}))
