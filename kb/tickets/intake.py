"""Raw wire tickets become redacted `Ticket`s; nothing raw leaves this module."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kb.errors import TicketError
from kb.redaction import Finding, Known, Placeholders, Redactor, SafeText
from kb.tickets.ticket import Message, Role, Satisfaction, Status, Ticket

_MAX_BODY = 1_000_000
_MAX_MESSAGES = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Reads tickets of the files' wire format for one workspace.

    Attributes:
        source: The source's name, first half of each ticket's key.
        redactor: The law of the house.
        secret: The workspace's key: it turns addresses into opaque, joinable ones.
    """

    source: str
    redactor: Redactor
    secret: bytes

    def ticket(self, raw: Mapping[str, Any], where: str) -> tuple[Ticket, tuple[Finding, ...]]:
        """Read one ticket and redact all its text, with its own fields as what is known.

        Returns:
            The ticket, and every finding of all its texts (offsets into each text).

        Raises:
            TicketError: A field is missing or not what it must be; its value is never quoted.
        """
        try:
            return self._read(raw, where)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise TicketError(
                where,
                f"the ticket cannot be read ({_reason(error)})",
                "Mend it, then kb pull --retry",
            ) from None

    def _read(self, raw: Mapping[str, Any], where: str) -> tuple[Ticket, tuple[Finding, ...]]:
        writer = _Writer(redactor=self.redactor, known=known_in(raw), findings=[])
        comments = raw["comments"]
        if not isinstance(comments, list) or not 0 < len(comments) <= _MAX_MESSAGES:
            raise ValueError("comments")
        subject = writer.safe(_text(raw, "subject"))
        ticket = Ticket(
            key=f"{self.source}:{_id(raw['id'])}",
            subject=subject,
            status=Status(raw["status"]),
            tags=tuple(sorted(writer.safe(str(tag)) for tag in raw.get("tags") or ())),
            messages=tuple(self._message(one, writer) for one in comments),
            requester=self.key(raw["requester"]),
            created_at=_time(raw["created_at"]),
            updated_at=_time(raw["updated_at"]),
            solved_at=_time(raw["solved_at"]) if raw.get("solved_at") else None,
            fields=_fields(raw.get("fields") or {}, writer),
            plan=writer.safe(str(raw.get("plan") or "")),
            severity=_severity(raw.get("severity")),
            channel=writer.safe(str(raw.get("channel") or "")),
            satisfaction=Satisfaction(raw.get("satisfaction") or "unoffered"),
            url=writer.safe(str(raw.get("url") or "")),
        )
        return ticket, tuple(writer.findings)

    def _message(self, raw: Mapping[str, Any], writer: "_Writer") -> Message:
        return Message(
            id=_id(raw["id"]),
            role=Role(raw["author"]["role"]),
            author=self.key(raw["author"]),
            public=raw["public"] is True,
            body=writer.safe(_text(raw, "body")),
            created_at=_time(raw["created_at"]),
            accepted=raw.get("accepted") is True,
        )

    def key(self, who: Mapping[str, Any]) -> str:
        """Return the opaque key of a person: HMAC-SHA256 of the folded address, 32 hex digits."""
        address = str(who.get("email") or who.get("name") or "").strip().casefold()
        return hmac.new(self.secret, address.encode(), hashlib.sha256).hexdigest()[:32]


@dataclass(slots=True)
class _Writer:
    """Redacts the texts of one ticket, so that one value has one placeholder in all of them."""

    redactor: Redactor
    known: Known
    findings: list[Finding]
    placeholders: Placeholders

    def __init__(self, *, redactor: Redactor, known: Known, findings: list[Finding]) -> None:
        self.redactor, self.known, self.findings = redactor, known, findings
        self.placeholders = Placeholders()

    def safe(self, text: str) -> SafeText:
        redaction = self.redactor.redact(text, self.known, self.placeholders)
        self.findings += redaction.findings
        return redaction.text

    def field(self, name: str, value: str) -> SafeText:
        redaction = self.redactor.redact_field(name, value, self.known, self.placeholders)
        self.findings += redaction.findings
        return redaction.text


def known_in(raw: Mapping[str, Any]) -> Known:
    """Return the names, addresses, organisations and domains of the ticket's structured fields.

    The agents' domain and the product are the vendor's: they are on every page already and stand.
    """
    authors = [comment.get("author") or {} for comment in raw.get("comments") or ()]
    agents = [one for one in authors if one.get("role") == "agent"]
    people = [raw.get("requester") or {}, *(raw.get("ccs") or ())]
    people += [one for one in authors if one.get("role") not in ("agent", "automatic")]
    ours = {_domain(agent) for agent in agents}
    domains = _distinct(_domain(person) for person in people)
    return Known(
        names=_distinct(person.get("name") for person in (*people, *agents)),
        emails=_distinct(person.get("email") for person in (*people, *agents)),
        organisations=_distinct(person.get("organization") for person in people),
        domains=tuple(domain for domain in domains if domain not in ours),
        ours=_distinct((*sorted(ours), (raw.get("fields") or {}).get("product"))),
    )


def _domain(person: Mapping[str, Any]) -> str:
    return str(person.get("email") or "").rpartition("@")[2].casefold()


def _distinct(values: Iterable[object]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(str(value) for value in values if value))


def _reason(error: Exception) -> str:
    """Say what failed without quoting a value: a missing key's name, or the kind of error."""
    if isinstance(error, KeyError) and str(error.args[0]).isidentifier():
        return f"{error.args[0]} is missing"
    return "a field has the wrong type or value"


def _id(value: object) -> str:
    text = str(value)
    if not text or len(text) > 80 or not all(ch.isalnum() or ch in "-_." for ch in text):
        raise ValueError("id")
    return text


def _text(raw: Mapping[str, Any], name: str) -> str:
    value = raw[name]
    if not isinstance(value, str) or len(value) > _MAX_BODY:
        raise ValueError(name)
    return "".join(ch for ch in value if ch in "\n\t" or ch.isprintable() or ord(ch) > 0x9F)


def _time(value: object) -> datetime:
    at = datetime.fromisoformat(str(value))
    if at.tzinfo is None:
        raise ValueError("time without a zone")
    return at


def _severity(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or not 0 <= value <= 3:
        raise ValueError("severity")
    return value


def _fields(raw: Mapping[str, Any], writer: _Writer) -> tuple[tuple[str, SafeText], ...]:
    return tuple(
        (str(name), writer.field(str(name), str(raw[name]))) for name in sorted(raw) if raw[name]
    )
