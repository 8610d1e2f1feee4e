"""Slack's incoming webhooks: Block Kit within its limits, and nothing in it that pings people."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from kb.feedback.letter import Letter, Receipt
from kb.feedback.wire import Host, receipt_of

DESTINATION = "slack"
MOST_BLOCKS, LONGEST_SECTION, LONGEST_TEXT, LONGEST_HEADER = 50, 3_000, 40_000, 150
"""Slack's own limits (docs.slack.dev, "Block Kit" and "Incoming webhooks")."""

_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
_MARKS = re.compile(r"([*_~`])")


def escaped(text: str, *, most: int = 300) -> str:
    """Return one line of mrkdwn that shows `text` and does nothing else.

    `&`, `<` and `>` as entities (docs.slack.dev, "Escaping text"), so that neither a link nor
    `<!channel>` nor `<@U…>` survives; a word joiner takes the meaning from marks, from `@here` and
    from bare addresses.
    """
    line = " ".join(_INVISIBLE.sub("", text).split())
    line = line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _MARKS.sub("\\1\u2060", line).replace("@", "@\u2060")
    return re.sub(r":(?=//)|(?<=www)\.", "\\g<0>\u2060", line, flags=re.I)


def message(title: str, sections: Sequence[str]) -> dict[str, Any]:
    """Return a webhook's body: a header, then one section each, within Slack's limits.

    Args:
        title: Plain text.
        sections: mrkdwn, every foreign word in it already `escaped`.
    """
    told = [one for one in sections if one][: MOST_BLOCKS - 1]
    header = {"type": "plain_text", "text": title[:LONGEST_HEADER], "emoji": False}
    blocks: list[dict[str, Any]] = [{"type": "header", "text": header}]
    for one in told:
        text = {"type": "mrkdwn", "text": cut(one, LONGEST_SECTION), "verbatim": True}
        blocks.append({"type": "section", "text": text})
    return {
        "text": cut("\n".join((title, *told)), LONGEST_TEXT),
        "blocks": blocks,
        "unfurl_links": False,
        "unfurl_media": False,
    }


def cut(text: str, most: int) -> str:
    """Cut at the end of a line, so that no entity and no link is cut in two."""
    if len(text) <= most:
        return text
    lines, kept = text.split("\n"), ""
    for line in lines:
        if len(kept) + len(line) + 2 > most:
            break
        kept += f"{line}\n"
    return f"{kept}…" if kept else "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """Posts to one incoming webhook, whose whole address is a secret.

    A webhook knows no keys and cannot be asked what it has posted: what may have arrived is not
    sent again, a person looks at the channel.
    """

    host: Host
    repeats: bool = False

    @property
    def address(self) -> str:
        """Return the host; the path is the secret."""
        return f"Slack webhook at {self.host.name}"

    def send(self, letter: Letter, *, again: bool) -> Receipt:
        """Post the letter's body; Slack answers 200 and `ok`."""
        answer = self.host.ask("POST", body=json.loads(letter.body))
        return receipt_of(self.host.name, answer, check="KB_SLACK_WEBHOOK")
