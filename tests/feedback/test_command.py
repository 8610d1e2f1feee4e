"""Tests of the slash command: what proves Slack, and what people type as they type it."""

from datetime import UTC, datetime, timedelta

import pytest

from kb.feedback.command import Asked, Command, parse, proof, text_of

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
STAMP = 1531420618
BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmib"
    b"IGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
"""Slack's own published example (docs.slack.dev, and the tests of its Python SDK)."""
AT = datetime.fromtimestamp(STAMP, UTC)


def headers(**given: str) -> dict[str, str]:
    plain = {"x-slack-request-timestamp": str(STAMP), "x-slack-signature": SIGNATURE}
    return plain | {name.replace("_", "-"): value for name, value in given.items()}


def test_slacks_own_example() -> None:
    """The signature that Slack publishes proves; the same request is the same proof."""
    assert proof(headers(), BODY, SECRET, AT)
    assert proof(headers(), BODY, SECRET, AT) == proof(
        headers(), BODY, SECRET, AT + timedelta(minutes=4)
    )


@pytest.mark.parametrize(
    ("given", "body", "secret", "minutes"),
    [
        (headers(), BODY + b"&text=x", SECRET, 0),
        (headers(), BODY, "another", 0),
        (headers(), BODY, "", 0),
        (headers(x_slack_signature=""), BODY, SECRET, 0),
        (headers(x_slack_signature="v0=é"), BODY, SECRET, 0),
        (headers(x_slack_request_timestamp="1531420619"), BODY, SECRET, 0),
        (headers(x_slack_request_timestamp=""), BODY, SECRET, 0),
        (headers(x_slack_request_timestamp="²"), BODY, SECRET, 0),
        (headers(), BODY, SECRET, 6),
        (headers(), BODY, SECRET, -6),
    ],
)
def test_what_proves_nothing(given: dict[str, str], body: bytes, secret: str, minutes: int) -> None:
    """One byte more, another secret, no signature, another or an old time: nothing is believed."""
    assert "" == proof(given, body, secret, AT + timedelta(minutes=minutes))


ALERT = "customer-support"


@pytest.mark.parametrize(
    ("typed", "words", "team"),
    [
        ("alert docs are down for customer-support", "docs are down", ALERT),
        ("alert [docs are down] for customer-support", "docs are down", ALERT),
        ('alert "docs are down" for customer-support', "docs are down", ALERT),
        ("alert “docs are down” for @customer-support", "docs are down", ALERT),
        ("  Alert   search for\n docs is down  FOR Customer-Support ", "search for docs is down", ALERT),
        ("alert x for support-mgmt", "x", "support-mgmt"),
    ],
)  # fmt: skip
def test_alerts_as_people_type_them(typed: str, words: str, team: str) -> None:
    """The last `for` names the team; quotes, blanks, an @ and capitals do not matter."""
    assert Command(asked=Asked.ALERT, words=words, team=team) == parse(typed)


@pytest.mark.parametrize(
    "typed", ["", "help", "alert", "alert docs are down", "alert for customer-support", "search",
              "alerting x for y", "[alert] x"],
)  # fmt: skip
def test_what_is_not_understood_wakes_nobody(typed: str) -> None:
    """Half a command is answered with how it goes."""
    assert Asked.HELP is parse(typed).asked


def test_search_and_the_form() -> None:
    """The words come out of the form as they were typed."""
    body = b"command=%2Fgenie&text=search+deploy+%26+hang%C3%BC&user_id=U1"

    assert Command(asked=Asked.SEARCH, words="deploy & hangü") == parse(text_of(body))


def test_blanks_cost_nothing() -> None:
    """A megabyte of blanks before the last word would keep a greedy reader busy for hours."""
    blanks = " " * 1_000_000

    assert "a b" == parse(f"search{blanks}a{blanks}b{blanks}").words
    assert "it is down" == parse(f"alert it is{blanks}down for{blanks}@ops{blanks}").words
