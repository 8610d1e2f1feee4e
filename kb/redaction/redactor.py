"""Finds what must not go on, and replaces it by typed placeholders."""

import ipaddress
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import re2

from kb.redaction.text import (
    NOBODY,
    Entity,
    Finding,
    Known,
    Placeholders,
    Redaction,
    SafeText,
)

_S, _E = Entity.SECRET, Entity
_RULES = (
    (_S, "secret:private-key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\z)", 0, 0.99),
    (_S, "secret:aws-key", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b", 0, 0.99),
    (_S, "secret:github-token", r"\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,})", 0, 0.99),
    (_S, "secret:slack-token", r"\bxox[abeoprs]-[\w-]{10,}", 0, 0.99),
    (_S, "secret:jwt", r"\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*", 0, 0.99),
    (_S, "secret:url-credentials", r"\b[a-z][a-z0-9+.-]*://([^\s/:@]+:[^\s/@]+)@", 1, 0.99),
    (_S, "secret:authorization", r"(?i)\bauthorization:\s*(?:bearer|basic|token)\s+([^\s\"']{8,})", 1, 0.95),
    (_S, "secret:password", r"(?i)\b(?:password|passwd|passphrase|pwd)\s*(?:is|was|[:=])\s*[\"'`]?([^\s\"'`,;<>]{5,})", 1, 0.8),
    (_S, "secret:assignment", r"(?i)\b\w*(?:secret|token|api_?key|access_?key)\w*\s*[:=]\s*[\"'`]?([A-Za-z0-9+/_\-.]{16,})", 1, 0.8),
    (_E.EMAIL, "email", r"(?i)\b[a-z0-9._%+'-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+\b", 0, 0.99),
    (_E.PHONE, "phone", r"\+\d{1,3}[ .-]?\(?\d{1,4}\)?(?:[ .-]?\d{2,5}){2,4}\b", 0, 0.8),
    (_E.IP, "ip", r"\b(?:\d{1,3}\.){3}\d{1,3}\b", 0, 0.95),
    (_E.MAC, "mac", r"(?i)\b(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}\b", 0, 0.9),
    (_E.USERNAME, "user", r"(?i)(?:/home/|/Users/|C:\\Users\\)([^\s/\\:\"'<>]{2,32})", 1, 0.8),
    (_E.HOST, "customer-host", r"(?i)\b[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:internal|local|corp|lan|intranet)(?:\.[a-z0-9-]+)*\b", 0, 0.85),
)  # fmt: skip
_COMPILED = tuple((e, label, re2.compile(p), group, sure) for e, label, p, group, sure in _RULES)
_DOCUMENTATION = tuple(
    map(ipaddress.ip_network, ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "127.0.0.0/8", "0.0.0.0/32"))
)
_OPEN_MAIL = ("@example.com", "@example.org", "@example.net")


@dataclass(frozen=True, slots=True)
class Redactor:
    """The law as this workspace has it: our rules, its own words, and what it allows."""

    words: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()

    def redact(
        self, text: str, known: Known = NOBODY, placeholders: Placeholders | None = None
    ) -> Redaction:
        """Return the text with every finding replaced by its placeholder."""
        names = placeholders or Placeholders()
        findings = self.find(text, known)
        out, last = [], 0
        for one in findings:
            out += [text[last : one.start], names.name(one.label, text[one.start : one.end])]
            last = one.end
        return Redaction(text=SafeText("".join([*out, text[last:]])), findings=findings)

    def find(self, text: str, known: Known = NOBODY) -> tuple[Finding, ...]:
        """Return what must not go on, in order, without overlap."""
        found = [one for one in self._rules(text) if text[one.start : one.end] not in self.allow]
        found += _words(text, _known_words(known, self.words))
        return _apart(found)

    def _rules(self, text: str) -> Iterator[Finding]:
        for entity, label, pattern, group, sure in _COMPILED:
            for match in pattern.finditer(text):
                start, end = match.span(group)
                if _counts(entity, text[start:end]):
                    yield _finding(entity, label, start, end, label, sure)


def _counts(entity: Entity, value: str) -> bool:
    if value.startswith("<") and value.endswith(">"):
        return False
    if entity is Entity.EMAIL:
        return not value.lower().endswith(_OPEN_MAIL)
    if entity is Entity.IP:
        return _is_somebodys(value)
    return True


def _is_somebodys(value: str) -> bool:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    return not any(address in network for network in _DOCUMENTATION)


def _known_words(known: Known, words: tuple[str, ...]) -> Iterator[tuple[Entity, str, str]]:
    for name in known.names:
        yield from ((Entity.PERSON, "person", part) for part in (name, *name.split()))
    for address in known.emails:
        yield Entity.EMAIL, "email", address
    for name in known.organisations:
        yield from ((Entity.ORGANISATION, "organisation", part) for part in (name, *name.split()[:1]))
    for domain in known.domains:
        yield Entity.HOST, "customer-host", rf"(?:[a-z0-9-]+\.)*{re2.escape(domain)}"
    for word in words:
        yield Entity.CUSTOM, "private", word


def _words(text: str, words: Iterable[tuple[Entity, str, str]]) -> Iterator[Finding]:
    for entity, label, word in words:
        if len(word) < 3:
            continue
        pattern = word if entity is Entity.HOST else re2.escape(word)
        edge = r"\b" if word[-1].isalnum() else ""
        for match in re2.finditer(rf"(?i)\b{pattern}{edge}", text):
            yield _finding(entity, label, match.start(), match.end(), "known-field", 0.95)


def _finding(
    entity: Entity, label: str, start: int, end: int, recognizer: str, sure: float
) -> Finding:
    return Finding(
        entity=entity, label=label, start=start, end=end, recognizer=recognizer, confidence=sure
    )


def _apart(found: list[Finding]) -> tuple[Finding, ...]:
    kept: list[Finding] = []
    for one in sorted(found, key=lambda f: (f.start, -(f.end - f.start), -f.confidence)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return tuple(kept)
