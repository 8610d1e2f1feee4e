"""A page: what wakes a person, and what takes it back; and the services that do the waking."""

import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime

from kb.feedback.letter import Letter, Receipt, Verdict
from kb.feedback.wire import Answer, Host, receipt_of

DESTINATION = "pager"
JSM, OPSGENIE = "https://api.atlassian.com/jsm/ops/integration", "https://api.opsgenie.com"
PAGERDUTY = "https://events.pagerduty.com"
OPSGENIE_ENDS = date(2027, 4, 5)
"""The day on which Opsgenie's API ends (Atlassian's announcement)."""
_REPEAT_SECONDS = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One alert, or the end of one.

    Attributes:
        alias: The incident's name at the pager; one alias is one alert while it is open.
        team: Who is woken.
        message: What is so, on one line; no customer's words.
        detail: What to look at.
        over: The incident is over: close the alert.
        at: When, ISO 8601.
    """

    alias: str
    team: str
    message: str
    detail: str = ""
    over: bool = False
    at: str = ""

    def letter(self, key: str) -> Letter:
        """Return the page as a letter."""
        return Letter(key=key, destination=DESTINATION, body=json.dumps(asdict(self)))


def page_of(letter: Letter) -> Page:
    """Return the page in a letter."""
    return Page(**json.loads(letter.body))


def by_hand(message: str, team: str, *, at: datetime) -> Letter:
    """Return the page that a person sends; the same words within ten minutes are one page."""
    line = " ".join(message.split())
    digest = hashlib.sha256(f"{team}\n{line}".encode()).hexdigest()[:16]
    page = Page(alias=f"docworthy-{digest}", team=team, message=line, at=at.isoformat())
    return page.letter(f"page:{digest}:{int(at.timestamp()) // _REPEAT_SECONDS}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Genie:
    """Jira Service Management's Operations and Opsgenie, which speak the same.

    `POST /v2/alerts` (message up to 130 characters, alias 512, description 15,000) answers 202 and
    a request's id; whether it was done says `GET /v2/alerts/requests/{id}`, and an action that
    does not exist is accepted and never done, so that is always asked. An open alert's alias makes
    a second one count up instead of waking again; `POST /v2/alerts/{alias}/close` ends it.
    """

    host: Host
    sleep: Callable[[float], None] = time.sleep
    repeats: bool = True

    @property
    def address(self) -> str:
        """Return the host."""
        return self.host.name

    def send(self, letter: Letter, *, again: bool) -> Receipt:
        """Open or close the alert, and ask whether it was done."""
        page = page_of(letter)
        answer = self._close(page) if page.over else self._open(page)
        number = answer.field("requestId")
        if answer.status != 202 or not number:
            return receipt_of(self.host.name, answer, check="KB_PAGER_KEY")
        return self._done(number, over=page.over)

    def _open(self, page: Page) -> Answer:
        body = {
            "message": page.message[:130],
            "alias": page.alias[:512],
            "description": f"{page.message}\n\n{page.detail}".strip()[:15_000],
            "responders": [{"name": page.team, "type": "team"}],
            "source": "docworthy",
            "tags": ["docworthy"],
        }
        return self.host.ask("POST", "/v2/alerts", body=body)

    def _close(self, page: Page) -> Answer:
        body = {"source": "docworthy", "note": page.message[:25_000]}
        path = f"/v2/alerts/{page.alias}/close"
        return self.host.ask("POST", path, params={"identifierType": "alias"}, body=body)

    def _done(self, number: str, *, over: bool) -> Receipt:
        for attempt in range(4):
            self.sleep(0.5 * 2**attempt)
            answer = self.host.ask("GET", f"/v2/alerts/requests/{number}")
            told = answer.json()
            data = told.get("data") if answer.is_good and isinstance(told, dict) else None
            if isinstance(data, dict):
                if data.get("isSuccess", data.get("success")) or over:
                    return Receipt(verdict=Verdict.SENT, ref=str(data.get("alertId", number))[:200])
                reason = f"{self.host.name}: it took the alert and did nothing; check paging.teams"
                return Receipt(verdict=Verdict.REFUSED, reason=reason)
        reason = f"{self.host.name}: it took the alert and does not say whether it was done"
        return Receipt(verdict=Verdict.UNSURE, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class PagerDuty:
    """PagerDuty's Events API v2.

    `POST /v2/enqueue`; `dedup_key` (255 characters) makes one alert of many events, summary up to
    1,024 characters, an event up to 512,000 bytes. 202 takes it, 400 never will, 429 and 5xx later.

    Attributes:
        keys: Integration keys by team; `""` is that of all others.
    """

    host: Host
    keys: Mapping[str, str] = field(default_factory=dict)
    repeats: bool = True

    @property
    def address(self) -> str:
        """Return the host."""
        return self.host.name

    def send(self, letter: Letter, *, again: bool) -> Receipt:
        """Trigger or resolve."""
        page = page_of(letter)
        body: dict[str, object] = {
            "routing_key": self.keys.get(page.team) or self.keys.get("", ""),
            "event_action": "resolve" if page.over else "trigger",
            "dedup_key": page.alias[:255],
        }
        if not page.over:
            body["payload"] = {
                "summary": page.message[:1_024],
                "source": "docworthy",
                "severity": "critical",
                "timestamp": page.at,
                "component": "docs",
                "custom_details": {"detail": page.detail[:15_000], "team": page.team},
            }
        answer = self.host.ask("POST", "/v2/enqueue", body=body)
        receipt = receipt_of(self.host.name, answer, check="KB_PAGER_KEY")
        if receipt.verdict is Verdict.UNSURE and answer.status >= 500:
            return Receipt(verdict=Verdict.LATER, reason=receipt.reason, wait=receipt.wait)
        return Receipt(
            verdict=receipt.verdict, reason=receipt.reason, wait=receipt.wait,
            ref=answer.field("dedup_key"),
        )  # fmt: skip
