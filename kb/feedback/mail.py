"""Mail: one plain message through the team's own server."""

import json
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from hashlib import sha256

from kb.feedback.letter import Letter, Receipt, Verdict
from kb.tickets.http import is_loopback

DESTINATION = "mail"
_SECONDS = 20


def mail(key: str, *, subject: str, text: str, to: Sequence[str], reply_to: str = "") -> Letter:
    """Return a mail as a letter.

    Args:
        reply_to: The person whose words these are, where it is one: an answer goes to them, and
            the mail does not say that a machine wrote it.
    """
    body = {"subject": " ".join(subject.split()), "text": text, "to": list(to)}
    if reply_to:
        body["reply_to"] = reply_to
    return Letter(key=key, destination=DESTINATION, body=json.dumps(body))


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """Hands mail to one server, always with TLS except on this machine.

    SMTP knows no keys: what may have been taken is not sent again. `Message-ID` is made from the
    key, so that a mail that a person sends again is the same to most mail programs.
    """

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    repeats: bool = False

    @property
    def address(self) -> str:
        """Return the server."""
        return f"{self.host}:{self.port}"

    def send(self, letter: Letter, *, again: bool) -> Receipt:
        """Make one attempt."""
        try:
            server = self._connect()
        except smtplib.SMTPAuthenticationError:
            return self._told(Verdict.LATER, "it refuses the credentials; check KB_SMTP_PASSWORD")
        except (smtplib.SMTPException, OSError) as error:
            return self._told(Verdict.LATER, f"it does not answer ({type(error).__name__})")
        try:
            server.send_message(self._message(letter))
        except smtplib.SMTPResponseException as error:
            later = 400 <= error.smtp_code < 500
            said = f"it answers {error.smtp_code}"
            return self._told(Verdict.LATER if later else Verdict.REFUSED, said)
        except smtplib.SMTPRecipientsRefused:
            return self._told(
                Verdict.REFUSED, "it refuses every recipient; check mail_to in kb.toml"
            )
        except (smtplib.SMTPException, OSError) as error:
            return self._told(Verdict.UNSURE, f"its answer did not come ({type(error).__name__})")
        finally:
            server.close()
        return Receipt(verdict=Verdict.SENT)

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.port == 465:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=_SECONDS)
            if not is_loopback(self.host):
                server.starttls(context=context)
        if self.user:
            server.login(self.user, self.password)
        return server

    def _message(self, letter: Letter) -> EmailMessage:
        told, message = json.loads(letter.body), EmailMessage()
        message["Subject"], message["From"] = told["subject"], self.sender
        message["To"] = ", ".join(told["to"])
        domain = self.sender.rpartition("@")[2] or "docworthy.invalid"
        message["Message-ID"] = f"<{sha256(letter.key.encode()).hexdigest()[:32]}@{domain}>"
        if reply_to := told.get("reply_to"):
            message["Reply-To"] = _in_ascii(reply_to)
        else:
            message["Auto-Submitted"] = "auto-generated"
        message.set_content(told["text"])
        return message

    def _told(self, verdict: Verdict, said: str) -> Receipt:
        return Receipt(verdict=verdict, reason=f"{self.address}: {said}")


def _in_ascii(address: str) -> str:
    """Return an address with its domain as mail servers know it (RFC 5890), where there is a way."""
    name, _, domain = address.rpartition("@")
    with suppress(UnicodeError):
        domain = domain.encode("idna").decode()
    return f"{name}@{domain}"
