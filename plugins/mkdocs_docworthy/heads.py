"""Writes what machines read in a page's head: a content security policy, JSON-LD, other forms."""

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

from kb.articles.article import Article
from mkdocs_docworthy import article_page

_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.S | re.I)
_TYPE = re.compile(r"""\btype=["']?([^"'\s>]+)""", re.I)
_RUNS = {"", "module", "text/javascript", "application/javascript"}
_HEAD = re.compile(r"<head\b[^>]*>(\s*<meta charset=[^>]*>)?", re.I)
_SELF = ("'self'",)
_REL = "alternate describedby"
"""Material takes a plain `rel=alternate` for another site, and asks that for its sitemap."""
_TRANSLATED = "alternate "
"""The one word for machines, and not the bare value that Material looks for."""

Policy = Mapping[str, tuple[str, ...]]


def policy(service: str, action: str, more: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Return what a page may load: its own things, the service, and what the site allows besides.

    Args:
        service: Address of `kb serve`, or `""`.
        action: Where the contact form sends.
        more: The option `policy`: a directive, and one source or a list of them.
    """
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
    for name, sources in more.items():
        listed = [sources] if isinstance(sources, str) else list(sources)  # type: ignore[call-overload]
        found[name] = (*found.get(name, _SELF), *(str(source) for source in listed))
    return found


def guarded(page: str, allowed: Policy) -> str:
    """Return the page with the policy at the top of its head; its own scripts are let by hash."""
    hashes = dict.fromkeys(
        _hash(match.group(2)) for match in _SCRIPT.finditer(page) if _is_inline(match.group(1))
    )
    said = {**allowed, "script-src": (*allowed["script-src"], *hashes)}
    content = "; ".join(f"{name} {' '.join(sources)}" for name, sources in said.items())
    meta = f'<meta http-equiv="Content-Security-Policy" content="{html.escape(content)}">'
    return _HEAD.sub(lambda head: f"{head.group()}{meta.replace('&#x27;', chr(39))}", page, count=1)


def with_links(page: str, *parts: str) -> str:
    """Return the page with `parts` at the end of its head."""
    head, end, rest = page.partition("</head>")
    return f"{head}{''.join(parts)}{end}{rest}" if end else page


def named(page: str, search: str) -> str:
    """Return the page with a name for Material's search dialog, which has none of its own."""
    dialog = 'data-md-component="search" role="dialog"'
    return page.replace(dialog, f'{dialog} aria-label="{html.escape(search)}"', 1)


def feed_link(root: str, title: str) -> str:
    """Return the link to the feed."""
    href, said = html.escape(f"{root}feed.xml"), html.escape(title)
    return f'<link rel="{_REL}" type="application/atom+xml" href="{href}" title="{said}">'


def twin_link(url: str) -> str:
    """Return the link to the page's Markdown."""
    return f'<link rel="{_REL}" type="text/markdown" href="{html.escape(url)}">'


def language_link(lang: str, url: str) -> str:
    """Return the link to the page in one of its languages, its own included."""
    href, tag = html.escape(url), html.escape(lang)
    return f'<link rel="{_TRANSLATED}" hreflang="{tag}" href="{href}">'


def structured(article: Article, url: str | None) -> str:
    """Return the article as JSON-LD (https://schema.org/TechArticle): no person stands in it."""
    said: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "TechArticle",
        "headline": article.title,
        "inLanguage": article.lang,
    }
    if day := article_page.reviewed(article):
        said["dateModified"] = day.isoformat()
    if article.products:
        said["about"] = [{"@type": "SoftwareApplication", "name": n} for n in article.products]
    if article.tags:
        said["keywords"] = list(article.tags)
    if url:
        said |= {"url": url, "mainEntityOfPage": url}
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return f'<script type="application/ld+json">{text}</script>'


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
