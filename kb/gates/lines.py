"""Tells which lines of a text were read before, so that only what is new has to be read."""

import hashlib
import re
from array import array
from collections.abc import Container, Iterable, Sequence
from functools import lru_cache

_END = re.compile(r"\s*\n\s*|(?<=[.!?])\s+(?=\S)|(?<=[。！？])")
_LEAD = re.compile(r"(?m)^[ \t]*(?:>\s?|[-*+]\s|\d+[.)]\s|#{1,6}\s?)+")
_AROUND = 2
"""So many known lines on either side are read again with a new one: a name tells what a value is."""


def lines_of(text: str) -> list[str]:
    """Return the sentences and lines of a text, blanks and a list's marks taken off."""
    return [" ".join(line.split()) for line in _END.split(_LEAD.sub("", text)) if line.strip()]


@lru_cache(maxsize=100_000)
def mark(line: str) -> int:
    """Return 64 bits that stand for the line."""
    return int.from_bytes(hashlib.blake2b(line.encode("utf-8", "replace"), digest_size=8).digest())


def fresh(lines: Sequence[str], marks: Sequence[int], known: Container[int]) -> str:
    """Return the lines that are not known, each with what stands around it; `""` for none."""
    kept = dict.fromkeys(
        place
        for new in (place for place, one in enumerate(marks) if one not in known)
        for place in range(max(0, new - _AROUND), min(len(lines), new + _AROUND + 1))
    )
    return "\n".join(lines[place] for place in kept)


def packed(marks: Iterable[int]) -> bytes:
    """Return marks as the ledger keeps them."""
    return array("Q", sorted(set(marks))).tobytes()


def unpacked(data: bytes) -> "array[int]":
    """Return the marks that `packed` made bytes of."""
    return array("Q", data)
