"""Keeps old addresses alive: a page at each that leads to where the answer is now."""

import html
from collections.abc import Iterable, Mapping

from kb.articles.article import State
from kb.errors import GateError, KbError
from mkdocs_docworthy.cards import Card

_MOST = 20
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Moved</title>
<link rel="canonical" href="{url}">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={url}">
</head>
<body><p>This page has moved: <a href="{url}">{url}</a></p></body>
</html>
"""


def asked(option: Mapping[str, object], cards: Iterable[Card]) -> dict[str, str]:
    """Return source path to source path: the site's own, and articles that another took over."""
    found = {
        card.path: f"articles/{card.superseded_by}.md"
        for card in cards
        if card.state is not State.PUBLISHED and card.superseded_by
    }
    return found | {old: str(new) for old, new in option.items()}


def refusals(wanted: Mapping[str, str], there: Iterable[str]) -> list[KbError]:
    """Return an error for each redirect that leads nowhere or hides a page."""
    pages, found = frozenset(there), list[KbError]()
    for old, new in sorted(wanted.items()):
        if old in pages:
            what = "a redirect stands where a page is"
            found.append(GateError(old, what, "Take the redirect or the page away"))
        elif _end(old, wanted) not in pages:
            what = f"its redirect leads to {new}, which is not on the site"
            todo = "Name a page that is, in mkdocs.yml or in the article's superseded_by"
            found.append(GateError(old, what, todo))
    return found


def ends(wanted: Mapping[str, str]) -> dict[str, str]:
    """Return each old path with the page at the end of its way."""
    return {old: _end(old, wanted) for old in wanted}


def page(url: str) -> str:
    """Return the page that leads to `url`, without any script."""
    return _PAGE.format(url=html.escape(url))


def _end(path: str, wanted: Mapping[str, str]) -> str:
    """Follow the redirects; a ring ends somewhere on itself, where no page is."""
    for _ in range(_MOST):
        if path not in wanted:
            break
        path = wanted[path]
    return path.partition("#")[0]
