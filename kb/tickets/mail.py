"""Mail as a source: `.eml` files and mbox files, gathered into threads, one ticket a thread."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import getaddresses, parsedate_to_datetime
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import IO

from kb.tickets.html_body import from_html
from kb.tickets.mail_body import from_plain
from kb.tickets.raw import Page, Person, RawMessage, RawTicket
from kb.tickets.ticket import Role, Status

SUFFIXES = (".eml", ".mbox")
LARGEST_MAIL = 32 * 1024 * 1024
_HEAD = 64 * 1024
_LONGEST_PLACE = 300
_ID = re.compile(r"<[^<>\s]{1,400}>")
_PREFIX = re.compile(
    r"(?i)^\s*((re|aw|sv|vs|antw|fwd?|wg|tr|rv|enc|res|ref)\s*(\[\d+\])?\s*[:：]\s*)+"
)
_ROBOT = re.compile(r"(?i)^(mailer-daemon|postmaster|no-?reply|do-?not-?reply)@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Where one mail lies, and what ties it to others.

    Attributes:
        place: `name`, or `name:offset` in an mbox.
        ids: Its own id first, then those it answers.
        root: The id of the mail that began the thread, as far as this one knows.
    """

    path: Path
    place: str
    offset: int
    length: int
    ids: tuple[str, ...]
    root: str

    def read(self) -> EmailMessage:
        """Return the mail.

        Raises:
            ValueError: It is too large.
            OSError: It is gone.
        """
        if self.length > LARGEST_MAIL:
            raise ValueError("mail")
        with self.path.open("rb") as file:
            file.seek(self.offset)
            data = file.read(self.length)
        if self.path.suffix == ".mbox":
            data = re.sub(rb"(?m)^>(>*From )", rb"\1", data.partition(b"\n")[2])
        return message_from_bytes(data, policy=policy.default)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """The mails of one thread, in the order of their places."""

    letters: tuple[Letter, ...]

    @property
    def id(self) -> str:
        """The ticket's id, from the mail that began it; later mails do not change it."""
        began = [one.root for one in self.letters if one.root == one.ids[0]]
        root = min(began or [one.root for one in self.letters])
        return hashlib.sha256(root.encode()).hexdigest()[:20]

    @property
    def cursor(self) -> str:
        """Changes when a mail joins the thread."""
        told = "\n".join(f"{one.ids[0]} {one.length}" for one in self.letters)
        return hashlib.sha256(told.encode()).hexdigest()[:20]


def pages(paths: Sequence[Path], root: Path, cursors: Mapping[str, str]) -> Iterator[Page]:
    """Yield a page for each thread that is new or has grown."""
    found = threads(paths, root)
    for number, thread in enumerate(found, 1):
        if cursors.get(thread.id) != thread.cursor:
            yield Page(
                tickets=((thread.letters[0].place, thread),),
                part=thread.id,
                cursor=thread.cursor,
                done=number,
                total=len(found),
            )


def threads(paths: Sequence[Path], root: Path) -> list[Thread]:
    """Gather the mails of these files into threads, by what they answer."""
    above: dict[str, str] = {}
    letters = [letter for path in paths for letter in _letters(path, root)]
    for letter in letters:
        for other in letter.ids[1:]:
            above[_top(letter.ids[0], above)] = _top(other, above)
    groups: dict[str, dict[str, Letter]] = {}
    for letter in letters:
        groups.setdefault(_top(letter.ids[0], above), {}).setdefault(letter.ids[0], letter)
    return [
        Thread(letters=tuple(sorted(group.values(), key=lambda one: one.place)))
        for group in groups.values()
    ]


def _top(name: str, above: dict[str, str]) -> str:
    while (up := above.get(name, name)) != name:
        above[name] = above.get(up, up)
        name = up
    return name


def _letters(path: Path, root: Path) -> Iterator[Letter]:
    place = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name
    place = place[-_LONGEST_PLACE:]
    with path.open("rb") as file:
        if path.suffix != ".mbox":
            yield _letter(path, place, 0, path.stat().st_size, file.read(_HEAD))
            return
        starts = [*_starts(file), path.stat().st_size]
        for start, end in pairwise(starts):
            file.seek(start)
            head = file.read(min(_HEAD, end - start)).partition(b"\n")[2]
            yield _letter(path, f"{place}:{start}", start, end - start, head)


def _starts(file: IO[bytes]) -> Iterator[int]:
    """Yield where each mail of an mbox begins: at `From ` behind an empty line."""
    offset, empty = 0, True
    while line := file.readline(_HEAD):
        if empty and line.startswith(b"From "):
            yield offset
        empty = not line.strip()
        offset += len(line)


def _letter(path: Path, place: str, offset: int, length: int, head: bytes) -> Letter:
    headers = BytesHeaderParser(policy=policy.compat32).parsebytes(head)
    own = _ID.findall(str(headers.get("Message-ID", "")))[:1]
    answers = f"{headers.get('References', '')} {headers.get('In-Reply-To', '')}"
    ids = own or [hashlib.sha256(head).hexdigest()]
    above = _ID.findall(answers)[:100]
    return Letter(
        path=path,
        place=place,
        offset=offset,
        length=length,
        ids=tuple(dict.fromkeys((*ids, *above))),
        root=(above or ids)[0],
    )


def read_thread(thread: Thread, agents: frozenset[str] = frozenset()) -> RawTicket:
    """Make a raw ticket of a thread.

    Args:
        agents: Addresses or domains of those who help, in small letters.

    Raises:
        ValueError, TypeError, LookupError, AttributeError, OSError: A mail cannot be read.
    """
    mails = sorted((one.read() for one in thread.letters), key=_date)
    role = partial(_role, agents=agents)
    senders = [_addresses(mail, "from")[0] for mail in mails]
    asker = next((one for one in senders if role(one) is Role.OTHER), senders[0])
    people = {
        one.email: one for mail in mails for one in _addresses(mail, "from", "to", "cc", "reply-to")
    }
    messages = tuple(
        _message(number, mail, sender, asker, role)
        for number, (mail, sender) in enumerate(zip(mails, senders, strict=True))
    )
    return RawTicket(
        id=thread.id,
        subject=_PREFIX.sub("", str(mails[0].get("subject", ""))),
        status=Status.CLOSED,
        requester=Person(role=Role.REQUESTER, name=asker.name, email=asker.email),
        messages=messages,
        created_at=messages[0].created_at,
        updated_at=messages[-1].created_at,
        others=tuple(people.values()),
        channel="email",
    )


def _message(
    number: int, mail: EmailMessage, sender: Person, asker: Person, role: "partial[Role]"
) -> RawMessage:
    """Return one mail; it is public where the one who asked sent it or got it."""
    seen = {one.email for one in _addresses(mail, "from", "to", "cc")}
    kind = Role.REQUESTER if sender.email == asker.email else role(sender)
    if _is_automatic(mail, sender):
        kind = Role.AUTOMATIC
    return RawMessage(
        id=str(number),
        author=Person(role=kind, name=sender.name, email=sender.email),
        public=asker.email in seen,
        body=_body(mail),
        created_at=_date(mail),
    )


def _role(who: Person, agents: frozenset[str]) -> Role:
    ours = who.email in agents or who.email.rpartition("@")[2] in agents
    return Role.AGENT if ours else Role.OTHER


def _is_automatic(mail: EmailMessage, sender: Person) -> bool:
    """Say whether a machine wrote it (RFC 3834, and what was there before)."""
    said = str(mail.get("auto-submitted", "no")).strip().lower()
    bulk = str(mail.get("precedence", "")).strip().lower()
    return (
        said != "no" or bulk in ("auto_reply", "bulk", "junk") or bool(_ROBOT.match(sender.email))
    )


def _addresses(mail: EmailMessage, *names: str) -> list[Person]:
    told = getaddresses([str(one) for name in names for one in mail.get_all(name, [])])
    return [Person(name=name, email=email.casefold()) for name, email in told if "@" in email]


def _date(mail: EmailMessage) -> datetime:
    at = parsedate_to_datetime(str(mail["date"]))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _body(mail: EmailMessage) -> str:
    part = mail.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except (LookupError, UnicodeError):
        raw = part.get_payload(decode=True)
        text = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else ""
    if part.get_content_subtype() == "html":
        return from_plain(from_html(text))
    return from_plain(
        text,
        flowed=str(part.get_param("format", "")).lower() == "flowed",
        delete_space=str(part.get_param("delsp", "")).lower() == "yes",
    )
