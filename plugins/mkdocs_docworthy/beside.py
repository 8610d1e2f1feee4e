"""Writes what stands beside the pages for machines: sitemap rows, feed, llms.txt, redirects."""

import html
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

_NEWEST = 50


class Line(NamedTuple):
    """One article as lists name it.

    Attributes:
        url: Its address, relative to the site's root.
        twin: The address of its Markdown.
        changed: Day of the last approval.
    """

    title: str
    summary: str
    url: str
    twin: str
    changed: date | None


def with_pages(sitemap: str, site_url: str, pages: Iterable[tuple[str, date | None]]) -> str:
    """Return MkDocs' sitemap with more pages in it: the address of each, and its day if it has one.

    Without a site address there is none.
    """
    if not site_url or "</urlset>" not in sitemap:
        return sitemap
    rows = "".join(_row(site_url + url, day) for url, day in pages)
    return sitemap.replace("</urlset>", f"{rows}</urlset>")


def feed(title: str, site_url: str, lines: Iterable[Line]) -> str:
    """Return the newest articles as an Atom feed (RFC 4287); the latest day first."""
    dated = [(line.changed, line) for line in lines if line.changed]
    newest = sorted(dated, key=lambda pair: (-pair[0].toordinal(), pair[1].url))[:_NEWEST]
    base = site_url or "urn:docworthy:"
    updated = f"{newest[0][0] if newest else date(1970, 1, 1)}T00:00:00Z"
    entries = "".join(_entry(base, day, line) for day, line in newest)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n'
        f"<title>{_x(title)}</title>\n<id>{_x(base)}</id>\n<updated>{updated}</updated>\n"
        f"<author><name>{_x(title)}</name></author>\n"
        f'<link rel="self" href="{_x(base)}feed.xml"/>\n{entries}</feed>\n'
    )


def llms(title: str, description: str, site_url: str, lines: Iterable[Line]) -> str:
    """Return `llms.txt` (https://llmstxt.org): a list of the articles' Markdown.

    A summary after the colon would read like a value: "Reset the password: ..." is no secret.
    """
    head = f"# {_plain(title)}\n\n" + (f"> {_plain(description)}\n\n" if description else "")
    rows = "".join(f"- [{_plain(line.title)}]({site_url}{line.twin})\n" for line in lines)
    return f"{head}## Articles\n\n{rows}"


def _row(url: str, day: date | None) -> str:
    said = f"<lastmod>{day.isoformat()}</lastmod>" if day else ""
    return f"    <url>\n         <loc>{_x(url)}</loc>\n         {said}\n    </url>\n"


def _entry(base: str, day: date, line: Line) -> str:
    url = _x(base + line.url)
    return (
        f"<entry><title>{_x(line.title)}</title><id>{url}</id>"
        f'<link href="{url}"/><updated>{day.isoformat()}T00:00:00Z</updated>'
        f"<summary>{_x(line.summary)}</summary></entry>\n"
    )


def _plain(words: str) -> str:
    return " ".join(words.replace("[", "(").replace("]", ")").split())


def _x(words: str) -> str:
    shown = words if words.isprintable() else "".join(c for c in words if c.isprintable())
    return html.escape(shown)
