"""Says of passages what in them must not go out, whatever they came from: a site or git."""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from kb.articles.settled import NOTHING_SETTLED, SURE, Settled
from kb.errors import GateError
from kb.gates.identities import NOBODY_KNOWN, Identities
from kb.gates.reading import Passage, Voice
from kb.gates.scanner import Rulebook, Scanner
from kb.redaction import Entity, Finding

_GUESSED = frozenset({"secret:password", "secret:key"})
"""Secrets that only the words around them give away; the team's own samples look like them."""
_AUTHOR = re.compile(r"(?m)^Author: (?=\S)|^GPS position$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Everything a verdict depends on.

    Attributes:
        book: What the scanner has to be.
        settled: What people decided.
        identities: Who must not be named.
        said: The words that the team wrote by hand, folded; they name nobody's data.
    """

    book: Rulebook
    settled: Settled = NOTHING_SETTLED
    identities: Identities = NOBODY_KNOWN
    said: str = ""

    @property
    def version(self) -> bytes:
        """Return the digest of all that makes a passage clean, but for what people decided."""
        parts = (self.book.version, *self.book.words, "", *self.book.allow, self.identities.digest)
        return hashlib.sha256("\0".join(parts).encode()).digest()

    @property
    def digest(self) -> bytes:
        """Return the digest of everything: what people decided and wrote, too."""
        decided = repr(self.settled.rows).encode() + b"\0" + self.settled.key
        told = (self.version, decided, self.said.encode("utf-8", "replace"))
        return hashlib.sha256(b"\0".join(told)).digest()


@dataclass(slots=True)
class Clean:
    """The passages that are known to hold nothing, by the digest of their text and the judge."""

    version: bytes
    known: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)

    def mark(self, kind: bytes, content: bytes) -> str:
        """Return the key of a content; it fits no other rules, words or identities."""
        told = kind + b"\0" + content
        return hashlib.blake2b(told, key=self.version, digest_size=16).hexdigest()

    def of(self, passage: Passage) -> str:
        """Return the key of a passage."""
        return self.mark(passage.voice.encode(), passage.text.encode("utf-8", "surrogatepass"))

    def has(self, mark: str) -> bool:
        """Return whether the content is known to be clean, and remember that it was asked for."""
        if mark in self.known:
            self.used.add(mark)
            return True
        return False

    def add(self, mark: str) -> None:
        """Remember a content as clean."""
        self.known.add(mark)
        self.used.add(mark)


def judged(
    found: Iterable[Passage], judge: Judge, clean: Clean, scanner: Scanner
) -> Iterator[tuple[Passage, tuple[str, ...]]]:
    """Yield each passage that must not go out, with what is in it: labels, never values.

    Raises:
        RedactionError: The scanner failed.
    """
    todo: dict[str, Passage] = {}
    for passage in found:
        key = clean.of(passage)
        if not clean.has(key):
            todo.setdefault(key, passage)
    texts = [passage.text for passage in todo.values()]
    results = zip(todo.items(), scanner.find(texts), strict=True)
    for (key, passage), findings in results:
        is_clean, labels = verdict(passage, findings, judge)
        if is_clean:
            clean.add(key)
        elif labels:
            yield passage, labels


def verdict(
    passage: Passage, findings: Sequence[Finding], judge: Judge
) -> tuple[bool, tuple[str, ...]]:
    """Return whether nothing at all was found, and what must not go out: labels, never values."""
    named = [passage.text[a:b] for a, b in judge.identities.standing_in(passage.text)]
    carried = carries_an_author(passage)
    labels = {*_labels(passage, findings, judge), *_names(named, judge)}
    labels |= {"the place or the author of a picture"} if carried else set()
    return not (findings or named or carried), tuple(sorted(labels))


def carries_an_author(passage: Passage) -> bool:
    """Say whether a picture tells who made it, or where."""
    return passage.voice is not Voice.PROGRAM and _AUTHOR.search(passage.text) is not None


def _labels(passage: Passage, findings: Sequence[Finding], judge: Judge) -> Iterator[str]:
    for finding in judge.settled.judged(passage.text, findings):
        value = passage.text[finding.start : finding.end]
        if finding.confidence >= SURE and _counts(finding, value, passage.voice, judge):
            yield finding.label


def has_shape(finding: Finding) -> bool:
    """Say whether this is surely a secret, by its own shape: then it stands nowhere."""
    sure = finding.confidence >= SURE and finding.entity is Entity.SECRET
    return sure and finding.label not in _GUESSED


def _counts(finding: Finding, value: str, voice: Voice, judge: Judge) -> bool:
    """Say whether a sure finding may not go out, seen who speaks."""
    if has_shape(finding):
        return True
    if voice is Voice.PROGRAM or (voice is Voice.TEAM and finding.entity is not Entity.SECRET):
        return False
    return not stands_in(value, judge.said)


def _names(named: list[str], judge: Judge) -> Iterator[str]:
    for value in named:
        allowed = folded(value) in {folded(one) for one in judge.book.allow}
        mail = "@" in value
        if not allowed and (mail or not stands_in(value, judge.said)):
            yield "a customer's name, organisation or address"


def folded(text: str) -> str:
    """Return the text as values are compared: in small letters, with single blanks."""
    return " ".join(text.casefold().split())


def stands_in(value: str, said: str) -> bool:
    """Say whether the value stands in the folded text as words of its own."""
    words = folded(value)
    at = said.find(words) if words else -1
    while at >= 0:
        before, after = said[at - 1 : at], said[at + len(words) : at + len(words) + 1]
        if not (before.isalnum() or after.isalnum()):
            return True
        at = said.find(words, at + 1)
    return False


def refusals(
    found: Iterable[tuple[Passage, tuple[str, ...]]], todo: Callable[[str], str]
) -> list[GateError]:
    """Return an error for each place and label, in order, each once."""
    seen = dict.fromkeys((passage.place, label) for passage, labels in found for label in labels)
    return [
        GateError(place, f"it holds what looks like {label}", todo(place)) for place, label in seen
    ]
