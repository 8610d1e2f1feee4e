"""Tests of mail as a source: threads, roles, what is public, and what of a mail is its text."""

from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from kb.store.store import Store
from kb.tickets.files import Files
from kb.tickets.intake import Intake
from kb.tickets.mail_body import from_plain
from kb.tickets.pulling import pull, retry
from kb.tickets.raw import Page
from kb.tickets.ticket import Role, Status, Ticket

ASKER = "Pernille Voss <pernille.voss@quayline.example>"
AGENT = "Mara Lind <mara@ferrywright.example>"
DESK = "Support <support@ferrywright.example>"
EXAMPLES = Path(__file__).parents[1] / "fixtures" / "mails.txt"


def _examples() -> list[tuple[str, str, str]]:
    found = []
    for block in EXAMPLES.read_text(encoding="utf-8").partition("\n\n")[2].split("\n====\n"):
        name, _, rest = block.partition("\n")
        text, arrow, expected = rest.partition("\n-->\n")
        if arrow:
            found.append((name, text, expected))
    return found


@pytest.mark.parametrize(("name", "text", "expected"), _examples())
def test_plain_bodies(name: str, text: str, expected: str) -> None:
    """Every example comes in as it says: old mails, signatures and column breaks gone."""
    assert expected == from_plain(text), name


@pytest.mark.parametrize(
    ("text", "delete_space", "expected"),
    [
        ("a \nb\nc", False, "a b\nc"),
        ("a \nb", True, "ab"),
        (" From x\n -- y", False, "From x\n-- y"),
        ("> a \n> b\nc", False, "> a b\nc"),
        ("a \n-- \nPernille", False, "a"),
        ("a \n\nb", False, "a\n\nb"),
    ],
)
def test_flowed(text: str, delete_space: bool, expected: str) -> None:
    """Lines that a mail program broke are one again (RFC 3676)."""
    assert expected == from_plain(text, flowed=True, delete_space=delete_space)


def mail(name: str, **overrides: Any) -> EmailMessage:
    """Return a mail called `<name@x>`."""
    told = EmailMessage()
    values = {
        "From": ASKER, "To": DESK, "Subject": "Deploys stop", "Message-ID": f"<{name}@x>",
        "Date": "Mon, 01 Jun 2026 09:00:00 +0000", **overrides,
    }  # fmt: skip
    body = values.pop("body", "It stops.\n\n-- \nPernille Voss\n")
    html = values.pop("html", None)
    for header, value in values.items():
        if value is not None:
            told[header] = value
    told.set_content(body)
    if html:
        told.add_alternative(html, subtype="html")
    return told


def save(folder: Path, name: str, **overrides: Any) -> None:
    (folder / f"{name}.eml").write_bytes(mail(name, **overrides).as_bytes())


def answer(name: str, to: str, minute: int, **overrides: Any) -> dict[str, Any]:
    """Return an agent's answer to a mail."""
    return {
        "From": AGENT, "To": ASKER, "Subject": "Re: Deploys stop", "References": f"<{to}@x>",
        "In-Reply-To": f"<{to}@x>", "Date": f"Mon, 01 Jun 2026 09:{minute:02}:00 +0000",
        "body": "Set the timeout, Pernille.", **overrides,
    }  # fmt: skip


def files(folder: Path) -> Files:
    return Files(folder, agents=frozenset({"ferrywright.example"}))


def tickets(folder: Path, intake: Intake) -> list[Ticket]:
    source = files(folder)
    door = Intake(source="mail", redactor=intake.redactor, secret=b"x", read=source.read)
    found = [one for page in source.pages({}) for one in page.tickets]
    return [door.ticket(payload, place)[0] for place, payload in found]


def test_a_thread_is_a_ticket(tmp_path: Path, intake: Intake) -> None:
    """Answers join what they answer, in the order of their dates, whatever their files are called."""
    save(tmp_path, "z")
    save(tmp_path, "b", **answer("b", "z", 5))
    save(tmp_path, "a", **answer("a", "b", 9, From=ASKER, To=DESK, body="That worked."))
    save(tmp_path, "other", Subject="Something else")
    found = {ticket.subject: ticket for ticket in tickets(tmp_path, intake)}

    assert {"Deploys stop", "Something else"} == set(found)
    assert [Role.REQUESTER, Role.AGENT, Role.REQUESTER] == [
        one.role for one in found["Deploys stop"].messages
    ]
    assert (Status.CLOSED, "email") == (found["Deploys stop"].status, found["Deploys stop"].channel)
    assert ["It stops.", "That worked."] == [
        one.body for one in found["Deploys stop"].messages if one.role is Role.REQUESTER
    ]


def test_nobody_comes_in(tmp_path: Path, intake: Intake) -> None:
    """Senders, receivers and those on copy are known, and in no byte of the ticket."""
    save(
        tmp_path,
        "a",
        Cc="Jonas Quist <jonas@quayline.example>",
        body="Jonas Quist and Pernille ask.",
    )
    told = str(tickets(tmp_path, intake)).casefold()

    assert [] == [
        word for word in ("pernille", "voss", "jonas", "quist", "quayline") if word in told
    ]


def test_mail_among_agents_is_internal(tmp_path: Path, intake: Intake) -> None:
    """A mail that the requester neither sent nor got is an internal note."""
    save(tmp_path, "a")
    save(tmp_path, "b", **answer("b", "a", 5, To=DESK, body="They renew in May."))
    (ticket,) = tickets(tmp_path, intake)

    assert [True, False] == [one.public for one in ticket.messages]


@pytest.mark.parametrize(
    "headers",
    [{"Auto-Submitted": "auto-replied"}, {"Precedence": "auto_reply"},
     {"From": "no-reply@ferrywright.example"}],
)  # fmt: skip
def test_automatic_mail(tmp_path: Path, intake: Intake, headers: dict[str, str]) -> None:
    """What a machine sent is automatic."""
    save(tmp_path, "a")
    save(tmp_path, "b", **answer("b", "a", 5) | headers)
    (ticket,) = tickets(tmp_path, intake)

    assert Role.AUTOMATIC is ticket.messages[1].role


def test_html_mail(tmp_path: Path, intake: Intake) -> None:
    """A mail in HTML alone becomes Markdown; where there is plain text, that is taken."""
    only = mail("a")
    only.set_content("<p>It <b>stops</b>.</p><p style='display:none'>canary</p>", subtype="html")
    (tmp_path / "a.eml").write_bytes(only.as_bytes())
    save(tmp_path, "b", body="Plain.", html="<p>HTML.</p>", Subject="Two")

    assert ["It **stops**.", "Plain."] == [
        one.messages[0].body for one in tickets(tmp_path, intake)
    ]


def test_mbox(tmp_path: Path, intake: Intake) -> None:
    """An mbox holds many mails; `From ` inside a mail is no border, and `>From ` is unescaped."""
    body = "From here on it stops.\n"
    first = mail("a", body=body).as_bytes().replace(b"\nFrom here", b"\n>From here")
    second = mail("b", **answer("b", "a", 5)).as_bytes()
    (tmp_path / "box.mbox").write_bytes(
        b"From x Mon Jun  1 09:00:00 2026\n" + first + b"\n\nFrom y Mon Jun  1\n" + second
    )
    (ticket,) = tickets(tmp_path, intake)

    assert ["From here on it stops."] == [one.body for one in ticket.messages[:1]]
    assert 2 == len(ticket.messages)


@pytest.mark.parametrize("charset", ["nonsense", "utf-8", "latin-1"])
def test_charsets(tmp_path: Path, intake: Intake, charset: str) -> None:
    """A charset that nobody knows is read as UTF-8; what is no character is replaced."""
    head = f"From: {ASKER}\nTo: {DESK}\nSubject: x\nMessage-ID: <a@x>\nDate: Mon, 01 Jun 2026 09:00:00 +0000\n"
    kind = f"Content-Type: text/plain; charset={charset}\nContent-Transfer-Encoding: 8bit\n\n"
    (tmp_path / "a.eml").write_bytes((head + kind).encode() + "Es hält an.".encode())
    (ticket,) = tickets(tmp_path, intake)

    assert ticket.messages[0].body.startswith("Es h")


def walk(folder: Path, intake: Intake, shelf: Store, *, again: bool = False) -> int:
    source = files(folder)
    door = Intake(source="mail", redactor=intake.redactor, secret=b"x", read=source.read)
    if again:
        return retry(source, door, shelf.tickets)
    return pull(source, door, shelf.tickets, lambda done, total: None)


def test_only_threads_that_grew(tmp_path: Path, intake: Intake, shelf: Store) -> None:
    """A second run reads what is new or has grown; a thread that grows stays one ticket."""
    save(tmp_path, "a")
    save(tmp_path, "other", Subject="Something else")
    first, second = walk(tmp_path, intake, shelf), walk(tmp_path, intake, shelf)
    save(tmp_path, "b", **answer("b", "a", 5, References=None))

    assert (2, 0, 1) == (first, second, walk(tmp_path, intake, shelf))
    assert [1, 2] == sorted(len(one.messages) for one in shelf.tickets.all())


def test_poison_mails(tmp_path: Path, intake: Intake, shelf: Store) -> None:
    """A mail that is none is a dead letter by its file; mended, it comes in."""
    save(tmp_path, "good")
    save(tmp_path, "a", Date=None)
    save(tmp_path, "b", From="nobody")
    (tmp_path / "c.eml").write_bytes(b"\x00\xff" * 1000)
    (tmp_path / "d.eml").write_bytes(b"")
    (tmp_path / "e.eml").write_bytes(b"Content-Type: multipart/mixed; boundary=" + b"x" * 9000)

    assert 1 == walk(tmp_path, intake, shelf)
    letters = [one.place for one in shelf.tickets.dead_letters("mail")]
    save(tmp_path, "a")

    assert (["a.eml", "b.eml", "c.eml", "d.eml", "e.eml"], 1) == (
        letters,
        walk(tmp_path, intake, shelf, again=True),
    )


def test_exports_and_mail_in_one_folder(tmp_path: Path) -> None:
    """Exports are read first, then mail, also in folders below."""
    (tmp_path / "a.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    (tmp_path / "below").mkdir()
    save(tmp_path / "below", "a")
    found: list[Page] = list(files(tmp_path).pages({}))

    assert ["a.jsonl:1", "below/a.eml"] == [place for page in found for place, _ in page.tickets]
