"""Redacts what readers type, each wording once: most of them look for the same."""

import hashlib
import secrets
from dataclasses import dataclass, field

from kb.redaction import Redactor, SafeText

_MOST = 10_000
_LONGEST = 200
"""What is longer is a comment, and nobody writes the same one twice."""


@dataclass(slots=True)
class Terms:
    """Remembers what wordings were redacted to.

    They are known by a hash under a key that dies with the process, never by what was typed.
    """

    redactor: Redactor
    _known: dict[bytes, SafeText] = field(default_factory=dict)
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def safe(self, text: str) -> SafeText:
        """Return the text redacted."""
        if len(text) > _LONGEST:
            return self.redactor.redact(text).text
        typed = text.encode("utf-8", "surrogatepass")
        key = hashlib.blake2s(typed, key=self._key, digest_size=16).digest()
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            found = self._known[key] = self.redactor.redact(text).text
        return found
