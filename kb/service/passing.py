"""Passes on what customers write into the contact form: checked, durable, never logged."""

import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kb.errors import KbError
from kb.feedback.contact import Step, Written, private, public
from kb.feedback.letter import Letter
from kb.redaction import Redactor
from kb.service.bodies import read_body
from kb.service.collector import client
from kb.service.failures import Refusal, as_refusal, failure
from kb.service.limits import Limit
from kb.service.pages import page
from kb.store.outbox import Outbox

LARGEST_FORM = 512 * 1024
MOST_STEPS = 20
_LARGEST = {"subject": 200, "description": 20_000, "email": 254, "from": 80}
_FIELDS = (*_LARGEST, "trail")
_NEEDED = ("subject", "description", "email")
_EMAIL = re.compile(
    r"[^\s@<>,;:\"()\[\]\\\x00-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u206f]{1,64}@(?:[^\W_][\w-]*\.)+[^\W\d_][\w-]+"
)
_ARTICLE = re.compile(r"[a-z0-9-]*")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
"""What steers a terminal or turns the order of letters about, and what UTF-8 does not know."""
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passing:
    """`POST /tickets`: the form of the site, sent by the browser itself or by a program as JSON.

    Attributes:
        to: What `form.to` says; `""` takes nothing.
        secret: The workspace's key; the letter's key is made with it.
        by_sender: For each address that an answer would go to: nobody has confirmed it, and many
            machines may name one person's.
    """

    outbox: Outbox
    redactor: Redactor
    now: Callable[[], datetime]
    to: str
    secret: bytes
    limit: Limit = field(default_factory=lambda: Limit(rate=0.05, burst=5))
    by_sender: Limit = field(default_factory=lambda: Limit(rate=10 / 86_400, burst=10))

    async def take(self, request: Request) -> Response:
        """Put one ticket into the outbox; 202 means that it is durable.

        The same words from the same address on the same day are one ticket, however often a
        browser sends them.
        """
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        try:
            self.limit.take(client(request))
            written = await self._read(request, kind)
            self.by_sender.take(written.email.casefold())
            await run_in_threadpool(self._keep, written)
        except KbError as error:
            told = as_refusal(request, error)
            return _page(request, told) if kind == _FORM else failure(told)
        if kind == _FORM:
            return _page(request)
        return JSONResponse({"status": "accepted"}, 202, headers={"Cache-Control": "no-store"})

    async def _read(self, request: Request, kind: str) -> Written:
        if not self.to:
            raise Refusal(404, "tickets", "this service passes none on", "Set form.to in kb.toml")
        if kind not in (_FORM, _JSON):
            raise Refusal(415, "content-type", "it is none of ours", f"Send {_FORM} or {_JSON}")
        body = await read_body(request.headers, request.receive, largest=LARGEST_FORM)
        return _written(_fields(body) if kind == _FORM else _object(body))

    def _keep(self, written: Written) -> None:
        at = self.now()
        self.outbox.put((self._letter(written, at),), at=at)

    def _letter(self, written: Written, at: datetime) -> Letter:
        words = [at.astimezone(UTC).date().isoformat(), repr(written)]
        sealed = hmac.digest(self.secret, "\0".join(["form", *words]).encode(), "sha256")
        key = f"form:{sealed.hex()[:32]}"
        if self.to == "github":
            return public(key, written, self.redactor)
        return private(key, written)


def _fields(body: bytes) -> dict[str, Any]:
    """Read a plain form; its trail is JSON, as the script left it there, or empty."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=len(_FIELDS), errors="strict"
        )
        found: dict[str, Any] = dict(pairs)
        found["trail"] = json.loads(found.get("trail") or "[]")
    except (ValueError, RecursionError):
        raise _unfit("form", "it is no form in UTF-8") from None
    if len(dict(pairs)) != len(pairs):
        raise _unfit("form", "a field stands there twice")
    return found


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body.decode())
    except (ValueError, RecursionError):
        raise _unfit("/", "the body is no JSON in UTF-8") from None
    if not isinstance(found, dict):
        raise _unfit("/", "it is no object")
    return found


def _written(fields: Mapping[str, Any]) -> Written:
    if set(fields) - set(_FIELDS):
        raise _unfit("form", f"a field is none of {', '.join(_FIELDS)}")
    texts = {name: _text(name, fields.get(name, "")) for name in _LARGEST}
    for name in _NEEDED:
        if not texts[name]:
            raise _unfit(name, "it is empty")
    if not _EMAIL.fullmatch(texts["email"]):
        raise _unfit("email", "it is no e-mail address")
    if not _ARTICLE.fullmatch(texts["from"]):
        raise _unfit("from", "it is no article's id")
    return Written(
        subject=" ".join(texts["subject"].split()),
        description=texts["description"],
        email=texts["email"],
        article=texts["from"],
        trail=_trail(fields.get("trail", [])),
    )


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _unfit(name, "it is no text")
    text = _CONTROLS.sub("", value.replace("\r\n", "\n")).strip()
    if len(text) > _LARGEST[name]:
        raise _unfit(name, f"it has more than {_LARGEST[name]} characters")
    return text


def _trail(rows: Any) -> tuple[Step, ...]:
    if not isinstance(rows, list) or len(rows) > MOST_STEPS:
        raise _unfit("trail", f"it is no list of {MOST_STEPS} steps at most")
    return tuple(map(_step, rows))


def _step(row: Any) -> Step:
    """Read `{"kind": "search" | "page", "words", "url"}`; a page's title may be long and is cut."""
    is_step = isinstance(row, dict) and set(row) == {"kind", "words", "url"}
    if not is_step or not all(isinstance(value, str) for value in row.values()):
        raise _unfit("trail", "a step is not kind, words and url")
    if row["kind"] not in ("search", "page") or (row["kind"] == "page") != (row["url"][:1] == "/"):
        raise _unfit("trail", "a step is neither a search nor a page of the site")
    words, path = (" ".join(_CONTROLS.sub("", row[k]).split()) for k in ("words", "url"))
    return Step(words=words[:200], path=path[:300])


def _unfit(where: str, what: str) -> Refusal:
    return Refusal(400, where, what, "Mend it and send it again")


_SAID = {
    "en": ("Your request is on its way to support.", "You can close this page.",
           "Your request was not sent.", "Go back: what you wrote is still there."),
    "de": ("Ihre Anfrage ist auf dem Weg zum Support.", "Sie können diese Seite schließen.",
           "Ihre Anfrage wurde nicht gesendet.", "Gehen Sie zurück: Ihr Text ist noch da."),
    "fr": ("Votre demande est en route vers l’assistance.", "Vous pouvez fermer cette page.",
           "Votre demande n’a pas été envoyée.", "Revenez en arrière : votre texte est toujours là."),
    "es": ("Su solicitud va camino del soporte.", "Puede cerrar esta página.",
           "Su solicitud no se ha enviado.", "Vuelva atrás: su texto sigue ahí."),
    "pt": ("O seu pedido está a caminho do suporte.", "Pode fechar esta página.",
           "O seu pedido não foi enviado.", "Volte atrás: o seu texto continua lá."),
    "ja": ("お問い合わせを受け付けました。", "このページを閉じてかまいません。",
           "お問い合わせは送信されませんでした。", "前のページに戻ると、入力した内容が残っています。"),
}  # fmt: skip
"""What the answer to a plain form says, by language: that it is on its way, or that it is not."""


def _page(request: Request, told: Refusal | None = None) -> Response:
    """Return the page that a browser without script shows, in the reader's first language."""
    wanted = request.headers.get("accept-language", "")[:2].lower()
    language = wanted if wanted in _SAID else "en"
    said = _SAID[language]
    values = {"language": language, "told": told, "said": said[2:] if told else said[:2]}
    status, headers = (told.status, told.headers) if told else (202, {})
    return page("passed.html", values, status=status, headers=headers)
