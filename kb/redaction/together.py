"""Texts that are read as one, which costs less than one after another, and are told apart again."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate

from kb.redaction.text import Finding
from kb.redaction.views import BORDER, PROJECTION, TAKEN, parts

LARGEST = 20_000
"""Characters that are read together at most, but for a text that is longer by itself."""


@dataclass(frozen=True, slots=True)
class Together:
    """Some texts that are read as one.

    Attributes:
        texts: They, apart.
        whole: They with a border between every two.
        begins: Where each begins in that.
    """

    texts: tuple[str, ...]
    whole: str
    begins: tuple[int, ...]

    @classmethod
    def of(cls, *texts: str) -> "Together":
        """Return the texts as one."""
        whole = BORDER.join(map(_without_border, texts))
        sizes = (len(text) + len(BORDER) for text in texts[:-1])
        return cls(texts, whole, tuple(accumulate(sizes, initial=0)))

    def span(self, n: int) -> tuple[int, int]:
        """Return where a text stands in the whole."""
        return self.begins[n], self.begins[n] + len(self.texts[n])

    def number(self, at: int) -> int:
        """Return which of the texts a place of the whole lies in."""
        return bisect_right(self.begins, at) - 1

    def told_apart(self, findings: tuple[Finding, ...]) -> list[tuple[Finding, ...]]:
        """Return the findings of each text, their offsets its own."""
        if len(self.texts) == 1:
            return [findings]
        found: list[list[Finding]] = [[] for _ in self.texts]
        for one in findings:
            n = self.number(one.start)
            start, end = one.start - self.begins[n], one.end - self.begins[n]
            end = min(end, len(self.texts[n]))  # a border's own end of line is nobody's
            if start < end:
                found[n].append(replace(one, start=start, end=end))
        return [tuple(some) for some in found]


def as_one(whole: str) -> Together:
    """Return what was put together already, and rewritten meanwhile."""
    begins, texts = zip(*parts(whole), strict=True)
    return Together(texts, whole, begins)


def _without_border(text: str) -> str:
    """Return a text with another character that nobody sees in place of the one that borders have."""
    return text.replace(BORDER[1], "\u200b")


def _seen_whole(text: str) -> bool:
    """Return whether a text holds nothing that nobody sees: its view is as long as it is."""
    return BORDER[1] not in text and (
        text.isascii() or TAKEN not in text.encode("ascii", PROJECTION)
    )


def lots(texts: Iterable[str]) -> Iterator[Together]:
    """Yield all texts: in order, but those that hold what nobody sees each by itself."""
    lot: list[str] = []
    size = 0
    for text in texts:
        if not _seen_whole(text):
            yield Together.of(text)
            continue
        if lot and size + len(text) > LARGEST:
            yield Together.of(*lot)
            lot, size = [], 0
        lot.append(text)
        size += len(text) + len(BORDER)
    if lot:
        yield Together.of(*lot)
