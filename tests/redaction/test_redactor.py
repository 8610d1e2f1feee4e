"""What the redactor promises to everybody who calls it."""

import base64
import html
import json
import sys
import urllib.parse
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.errors import ConfigError
from kb.redaction import Entity, Known, Placeholders, Redactor
from kb.redaction.rules import rules

SECRET = "gh" + "p_" + "1nv3nt3dT1d3wh33lT0k3n9876543210abcd"
EMAIL = "d.quill@tidewheel.example"
KNOWN = Known(
    names=("Dana Whitfield",),
    emails=("dana@harborline.example",),
    organisations=("Harborline Freight Ltd",),
    domains=("harborline.example",),
)
LINES = [line for rule in rules() for line in rule.lines]
REDACTOR = Redactor()

pieces = st.one_of(
    st.sampled_from(LINES),
    st.text(max_size=30),
    st.sampled_from(
        ["<email-1>", "<secret:jwt>", "password is ", "key=", "\n", " ", "Hi ", "=\n", "%40"]
    ),
)


@settings(max_examples=150)
@given(st.lists(pieces, max_size=6).map("".join))
def test_redacting_twice_changes_nothing_more(text: str) -> None:
    """Redaction is idempotent, whatever the text, and never raises."""
    once = REDACTOR.redact(text, KNOWN).text
    assert once == REDACTOR.redact(once, KNOWN).text


@settings(max_examples=150)
@given(st.lists(pieces, max_size=6).map("".join))
def test_findings_are_spans_of_the_input_in_order_and_apart(text: str) -> None:
    """Offsets are the input's; findings neither overlap nor are empty."""
    at = 0
    for finding in REDACTOR.redact(text, KNOWN).findings:
        assert at <= finding.start < finding.end <= len(text)
        assert 0 < finding.confidence <= 1
        at = finding.end


WRITINGS = {
    "plain": lambda secret: secret,
    "base64": lambda secret: base64.b64encode(f"login {secret} end".encode()).decode(),
    "percent": lambda secret: "".join(f"%{ord(one):02X}" for one in secret),
    "url": urllib.parse.quote,
    "twice percent": lambda secret: urllib.parse.quote(
        secret.replace("@", "%40").replace("_", "%5F")
    ),
    "html numbers": lambda secret: "".join(f"&#{ord(one)};" for one in secret),
    "html hexadecimal": lambda secret: "".join(f"&#x{ord(one):x};" for one in secret),
    "html": html.escape,
    "json unicode": lambda secret: "".join(f"\\u{ord(one):04x}" for one in secret),
    "json": lambda secret: json.dumps(f'a\n{secret}\n"b"'),
    "quoted-printable": lambda secret: secret[:9] + "=\n" + secret[9:].replace("@", "=40"),
    "zero-width": lambda secret: "\u200b".join(secret),
    "soft hyphen": lambda secret: "\u00ad".join(secret),
    "full-width": lambda secret: "".join(chr(ord(one) + 0xFEE0) for one in secret),
    "wrapped": lambda secret: secret[:12] + "\n" + secret[12:],
    "wrapped and quoted": lambda secret: secret[:12] + "\n> " + secret[12:],
}


@pytest.mark.parametrize("writing", WRITINGS.values(), ids=WRITINGS.keys())
@pytest.mark.parametrize("value", [SECRET, EMAIL], ids=["secret", "email"])
def test_a_value_is_found_however_it_is_written(writing, value: str) -> None:
    """Encoding, escaping, breaking or spacing a value does not hide any of it."""
    written = writing(value)
    text = f"We tried this: {written} and it failed."
    redacted = REDACTOR.redact(text).text
    assert [] == [one for one in (value, written, written[:10], written[-10:]) if one in redacted]
    assert redacted.startswith("We tried this")


@pytest.mark.parametrize(
    "text",
    [
        "mail dana@harborline.example",
        "DANA wrote, and Whitfield's laptop, and dwhitfield, and dana_whitfield",
        "https://files.harborline.example/x and HARBORLINE_DB and /srv/harborline-prod",
        "backup_whitfield_2024.tar, WhitfieldServer, dana.whitfield",
        "Harborline Freight, harborline-freight, HarborlineFreight",
        "Whitfield, Dana",
    ],
)
def test_what_the_ticket_knows_is_found_wherever_it_stands(text: str) -> None:
    """Names from the structured fields go, in any case, in URLs, paths and identifiers."""
    redacted = REDACTOR.redact(text, KNOWN).text.lower()
    assert [] == [word for word in ("dana", "whitfield", "harborline") if word in redacted]


def test_known_fields_win_over_the_allow_list() -> None:
    """A workspace may allow a word; a requester's own name is redacted all the same."""
    redactor = Redactor(allow=("Dana", "tidewheel@tidewheel.example"))
    assert "ask <person-1>" == redactor.redact("ask Dana", KNOWN).text
    assert "tidewheel@tidewheel.example" == redactor.redact("tidewheel@tidewheel.example").text


def test_a_domain_that_is_allowed_is_for_hosts_alone() -> None:
    """`*.domain` lets hosts stand at it and below it: no address, no secret, no other's host."""
    text = (
        "Call https://api-7.eu.tidewheel.example.net/v1 or ftp-01.tidewheel.example.net.evil.dev, write to"
        " dana.quill@tidewheel.example.net, https://dana:Tide-Whe3l9@api-7.tidewheel.example.net/"
    ).replace("example.net", "io")
    allowed = Redactor(allow=("*.tidewheel.io",)).redact(text).text

    assert "https://api-7.eu.tidewheel.io/v1" in allowed
    for word in ("dana.quill@", "Tide-Whe3l9", "tidewheel.io.evil.dev"):
        assert word not in allowed
    with pytest.raises(ConfigError, match=r"redaction\.allow: \*\.io would let hosts of everybody"):
        Redactor(allow=("*.io",))


def test_an_example_address_survives_unless_it_is_the_requesters() -> None:
    """RFC 2606 addresses are documentation, until a ticket says whose they are."""
    assert "user@example.com" == REDACTOR.redact("user@example.com").text
    known = Known(emails=("user@example.com",))
    assert "<email-1>" == REDACTOR.redact("user@example.com", known).text


def test_a_value_keeps_its_placeholder_within_an_article() -> None:
    """One value, one placeholder; placeholders that a text already holds are not given again."""
    names = Placeholders()
    first = REDACTOR.redact("a@tide.test then b@tide.test", placeholders=names).text
    second = REDACTOR.redact("B@tide.test again", placeholders=names).text
    assert "<email-1> then <email-2>" == first
    assert "<email-2> again" == second
    assert "<email-1> and <email-2>" == REDACTOR.redact("<email-1> and c@tide.test").text


@pytest.mark.parametrize(
    "made", ["<email-1>", "<secret:aws-key>", "&lt;email-1&gt;", "\\u003cip-2\\u003e"]
)
def test_our_own_placeholders_are_left_alone(made: str) -> None:
    """Also where HTML or JSON spell their brackets; the final site is read by the same rules."""
    assert () == REDACTOR.find(f"password: {made} from {made}")


def test_a_finding_tells_what_and_why() -> None:
    """Entity, label, recognizer and confidence explain a finding without its value."""
    finding = REDACTOR.find(f"token {SECRET}")[0]
    assert (Entity.SECRET, "secret:github-token", 6) == (
        finding.entity,
        finding.label,
        finding.start,
    )
    assert 0.9 < finding.confidence


def _calls(text: str) -> int:
    """Return how many calls redacting the text takes; each search among them is linear by itself."""
    calls = 0

    def note(frame: FrameType, event: str, arg: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        REDACTOR.redact(text, KNOWN)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "unit",
    ["a", "a@", "a.b-", "1.2.3.", "key=", "password is ", "-----BEGIN PRIVATE KEY-----\n", "Hi Anna, ",
     "%41", "QUJD", "<email-1>", "\u200ba", "a@b.co ", "+1 555 ", "eyJ.", "://a:", "&#64;", "=\n", "é",
     "password,user\n", "|login|pwd|\n"],
)  # fmt: skip
def test_no_hostile_input_takes_long(unit: str) -> None:
    """Twice as much of anything takes about twice as many calls (the bench holds 100 kB to a second)."""
    half, whole = (_calls(unit * (count // len(unit))) for count in (10_000, 20_000))
    assert whole < 2.5 * half + 1_000, (half, whole)


ESCAPES = {
    "HTML": html.escape,
    "HTML twice": lambda text: html.escape(html.escape(text)),
    "JSON": lambda text: json.dumps(text),
    "JSON for a page": lambda text: json.dumps(text).replace("<", "\\u003c"),
    "URL": urllib.parse.quote,
    "Markdown": lambda text: text.replace("<", "\\<").replace(">", "\\>"),
    "numbers": lambda text: text.replace("<", "&#60;").replace(">", "&#x3E;"),
}


@pytest.mark.parametrize("escape", ESCAPES.values(), ids=ESCAPES.keys())
def test_a_placeholder_is_known_again_however_it_is_escaped(escape) -> None:
    """What a page, an index, a feed or a link makes of a placeholder is no finding."""
    made = " ".join(
        f"{before}<{label}-1> and {before}'<{label}-2>'"
        for label in (entity.value for entity in Entity if entity is not Entity.SECRET)
        for before in ("password: ", "Regards, ", "user=", "Hi ", "https://")
    )
    secrets = "token=<secret:aws-key> https://<secret:url-credentials>@db.example.com <secret:jwt>"
    for text in (made, secrets):
        assert [] == [escape(text)[one.start : one.end] for one in REDACTOR.find(escape(text))]


@pytest.mark.parametrize(
    "line",
    [
        """printf '%s' "$SECRET" > /etc/tide/hook.secret""",
        "`echo $PASSWORD >> ~/.config/tide/pass.conf`.",
        "password: ${TIDE_PASSWORD}",
        "set PASSWORD=%TIDE_PASSWORD%",
        "password: {{ tide.password }}",
        "password = os.environ['TIDE_PASSWORD']",
        "--password-file /run/secrets/tide",
        "Settings > Password > Change it now",
        "The fields are password, token_type and api_key_id.",
    ],
)
def test_redirects_variables_and_field_names_are_no_passwords(line: str) -> None:
    """A reader needs the command as it is; what a shell fills in is no secret."""
    assert () == REDACTOR.find(line)


def test_a_fields_name_tells_a_version_from_an_address() -> None:
    """Four numbers in a version field stand; a password field's value goes."""
    version, server, field = (
        REDACTOR.redact_all([told])[0]
        for told in (("version", "10.4.2.1"), ("server", "10.4.2.1"), ("password", "Tide-Wheel99"))
    )
    assert ("10.4.2.1", "<ip-1>") == (version.text, server.text)
    assert ("<secret:password>", 0, 12) == (field.text, *_span(field.findings[0]))


def _span(finding) -> tuple[int, int]:
    return finding.start, finding.end


def test_checksums_that_name_their_kind_stand() -> None:
    """A policy's or a lock file's checksum is no key."""
    policy = "script-src 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng='"
    assert () == Redactor().find(policy)


def test_a_users_folder_of_first_and_last_name() -> None:
    r"""`first.last` after a backslash is a user; a file's name there is none."""
    found = {
        text: [text[one.start : one.end] for one in Redactor().find(text)]
        for text in (r"C:\Users\mara.tidewell\notes", r"see CONFIG\settings.xml")
    }
    assert {r"C:\Users\mara.tidewell\notes": ["mara.tidewell"], r"see CONFIG\settings.xml": []} == (
        found
    )


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("they had four: silvana, kristina, oskar and beef", ["silvana", "kristina", "oskar"]),
        ("> Tidewina Quillfeather\n> Quay Ltd\n> 12 Wheel Street", ["Tidewina Quillfeather"]),
        ("the files are silvana, beef, pork and salt", []),
        ("Release Notes\n\n12 Wheel Street", []),
    ],
)
def test_neighbours_tell_a_name(text: str, names: list[str]) -> None:
    """A row of given names and the line above an address hold people; other rows and lines do not."""
    found = [one for one in Redactor().find(text) if one.entity is Entity.PERSON]
    assert names == [text[one.start : one.end] for one in found]


def test_a_windows_account_that_looks_like_an_escape() -> None:
    """The backslash of a quoted-printable account is read both ways: as a tab, and as it stands."""
    found = {one.entity for one in Redactor().find("It said CORP\\teodora=2Evanwickgro is locked")}
    assert found == {"user"}
