"""Slack's slash command: who proves to be Slack, and what people type into it.

Signature: docs.slack.dev, "Verifying requests from Slack".
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qs

WINDOW_SECONDS = 300
"""How far the signed time may be off, either way."""
_ALERT = re.compile(r"alert\b ?(?P<message>.*) for @?(?P<team>[\w.-]+)$", re.I)
_SEARCH = re.compile(r"search\b ?(?P<words>.*)$", re.I)
_QUOTES = ('""', "“”", "''", "[]")


class Asked(StrEnum):
    """What somebody typed."""

    ALERT = "alert"
    SEARCH = "search"
    HELP = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One slash command.

    Attributes:
        words: The message of an alert, the words of a search.
        team: Whom an alert is for.
    """

    asked: Asked
    words: str = ""
    team: str = ""


def proof(headers: Mapping[str, str], body: bytes, secret: str, now: datetime) -> str:
    """Return what is the same for a replay of this very request, `""` where it proves nothing.

    `X-Slack-Signature` is `v0=` and the hex HMAC-SHA256 of `v0:<timestamp>:<body>`; a timestamp
    five minutes off is refused.

    Args:
        headers: By lower-case name.
        body: As it came, byte for byte.
        secret: The app's signing secret; `""` proves nothing.
    """
    stamp = headers.get("x-slack-request-timestamp", "")
    if not secret or not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12):
        return ""
    message = b"v0:" + stamp.encode() + b":" + body
    wanted = b"v0=" + hmac.new(secret.encode(), message, hashlib.sha256).hexdigest().encode()
    given = headers.get("x-slack-signature", "").encode("utf-8", "replace")
    if not hmac.compare_digest(wanted, given):
        return ""
    if abs(now.timestamp() - int(stamp)) > WINDOW_SECONDS:
        return ""
    return hashlib.sha256(message).hexdigest()[:40]


def text_of(body: bytes) -> str:
    """Return what was typed after the command."""
    fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=50)
    return fields.get("text", [""])[0]


def parse(text: str) -> Command:
    """Read what was typed: `alert <message> for <team>`, `search <words>`, else help.

    The last `for` names the team, so a message may have one, too; quotes around it go.
    """
    text = " ".join(text.split())
    if found := _ALERT.match(text):
        message = found["message"].strip()
        if message[:1] + message[-1:] in _QUOTES:
            message = message[1:-1].strip()
        if message:
            return Command(asked=Asked.ALERT, words=message, team=found["team"].lower())
    elif (found := _SEARCH.match(text)) and found["words"]:
        return Command(asked=Asked.SEARCH, words=found["words"])
    return Command(asked=Asked.HELP)


def usage(teams: Sequence[str]) -> str:
    """Return what can be typed."""
    known = " or ".join(f"`{team}`" for team in teams) or "nobody yet"
    return (
        "Type `alert what is wrong for team`, to wake somebody, or `search words`, to find a page. "
        f"Teams: {known}."
    )
