"""The nouns of redaction: what is found, what is known beforehand, and what comes out."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NewType

SafeText = NewType("SafeText", str)
"""Text that has passed `Redactor.redact`. Made in this room and nowhere else."""

NOTHING = SafeText("")
"""The empty text, which is safe by itself."""


def already_safe(text: str) -> SafeText:
    """Vouch for text that was redacted before it was stored; for readers of our own store only."""
    return SafeText(text)


class Entity(StrEnum):
    """What kind of thing a finding is; the placeholder `<email-1>` is named after it."""

    EMAIL = "email"
    PHONE = "phone"
    PERSON = "person"
    ADDRESS = "address"
    IP = "ip"
    MAC = "mac"
    HOST = "customer-host"
    ORGANISATION = "organisation"
    USERNAME = "user"
    CARD = "card"
    IBAN = "iban"
    NATIONAL_ID = "national-id"
    ACCOUNT = "account"
    CUSTOM = "private"
    SECRET = "secret"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One span of the input that must not go on.

    Attributes:
        entity: What it is.
        label: The placeholder's stem: the entity, or `secret:aws-key` for a secret.
        start: First character, offset into the input as it was given.
        end: One past the last character.
        recognizer: The id of the rule that saw it.
        confidence: 0 to 1; under 0.6 a person settles it.
    """

    entity: Entity
    label: str
    start: int
    end: int
    recognizer: str
    confidence: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the ticket's own structured fields tell about the people in it (raw, never stored).

    Attributes:
        names: Of everybody in the ticket, as their accounts spell them.
        emails: Their addresses.
        organisations: Of the customers among them.
        domains: Of the customers' organisations.
        others: What else is theirs: phone numbers, logins, accounts, streets.
        ours: The vendor's own domains and products; they are public and stand.
    """

    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    organisations: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    ours: tuple[str, ...] = ()


NOBODY = Known()


@dataclass(slots=True)
class Placeholders:
    """Gives one value the same placeholder throughout an article, and never across articles.

    Lives as long as one ticket is read, and is then thrown away.
    """

    _given: dict[tuple[str, str], str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)

    def name(self, label: str, value: str) -> str:
        """Return the placeholder for `value`, e.g. `<email-2>`; a secret's has no number."""
        key = (label, value.casefold())
        if key not in self._given:
            self._counts[label] = self._counts.get(label, 0) + 1
            numbered = label if label.startswith("secret:") else f"{label}-{self._counts[label]}"
            self._given[key] = f"<{numbered}>"
        return self._given[key]

    def copy(self) -> "Placeholders":
        """Return one that gives the same placeholders from here on."""
        return Placeholders(self._given.copy(), self._counts.copy())

    def reserve(self, placeholder: str) -> None:
        """Keep `placeholder` (e.g. `email-2`), found in a text, from being given to another value."""
        label, _, number = placeholder.rpartition("-")
        if number.isdigit() and not placeholder.startswith("secret:"):
            self._counts[label] = max(self._counts.get(label, 0), int(number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Redaction:
    """What `redact` returns: the text that may go on, and why it differs from the input."""

    text: SafeText
    findings: tuple[Finding, ...]
