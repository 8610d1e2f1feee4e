"""Internal comments on source tickets, once each: a customer never sees one."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from kb.feedback.letter import Letter, Receipt, Verdict
from kb.feedback.wire import Answer, Host, receipt_of

DESTINATION = "tickets"
_CHECK = "KB_SOURCE_USER, KB_SOURCE_TOKEN"
_ID = re.compile(r"[A-Za-z0-9_-]{1,60}")


def comment(key: str, *, ticket: str, text: str) -> Letter:
    """Return an internal comment as a letter.

    Args:
        key: What makes it one.
        ticket: The ticket's id at its source, without the source's name.
        text: Plain lines; no customer's words.
    """
    body = {"ticket": ticket, "text": text, "mark": mark(key)}
    return Letter(key=key, destination=DESTINATION, body=json.dumps(body))


def mark(key: str) -> str:
    """Return what a comment is known again by."""
    return f"[docworthy {sha256(key.encode()).hexdigest()[:16]}]"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZendeskDesk:
    """Zendesk: `PUT /api/v2/tickets/{id}` with a comment that says `public: false` itself.

    Visibility otherwise follows the ticket's first comment, so it is never left out. Zendesk knows
    no keys for updates: before a second attempt the newest comments are read for our mark.
    """

    host: Host
    repeats: bool = True

    @property
    def address(self) -> str:
        """Return the host."""
        return self.host.name

    def send(self, letter: Letter, *, again: bool) -> Receipt:
        """Write the comment, unless it is there already."""
        told = json.loads(letter.body)
        if not _ID.fullmatch(told["ticket"]):
            return _no_ticket(self.host)
        path = f"/api/v2/tickets/{told['ticket']}"
        if again:
            newest = {"sort": "-created_at", "page[size]": 100}
            answer = self.host.ask("GET", f"{path}/comments.json", params=newest)
            if not answer.is_good or told["mark"] in answer.text:
                return _looked(self.host, answer)
        note = {"body": f"{told['text']}\n\n{told['mark']}", "public": False}
        answer = self.host.ask("PUT", f"{path}.json", body={"ticket": {"comment": note}})
        return receipt_of(self.host.name, answer, check=_CHECK)


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraDesk:
    """Jira Service Management: a comment with `sd.public.comment: {"internal": true}`.

    Only a service project has internal comments; in any other the property does nothing and the
    comment would be public, so the project is asked first what it is. What comes back with
    `jsdPublic` is taken away again.
    """

    host: Host
    project: str
    repeats: bool = True
    _known: list[bool] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Return the host."""
        return self.host.name

    def send(self, letter: Letter, *, again: bool) -> Receipt:
        """Write the comment, unless it is there already."""
        told = json.loads(letter.body)
        if not _ID.fullmatch(told["ticket"]):
            return _no_ticket(self.host)
        if (refused := self._is_service()) is not None:
            return refused
        path = f"/rest/api/3/issue/{told['ticket']}/comment"
        if again:
            newest = {"orderBy": "-created", "maxResults": 100}
            answer = self.host.ask("GET", path, params=newest)
            if not answer.is_good or told["mark"] in answer.text:
                return _looked(self.host, answer)
        body = {
            "body": adf([*told["text"].split("\n"), told["mark"]]),
            "properties": [{"key": "sd.public.comment", "value": {"internal": True}}],
        }
        answer = self.host.ask("POST", path, body=body)
        if answer.is_good and (answer.json() or {}).get("jsdPublic") is True:
            self.host.ask("DELETE", f"{path}/{answer.field('id')}")
            reason = f"{self.host.name}: it made the comment public; it was deleted again, look"
            return Receipt(verdict=Verdict.REFUSED, reason=reason)
        return receipt_of(self.host.name, answer, check=_CHECK, ref=answer.field("id"))

    def _is_service(self) -> Receipt | None:
        if self._known:
            return None
        answer = self.host.ask("GET", f"/rest/api/3/project/{self.project}")
        if not answer.is_good:
            return _looked(self.host, answer)
        if answer.field("projectTypeKey") != "service_desk":
            reason = (
                f"{self.host.name}: {self.project} is no service project, so a comment would be "
                "public; set feedback.cards to false"
            )
            return Receipt(verdict=Verdict.REFUSED, reason=reason)
        self._known.append(True)
        return None


def adf(lines: Sequence[str]) -> dict[str, Any]:
    """Return plain lines as a document of Jira's (Atlassian Document Format, version 1)."""
    paragraphs = [
        {"type": "paragraph", "content": [{"type": "text", "text": line}]} for line in lines if line
    ]
    return {"type": "doc", "version": 1, "content": paragraphs}


def _looked(host: Host, answer: Answer) -> Receipt:
    """Nothing was written: either our mark was found, or what was asked did not answer."""
    if answer.is_good:
        return Receipt(verdict=Verdict.SENT)
    receipt = receipt_of(host.name, answer, check=_CHECK)
    if receipt.verdict is Verdict.UNSURE:
        return Receipt(verdict=Verdict.LATER, reason=receipt.reason, wait=receipt.wait)
    return receipt


def _no_ticket(host: Host) -> Receipt:
    return Receipt(verdict=Verdict.REFUSED, reason=f"{host.name}: the ticket's id is none of its")
