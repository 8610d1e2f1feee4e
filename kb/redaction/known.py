"""What the ticket's own fields know, found wherever it stands: in words, URLs, paths, identifiers."""

import re
from collections.abc import Iterator

from kb.redaction.text import Entity, Finding, Known

FREEMAIL = frozenset(
    {"gmail.com", "outlook.com", "hotmail.com", "yahoo.com", "icloud.com", "gmx.de"}
)


def known_words(known: Known, words: tuple[str, ...]) -> Iterator[tuple[Entity, str, str]]:
    """Yield every spelling worth looking for: its entity, the rule's id, the words."""
    for email in known.emails:
        yield Entity.EMAIL, "known-email", email
    for name in known.names:
        yield Entity.PERSON, "known-name", name
        for part in name.split():
            if len(part) > 2:
                yield Entity.PERSON, "known-name", part
    for organisation in known.organisations:
        yield Entity.ORGANISATION, "known-organisation", organisation
    for domain in known.domains:
        yield Entity.HOST, "known-domain", domain
    for word in words:
        yield Entity.CUSTOM, "workspace-word", word


def find_known(text: str, known: Known, words: tuple[str, ...]) -> Iterator[Finding]:
    """Yield where the known words stand."""
    for entity, rule, word in known_words(known, words):
        pattern = re.escape(word)
        if rule == "known-domain":
            pattern = r"(?:[\w-]+\.)*" + pattern
        for match in re.finditer(rf"(?<![^\W_]){pattern}(?:['’]s|s)?(?![^\W_])", text, re.I):
            yield Finding(
                entity=entity,
                label=entity.value,
                start=match.start(),
                end=match.end(),
                recognizer=rule,
                confidence=1.0,
            )
