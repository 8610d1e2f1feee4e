"""What a scanner sees of a text: one byte a character, and the way back to the text's own offsets.

Every character becomes exactly one byte, so that RE2 runs over bytes at full speed and its offsets
are the text's: ASCII as it is, compatibility forms (full-width letters, typographic quotes, odd
blanks) as the ASCII they stand for, capital letters beyond ASCII as 0xC0, small ones as 0xE0,
letters without case as 0xD0, all else as 0x80. Only invisible characters are taken out.
"""

import codecs
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

UPPER, LOWER, CASELESS, OTHER, TAKEN = 0xC0, 0xE0, 0xD0, 0x80, 0x1A
"""The bytes that stand for what is not ASCII; TAKEN covers what no rule may touch."""

QUOTES = {
    "‘": "'",
    "’": "'",
    "‚": "'",
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "「": '"',
    "」": '"',
    "『": '"',
    "』": '"',
}
DASHES = dict.fromkeys("‐‑‒–—―−", "-")
DOTS = dict.fromkeys("。．｡․", ".")
LOOKALIKES = QUOTES | DASHES | DOTS
INVISIBLE = frozenset("\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\ufeff\x1a") | {
    chr(code) for code in (*range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10))
}


Piece = tuple[bytes, int, int]
"""Some bytes of a reading, and the span that they were made from."""
LONG = 1000
"""What has no blank within so many bytes is no word that must not be cut."""
BORDER = "\n\x1a\n"
"""Between texts that are read together; no text has it in itself while it is read."""
GAP = b"\n" + bytes([TAKEN]) + b"\n"
"""Between pieces that have nothing to do with each other, in a view; no finding may reach over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One reading of a text.

    Attributes:
        seen: The bytes that rules are run on.
        starts: Where each byte begins in the text; None when byte n is character n.
        ends: Where each byte ends in the text; None as `starts`.
    """

    seen: bytes
    starts: tuple[int, ...] | None = None
    ends: tuple[int, ...] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the text's offsets of the bytes from `start` to `end`."""
        if self.starts is None or self.ends is None or end <= start:
            return start, end
        return self.starts[start], self.ends[end - 1]


class _Projection(dict[int, int]):
    """Character to byte, worked out once for each character that ever turns up."""

    def __missing__(self, code: int) -> int:
        byte = self[code] = _byte_of(chr(code))
        return byte


def _byte_of(character: str) -> int:
    if character in INVISIBLE:
        return TAKEN
    if character < "\x80":
        return ord(character)
    plain = LOOKALIKES.get(character) or unicodedata.normalize("NFKC", character)
    if len(plain) == 1 and plain < "\x80":
        return ord(plain)
    if character.isspace():
        return 0x20
    kind = unicodedata.category(character)
    if kind in {"Lu", "Lt"}:
        return UPPER
    if kind in {"Ll", "Mn", "Mc"}:
        return LOWER
    return CASELESS if kind.startswith("L") else OTHER


_PROJECTION = _Projection()


def _projected(error: UnicodeError) -> tuple[bytes, int]:
    """Return the bytes of a run of characters beyond ASCII, as an encoder's error handler does."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    run = error.object[error.start : error.end]
    return run.translate(_PROJECTION).encode("latin-1"), error.end


PROJECTION = "docworthy-one-byte"
codecs.register_error(PROJECTION, _projected)
"""Encoding with this handler costs Python's time for what is not ASCII only."""


def plain_view(text: str) -> View:
    """Return the first reading: the text as it stands, without what nobody can see, its borders kept."""
    seen = text.encode("ascii", PROJECTION)
    if TAKEN not in seen or seen.count(TAKEN) == text.count(BORDER):
        return View(seen=seen)
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for run in seen.split(bytes([TAKEN])):
        starts.extend(range(at, at + len(run)))
        ends.extend(range(at + 1, at + len(run) + 1))
        at += len(run) + 1
    seen = seen.translate(None, bytes([TAKEN]))
    return View(seen=seen, starts=tuple(starts), ends=tuple(ends))


def parts(text: str) -> Iterator[tuple[int, str]]:
    """Yield the texts that are read together in `text`, each with where it begins."""
    at = 0
    for part in text.split(BORDER):
        yield at, part
        at += len(part) + len(BORDER)


@lru_cache(maxsize=8)
def _parted(text: str) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """Return where the texts read together begin, and they."""
    begins, texts = zip(*parts(text), strict=True)
    return begins, texts


def part_at(text: str, at: int) -> str:
    """Return that of the texts read together which `at` lies in."""
    begins, texts = _parted(text)
    return texts[bisect_right(begins, at) - 1]


def spans_apart(seen: bytes) -> Iterator[tuple[int, int]]:
    """Yield the spans of what stands between gaps."""
    at = 0
    for piece in seen.split(GAP):
        yield at, at + len(piece)
        at += len(piece) + len(GAP)


def joined(pieces: list[Piece]) -> View:
    """Return a view of decoded pieces: each is some bytes and the span of text they came from."""
    starts: list[int] = []
    ends: list[int] = []
    for seen, start, end in pieces:
        if len(seen) == end - start:
            starts.extend(range(start, end))
            ends.extend(range(start + 1, end + 1))
        else:
            starts.extend([start] * len(seen))
            ends.extend([end] * len(seen))
    return View(
        seen=b"".join(seen for seen, _, _ in pieces), starts=tuple(starts), ends=tuple(ends)
    )


def led_back(view: View, pieces: list[Piece]) -> View:
    """Return the pieces as a view whose offsets are the text's, not the other view's."""
    fresh = joined([piece for piece in pieces if piece[0]])
    if view.starts is None or view.ends is None or fresh.starts is None or fresh.ends is None:
        return fresh
    starts, ends = view.starts, view.ends
    began, ended = (*starts, *starts[-1:]), (*ends[:1], *ends)
    return View(
        seen=fresh.seen,
        starts=tuple(map(began.__getitem__, fresh.starts)),
        ends=tuple(map(ended.__getitem__, fresh.ends)),
    )


def between_words(seen: bytes, first: int, last: int) -> tuple[int, int]:
    """Return the piece from `first` to `last`, made longer so that it cuts no word.

    To a pattern the edges of a piece are those of a text: half a word would end there.
    """
    reach, low, first = last + LONG, max(0, first - LONG), max(0, first)
    ends = [at for at in (seen.find(b" ", last, reach), seen.find(b"\n", last, reach)) if at >= 0]
    end = min(ends) if ends else len(seen) if reach >= len(seen) else last
    begin = max(seen.rfind(b" ", low, first), seen.rfind(b"\n", low, first)) + 1
    return begin if begin or not low else first, end
