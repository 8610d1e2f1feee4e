"""Raw tickets become redacted `Ticket`s; nothing raw leaves this module."""

import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kb.errors import RedactionError, TicketError
from kb.redaction import Finding, Known, Redaction, Redactor, SafeText
from kb.tickets.raw import MOST_MESSAGES, Misfit, Person, RawMessage, RawTicket, text
from kb.tickets.rows import read_row
from kb.tickets.ticket import Message, Role, Ticket

_OUR_NAMES = frozenset(
    ("product", "version", "platform", "deployment", "component", "environment", "topic", "locale",
     "useragent", "region", "milestone", "state_reason")
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Reads the tickets of one source for one workspace.

    Attributes:
        source: The source's name, first half of each ticket's key.
        redactor: The law of the house.
        secret: The workspace's key: it turns addresses into opaque, joinable ones.
        read: Makes a raw ticket of the source's own payload.
        notice: Is told who is named in the fields of each ticket, before the ticket is kept.
    """

    source: str
    redactor: Redactor
    secret: bytes
    read: Callable[[Any], RawTicket] = read_row
    notice: Callable[[Known], None] | None = None

    def ticket(self, payload: Any, where: str) -> tuple[Ticket, tuple[Finding, ...]]:
        """Read one ticket and redact all its text, with its own fields as what is known.

        Returns:
            The ticket, and every finding of all its texts (offsets into each text).

        Raises:
            TicketError: A field is missing or not what it must be; its value is never quoted.
        """
        try:
            return self._redacted(self.read(payload))
        except RedactionError as error:
            raise TicketError(where, error.what, "Run kb doctor, then kb pull --retry") from None
        except (
            KeyError, TypeError, ValueError, AttributeError, LookupError, ArithmeticError,
            RecursionError, OSError,
        ) as error:  # fmt: skip
            raise TicketError(
                where,
                f"the ticket cannot be read ({_reason(error)})",
                "Mend it, then kb pull --retry",
            ) from None

    def _redacted(self, raw: RawTicket) -> tuple[Ticket, tuple[Finding, ...]]:
        if not 0 < len(raw.messages) <= MOST_MESSAGES:
            raise ValueError("messages")
        writer = _Writer.over(raw, self.redactor)
        if self.notice:
            self.notice(customers_in(raw))
        ticket = Ticket(
            key=f"{self.source}:{_id(raw.id)}",
            subject=writer.safe(raw.subject),
            status=raw.status,
            tags=tuple(sorted(map(writer.safe, raw.tags))),
            messages=tuple(self._message(one, writer) for one in raw.messages),
            requester=self.key(raw.requester),
            created_at=raw.created_at,
            updated_at=raw.updated_at,
            solved_at=raw.solved_at,
            fields=tuple(
                (writer.name(name), writer.safe(value, name)) for name, value in raw.fields
            ),
            plan=writer.safe(raw.plan),
            severity=_severity(raw.severity),
            channel=writer.safe(raw.channel),
            satisfaction=raw.satisfaction,
            url=writer.safe(raw.url),
        )
        return ticket, tuple(writer.findings)

    def _message(self, raw: RawMessage, writer: "_Writer") -> Message:
        return Message(
            id=_id(raw.id),
            role=raw.author.role,
            author=self.key(raw.author),
            public=raw.public,
            body=writer.safe(raw.body),
            created_at=raw.created_at,
            accepted=raw.accepted,
        )

    def key(self, who: Person) -> str:
        """Return the opaque key of a person: HMAC-SHA256 of the folded address, 32 hex digits."""
        address = (who.email or who.handle or who.name).strip().casefold()
        return hmac.digest(self.secret, address.encode(), "sha256").hex()[:32]


@dataclass(frozen=True, slots=True)
class _Writer:
    """Hands out the redacted texts of one ticket, which were read together.

    Attributes:
        redactions: What became of each field's value by its name, and by `""` of each other text.
        findings: Those of the texts that were handed out.
    """

    redactions: Mapping[tuple[str, str], Redaction]
    findings: list[Finding]

    @classmethod
    def over(cls, raw: RawTicket, redactor: Redactor) -> "_Writer":
        """Redact all texts of a ticket, so that one value has one placeholder in all of them.

        Raises:
            RedactionError: The scanner failed.
        """
        read = {(name, one): (name, text(one)) for name, one in _texts(raw)}
        texts, known = tuple(read.values()), known_in(raw)
        try:
            redactions = redactor.redact_all(texts, known)
        except Exception as error:
            raise RedactionError(
                "the ticket", f"the scanner failed on it ({type(error).__name__})", "See kb doctor"
            ) from None
        return cls(dict(zip(read, redactions, strict=True)), [])

    def safe(self, raw: str, name: str = "") -> SafeText:
        """Return a text, or the value of the field `name`, as it may go on."""
        redaction = self.redactions[name, raw]
        self.findings.extend(redaction.findings)
        return redaction.text

    def name(self, raw: str) -> str:
        """Return a field's name; one that is the house's own word is nobody's."""
        return raw if raw in _OUR_NAMES else self.safe(raw)


def _texts(raw: RawTicket) -> Iterator[tuple[str, str]]:
    """Yield a ticket's texts, those of fields by their names, as their placeholders are numbered."""
    bodies = (message.body for message in raw.messages)
    for one in (raw.subject, *raw.tags, *bodies):
        yield "", one
    for name, value in raw.fields:
        if name not in _OUR_NAMES:
            yield "", name
        yield name, value
    for one in (raw.plan, raw.channel, raw.url):
        yield "", one


def known_in(raw: RawTicket) -> Known:
    """Return the names, addresses, organisations and domains of the ticket's structured fields.

    The agents' domain and the product are the vendor's: they are on every page already and stand.
    """
    authors = [message.author for message in raw.messages]
    agents = [one for one in authors if one.role is Role.AGENT]
    people = [raw.requester, *raw.others]
    people += [one for one in authors if one.role not in (Role.AGENT, Role.AUTOMATIC)]
    ours = {_domain(agent) for agent in agents}
    domains = _distinct(map(_domain, people))
    named = (*people, *agents)
    return Known(
        names=_distinct(name for one in named for name in (one.name, one.handle)),
        emails=_distinct(one.email for one in named),
        organisations=_distinct(one.organisation for one in people),
        domains=tuple(domain for domain in domains if domain not in ours),
        ours=_distinct((*sorted(ours), dict(raw.fields).get("product", ""))),
    )


def customers_in(raw: RawTicket) -> Known:
    """Return what is known of the customers alone; whoever answers them is the team's."""
    ours = [one.author for one in raw.messages if one.author.role in (Role.AGENT, Role.AUTOMATIC)]
    names, emails = {one.name for one in ours}, {one.email for one in ours}
    known = known_in(raw)
    return Known(
        names=tuple(name for name in known.names if name not in names),
        emails=tuple(email for email in known.emails if email not in emails),
        organisations=known.organisations,
        domains=known.domains,
    )


def _domain(person: Person) -> str:
    return person.email.rpartition("@")[2].casefold()


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _reason(error: Exception) -> str:
    """Say what failed without quoting a value: a missing key's name, or the kind of error."""
    if isinstance(error, KeyError) and str(error.args[0]).isidentifier():
        return f"{error.args[0]} is missing"
    if isinstance(error, RecursionError):
        return "it is nested too deep"
    if isinstance(error, Misfit):
        return str(error)
    return "a field has the wrong type or value"


def _id(value: str) -> str:
    if not value or len(value) > 80 or not all(ch.isalnum() or ch in "-_." for ch in value):
        raise Misfit("an id is none, is too long, or has odd characters")
    return value


def _severity(value: object) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 3:
        raise Misfit("severity is not 0 to 3")
    return value
