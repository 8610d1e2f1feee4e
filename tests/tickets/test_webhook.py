"""Tests of webhook signatures: the published vectors hold, and nothing that was altered does."""

import base64
import hashlib
import hmac
import random
from datetime import UTC, datetime, timedelta

import pytest

from kb.tickets.webhook import delivery

NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
SECRET = "It's a Secret to Everybody"
GITHUB = {
    "x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
    "x-github-delivery": "d-1",
}
JIRA = {
    "x-hub-signature": "sha256=a4771c39fbe90f317c7824e83ddef3caae9cb3d976c214ace1f2937e133263c9",
    "x-atlassian-webhook-identifier": "a-1",
}


def zendesk(body: bytes, secret: str = SECRET, at: str = "2026-06-01T09:00:00Z") -> dict[str, str]:
    """Return the headers of a webhook as Zendesk signs it: timestamp, then body."""
    signed = hmac.digest(secret.encode(), at.encode() + body, hashlib.sha256)
    return {
        "x-zendesk-webhook-signature": base64.b64encode(signed).decode(),
        "x-zendesk-webhook-signature-timestamp": at,
        "x-zendesk-webhook-invocation-id": "i-1",
    }


def test_github_vector() -> None:
    """GitHub's published example holds."""
    found = delivery("github", GITHUB, b"Hello, World!", [SECRET], NOW)

    assert found is not None
    assert "github:d-1" == found.ids[0]


def test_jira_vector() -> None:
    """Atlassian's published example holds."""
    found = delivery("jira", JIRA, b"Hello World!", [SECRET], NOW)

    assert found is not None
    assert "jira:a-1" == found.ids[0]


@pytest.mark.parametrize("body", [b"", b'{\n  "id": "x"\n}', b"\xff\x00"])
def test_zendesk(body: bytes) -> None:
    """Zendesk signs timestamp and raw body; the body may be empty, and is never written anew."""
    assert delivery("zendesk", zendesk(body), body, [SECRET], NOW) is not None


def test_zendesk_other_way_round() -> None:
    """Body before timestamp, as an old page has it, is not how Zendesk signs."""
    at = "2026-06-01T09:00:00Z"
    signed = hmac.digest(SECRET.encode(), b"body" + at.encode(), hashlib.sha256)
    headers = zendesk(b"body") | {"x-zendesk-webhook-signature": base64.b64encode(signed).decode()}

    assert delivery("zendesk", headers, b"body", [SECRET], NOW) is None


@pytest.mark.parametrize(
    ("seconds", "holds"), [(0, True), (300, True), (-300, True), (301, False), (-301, False)]
)
def test_window(seconds: int, holds: bool) -> None:
    """A signed time more than five minutes off, either way, is refused."""
    now = NOW + timedelta(seconds=seconds)

    assert holds == (delivery("zendesk", zendesk(b"x"), b"x", [SECRET], now) is not None)


@pytest.mark.parametrize("at", ["", "soon", "2026-06-01T09:00:00", "0", "9999-99-99", "1780304400"])
def test_time_that_is_none(at: str) -> None:
    """A time that is none, or has no zone, is refused even when it is signed."""
    assert delivery("zendesk", zendesk(b"x", at=at), b"x", [SECRET], NOW) is None


@pytest.mark.parametrize("secrets", [["new", SECRET], [SECRET, "old"]])
def test_two_secrets(secrets: list[str]) -> None:
    """While one secret takes the other's place both hold."""
    assert delivery("github", GITHUB, b"Hello, World!", secrets, NOW) is not None


@pytest.mark.parametrize("kind", ["github", "jira", "zendesk", "slack", ""])
@pytest.mark.parametrize("headers", [{}, GITHUB, JIRA, zendesk(b"other")])
def test_what_proves_nothing(kind: str, headers: dict[str, str]) -> None:
    """Without a signature, with another's, or of another body, nothing is believed."""
    assert delivery(kind, headers, b"body", [SECRET], NOW) is None


def test_no_secret() -> None:
    """Without a secret of ours nothing is believed, not even what is signed with an empty one."""
    signed = hmac.digest(b"", b"x", hashlib.sha256).hex()
    headers = {"x-hub-signature-256": f"sha256={signed}"}

    assert delivery("github", headers, b"x", [], NOW) is None


def test_altered_signatures() -> None:
    """Of many signatures that were altered somewhere none holds."""
    dice = random.Random(7)
    for kind, headers, body, name in (
        ("github", GITHUB, b"Hello, World!", "x-hub-signature-256"),
        ("jira", JIRA, b"Hello World!", "x-hub-signature"),
        ("zendesk", zendesk(b"x"), b"x", "x-zendesk-webhook-signature"),
    ):
        true = headers[name]
        for _ in range(2000):
            place = dice.randrange(len(true))
            false = true[:place] + chr(dice.randrange(32, 400)) + true[place + dice.randrange(2) :]
            if false != true:
                assert delivery(kind, {**headers, name: false}, body, [SECRET], NOW) is None


def test_delivery_is_bound_to_what_was_signed() -> None:
    """A replay under another name still carries the digest of what was signed."""
    first = delivery("github", GITHUB, b"Hello, World!", [SECRET], NOW)
    again = {**GITHUB, "x-github-delivery": "another"}
    second = delivery("github", again, b"Hello, World!", [SECRET], NOW)

    assert first is not None
    assert second is not None
    assert first.ids[0] != second.ids[0]
    assert first.ids[1] == second.ids[1]
