"""Reads pages for an index: what each says, and its terms counted, over two processes where it pays."""

import json
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from kb.articles.approval import Verify
from kb.articles.article import Article
from kb.search import lines, ranking
from kb.search.gather import Gathered, Mark, gather, of_published
from kb.search.sheet import Kind

_PARALLEL = 400
"""From so many pages on, reading them is worth a second process."""
Lengths = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Read:
    """A file, read and counted, as it comes back from another process: its texts are JSON.

    Attributes:
        sheet: `""` when the file is no page.
        lengths: Terms of each kind of line.
    """

    path: str
    sheet: str = ""
    lines: str = ""
    counts: str = ""
    public: bool = False
    lengths: Lengths = (0, 0, 0, 0)


Reads = MutableMapping[str, tuple[Mark, Read]]
"""Files that somebody read already, by path: how each stood before, and what was read.

What an index takes over is taken out: at ten thousand pages it is a hundred megabytes.
"""


def read(docs: Path, path: str, verify: Verify | None = None) -> Read:
    """Read one file below the docs folder, as `gather` does."""
    return _counted(path, gather(docs, path, verify))


def read_article(path: str, article: Article, text: str) -> Read:
    """Return what `read` would of an article that lies in the library, from the file's text."""
    return _counted(path, of_published(article, text))


def read_all(docs: Path, paths: Sequence[str], verify: Verify | None = None) -> list[Read]:
    """Read many files."""
    if len(paths) < _PARALLEL:
        return [read(docs, path, verify) for path in paths]
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    with ProcessPoolExecutor(2, mp_context=get_context("forkserver")) as pool:
        return list(pool.map(partial(read, docs, verify=verify), paths, chunksize=64))


def _counted(path: str, found: Gathered | None) -> Read:
    if found is None:
        return Read(path)
    told = lines.lines_of(found.sheet)
    counted = ranking.counts(told)
    held = ranking.lengths(counted)
    said = json.dumps({int(kind): terms for kind, terms in counted.items()}, ensure_ascii=False)
    one, two, three, four = (held.get(kind, 0) for kind in Kind)
    length = (one, two, three, four)
    return Read(path, found.sheet.to_json(), told.to_json(), said, found.public, length)
