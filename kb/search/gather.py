"""Reads the docs folder: which files are pages to be found, and what each says."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.articles.approval import Verify, is_approved
from kb.articles.article import Article, Audience, State
from kb.articles.library import Library
from kb.errors import KbError
from kb.search.analysis import data, language_of
from kb.search.front import Front, split, text_of, texts_of
from kb.search.sheet import Sheet, make_sheet

Mark = tuple[int, int]
"""A file's time of change in ns, and its size: when neither changed, it is not read again."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """A page that can be found, and whether it is for everybody: published, public, approved."""

    sheet: Sheet
    public: bool


def marks(docs: Path) -> dict[str, Mark]:
    """Return every Markdown file below `docs` that may be a page; drafts and hidden ones are none."""
    return dict(_walk(str(docs), "")) if docs.is_dir() else {}


def _walk(folder: str, name: str) -> Iterator[tuple[str, Mark]]:
    with os.scandir(folder) as entries:
        for one in entries:
            path = f"{name}{one.name}"
            if one.name.startswith(".") or path == "drafts":
                continue
            if one.is_dir(follow_symlinks=False):
                yield from _walk(one.path, f"{path}/")
            elif one.name.endswith(".md") and one.is_file():
                stat = one.stat()
                yield path, (stat.st_mtime_ns, stat.st_size)


def gather(docs: Path, path: str, verify: Verify | None = None) -> Gathered | None:
    """Read one page; None for an article that is not published, or a file that is gone.

    What lies deeper below `articles/` is no article, and the gate lets no site out with it.

    Args:
        verify: Checks approvals' signatures, where the workspace lists its signers.
    """
    try:
        text = (docs / path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    front, markdown = split(text)
    is_below = path.startswith("articles/") and path != "articles/index.md"
    if is_below and path.count("/") == 1:
        return _article(docs, path, front, markdown, verify)
    return Gathered(_page(path, front, markdown), public=not is_below)


def _article(
    docs: Path, path: str, front: Front, markdown: str, verify: Verify | None
) -> Gathered | None:
    """Return a published article; what the library cannot read is found as a plain page."""
    if _is_unpublished(front):
        return None
    try:
        article = Library(docs).read(docs / path)
    except KbError:
        return Gathered(_page(path, front, markdown), public=False)
    return _published(article, markdown, verify)


def _is_unpublished(front: Front) -> bool:
    said = text_of(front, "state")
    return bool(said) and said != State.PUBLISHED


def of_published(article: Article, text: str) -> Gathered | None:
    """Return an article from its file's text, as `gather` would; None where it is no page.

    Its signatures are not looked at: whoever calls this holds the gate over them.
    """
    front, markdown = split(text)
    return None if _is_unpublished(front) else _published(article, markdown, None)


def _published(article: Article, markdown: str, verify: Verify | None) -> Gathered | None:
    if article.state is not State.PUBLISHED:
        return None
    is_public = article.audience is Audience.PUBLIC and is_approved(article, verify)
    return Gathered(of_article(article, markdown), public=is_public)


def of_article(article: Article, markdown: str) -> Sheet:
    """Return the sheet of an article; its aliases are the customers' own words."""
    return make_sheet(
        path=f"articles/{article.id}.md",
        id=article.id,
        url=f"articles/{article.id}/",
        title=article.title,
        lang=_known(article.lang, f"{article.title}\n{markdown}"),
        markdown=markdown,
        aliases=article.aliases,
        tags=(*article.products, *article.tags),
    )


def _known(code: str, text: str) -> str:
    """Return the language that is meant, as one that has an analysis; else guess it."""
    lang = code[:2].lower()
    return lang if lang in data() else language_of(text)


def _page(path: str, front: Front, markdown: str) -> Sheet:
    heading = next((line[2:] for line in markdown.splitlines() if line.startswith("# ")), "")
    title = text_of(front, "title") or heading or Path(path).stem.replace("-", " ")
    said = (text_of(front, key) for key in ("lang", "language", "locale"))
    lang = next((code for code in said if code), "")
    about = text_of(front, "description")
    return make_sheet(
        path=path,
        url=url_of(path),
        title=title,
        lang=_known(lang, f"{title}\n{markdown}"),
        markdown=f"{about}\n{markdown}" if about else markdown,
        aliases=texts_of(front, "aliases"),
        tags=texts_of(front, "tags"),
    )


def url_of(path: str) -> str:
    """Return the address that MkDocs gives a page, relative to the site's root.

    >>> url_of("guide/index.md"), url_of("guide/ropes.md"), url_of("index.md")
    ('guide/', 'guide/ropes/', '')
    """
    stem = path.removesuffix(".md")
    folder, _, name = stem.rpartition("/")
    if name in ("index", "README"):
        return f"{folder}/" if folder else ""
    return f"{stem}/"
