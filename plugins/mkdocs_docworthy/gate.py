"""Decides whether the site may go out: pure functions that return everything that is wrong."""

import posixpath
import re
from collections.abc import Iterable, Mapping

from kb.articles.approval import Verify, lacking
from kb.articles.article import Article, Audience, State
from kb.articles.library import Shelf
from kb.articles.markup import sentences_of
from kb.errors import ArticleError, GateError, KbError

READERS: Mapping[str, frozenset[Audience]] = {
    "public": frozenset({Audience.PUBLIC}),
    "customer": frozenset({Audience.PUBLIC, Audience.CUSTOMER}),
    "internal": frozenset(Audience),
}
"""Which articles the readers of a site may see."""

_UNAPPROVED = (
    "Bring the approved page back from git; or say state: draft in it, move it to drafts/, and let"
    " it be reviewed"
)
_PAGES = (".md", ".markdown", ".mdown", ".mkdn", ".mkd", ".html", ".htm", ".svg")
_LINK = re.compile(r"""(?x) \]\(\s*<?([^)\s>]+) | ^\ {0,3}\[[^\]]+\]:\s*<?(\S+?)>?\s*$
    | (?:href|src)=["']?([^"'\s>]+)""", re.M)  # fmt: skip


def refusals(shelf: Shelf, audience: str, verify: Verify | None = None) -> list[KbError]:
    """Return why the articles may not go out to `audience`: none when they all may.

    Args:
        verify: Checks approvals' signatures, where the workspace lists its signers.
    """
    published = [a for a in shelf.articles if a.state is State.PUBLISHED]
    return [*shelf.broken, *(e for a in published for e in _of_article(a, audience, verify))]


def _of_article(article: Article, audience: str, verify: Verify | None) -> list[KbError]:
    where, found = f"articles/{article.id}.md", list[KbError]()
    if article.audience not in READERS[audience]:
        what = f"it is for the audience {article.audience}, the site is {audience}"
        found.append(GateError(where, what, "Archive it, or build it into a site of that audience"))
    if what := lacking(article, verify):
        found.append(GateError(where, what, _UNAPPROVED))
    return found


def strangers(paths: Iterable[str]) -> list[KbError]:
    """Return an error for each page below `articles/` that the library does not read."""
    return [
        ArticleError(path, "no article of the library lies there", "Move it out of articles/")
        for path in sorted(paths)
        if path.startswith("articles/") and _is_stranger(path)
    ]


def _is_stranger(path: str) -> bool:
    is_article = path.endswith(".md") and path.count("/") == 1
    return path.lower().endswith(_PAGES) and not is_article


def links_to_drafts(path: str, markdown: str, site_url: str = "") -> list[KbError]:
    """Return an error for each link from the page at `path` into `drafts/`; code is not read."""
    if "drafts" not in markdown:
        return []
    prose = sentences_of(markdown)
    return [
        to_a_draft(path)
        for match in _LINK.finditer(prose)
        if _is_draft(path, next(filter(None, match.groups())), site_url)
    ]


def to_a_draft(path: str) -> GateError:
    """Return the error of a page that links into `drafts/`."""
    what = "it links to a draft, which is never on the site"
    return GateError(path, what, "Publish that first, or unlink")


def _is_draft(path: str, link: str, site_url: str) -> bool:
    if site_url and link.startswith(site_url):
        link = f"/{link.removeprefix(site_url).lstrip('/')}"
    if re.match(r"[a-z][a-z0-9+.-]*:|//", link, re.I):
        return False
    whole = posixpath.normpath(posixpath.join("/", posixpath.dirname(path), link))
    return whole.lstrip("/").split("/")[0] == "drafts"
