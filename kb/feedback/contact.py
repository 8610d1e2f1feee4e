"""What a customer wrote into the contact form, and the carriers to the team's own help desk."""

import json
import re
from dataclasses import dataclass

from kb.feedback.letter import Letter, Receipt, Verdict
from kb.feedback.mail import Mail, mail
from kb.feedback.wire import Host, receipt_of
from kb.redaction import Known, Placeholders, Redactor

DESTINATION = "form"
_CHECK = "[form] in kb.toml"
_PLACEHOLDER = re.compile(
    r"\{\{(?=[\s-]*(?:ticket|current_user|agent|assignee|requester|user|organization|satisfaction|dc)\b)",
    re.I,
)
"""How placeholders of Zendesk's begin (support.zendesk.com, "Zendesk Support placeholders")."""
_RAW = "it was written for a help desk that only the team reads; set form.to back, then retry"
_LOGIN_CHECK = "KB_FORM_TOKEN, [form] in kb.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing that the customer did before they wrote, as the form showed it to them.

    Attributes:
        words: What they searched for, or the title of the page.
        path: The page's path; `""` for a search.
    """

    words: str
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a customer wrote, raw: it goes to the help desk that they wrote to, and nowhere else.

    Attributes:
        email: Where they want the answer; nobody has confirmed it.
        article: Id of the article whose "Still stuck?" they followed, `""` for none.
        trail: What they did before, if they let it go along.
    """

    subject: str
    description: str
    email: str
    article: str = ""
    trail: tuple[Step, ...] = ()


def private(key: str, written: Written) -> Letter:
    """Return the letter to a help desk that only the team reads: every word as it was written."""
    return _letter(key, written.subject, _text(written), written.email)


def public(key: str, written: Written, redactor: Redactor) -> Letter:
    """Return the letter to a tracker that everybody reads: redacted, and without the address."""
    known, names = Known(emails=(written.email,)), Placeholders()
    subject = redactor.redact(written.subject, known, names).text
    text = redactor.redact(_text(written), known, names).text
    return _letter(key, subject, text, "")


def _letter(key: str, subject: str, text: str, email: str) -> Letter:
    body = {"subject": subject, "text": text, "email": email}
    return Letter(key=key, destination=DESTINATION, body=json.dumps(body))


def _text(written: Written) -> str:
    lines = [f"- read: {one.words} ({one.path})" if one.path else f"- searched for: {one.words}"
             for one in written.trail]  # fmt: skip
    if written.article:
        lines.append(f"- came from: {written.article}")
    if not lines:
        return written.description
    return "\n".join([written.description, "", "Before writing, the customer", *lines])


@dataclass(frozen=True, slots=True, kw_only=True)
class ZendeskForm:
    """Zendesk: `POST /api/v2/requests.json` as an anonymous request, as its own form makes it.

    developer.zendesk.com/api-reference/ticketing/tickets/ticket-requests. It takes no credentials
    and knows no keys: what may have arrived is not sent again.
    """

    host: Host
    repeats: bool = False

    @property
    def address(self) -> str:
        """Return the host."""
        return self.host.name

    def send(self, letter: Letter, *, again: bool) -> Receipt:
        """Make one attempt."""
        told = json.loads(letter.body)
        requester = {"name": told["email"].partition("@")[0], "email": told["email"]}
        request = {
            "requester": requester,
            "subject": _unfilled(told["subject"]),
            "comment": {"body": _unfilled(told["text"])},
        }
        answer = self.host.ask("POST", "/api/v2/requests.json", body={"request": request})
        made = answer.json()
        row = made.get("request") if isinstance(made, dict) else None
        ref = str(row.get("id", "")) if isinstance(row, dict) else ""
        return receipt_of(self.host.name, answer, check=_CHECK, ref=ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraForm:
    """Jira Service Management: `POST /rest/servicedeskapi/request` in the account's own name.

    developer.atlassian.com/cloud/jira/service-desk/rest/api-group-request. The customer's address
    stands in the text: to raise it on their behalf, Jira wants an account that they may not have.
    """

    host: Host
    desk: str
    request_type: str
    repeats: bool = False

    @property
    def address(self) -> str:
        """Return host and service desk."""
        return f"{self.host.name}/{self.desk}"

    def send(self, letter: Letter, *, again: bool) -> Receipt:
        """Make one attempt."""
        told = json.loads(letter.body)
        body = {
            "serviceDeskId": self.desk,
            "requestTypeId": self.request_type,
            "requestFieldValues": {
                "summary": told["subject"],
                "description": f"From: {told['email']}\n\n{told['text']}",
            },
        }
        answer = self.host.ask("POST", "/rest/servicedeskapi/request", body=body)
        ref = answer.field("issueKey")
        return receipt_of(self.host.name, answer, check=_LOGIN_CHECK, ref=ref)


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubForm:
    """GitHub: an issue; it may be public, so it takes letters made by `public` alone.

    The text stands in a fence: no mention in it notifies anybody, and no picture is fetched.
    Before a second attempt the hundred newest issues are read for our mark.
    """

    host: Host
    project: str
    repeats: bool = True

    @property
    def address(self) -> str:
        """Return host and repository."""
        return f"{self.host.name}/{self.project}"

    def send(self, letter: Letter, *, again: bool) -> Receipt:
        """Open the issue, unless it is there already."""
        told, path = json.loads(letter.body), f"/repos/{self.project}/issues"
        if told["email"]:
            return Receipt(verdict=Verdict.REFUSED, reason=_RAW)
        mark = f"<!-- kb:{letter.key} -->"
        if again:
            newest = {"state": "all", "sort": "created", "direction": "desc", "per_page": 100}
            answer = self.host.ask("GET", path, params=newest)
            receipt = receipt_of(self.host.name, answer, check=_LOGIN_CHECK)
            if not answer.is_good:
                return _unwritten(receipt)
            rows = answer.json()
            for row in rows if isinstance(rows, list) else []:
                if mark in (row.get("body") or ""):
                    return Receipt(verdict=Verdict.SENT, ref=str(row["number"]))
        body = {"title": told["subject"], "body": f"{_fenced(told['text'])}\n\n{mark}"}
        answer = self.host.ask("POST", path, body=body)
        return receipt_of(self.host.name, answer, check=_LOGIN_CHECK, ref=answer.field("number"))


def _unfilled(text: str) -> str:
    """Return a text whose placeholders Zendesk fills with nobody's data, in a mail to anybody."""
    return _PLACEHOLDER.sub("{ {", text)


def _unwritten(receipt: Receipt) -> Receipt:
    """Nothing was written, whatever the question came to: it may be asked again."""
    if receipt.verdict is not Verdict.UNSURE:
        return receipt
    return Receipt(verdict=Verdict.LATER, reason=receipt.reason, wait=receipt.wait)


def _fenced(text: str) -> str:
    longest = max(map(len, re.findall(r"`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}text\n{text}\n{fence}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailForm:
    """The team's own mailbox, by SMTP; the customer's address is where an answer goes."""

    mail: Mail
    to: tuple[str, ...]
    repeats: bool = False

    @property
    def address(self) -> str:
        """Return the server."""
        return self.mail.address

    def send(self, letter: Letter, *, again: bool) -> Receipt:
        """Make one attempt."""
        told = json.loads(letter.body)
        made = mail(
            letter.key,
            subject=told["subject"],
            text=told["text"],
            to=self.to,
            reply_to=told["email"],
        )
        return self.mail.send(made, again=again)
