"""What people decided about findings: kept as one line each, by keyed hash, never by value."""

import hashlib
import hmac
import json
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from kb.errors import ConfigError
from kb.redaction import Entity, Finding

SURE = 0.6
"""From this confidence on a finding blocks; below, a person settles it."""


class Verdict(StrEnum):
    """What a person said of a finding."""

    SENSITIVE = "sensitive"
    HARMLESS = "not-sensitive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One decision about a value, good for the whole workspace.

    Attributes:
        at: When (aware).
        by: Who.
        verdict: Whether it is sensitive.
        entity: What it was taken for.
        recognizer: The rule that found it.
        confidence: How sure the rule was.
        rules: The version of all rules at that time.
        article: Where it stood.
        mark: Keyed hash of entity and value, 32 hex digits.
    """

    at: datetime
    by: str
    verdict: Verdict
    entity: Entity
    recognizer: str
    confidence: float
    rules: str
    article: str
    mark: str


@dataclass(frozen=True, slots=True)
class Settled:
    """All decisions of a workspace, and the key that tells what they are about."""

    rows: tuple[Settlement, ...] = ()
    key: bytes = b""

    def judged(self, text: str, findings: Iterable[Finding]) -> tuple[Finding, ...]:
        """Return the findings as people settled them: harmless ones out, sensitive ones certain.

        What shows itself to be a secret is never harmless here: let such a word stand by
        `redaction.allow`, which a second person reads in kb.toml.
        """
        if not self.rows:
            return tuple(findings)
        said = {row.mark: row.verdict for row in self.rows}
        kept: list[Finding] = []
        for finding in findings:
            value = text[finding.start : finding.end]
            verdict = said.get(mark(self.key, finding.entity, value))
            if verdict is Verdict.SENSITIVE:
                kept.append(replace(finding, confidence=1.0))
            elif verdict is None or is_sure_secret(finding):
                kept.append(finding)
        return tuple(kept)


NOTHING_SETTLED = Settled()


def is_sure_secret(finding: Finding) -> bool:
    """Say whether this is a secret beyond one person's word."""
    return finding.entity is Entity.SECRET and finding.confidence >= SURE


def mark(key: bytes, entity: Entity, value: str) -> str:
    """Return the keyed hash of a value: HMAC-SHA256 over entity and folded value, 32 hex digits."""
    folded = " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    return hmac.new(key, f"{entity}\0{folded}".encode(), hashlib.sha256).hexdigest()[:32]


def to_line(row: Settlement) -> str:
    """Return the decision as one line of JSON; it holds no value."""
    told = {
        "at": row.at.isoformat(), "by": row.by, "verdict": row.verdict, "entity": row.entity,
        "recognizer": row.recognizer, "confidence": row.confidence, "rules": row.rules,
        "article": row.article, "mark": row.mark,
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False) + "\n"


def from_lines(text: str, where: str) -> tuple[Settlement, ...]:
    """Return the decisions of a file, in order; a later one about the same value wins.

    Raises:
        ConfigError: A line is no decision.
    """
    return tuple(
        _row(line, f"{where}:{number}")
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip()
    )


def _row(line: str, where: str) -> Settlement:
    try:
        told = json.loads(line)
        told["at"] = datetime.fromisoformat(told["at"])
        told["verdict"], told["entity"] = Verdict(told["verdict"]), Entity(told["entity"])
        return Settlement(**told)
    except (ValueError, TypeError, KeyError):
        raise ConfigError(
            where, "it is no settled finding", "Take the line back to what git has"
        ) from None
