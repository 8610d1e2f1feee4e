"""Says whether a webhook is what it claims to be: its signature over the raw body, and its age.

Algorithms: developer.zendesk.com "Verifying webhooks" (timestamp + body, base64), docs.github.com
"Validating webhook deliveries", developer.atlassian.com "Secure admin webhooks" (hex of the body).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LARGEST_BODY = 1024 * 1024
WINDOW = timedelta(minutes=5)
"""How far a signed timestamp may be off, either way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A webhook that may be believed.

    Attributes:
        ids: Each one of them is seen once: what the sender calls it, and the digest of what it
            signed, because no sender but Zendesk signs the name of a delivery.
    """

    ids: tuple[str, ...]


def delivery(
    kind: str, headers: Mapping[str, str], body: bytes, secrets: Sequence[str], now: datetime
) -> Delivery | None:
    """Return the delivery, or None where no secret proves it or its signed time is too far off.

    Args:
        kind: `zendesk`, `github` or `jira`.
        headers: By lower-case name.
        body: As it came, byte for byte.
        secrets: The active ones; two while one takes the other's place.
    """
    signed = _signed(kind, headers, body)
    if signed is None or not secrets:
        return None
    message, signature, name = signed
    if kind == "zendesk" and not _is_fresh(headers, now):
        return None
    encode = _base64 if kind == "zendesk" else _hex
    given = signature.encode("utf-8", "replace")
    # Every secret is tried, so that the time taken tells nothing about which one fits.
    fits = [hmac.compare_digest(encode(secret, message), given) for secret in secrets]
    if not any(fits):
        return None
    digest = hashlib.sha256(message).hexdigest()[:40]
    return Delivery(ids=tuple(filter(None, (f"{kind}:{name[:80]}" if name else "", digest))))


def _signed(kind: str, headers: Mapping[str, str], body: bytes) -> tuple[bytes, str, str] | None:
    """Return what was signed, the signature and the delivery's name."""
    if kind == "zendesk":
        stamp = headers.get("x-zendesk-webhook-signature-timestamp", "")
        name = headers.get("x-zendesk-webhook-invocation-id", "")
        return stamp.encode() + body, headers.get("x-zendesk-webhook-signature", ""), name
    if kind == "github":
        name = headers.get("x-github-delivery", "")
        return body, headers.get("x-hub-signature-256", ""), name
    if kind == "jira":
        name = headers.get("x-atlassian-webhook-identifier", "")
        return body, headers.get("x-hub-signature", ""), name
    return None


def _is_fresh(headers: Mapping[str, str], now: datetime) -> bool:
    try:
        at = datetime.fromisoformat(headers.get("x-zendesk-webhook-signature-timestamp", ""))
        return abs(now - at) <= WINDOW
    except (ValueError, TypeError, OverflowError):
        return False


def _base64(secret: str, message: bytes) -> bytes:
    return base64.b64encode(hmac.digest(secret.encode(), message, hashlib.sha256))


def _hex(secret: str, message: bytes) -> bytes:
    return b"sha256=" + hmac.digest(secret.encode(), message, hashlib.sha256).hex().encode()
