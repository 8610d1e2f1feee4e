"""Reads every file of a built site, whatever kind it is, before anybody else can."""

import contextlib
import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from kb.articles.library import write
from kb.errors import GateError, KbError
from kb.gates.reading import LARGEST, Passage, passages
from kb.gates.scanner import Scanner
from kb.gates.verdict import Clean, Judge, folded, judged, refusals

CACHE = "cache/clean.json"
"""What is known to be clean, in `.kb/`; it is good for the same rules only."""
_BY_HAND = (".md", ".markdown", ".html", ".yml", ".yaml", ".toml", ".txt", ".csv", ".json")
_OURS = ("articles", "drafts", ".evidence")
_MOST_SAID = 200_000_000
_BATCH = 400


_VOCABULARY = re.compile(r"/search/docworthy/[tw]/[0-9a-f]+\.json\.gz$")
"""The search index's single words, without the sentences that say what they are: a part of an
address looks like an address there. The pages that they come from are read whole."""


def leaks(site: Path, judge: Judge, *, state: Path, shipped: Iterable[str] = ()) -> list[KbError]:
    """Return an error for everything in the site's files that must not go out.

    Args:
        site: The built site.
        judge: What is looked for.
        state: The folder `.kb/` for the cache.
        shipped: SHA-256 digests of files that come with the theme; equal bytes are not read.

    Raises:
        RedactionError: The scanner failed, is unknown or gave no answer: nothing may go out.
    """
    clean = Clean(version=judge.version, known=_remembered(state))
    trusted, errors = frozenset(shipped), list[KbError]()
    files = (path for path in site.rglob("*") if path.is_symlink() or path.is_file())
    paths = sorted(path for path in files if not _VOCABULARY.search(path.as_posix()))
    with Scanner(judge.book) as scanner:
        for first in range(0, len(paths), _BATCH):
            batch = paths[first : first + _BATCH]
            errors += _batch(site, batch, judge, clean, scanner, trusted)
    _remember(state, clean)
    return errors


def _batch(
    site: Path,
    paths: list[Path],
    judge: Judge,
    clean: Clean,
    scanner: Scanner,
    trusted: frozenset[str],
) -> list[KbError]:
    found, errors, whole = list[Passage](), list[KbError](), dict[str, str]()
    for path in paths:
        name = path.relative_to(site).as_posix()
        try:
            data = _bytes(path, name)
            if hashlib.sha256(data).hexdigest() in trusted:
                continue
            key = clean.mark(b"file\0" + name.encode(), data)
            if not clean.has(key):
                whole[name] = key
                found += [Passage(place=name, text=name), *passages(name, data)]
        except GateError as error:
            errors.append(error)
            whole.pop(name, None)
    bad = list(judged(found, judge, clean, scanner))
    errors += refusals(bad, _todo)
    _add_whole(clean, whole, found)
    return errors


def _add_whole(clean: Clean, whole: dict[str, str], found: list[Passage]) -> None:
    """Remember files of which every passage is known to be clean by itself."""
    unclean = {passage.place for passage in found if not clean.has(clean.of(passage))}
    for name, key in whole.items():
        if name not in unclean:
            clean.add(key)


def _bytes(path: Path, name: str) -> bytes:
    try:
        if path.is_symlink():
            raise GateError(name, "it is a link out of the site", "Put the file itself there")
        if path.stat().st_size > LARGEST:
            raise GateError(name, "it is too large to be read", "Keep it out, or make it smaller")
        return path.read_bytes()
    except OSError as error:
        raise GateError(name, f"it cannot be read ({error.strerror})", "Mend its rights") from None


def _todo(place: str) -> str:
    if place.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp")):
        return "Strip what the picture carries (exiftool -all= FILE), then build again"
    return "Take it out, settle it with kb check --settle, or add it to redaction.allow in kb.toml"


def said_by_hand(docs: Path, *more: Path) -> str:
    """Return the folded words of the team's own pages and settings; articles are not theirs."""
    texts, size = list[str](), 0
    for path in (*sorted(docs.rglob("*")), *more):
        own = path not in more and path.relative_to(docs).parts[0] in _OURS
        if own or path.suffix not in _BY_HAND or not path.is_file() or path.is_symlink():
            continue
        size += path.stat().st_size
        if size > _MOST_SAID:
            break
        texts.append(folded(path.read_text(encoding="utf-8", errors="replace")))
    return "\n".join(texts)


def digests(paths: Iterable[Path]) -> Iterator[str]:
    """Yield the SHA-256 digest of each file that can be read."""
    for path in paths:
        with contextlib.suppress(OSError):
            yield hashlib.sha256(path.read_bytes()).hexdigest()


def _remembered(state: Path) -> set[str]:
    """Return what the cache knows; one that cannot be read knows nothing."""
    try:
        found = json.loads((state / CACHE).read_text("ascii"))
        return {str(key) for key in found} if isinstance(found, list) else set()
    except (OSError, ValueError):
        return set()


def _remember(state: Path, clean: Clean) -> None:
    """Keep what this run used; without a folder to write to, the next run reads all again."""
    with contextlib.suppress(KbError):
        write(state / CACHE, json.dumps(sorted(clean.used)))
