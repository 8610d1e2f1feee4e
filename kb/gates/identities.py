"""Who the customers are, kept as keyed hashes, so that none of them can stand on a built page."""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

from kb.errors import RedactionError
from kb.redaction import Known
from kb.redaction.lists import common, mail_providers

FILE = "identities"
"""The file's name in `.kb/`: one `words hash first` a line, hashes in hex.

A line of no words tells the key that the others were made with: by another key nobody is known.
"""
_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 8
_LEGAL = frozenset(
    [
        "inc",
        "llc",
        "ltd",
        "limited",
        "gmbh",
        "ag",
        "corp",
        "corporation",
        "co",
        "company",
        "plc",
        "sa",
        "bv",
        "nv",
        "oy",
        "ab",
        "srl",
        "spa",
        "kg",
        "pty",
        "sas",
        "the",
        "and",
        "of",
        "group",
        "holding",
        "holdings",
    ]
)
"""Words that say what kind of body an organisation is, not which."""


@dataclass(frozen=True, slots=True)
class Identities:
    """The customers' names, addresses, organisations and domains as keyed hashes.

    Attributes:
        key: The workspace's key.
        grams: Hash and number of words of each.
        firsts: Hash of the first word of each, so that few places need a closer look.
    """

    key: bytes = b""
    grams: frozenset[tuple[int, str]] = frozenset()
    firsts: frozenset[str] = frozenset()

    def standing_in(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the span in the folded text's own characters of each customer it names."""
        if not self.grams:
            return
        lengths = sorted({count for count, _ in self.grams})
        spans = [match.span() for match in _WORD.finditer(text)]
        words = [_folded(text[start:end]) for start, end in spans]
        for place, word in enumerate(words):
            if _hash(self.key, word, 4) not in self.firsts:
                continue
            for count in lengths:
                gram = " ".join(words[place : place + count])
                fits = place + count <= len(words)
                if fits and (count, _hash(self.key, gram, 10)) in self.grams:
                    yield spans[place][0], spans[place + count - 1][1]

    @property
    def digest(self) -> str:
        """Return what a cached result depends on."""
        told = "".join(sorted(gram for _, gram in self.grams))
        return blake2b(told.encode(), key=self.key[:64], digest_size=8).hexdigest()


NOBODY_KNOWN = Identities()


def lines(known: Known, key: bytes) -> frozenset[str]:
    """Return the lines for the people of one ticket; nothing in them can be read back."""
    found = set()
    for words in _grams(known):
        gram = " ".join(words)
        found.add(f"{len(words)} {_hash(key, gram, 10)} {_hash(key, words[0], 4)}")
    return frozenset(found)


def _mark(key: bytes) -> str:
    return f"0 {_hash(key, 'whose key this is', 10)} {_hash(key, '', 4)}"


def _hold_key(told: Iterable[str], key: bytes) -> None:
    """Refuse lines that another key has made: by this one nobody in them would be known."""
    if any(line.startswith("0 ") and line != _mark(key) for line in told):
        raise RedactionError(
            FILE,
            "the customers' hashes were made with another key",
            "Set KB_SECRET, or .kb/secret, to the key that kb pull ran with",
        )


def _grams(known: Known) -> Iterator[tuple[str, ...]]:
    for email in known.emails:
        yield from _telling(_words(email), alone=True)
    for domain in known.domains:
        words = _words(domain)
        if not mail_providers().intersection(words):
            yield from _telling(words)
    for name in known.names:
        words = _words(name)
        yield from _telling(words)
        yield from _telling((*words[1:], words[0])) if len(words) > 1 else ()
    for organisation in known.organisations:
        words = tuple(word for word in _words(organisation) if word not in _LEGAL)
        yield from _telling(words, alone=True)


def _telling(words: tuple[str, ...], *, alone: bool = False) -> Iterator[tuple[str, ...]]:
    """Yield the words if they tell somebody apart: not one short word, not only everyday ones."""
    enough = len(words) > 1 or (alone and bool(words) and len(words[0]) > 4)
    if enough and len(words) <= _MOST_WORDS and not all(word in common() for word in words):
        yield words


def _words(text: str) -> tuple[str, ...]:
    return tuple(_folded(word) for word in _WORD.findall(text))


def _folded(word: str) -> str:
    if word.isascii():
        return word.lower()
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(ch for ch in apart if not unicodedata.combining(ch))


@lru_cache(maxsize=200_000)
def _hash(key: bytes, words: str, size: int) -> str:
    return blake2b(words.encode(), key=key[:64], digest_size=size).hexdigest()


@dataclass(slots=True)
class Roll:
    """Takes down the customers of the tickets that come in.

    Attributes:
        folder: The workspace's `.kb/`.
        key: The workspace's key.
    """

    folder: Path
    key: bytes
    _fresh: set[str] = field(default_factory=set)

    def add(self, known: Known) -> None:
        """Note who is known; `write` makes it last."""
        self._fresh |= lines(known, self.key)

    def write(self) -> None:
        """Append what is new to the file, durable on return.

        Call it before the tickets are kept: a killed pull then knows too much, not too little.

        Raises:
            RedactionError: Another key has made what stands there.
        """
        path = self.folder / FILE
        there = path.read_text("ascii").splitlines() if path.exists() else ()
        _hold_key(there, self.key)
        fresh = sorted(self._fresh.difference(there))
        self._fresh.clear()
        if not fresh:
            return
        if (mark := _mark(self.key)) not in there:
            fresh.insert(0, mark)
        self.folder.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="ascii") as file:
            file.write("".join(f"{line}\n" for line in fresh))
            file.flush()
            os.fsync(file.fileno())


def read(folder: Path, key: bytes) -> Identities:
    """Return the identities that `.kb/` knows, none where there is no file.

    Raises:
        RedactionError: The file cannot be read, or was made with another key: nobody knows then who
            must not be named.
    """
    path = folder / FILE
    if not path.exists():
        return NOBODY_KNOWN
    try:
        told = path.read_text("ascii").splitlines()
        rows = [line.split(" ") for line in told if not line.startswith("0 ")]
        grams = frozenset((int(count), gram) for count, gram, _ in rows)
        found = Identities(key, grams, frozenset(first for _, _, first in rows))
    except (OSError, ValueError):
        raise RedactionError(
            path.name, "the customers' hashes cannot be read", "Take it away and pull anew"
        ) from None
    _hold_key(told, key)
    return found
