"""Tells which lines of a text were read before, so that only what is new has to be read."""

import hashlib
import re
from array import array
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_END = re.compile(r"[.!?。！？](?:(?<=[。！？])|\s+(?=\S))")
"""Of a sentence; it begins with signs, so that the engine skips what is none of them."""
_LEAD = re.compile(r"(?:>\s?|[-*+]\s|\d+[.)]\s|#{1,6}\s?)+")
_MARKED = re.compile(r"[\\*~`_]")
_MARKS = re.compile(r"\\([!-/:-@\[-`{-~])|\*+|~~|`+|(?<!\w)_+(?=\S)|(?<=\S)_+(?!\w)")
"""Markdown's marks around words; one within a word is a part of it."""
SHORT = 300
"""Characters: what is shorter is read together with the other short passages of its file."""
_AROUND = 2
"""So many known lines on either side are read again with a new one: a name tells what a value is."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of a text that has to be read.

    Attributes:
        new: Where in it stands what is new; the rest is there to be understood by.
    """

    text: str
    new: tuple[Span, ...]

    def concerns(self, start: int, end: int) -> bool:
        """Say whether anything new lies between the two places."""
        return any(first < end and start < last for first, last in self.new)


def lined(text: str, voice: str, *, whole: bool = False) -> tuple[Sequence[Span], Sequence[int]]:
    """Return where the sentences and lines of a text stand, and what stands for each.

    Args:
        voice: Who speaks: the same words are another line in another voice.
        whole: Whether the text is one line.
    """
    return (_short if len(text) <= SHORT else _lined)(text, voice, whole)


def _lined(text: str, voice: str, whole: bool) -> tuple[Sequence[Span], Sequence[int]]:
    lines = ((0, len(text)),) if whole else tuple(_spans(text))
    return lines, tuple(mark(f"{voice}\0{text[start:end]}") for start, end in lines)


_short = lru_cache(maxsize=30_000)(_lined)
"""The pages of a site say the same in most of their short pieces."""


def _spans(text: str) -> Iterator[Span]:
    start = 0
    for line in text.split("\n"):
        at, end = start, start + len(line)
        start = end + 1
        if not line or line.isspace():
            continue
        for sentence in _END.finditer(text, at, end):
            yield at, sentence.start() + 1
            at = sentence.end()
        if at < end:
            yield at, end


@lru_cache(maxsize=100_000)
def mark(line: str) -> int:
    """Return 64 bits that stand for a voice and what it says.

    Blanks, the place in a list, and Markdown's marks around words are put aside: a page, its
    Markdown and its part of the search say the same.
    """
    voice, _, said = line.partition("\0")
    if _MARKED.search(said):
        said = _MARKS.sub(r"\1", said)
    bare = " ".join(said.replace("|", " ").split())
    lead = _LEAD.match(bare)
    plain = f"{voice}\0{bare[lead.end() :] if lead else bare}"
    return int.from_bytes(hashlib.blake2b(plain.encode("utf-8", "replace"), digest_size=8).digest())


def runs_of(
    text: str, lines: Sequence[Span], marks: Sequence[int], known: Container[int]
) -> Iterator[Run]:
    """Yield the pieces of the text that hold lines that are not known, as they stand in it."""
    new = [place for place, one in enumerate(marks) if one not in known]
    for first, last in _together(new):
        start = lines[max(0, first - _AROUND)][0] if first > _AROUND else 0
        end = lines[last + _AROUND][1] if last + _AROUND < len(lines) else len(text)
        inside = (lines[place] for place in new if first <= place <= last)
        yield Run(text[start:end], tuple((a - start, b - start) for a, b in inside))


def _together(places: Sequence[int]) -> Iterator[Span]:
    """Yield first and last of the places that stand so near that their surroundings meet."""
    for place in places:
        if place == places[0]:
            first = last = place
        elif place - last > 2 * _AROUND:
            yield first, last
            first = last = place
        else:
            last = place
    if places:
        yield first, last


def packed(marks: Iterable[int]) -> bytes:
    """Return marks as the ledger keeps them."""
    return array("Q", sorted(set(marks))).tobytes()


def unpacked(data: bytes) -> "array[int]":
    """Return the marks that `packed` made bytes of."""
    return array("Q", data)
