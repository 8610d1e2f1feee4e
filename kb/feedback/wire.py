"""One request to one host, and what its answer means for the letter that was sent."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx2

from kb.feedback.letter import Receipt, Verdict
from kb.tickets.http import is_loopback

LARGEST_ANSWER = 4 * 1024 * 1024
_TIMEOUT = httpx2.Timeout(20.0, connect=5.0)
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back.

    Attributes:
        status: 0 when nothing came.
        headers: By lower-case name.
        text: The body, cut at `LARGEST_ANSWER` bytes.
        reached: The request may have been read there.
        why: What happened, where nothing came.
    """

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    reached: bool = True
    why: str = ""

    @property
    def is_good(self) -> bool:
        """Say whether it is a 2xx."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """Return its JSON, None where it is none."""
        try:
            return json.loads(self.text)
        except (ValueError, RecursionError):
            return None

    def field(self, name: str) -> str:
        """Return a field of its JSON object as text, `""` where there is none."""
        found = self.json()
        value = found.get(name, "") if isinstance(found, dict) else ""
        return str(value) if isinstance(value, str | int) else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """One host; redirects are refused, so that what we send reaches no other.

    Attributes:
        base: `https://host/path`, checked by `kb.tickets.http.origin`; never with a secret in it.
        headers: Sent with each request; credentials are among them.
        secret_path: Joined to `base` and never told, e.g. that of a Slack webhook.
    """

    base: str
    headers: Mapping[str, str] = field(default_factory=dict)
    secret_path: str = ""

    @property
    def name(self) -> str:
        """Return the host as people may read it."""
        return urlsplit(self.base).netloc

    def ask(
        self,
        method: str,
        path: str = "",
        *,
        body: Any = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """Make one request, and tell what came back; nothing is raised and nothing repeated."""
        local = is_loopback(urlsplit(self.base).hostname)
        sent = {"User-Agent": "docworthy", **self.headers, **(headers or {})}
        try:
            with (
                httpx2.Client(
                    timeout=_TIMEOUT, trust_env=not local, verify=_certificates()
                ) as client,
                client.stream(
                    method, f"{self.base}{self.secret_path}{path}", json=body, params=params,
                    headers=sent, content=content,
                ) as response,
            ):  # fmt: skip
                text = _read(response)
                return Answer(status=response.status_code, headers=response.headers, text=text)
        except _NEVER_SENT as error:
            return Answer(reached=False, why=f"it does not answer ({type(error).__name__})")
        except (httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
            return Answer(why=f"its answer did not come ({type(error).__name__})")


@cache
def _certificates() -> ssl.SSLContext:
    """Read the known authorities once; a connection is never kept, for one that the other side
    has closed meanwhile would leave it unknown whether what was sent had arrived.
    """
    return ssl.create_default_context()


def _read(response: httpx2.Response) -> str:
    data = bytearray()
    for chunk in response.iter_bytes():
        data += chunk
        if len(data) > LARGEST_ANSWER:
            break
    return bytes(data[:LARGEST_ANSWER]).decode("utf-8", "replace")


def receipt_of(host: str, answer: Answer, *, check: str, ref: str = "") -> Receipt:
    """Return what the answer means for what was sent.

    2xx has arrived. 429, 503 and refused credentials are tried again; other 5xx, and no answer
    where the request may have been read, may have arrived; everything else never will.

    Args:
        host: Its name, for the reason.
        answer: What came back.
        check: What to look at when it refuses, e.g. `KB_PAGER_KEY`.
        ref: What the other side calls it.
    """
    status = answer.status
    if answer.is_good:
        return Receipt(verdict=Verdict.SENT, ref=ref[:200])
    if not status:
        verdict = Verdict.UNSURE if answer.reached else Verdict.LATER
        return Receipt(verdict=verdict, reason=f"{host}: {answer.why}")
    wait = retry_after(answer.headers, datetime.now(UTC))
    if status in (408, 425, 429, 503):
        return Receipt(verdict=Verdict.LATER, reason=f"{host}: it is busy ({status})", wait=wait)
    if status >= 500:
        return Receipt(verdict=Verdict.UNSURE, reason=f"{host}: it failed ({status})", wait=wait)
    if status == 403 and _is_spent(answer):
        return Receipt(verdict=Verdict.LATER, reason=f"{host}: our limit is spent", wait=wait)
    if status in (401, 403):
        reason = f"{host}: it refuses the credentials ({status}); check {check}"
        return Receipt(verdict=Verdict.LATER, reason=reason)
    return Receipt(
        verdict=Verdict.REFUSED, reason=f"{host}: it answers {status}; check {check}, then retry"
    )


def _is_spent(answer: Answer) -> bool:
    return answer.headers.get("x-ratelimit-remaining") == "0" or "retry-after" in answer.headers


def retry_after(headers: Mapping[str, str], now: datetime) -> float:
    """Return the seconds that `Retry-After` or `X-RateLimit-Reset` ask for, 0 for none."""
    said = headers.get("retry-after", "").strip()
    if said.replace(".", "", 1).isdigit():
        return float(said)
    try:
        at = parsedate_to_datetime(said)
        return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())
    except (ValueError, TypeError, IndexError):
        reset = headers.get("x-ratelimit-reset", "")
    return max(0.0, float(reset) - now.timestamp()) if reset.isdigit() else 0.0
