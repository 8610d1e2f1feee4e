"""Renders the team's pages from templates, every value escaped."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse, Response

from kb.articles.headings import heading

HERE = Path(__file__).parent
_PLACEHOLDER = re.compile(r"<[a-z][a-z-]*(?::[a-z0-9-]+)?(?:-\d+)?>")
_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def page(
    template: str,
    values: Mapping[str, object],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return the template as a page that no cache keeps and no other site frames."""
    html = _environment().get_template(template).render({"session": None, **values})
    return HTMLResponse(html, status, headers={**_HEADERS, **(headers or {})})


def framed(html: str) -> Response:
    """Return a previewed page: no script runs in it, nothing is sent, only we may frame it."""
    policy = (
        "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "font-src 'self'; base-uri 'self'; form-action 'none'; frame-ancestors 'self'; "
        "sandbox allow-same-origin"
    )
    own = {"Content-Security-Policy": policy, "X-Frame-Options": "SAMEORIGIN"}
    return HTMLResponse(html, headers={**_HEADERS, **own})


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(HERE / "templates")
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters.update(marked=marked, percent=percent, day=day, heading=heading)
    return environment


def marked(text: str, found: Sequence[str] = ()) -> Markup:
    """Escape `text` and mark each redaction and each of `found`: a reviewer's eye stops there."""
    out, last = Markup(), 0
    values = "|".join(re.escape(value) for value in sorted(found, key=len, reverse=True) if value)
    places = re.compile(f"{_PLACEHOLDER.pattern}|({values})") if values else _PLACEHOLDER
    for match in places.finditer(text):
        kind = "finding" if match.lastindex else "redaction"
        out += escape(text[last : match.start()])
        out += Markup('<mark class="{}">{}</mark>').format(kind, match.group())
        last = match.end()
    return out + escape(text[last:])


def percent(value: float | None) -> str:
    """Return a share as `42 %`, and what is unknown as a dash, never as zero."""
    return "–" if value is None else f"{value:.0%}".replace("%", " %")


def day(value: datetime) -> str:
    """Return the day as `24 Nov 2026`."""
    return f"{value.day} {value:%b %Y}"
