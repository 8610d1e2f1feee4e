"""Sends a visit of our own through the public address, to prove that telemetry is alive."""

from uuid import uuid4

import httpx2

from kb.articles.page_token import token
from kb.errors import SourceError

AGENT = "docworthy-canary/1 (bot)"
_SECONDS = 10


def visit(service: str, secret: bytes) -> str:
    """Send one signed canary event to `service` and return its id.

    Args:
        service: Address of `kb serve` as readers' browsers see it.
        secret: The workspace's key.

    Raises:
        SourceError: The collector cannot be reached, or did not promise to keep the event.
    """
    key = str(uuid4())
    event = {"id": key, "kind": "canary", "token": token(secret, "canary", key)}
    try:
        answer = httpx2.post(
            f"{service.rstrip('/')}/events",
            json={"v": 1, "events": [event]},
            headers={"User-Agent": AGENT},
            timeout=_SECONDS,
        )
    except httpx2.HTTPError as error:
        kind = type(error).__name__
        raise SourceError(
            service, f"the collector cannot be reached ({kind})", "Start kb serve, or mend its way"
        ) from None
    if answer.status_code != 202:
        raise SourceError(
            service, f"the collector answered {answer.status_code}", "Run kb doctor there"
        )
    return key
