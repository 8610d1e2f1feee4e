"""Writes what machines read in a page's head: JSON-LD and the page's other forms."""

import html
import json

from kb.articles.article import Article
from mkdocs_docworthy import article_page

_REL = "alternate describedby"
"""Material takes a plain `rel=alternate` for another site, and asks that for its sitemap."""
_TRANSLATED = "alternate "
"""The one word for machines, and not the bare value that Material looks for."""


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
