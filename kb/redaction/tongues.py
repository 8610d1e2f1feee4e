"""Secrets told in other languages: their telling words are read as the English ones that rules know."""

from bisect import bisect_left
from collections.abc import Iterator
from functools import cache

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from kb.redaction.lists import telling_words
from kb.redaction.patterns import NOWHERE, Pattern, compiled
from kb.redaction.views import CASELESS, GAP, Piece, View, led_back, parts

AROUND = 160
"""Characters from a telling word on in which its secret may stand."""
BEFORE = 60
"""Characters before it in which its secret may stand as well: "I typed … as password"."""
LEAST = 40
"""How many of them a telling word must have behind it, else its own surroundings are read as well."""
JOINS = frozenset({"is", "as"})
"""The meanings of words that only join a secret to its name; nothing is read for them alone."""


@cache
def _search(*, joins: bool) -> Pattern:
    """Return the search for telling words, over UTF-8; their group is the one that takes part."""
    words = [word for word, meaning in telling_words().items() if joins or meaning not in JOINS]
    words.sort(key=len, reverse=True)
    cased = "|".join(word for word in words if word.upper() != word)
    others = "|".join(word for word in words if word.upper() == word)
    return compiled(rf"(?i)(?:^|[^\pL])({cased})(?:[^\pL]|$)|({others})", unicode=True)


@cache
def _plain_words() -> BytesAhoCorasick:
    """Return the search for those telling words that are ASCII; it tells no word from a part of one."""
    words = [word.encode() for word, meaning in telling_words().items() if meaning not in JOINS]
    return BytesAhoCorasick(
        [word for word in words if word.isascii()],
        matchkind=MatchKind.LeftmostLongest,
        implementation=Implementation.DFA,
    )


def in_english(text: str, view: View) -> View | None:
    """Return the surroundings of `text`'s telling words as `view` has them, these in English."""
    if not _may_tell(text):
        return None
    pieces: list[Piece] = []
    for begin, part in parts(text):
        for start, end in _told(part) if _may_tell(part) else ():
            place = _place(view, begin + start)
            pieces.append((GAP, place, place))
            pieces += _translated(part[start:end], begin + start, view)
    return led_back(view, pieces) if pieces else None


def _may_tell(text: str) -> bool:
    """Return whether a telling word may stand in a text: it is not ASCII, or has one's letters."""
    return not text.isascii() or bool(
        _plain_words().find_matches_as_indexes(text.lower().encode("ascii"))
    )


def _told(text: str) -> Iterator[tuple[int, int]]:
    """Yield the surroundings of a text's telling words."""
    raw = text.encode("utf-8", "replace")
    byte = at = reach = 0
    for first, _ in _words(raw, _search(joins=False)):
        at += len(raw[byte:first].decode())
        byte = first
        if at >= reach:
            yield _began(text, at, reach), at + AROUND
            reach = at + AROUND - LEAST


def _began(text: str, at: int, least: int) -> int:
    """Return where the words before a telling one begin: in its line, not in the middle of a word."""
    first = max(least, at - BEFORE, text.rfind("\n", 0, at) + 1)
    if first in (0, at) or text[first - 1].isspace():
        return first
    blank = text.find(" ", first, at)
    return at if blank < 0 else blank + 1


def _words(raw: bytes, search: Pattern) -> Iterator[tuple[int, int]]:
    """Yield where telling words stand in UTF-8."""
    at = 0
    while found := search.search(raw, at):
        span = found[1] if found[1] != NOWHERE else found[2]
        yield span
        at = span[1]


def _translated(part: str, at: int, view: View) -> Iterator[Piece]:
    """Yield a part of the text, which begins at `at`, with English words in place of others."""
    raw, byte, said = part.encode("utf-8", "replace"), 0, ""
    for first, last in _words(raw, _search(joins=True)):
        before, word = raw[byte:first].decode(), raw[first:last].decode()
        yield _as_seen(view, at, at + len(before))
        at, byte = at + len(before), last
        meaning = telling_words()[word.lower()]
        if before.strip() or meaning != said:  # said twice in a row, it tells no more
            ends = _place(view, at), _place(view, at + len(word))
            yield _apart(meaning, before.encode(), raw[last:]), *ends
        at, said = at + len(word), meaning
    yield _as_seen(view, at, at + len(raw[byte:].decode()))


def _apart(meaning: str, before: bytes, after: bytes) -> bytes:
    """Return an English word with blanks only where it would grow together with its neighbours.

    Blanks elsewhere would tell more than is there: `#passwort-vergessen` is one word.
    """
    first = b" " if not before or before[-1:].isalnum() else b""
    joined = meaning in JOINS and not after[:1].isspace()
    last = b" " if joined or after[:1].isalnum() else b""
    return first + meaning.encode() + last


def _as_seen(view: View, start: int, end: int) -> Piece:
    """Return a part of the view; letters of scripts without blanks between words are blanks."""
    first, last = _place(view, start), _place(view, end)
    return view.seen[first:last].replace(bytes([CASELESS]), b" "), first, last


def _place(view: View, at: int) -> int:
    """Return where a character of the text stands in the view."""
    return at if view.starts is None else bisect_left(view.starts, at)
