"""What can be found: an article or any other page, as weighted fields of text."""

import re
from dataclasses import dataclass
from pathlib import Path

from markdown.extensions.toc import slugify

from kb.articles.article import Article


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One thing to find.

    Attributes:
        id: The article's id, or the page's path below `docs/`.
        url: Its address on the site, relative to the root, e.g. `articles/x/`.
        words: The customers' words: aliases and the issue.
        body: Everything else.
    """

    id: str
    url: str
    title: str
    words: str
    body: str


def of_article(article: Article) -> Page:
    """Return the article as something to find."""
    rest = [text for name, text in article.sections if name != "Issue"]
    return Page(
        id=article.id,
        url=f"articles/{article.id}/",
        title=article.title,
        words="\n".join((*article.aliases, article.section("Issue"))),
        body="\n\n".join((*rest, *article.products, *article.tags)),
    )


def of_docs(docs: Path) -> tuple[Page, ...]:
    """Return every page below `docs` that is not an article: the docs answer questions too."""
    tops = [top for top in docs.glob("*") if top.name not in ("articles", "drafts")]
    found = (path for top in tops for path in (top, *top.rglob("*.md")) if path.suffix == ".md")
    paths = sorted(path for path in found if _is_page(path.relative_to(docs)) and path.is_file())
    return tuple(part for path in paths for part in _of_file(path, docs))


def _is_page(path: Path) -> bool:
    return not any(part.startswith(".") for part in path.parts)


def _of_file(path: Path, docs: Path) -> tuple[Page, ...]:
    """Return a page for each second-level heading: a heading is a landing place."""
    whole = path.read_text(encoding="utf-8", errors="replace")
    text = re.sub(r"\A---\n.*?\n---\n", "", whole, flags=re.S)
    name = path.relative_to(docs)
    front = re.search(r"(?m)^title: *(.+)$", whole[: len(whole) - len(text)])
    first = front or re.search(r"(?m)^# (.+)$", text)
    title = first.group(1).strip("\"'") if first else name.stem
    url = ("" if str(name) == "index.md" else f"{name.with_suffix('')}/").removesuffix("index/")
    parts = re.split(r"(?m)^## (.+)$", text)
    pages = [Page(id=str(name), url=url, title=title, words="", body=parts[0])]
    for heading, body in zip(parts[1::2], parts[2::2], strict=True):
        anchor = slugify(heading, "-")
        part = Page(
            id=f"{name}#{anchor}",
            url=f"{url}#{anchor}",
            title=f"{heading} ({title})",
            words="\n".join(re.findall(r"(?m)^###+ (.+)$", body)),
            body=body,
        )
        pages.append(part)
    return tuple(pages)
