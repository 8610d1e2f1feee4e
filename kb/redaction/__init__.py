"""The law of the house: people's words come in raw and leave as `SafeText`, or not at all."""

from kb.redaction.fields import known_from
from kb.redaction.redactor import Redactor
from kb.redaction.rules import RULES_VERSION
from kb.redaction.text import (
    NOBODY,
    NOTHING,
    Entity,
    Finding,
    Known,
    Placeholders,
    Redaction,
    SafeText,
    already_safe,
)

__all__ = [
    "NOBODY",
    "NOTHING",
    "RULES_VERSION",
    "Entity",
    "Finding",
    "Known",
    "Placeholders",
    "Redaction",
    "Redactor",
    "SafeText",
    "already_safe",
    "known_from",
]
