"""Findings brought into order: overlaps made one, and the text rewritten in their place."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import accumulate

from kb.redaction.text import Finding, Placeholders
from kb.redaction.views import BORDER


def merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Return findings that do not overlap: a cluster becomes one, named after its longest."""
    settled: list[Finding] = []
    for finding in sorted(findings, key=lambda one: (one.start, -one.end, -one.confidence)):
        if settled and finding.start < settled[-1].end:
            settled[-1] = _one(settled[-1], finding)
        else:
            settled.append(finding)
    return tuple(settled)


def _one(left: Finding, right: Finding) -> Finding:
    """Return the longer of two, as far as they reach together; `left` begins first."""
    length, other = left.end - left.start, right.end - right.start
    first = (length, left.confidence) >= (other, right.confidence)
    longer = left if first else right
    start, end = left.start, max(left.end, right.end)
    confidence = max(left.confidence, right.confidence)
    if (longer.start, longer.end, longer.confidence) == (start, end, confidence):
        return longer
    return replace(longer, start=start, end=end, confidence=confidence)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewriting:
    """A text with placeholders in place of findings, and the way back.

    Attributes:
        text: The new text.
        begins: Where each piece begins in the new text; pieces alternate, copied and placeholder.
        spans: Which span of the old text each piece stands for.
    """

    text: str
    begins: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the old text's span for a span of the new one, placeholders taken whole."""
        first = bisect_right(self.begins, start) - 1
        last = bisect_right(self.begins, max(start, end - 1)) - 1
        begin, finish = self.spans[first][0], self.spans[last][1]
        if first % 2 == 0:
            begin += start - self.begins[first]
        if last % 2 == 0:
            finish = self.spans[last][0] + end - self.begins[last]
        return begin, finish

    def surroundings(self, reach: int) -> str:
        """Return whole words from `reach` characters before each placeholder to as many after it."""
        text = self.text
        windows: list[tuple[int, int]] = []
        for begin, end in zip(self.begins[1::2], self.begins[2::2], strict=True):
            first = text.rfind(" ", 0, max(0, begin - reach)) + 1
            last = text.find(" ", end + reach)
            last = len(text) if last < 0 else last
            if windows and first <= windows[-1][1]:
                windows[-1] = windows[-1][0], last
            else:
                windows.append((first, last))
        return BORDER.join(text[first:last].strip(BORDER) for first, last in windows)


def rewritten(text: str, findings: tuple[Finding, ...], placeholders: Placeholders) -> Rewriting:
    """Return `text` with a placeholder for every finding; they must be in order and apart."""
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    at = 0
    for finding in findings:
        spans += [(at, finding.start), (finding.start, finding.end)]
        pieces.append(text[at : finding.start])
        pieces.append(placeholders.name(finding.label, text[finding.start : finding.end]))
        at = finding.end
    pieces.append(text[at:])
    spans.append((at, len(text)))
    begins = accumulate((len(piece) for piece in pieces[:-1]), initial=0)
    return Rewriting(text="".join(pieces), begins=tuple(begins), spans=tuple(spans))
