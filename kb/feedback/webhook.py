"""Any other service: one signed POST of JSON, with the key that makes it count once."""

import hashlib
import hmac
from dataclasses import dataclass

from kb.feedback.letter import Letter, Receipt
from kb.feedback.wire import Host, receipt_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Posts each letter's body as it is.

    `Idempotency-Key` is the same however often it is sent: whoever receives it twice drops one.
    With a secret, `X-Docworthy-Signature: sha256=<hex HMAC of the body>` proves the sender.
    """

    host: Host
    secret: str = ""
    check: str = "paging.url"
    repeats: bool = True

    @property
    def address(self) -> str:
        """Return the host."""
        return self.host.name

    def send(self, letter: Letter, *, again: bool) -> Receipt:
        """Post it; any 2xx means that it is kept there."""
        body = letter.body.encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": letter.key}
        if self.secret:
            proof = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Docworthy-Signature"] = f"sha256={proof}"
        answer = self.host.ask("POST", content=body, headers=headers)
        return receipt_of(self.host.name, answer, check=self.check)
