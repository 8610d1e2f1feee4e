"""Reads every file of a built site, whatever kind it is, before anybody else can."""

import contextlib
import hashlib
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path

from kb.errors import GateError, KbError
from kb.gates.bundles import Bundle, Piece, bundled, is_told, judged_alone
from kb.gates.ledger import Ledger, Row, Stamp
from kb.gates.lines import SHORT, lined, packed, runs_of, unpacked
from kb.gates.reading import Passage, Voice, called, inflated, passages
from kb.gates.scanner import Ready, Scanner
from kb.gates.standing import standing
from kb.gates.verdict import Judge, folded
from kb.redaction import Redactor

CACHE = "cache/gate.sqlite3"
"""What is known to be fit to go out, in `.kb/`; it is good for the same rules only."""
_BY_HAND = (".md", ".markdown", ".html", ".yml", ".yaml", ".toml", ".txt", ".csv", ".json",
            ".svg")  # fmt: skip
_OURS = ("articles", "drafts", ".evidence")
_MOST_SAID = 200_000_000
_CHUNK, _FEW = 48, 500


@dataclass(slots=True)
class _Context:
    """What a process that reads files goes by.

    Attributes:
        before: What the ledger said of files that stand otherwise now, by name.
        held: Lines that were read elsewhere, packed, for the process to take over.
        known: The lines that were read elsewhere; it grows with each file that may go out.
        familiar: Short texts that anybody may say, all of whose lines are known.
        fit: Digest and judge of each file that this process read and that may go out.
    """

    site: Path
    judge: Judge
    trusted: frozenset[str]
    before: dict[str, Row]
    held: bytes = b""
    known: set[int] = field(default_factory=set)
    familiar: set[str] = field(default_factory=set)
    fit: dict[str, tuple[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """One file, read.

    Attributes:
        row: What the ledger is to keep, None where the file may not go out or needs no row.
        refusals: Where and why it may not go out, and what to do.
        lines: What it alone says, where it may not go out.
    """

    name: str
    row: Row | None = None
    refusals: tuple[tuple[str, str, str], ...] = ()
    lines: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Words:
    """One file whose words have to be read.

    Attributes:
        mark: The digest of its bytes.
        new: The lines that no file held that was read before.
        held: What else it holds.
    """

    name: str
    mark: str
    stamp: Stamp
    pieces: tuple[Bundle, ...]
    new: set[int]
    held: set[int]


def leaks(
    site: Path,
    judge: Judge,
    *,
    state: Path,
    shipped: Iterable[str] = (),
    below: str = "",
    ready: Ready | None = None,
) -> list[KbError]:
    """Return an error for everything in the site's files that must not go out.

    A file that stands as it stood when it was read is not read again, and a line that was read in
    one file is not read once more in another: an article's page, its Markdown, its row in each list
    and its part of the search say the same words.

    Args:
        site: The built site.
        judge: What is looked for.
        state: The folder `.kb/` for the cache.
        shipped: SHA-256 digests of files that come with the theme; equal bytes are not read.
        below: Only this folder is looked at, with a slash behind it; a look ahead, no verdict.
        ready: A scanner's process that was begun before; it reads what is new where that is little.

    Raises:
        RedactionError: The scanner failed, is unknown or gave no answer: nothing may go out.
    """
    with Ledger(state / CACHE, (judge.version.hex(), judge.digest.hex())) as ledger:
        if ready:
            ready.prepare(_read_before, site, _rewritten(site, ledger))
        stood = {n: stamp for n, stamp in ledger.stamps().items() if n.startswith(below)}
        same, other, refused = standing(site, below, stood)
        stale = sorted(other)
        context = _Context(site, judge, frozenset(shipped), ledger.rows(stale))
        read = list(_with_old_bytes(stale, context))
        new = {*stale} - {seen.name for seen in read}
        if new:
            whole = (form for name in new if _is_whole(name) for form in _forms(name))
            context.held = ledger.lines(without={*whole})
        for names in _rounds(sorted(new)):
            seen = list(_read_all(names, context, ready))
            context.held += b"".join(one.row.lines for one in seen if one.row)
            read += seen
        fit = _kept(read)
        gone = stood.keys() - other.keys() - {*same} if len(same) < len(stood) else set[str]()
        ledger.keep(fit, gone=gone | ({*stale} - fit.keys()))
    refused = sorted(refused) + [one for seen in read for one in seen.refusals]
    return [GateError(*one) for one in dict.fromkeys(refused)]


def _kept(read: Iterable[_Seen]) -> dict[str, Row]:
    """Return what the ledger is to keep: no list that says what was refused in an article.

    It may say it where nothing is found in it, and the article would be known by it the next time.
    """
    read = list(read)
    refused = {mark for seen in read if _is_whole(seen.name) for mark in seen.lines}
    rows = {seen.name: seen.row for seen in read if seen.row}
    if not refused:
        return rows
    return {name: row for name, row in rows.items()
            if _is_whole(name) or refused.isdisjoint(unpacked(row.lines))}  # fmt: skip


def _rewritten(site: Path, ledger: Ledger) -> list[str]:
    """Return the files on top of the site that say something else now: lists of everything."""
    with os.scandir(site) as found:
        names = [one.name for one in found if one.is_file(follow_symlinks=False)]
    rows = ledger.rows(names)
    with contextlib.suppress(OSError):
        return [name for name in rows if rows[name].mark != _digest(site / name)]
    return []


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_before(site: Path, names: Sequence[str]) -> None:
    """Mark the lines of some files: `mark` then knows them when the files are looked at."""
    for name in names:
        for one in passages(name, (site / name).read_bytes()):
            lined(one.text, one.voice, whole=one.voice is Voice.PROGRAM)


def _with_old_bytes(names: Sequence[str], context: _Context) -> Iterator[_Seen]:
    """Yield those files that only stand otherwise: while they are few, no scanner starts for them."""
    for name in names if len(names) <= _FEW else ():
        with contextlib.suppress(OSError):
            if seen := _as_before(name, *_bytes_of(name, context), context):
                yield seen


def _bytes_of(name: str, context: _Context) -> tuple[bytes, Stamp]:
    """Return a file's bytes, and how it stands where a later write could not leave it so."""
    now, path = time.time_ns(), context.site / name
    data, stamp = path.read_bytes(), Stamp.of(path.stat())
    return data, stamp if stamp.is_settled(now) else Stamp(-1, 0, 0, 0)


def _as_before(name: str, data: bytes, stamp: Stamp, context: _Context) -> _Seen | None:
    """Return what is known of a file by its bytes alone, None where it has to be read."""
    digest = hashlib.sha256(data).hexdigest()
    if digest in context.trusted:
        return _Seen(name=name)
    row = context.before.get(name)
    return _Seen(name=name, row=replace(row, stamp=stamp)) if row and row.mark == digest else None


def _is_whole(name: str) -> bool:
    """Say whether a file is read as a whole whenever it changes: what people read, and its twin.

    Of any other, a list above all, only lines that it did not hold before are new.
    """
    return name.startswith("articles/") and not name.startswith("articles/index.")


def _article_of(name: str) -> str:
    return name.split(".")[0].split("/")[1]


def _forms(name: str) -> tuple[str, ...]:
    """Return the names of an article's page and its Markdown: both are unknown when one is new.

    Else a page that was refused would be known by its Markdown the next time, line by line.
    """
    one = f"articles/{_article_of(name)}"
    return name, f"{one}.md", f"{one}.html", f"{one}/index.html"


def _rounds(names: Sequence[str]) -> Iterator[list[str]]:
    """Yield the articles first, the page before its Markdown; lists and search say the same again.

    Few are one round for one process: to start one takes longer than to read them.
    """
    first = [name for name in names if _is_whole(name)]
    first.sort(key=lambda name: (_article_of(name), not name.endswith(".html")))
    rest = [name for name in names if not _is_whole(name)]
    yield from ([first + rest] if len(names) <= _FEW else [first, rest])


def _read_all(names: list[str], context: _Context, ready: Ready | None) -> Iterator[_Seen]:
    size = _CHUNK if len(names) > _FEW else _FEW
    chunks = [names[at : at + size] for at in range(0, len(names), size)]
    with Scanner(context.judge.book, context, ready) as scanner:
        for seen in scanner.each(_look, chunks):
            yield from seen


def _look(redactor: Redactor, context: _Context, names: list[str]) -> list[_Seen]:
    """Read some files: pages first, what is packed last, for it may be another one of them."""
    context.known.update(unpacked(context.held))
    context.held = b""
    seen = dict[str, _Seen]()
    for _, alike in groupby(sorted(names, key=_turn), _turn):
        seen |= _seen(list(alike), context, redactor)
    return [seen[name] for name in names]


def _turn(name: str) -> int:
    return 2 if name.endswith(".gz") else int(not (_is_whole(name) and name.endswith(".html")))


def _seen(names: list[str], context: _Context, redactor: Redactor) -> dict[str, _Seen]:
    """Read files together: what one says is known to the next, so all of them must be fit for that.

    If one is not, nothing is taken from any of them, and each is read by itself.
    """
    seen = {name: _opened(name, context) for name in names}
    words = [one for one in seen.values() if isinstance(one, _Words)]
    found = redactor.find_all(whole.text for one in words for whole, _ in one.pieces)
    for one in words:
        seen[one.name] = _weighed(one, found, context, redactor)
    made = {name: one for name, one in seen.items() if isinstance(one, _Seen)}
    if any(made[one.name].refusals for one in words):
        for one in words:
            context.known -= one.new
            context.fit.pop(one.name, None)
        context.familiar.clear()
        if len(words) > 1:
            for one in words:
                made |= _seen([one.name], context, redactor)
    return made


def _opened(name: str, context: _Context) -> _Seen | _Words:
    """Return what is known of a file, or what in it has to be read; that counts as known from now on."""
    try:
        data, stamp = _bytes_of(name, context)
        if seen := _as_before(name, data, stamp, context) or _as_packed(name, data, stamp, context):
            return seen
        found = [called(name), *passages(name, data)]
    except OSError as error:
        why = f"it cannot be read ({error.strerror})"
        return _Seen(name=name, refusals=((name, why, "Mend its rights"),))
    except GateError as error:
        return _Seen(name=name, refusals=((error.where, error.what, error.todo),))
    before = None if _is_whole(name) else context.before.get(name)
    own = frozenset(unpacked(before.lines)) if before else frozenset[int]()
    todo, new, held = _fresh(found, own, context)
    context.known |= new
    mark = hashlib.sha256(data).hexdigest()
    return _Words(name, mark, stamp, tuple(bundled(todo)), new, held)


def _weighed(
    words: _Words, found: Mapping[str, object], context: _Context, redactor: Redactor
) -> _Seen:
    """Return what becomes of a file, seen what was found in its words among those of others."""
    name, before = words.name, context.before.get(words.name)
    is_clean, labels = True, list[str]()
    for whole, pieces in words.pieces:
        if found[whole.text] or is_told(whole, context.judge):
            clean, told = judged_alone(whole, pieces, context.judge, redactor)
            is_clean = is_clean and clean
            labels += told
    if labels:
        looks = (f"it holds what looks like {one}" for one in dict.fromkeys(labels))
        refusals = tuple((name, what, _todo(name)) for what in looks)
        return _Seen(name=name, refusals=refusals, lines=frozenset(words.new))
    if words.held and before and before.judge != context.judge.version.hex():
        is_clean = False
    judge = (context.judge.version if is_clean else context.judge.digest).hex()
    context.fit[name] = words.mark, judge
    lines = packed(words.new | words.held)
    return _Seen(name=name, row=Row(stamp=words.stamp, mark=words.mark, judge=judge, lines=lines))


def _as_packed(name: str, data: bytes, stamp: Stamp, context: _Context) -> _Seen | None:
    """Return what is known of a file that is another one, packed (a sitemap), None where none is."""
    digest, judge = context.fit.get(name.removesuffix(".gz"), ("", ""))
    if not digest or hashlib.sha256(inflated(name, data)).hexdigest() != digest:
        return None
    mark = hashlib.sha256(data).hexdigest()
    return _Seen(name=name, row=Row(stamp=stamp, mark=mark, judge=judge, lines=b""))


def _fresh(
    found: Sequence[Passage], own: frozenset[int], context: _Context
) -> tuple[list[Piece], set[int], set[int]]:
    """Return what has to be read, its new lines, and what else the file holds.

    `own` is what it held before; what of it still stands there, it goes on holding. Without that it
    holds each of its lines, whoever said it first: that file may lose it.
    """
    new, held, todo = set[int](), set[int](), list[Piece]()
    for passage in found:
        if not own and passage.text in context.familiar and passage.voice is Voice.ANYBODY:
            continue
        lines, marks = lined(passage.text, passage.voice, whole=passage.voice is Voice.PROGRAM)
        held.update(own.intersection(marks) if own else marks)
        fresh = [one for one in marks if one not in context.known]
        if not fresh and passage.voice is Voice.ANYBODY and len(passage.text) <= SHORT:
            context.familiar.add(passage.text)
        if fresh:
            for run in runs_of(passage.text, lines, marks, context.known):
                todo.append((replace(passage, text=run.text), run))
            new.update(fresh)
    return todo, new, held


def _todo(place: str) -> str:
    if place.lower().endswith((".png", ".jpg", ".jpeg", ".gif", ".webp")):
        return "Strip what the picture carries (exiftool -all= FILE), then build again"
    return "Take it out, settle it with kb check --settle, or add it to redaction.allow in kb.toml"


def said_by_hand(docs: Path, *more: Path) -> str:
    """Return the folded words of the team's own pages and settings; articles are not theirs."""
    texts, size = list[str](), 0
    tops = sorted(docs.iterdir()) if docs.is_dir() else []
    theirs = (path for top in tops if top.name not in _OURS for path in (top, *top.rglob("*")))
    for path in (*sorted(theirs), *more):
        if path.suffix not in _BY_HAND or not path.is_file() or path.is_symlink():
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
            yield _digest(path)
