"""Where each sentence of a draft came from: a span of a ticket's message, or a person."""

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One sentence of one section and its origin.

    Attributes:
        section: `Title` or one of the article's sections.
        sentence: The sentence as it stands in the draft.
        ticket: Key of the ticket, `""` when a person wrote it.
        message: Id of the message within the ticket; `subject` or `field:name` for those.
        start: First character within the redacted message.
        end: One past the last.
        person: Who wrote it, `""` when a ticket says it.
    """

    section: str
    sentence: str
    ticket: str = ""
    message: str = ""
    start: int = 0
    end: int = 0
    person: str = ""


def to_json(evidence: tuple[Evidence, ...]) -> str:
    """Write the sidecar, one object a sentence, sorted keys."""
    rows = [asdict(one) for one in evidence]
    return json.dumps(rows, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def from_json(text: str) -> tuple[Evidence, ...]:
    """Read a sidecar back."""
    return tuple(Evidence(**row) for row in json.loads(text))
