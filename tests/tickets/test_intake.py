"""Tests of the door for raw tickets: what enters is redacted, what cannot be read is not quoted."""

from dataclasses import asdict
from typing import Any

import pytest
from factories import make_raw

from kb.errors import TicketError
from kb.tickets.intake import Intake, known_in
from kb.tickets.raw import Person, RawTicket
from kb.tickets.rows import read_row
from kb.tickets.ticket import Role, Satisfaction, Status, Ticket

CUSTOMER = ("pernille", "voss", "quayline")


def read(intake: Intake, **overrides: Any) -> Ticket:
    return intake.ticket(make_raw(**overrides), "a.jsonl:1")[0]


def test_nothing_of_the_customer_enters(intake: Intake) -> None:
    """Name, address, organisation and host of the structured fields are in no byte of the ticket."""
    raw = make_raw(
        tags=["doc-worthy", "quayline"],
        fields={"product": "Ferry", "site": "https://build.quayline.example/"},
        url="https://desk.example/u/pernille.voss@quayline.example",
    )
    told = str(asdict(intake.ticket(raw, "a.jsonl:1")[0])).casefold()

    assert [] == [word for word in CUSTOMER if word in told]


def test_findings_hold_no_value(intake: Intake) -> None:
    """A finding says what and where, never the text."""
    _, findings = intake.ticket(make_raw(), "a.jsonl:1")

    assert findings
    assert [] == [word for word in CUSTOMER if word in str(findings).casefold()]


def test_fields_are_read(intake: Intake) -> None:
    """The structured facts come through as closed types."""
    ticket = read(intake, severity=1, satisfaction="good", fields={"version": "4.2", "empty": ""})

    assert (
        "helpdesk:1042", Status.SOLVED, 1, Satisfaction.GOOD, (("version", "4.2"),), None,
    ) == (
        ticket.key, ticket.status, ticket.severity, ticket.satisfaction, ticket.fields,
        ticket.solved_at,
    )  # fmt: skip


def test_internal_notes_stay_internal(intake: Intake) -> None:
    """A note is public only where the source says exactly so."""
    ticket = read(intake)

    assert [True, True, False, True] == [message.public for message in ticket.messages]


@pytest.mark.parametrize("said", [None, 0, 1, "true", "false", "", []])
def test_public_is_true_alone(intake: Intake, said: object) -> None:
    """Anything but `true` keeps a message internal."""
    raw = make_raw()
    raw["comments"][0]["public"] = said

    assert not intake.ticket(raw, "a.jsonl:1")[0].messages[0].public


def test_accepted_is_true_alone(intake: Intake) -> None:
    """Only `true` marks a message as the accepted answer."""
    raw = make_raw()
    raw["comments"][0]["accepted"] = 1
    raw["comments"][1]["accepted"] = True

    assert [False, True, False, False] == [
        message.accepted for message in intake.ticket(raw, "a.jsonl:1")[0].messages
    ]


def test_key_is_stable(intake: Intake) -> None:
    """One address has one key, in any case and with space around it; it is 32 hex digits."""
    spellings = ("pernille.voss@quayline.example", " Pernille.Voss@QUAYLINE.example ")
    keys = {intake.key(Person(email=one)) for one in spellings}

    assert [32] == [len(key) for key in keys]


def test_key_depends_on_the_secret(intake: Intake) -> None:
    """Without the workspace's secret no address can be looked up."""
    other = Intake(source="helpdesk", redactor=intake.redactor, secret=b"another")
    who = Person(email="pernille.voss@quayline.example")

    assert intake.key(who) != other.key(who)


def test_requester_joins_messages(intake: Intake) -> None:
    """The requester's key is the same on the ticket and on their messages, and only there."""
    ticket = read(intake)
    own = [message.role for message in ticket.messages if message.author == ticket.requester]

    assert [Role.REQUESTER, Role.REQUESTER] == own


@pytest.mark.parametrize(
    "name", ["id", "subject", "status", "requester", "created_at", "updated_at", "comments"]
)
def test_missing_field(intake: Intake, name: str) -> None:
    """A missing field is told by its name and the ticket's place."""
    raw = make_raw()
    del raw[name]
    with pytest.raises(TicketError) as told:
        intake.ticket(raw, "a.jsonl:7")

    assert (
        f"a.jsonl:7: the ticket cannot be read ({name} is missing). Mend it, then kb pull --retry."
        == str(told.value)
    )


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("subject", 4711, "subject is not what it must be"),
        ("tags", 4711, "tags is not what it must be"),
        ("ccs", [4711], "ccs is not what it must be"),
        ("fields", [4711], "fields is no object"),
        ("comments", [4711], "a comment is no object"),
        ("comments", [{"author": {"role": "4711"}}], "role is not what it must be"),
        ("comments", [{"author_role": "4711"}], "author_role is not what it must be"),
        (
            "comments",
            [make_raw()["comments"][0] | {"body": 4711}],
            "body is not what it must be",
        ),
    ],
)
def test_field_of_a_wrong_type(intake: Intake, name: str, value: object, told: str) -> None:
    """A field that is not what it must be is told by its name, never by its value."""
    with pytest.raises(TicketError, match=rf"\({told}\)") as raised:
        intake.ticket(make_raw() | {name: value}, "a.jsonl:7")

    assert "4711" not in str(raised.value)


@pytest.mark.parametrize("name", ["id", "author", "public", "body", "created_at"])
def test_missing_field_of_a_message(intake: Intake, name: str) -> None:
    """So is one of a message."""
    raw = make_raw()
    del raw["comments"][0][name]
    with pytest.raises(TicketError, match=rf"\({name} is missing\)"):
        intake.ticket(raw, "a.jsonl:7")


@pytest.mark.parametrize(
    "overrides",
    [
        {"id": "quayline/../1"},
        {"id": ""},
        {"id": "q" * 81},
        {"subject": None},
        {"subject": ["quayline"]},
        {"subject": "q" * 1_000_001},
        {"status": "quayline"},
        {"satisfaction": "quayline"},
        {"severity": "quayline"},
        {"severity": 4},
        {"severity": -1},
        {"requester": ""},
        {"requester": ["quayline"]},
        {"requester": None},
        {"created_at": "quayline"},
        {"created_at": "2026-06-01T09:00:00"},
        {"updated_at": None},
        {"solved_at": "quayline"},
        {"comments": []},
        {"comments": {}},
        {"comments": "quayline"},
        {"comments": ["quayline"]},
        {"comments": [{"quayline freight": 1}]},
        {"comments": [None]},
        {"fields": ["quayline"]},
        {"fields": "quayline"},
        {"tags": 7},
        {"ccs": 7},
        {"ccs": [["quayline"]]},
    ],
    ids=lambda one: str(one)[:40],
)
def test_value_is_never_quoted(intake: Intake, overrides: dict[str, Any]) -> None:
    """A value that is not what it must be makes a dead letter that does not hold it."""
    with pytest.raises(TicketError) as told:
        read(intake, **overrides)

    assert "quayline" not in str(told.value).casefold()
    assert told.value.__suppress_context__


def test_control_characters_go(intake: Intake) -> None:
    """Terminal escapes and other invisible controls do not enter; lines and tabs do."""
    assert "a[31mb\n\tc" == read(intake, subject="a\x1b[31m\x00b\n\tc\x7f\x9b").subject


def test_known_values() -> None:
    """The ticket's own fields tell the names, addresses, organisations and domains to look for."""
    known = known_in(read_row(make_raw()))

    assert (
        ("Pernille Voss", "Mara Lind"),
        ("Quayline Freight",),
        ("quayline.example",),
    ) == (known.names, known.organisations, known.domains)


def test_the_vendors_own_words_stand(intake: Intake) -> None:
    """Product, version and the vendor's hosts come in as they are; a customer's never do."""
    body = (
        "Ferrywright 4.2 from get.ferrywright.example fails on ferryd.quayline.example, "
        "and Ferrywright support (help@ferrywright.example) knows."
    )
    ticket = read(
        intake,
        subject="Ferrywright at Quayline",
        fields={"product": "Ferrywright", "version": "10.4.2.1", "platform": "Linux"},
        comments=[make_raw()["comments"][0] | {"body": body}, *make_raw()["comments"][1:]],
    )
    assert {"product": "Ferrywright", "version": "10.4.2.1", "platform": "Linux"} == dict(
        ticket.fields
    )
    assert "Ferrywright at <organisation-1>" == ticket.subject
    assert ticket.messages[0].body.startswith("Ferrywright 4.2 from get.ferrywright.example fails")
    assert "quayline" not in ticket.messages[0].body


def test_half_a_character_is_replaced(intake: Intake) -> None:
    """Half a surrogate pair, which no database keeps, enters as the replacement character."""
    assert "a\ufffdb\ufffd" == read(intake, subject="a\ud800b\udfff").subject


@pytest.mark.parametrize("text", ["a\r\nb", "a\rb", "a\nb"])
def test_line_ends_are_one(intake: Intake, text: str) -> None:
    """Every line end enters as a newline."""
    assert "a\nb" == read(intake, subject=text).subject


def test_reader_that_fails_deep(intake: Intake) -> None:
    """A payload nested too deep is a dead letter, not the end of the run."""

    def read_deep(payload: object) -> RawTicket:
        raise RecursionError

    deep = Intake(source="x", redactor=intake.redactor, secret=b"x", read=read_deep)
    with pytest.raises(TicketError, match="nested too deep"):
        deep.ticket({}, "a.jsonl:1")
