"""The guard at the door: finds what must not go on and puts a readable placeholder in its place."""

from collections.abc import Iterator
from dataclasses import dataclass

from kb.redaction.checks import CHECKS, NOT_A_KEY
from kb.redaction.known import lookout
from kb.redaction.people import PROOFS, find_people
from kb.redaction.rules import Rule, compiled, rules
from kb.redaction.spans import merged, rewritten
from kb.redaction.text import NOBODY, Entity, Finding, Known, Placeholders, Redaction, SafeText
from kb.redaction.views import TAKEN, View, plain_view

_LABELS = "|".join(entity.value for entity in Entity if entity is not Entity.SECRET)
PLACEHOLDER = compiled(
    rf"(?:<|&lt;|\\u003[cC]|%3[cC])(?:secret:[a-z0-9-]{{1,60}}|(?:{_LABELS})-\d{{1,6}})(?:>|&gt;|\\u003[eE]|%3[eE])"
)
"""Our own placeholders, also as HTML, JSON and URLs spell their angle brackets."""
ALLOWED_EMAIL = compiled(r"(?i)@(?:[\w-]+\.)*example\.(?:com|net|org)$")
VETOED = frozenset(("scrambled", "machine", "assigned"))
ROUNDS = 4
"""How often a rewritten text is read again; the second reading nearly always finds nothing."""


@dataclass(frozen=True, slots=True)
class Redactor:
    """Finds and replaces secrets, identities and known words.

    Attributes:
        words: The workspace's own private words.
        allow: What this workspace lets stand, compared without case; known fields win over it.
    """

    words: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()

    def redact(
        self, text: str, known: Known = NOBODY, placeholders: Placeholders | None = None
    ) -> Redaction:
        """Return the text that may go on; offsets of the findings are the input's."""
        names = placeholders or Placeholders()
        findings = self.find(text, known)
        safe = rewritten(text, findings, names) if findings else text
        return Redaction(text=SafeText(safe), findings=findings)

    def find(self, text: str, known: Known = NOBODY) -> tuple[Finding, ...]:
        """Return what must not go on, in order and without overlaps."""
        view = _masked(plain_view(text))
        found = [one for one in _by_rules(view) if not self._allowed(text, one)]
        found.extend(one for one in find_people(text, view) if not self._allowed(text, one))
        found.extend(lookout(known, self.words).find(text, view))
        return merged(found)

    def _allowed(self, text: str, finding: Finding) -> bool:
        value = text[finding.start : finding.end]
        return value.casefold() in {one.casefold() for one in self.allow}


def _masked(view: View) -> View:
    seen = view.seen
    if b"<" not in seen and b"&lt;" not in seen:
        return view
    covered = bytearray(seen)
    for match in PLACEHOLDER.finditer(seen):
        covered[match.start() : match.end()] = bytes([TAKEN]) * (match.end() - match.start())
    return View(seen=bytes(covered), starts=view.starts, ends=view.ends)


def _by_rules(view: View) -> Iterator[Finding]:
    low = view.seen.lower()
    for rule in rules():
        if rule.check not in PROOFS and (not rule.keywords or any(word in low for word in rule.keywords)):
            yield from _by_rule(rule, view)


def _by_rule(rule: Rule, view: View) -> Iterator[Finding]:
    check = CHECKS[rule.check]
    for match in rule.pattern.finditer(view.seen):
        group = next((n for n in range(1, rule.pattern.groups + 1) if match.start(n) >= 0), 0)
        first, last = match.span(group)
        value = view.seen[first:last]
        if TAKEN in value or not check(value):
            continue
        if rule.check in VETOED and NOT_A_KEY.search(view.seen[max(0, first - 48) : first]):
            continue
        if rule.id == "email" and ALLOWED_EMAIL.search(value):
            continue
        start, end = view.span(first, last)
        yield Finding(
            entity=rule.entity,
            label=rule.label,
            start=start,
            end=end,
            recognizer=rule.id,
            confidence=rule.confidence,
        )
