"""The content security policy: what a page may load, and what of a page it stops."""

import base64
import hashlib
import html
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import lru_cache
from urllib.parse import urlsplit

log = logging.getLogger("mkdocs.plugins.docworthy")
_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.S | re.I)
_TYPE = re.compile(r"""\btype=["']?([^"'\s>]+)""", re.I)
_RUNS = {"", "module", "text/javascript", "application/javascript"}
_HEAD = re.compile(r"<head\b[^>]*>(\s*<meta charset=[^>]*>)?", re.I)
_SELF = ("'self'",)
_LOADS = re.compile(
    r"""<(img|script|iframe|video|audio|source|link(?=[^>]*\brel=["']?stylesheet))\b[^>]*?"""
    r"""\s(?:src|href)=["']?((?:https?:)?//[^"'\s>]+)""",
    re.I,
)
"""A tag that loads something from elsewhere as the page opens."""
_DIAGRAM = re.compile(r"""<(?:pre|div) class=["']?mermaid\b""", re.I)
_DRAWS = re.compile(r"""<script\b[^>]*\bsrc=["'][^"']*mermaid""", re.I)
_DRAWN_BY = "https://unpkg.com/mermaid"
"""Where Material has diagrams drawn from, unless the site brings the script itself."""
_DIRECTIVES = {"img": "img-src", "script": "script-src", "iframe": "frame-src", "link": "style-src"}
"""Which directive rules what a tag loads; the others play (https://www.w3.org/TR/CSP3/)."""
_PLAYS = "media-src"
_OURS = ("articles/", "drafts/", "browse/")


@dataclass(frozen=True, slots=True)
class Policy:
    """What every page of a site may load.

    Attributes:
        allowed: The sources of each directive; none where there is no policy.
        own: Origin of the site itself, or `""`.
        told: What was told to be stopped: directive and origin.
    """

    allowed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    own: str = ""
    told: set[tuple[str, str]] = field(default_factory=set)

    def guard(self, where: str, page: str) -> str:
        """Return the page with the policy at the top of its head; its own scripts are let by hash.

        What the policy stops is told, each source once. An article's page loads nothing from
        elsewhere: its pictures are taken out.
        """
        if not self.allowed:
            return page
        if not where.startswith(_OURS):
            self._tell(where, page)
        hashes = dict.fromkeys(
            _hash(match.group(2)) for match in _SCRIPT.finditer(page) if _is_inline(match.group(1))
        )
        said = {**self.allowed, "script-src": (*self.allowed["script-src"], *hashes)}
        content = "; ".join(f"{name} {' '.join(sources)}" for name, sources in said.items())
        meta = f'<meta http-equiv="Content-Security-Policy" content="{html.escape(content)}">'
        return _HEAD.sub(
            lambda head: f"{head.group()}{meta.replace('&#x27;', chr(39))}", page, count=1
        )

    def _tell(self, where: str, page: str) -> None:
        for directive, origin in self.stopped(page):
            if (directive, origin) not in self.told:
                self.told.add((directive, origin))
                log.info(
                    "%s: the policy stops what it loads from %s. Bring it into the docs folder, or "
                    "allow it in mkdocs.yml: docworthy: {policy: {%s: %s}}.",
                    where, origin, directive, origin,
                )  # fmt: skip

    def stopped(self, page: str) -> Iterator[tuple[str, str]]:
        """Yield directive and origin of what the page would load from elsewhere and may not."""
        loads = _LOADS.findall(page)
        if _DIAGRAM.search(page) and not _DRAWS.search(page):
            loads.append(("script", _DRAWN_BY))
        for tag, address in loads:
            directive = _DIRECTIVES.get(tag.lower(), _PLAYS)
            url = html.unescape(address)
            url = f"https:{url}" if url.startswith("//") else url
            origin = "".join(_origin(url))
            sources = self.allowed.get(directive, self.allowed["default-src"])
            if origin != self.own and not any(_lets(source, origin, url) for source in sources):
                yield directive, origin


def policy(option: object, service: str, action: str, site_url: str) -> Policy:
    """Return what a page may load: its own things, the service, and what the site allows besides.

    Args:
        option: Whether there is a policy, or what is allowed besides: by directive, one source or a
            list of them.
        service: Address of `kb serve`, or `""`.
        action: Where the contact form sends.
        site_url: Where the site stands, or `""`.
    """
    if option is False:
        return Policy()
    found: dict[str, tuple[str, ...]] = {
        "default-src": _SELF,
        "script-src": _SELF,
        "style-src": ("'self'", "'unsafe-inline'"),
        "img-src": ("'self'", "data:"),
        "font-src": ("'self'", "data:"),
        "connect-src": (*_SELF, *_origin(service)),
        "form-action": (*_SELF, *_origin(action)),
        "object-src": ("'none'",),
        "base-uri": _SELF,
    }
    for name, sources in option.items() if isinstance(option, Mapping) else ():
        listed = [sources] if isinstance(sources, str) else list(sources)
        found[name] = (*found.get(name, _SELF), *(str(source) for source in listed))
    return Policy(found, "".join(_origin(site_url)))


def _lets(source: str, origin: str, url: str) -> bool:
    """Say whether a source of a directive lets an address: a scheme, a host or a beginning."""
    if source in ("*", f"{origin.partition('://')[0]}:"):
        return True
    whole = source if "://" in source else f"*://{source}"
    return fnmatchcase(origin, whole.rstrip("/")) or url.startswith(source)


def _origin(url: str) -> tuple[str, ...]:
    parts = urlsplit(url)
    if parts.scheme == "mailto":
        return ("mailto:",)
    return (f"{parts.scheme}://{parts.netloc}",) if parts.scheme and parts.netloc else ()


def _is_inline(attributes: str) -> bool:
    kind = _TYPE.search(attributes)
    is_run = (kind.group(1).lower() if kind else "") in _RUNS
    return is_run and re.search(r"\bsrc\s*=", attributes, re.I) is None


@lru_cache(maxsize=512)
def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
