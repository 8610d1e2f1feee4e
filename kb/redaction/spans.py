"""Findings brought into order: overlaps made one, and the text rewritten in their place."""

from collections.abc import Iterable
from dataclasses import replace

from kb.redaction.text import Finding, Placeholders


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
    def rank(finding: Finding) -> tuple[int, float]:
        return finding.end - finding.start, finding.confidence

    return replace(
        max(left, right, key=rank),
        start=min(left.start, right.start),
        end=max(left.end, right.end),
        confidence=max(left.confidence, right.confidence),
    )


def rewritten(text: str, findings: tuple[Finding, ...], placeholders: Placeholders) -> str:
    """Return `text` with a placeholder for every finding; they must be in order and apart."""
    pieces: list[str] = []
    at = 0
    for finding in findings:
        pieces.append(text[at : finding.start])
        pieces.append(placeholders.name(finding.label, text[finding.start : finding.end]))
        at = finding.end
    return "".join([*pieces, text[at:]])
