"""Writes the pages that nobody has to: the list of all articles, and the way to a person."""

from collections.abc import Callable, Iterable

from kb.articles.article import Article
from mkdocs_docworthy.furniture import FORM_MARK
from mkdocs_docworthy.sanitise import as_text

CONTACT = (
    "# Contact support\n\nTell us what you see and what you tried. "
    f"A person reads it.\n\n{FORM_MARK}\n"
)
"""The contact page of a site that has none of its own."""

_HEAD = "---\nsearch:\n  exclude: true\n---\n\n# All articles\n"


def listing(articles: tuple[Article, ...]) -> str:
    """Return the Markdown of `articles/index.md`: every article by product, then by tag."""
    if not articles:
        return f"{_HEAD}\nThere are no articles yet.\n"
    parts = [_HEAD, *_groups(articles, lambda a: a.products or ("Everything else",), "")]
    if any(article.tags for article in articles):
        parts += _groups(articles, lambda a: a.tags, "Topic: ")
    return "\n".join(parts)


def _groups(
    articles: tuple[Article, ...], names: Callable[[Article], Iterable[str]], prefix: str
) -> list[str]:
    found: dict[str, list[Article]] = {}
    for article in sorted(articles, key=lambda a: (a.title.casefold(), a.id)):
        for name in dict.fromkeys(names(article)):
            found.setdefault(name, []).append(article)
    ordered = sorted(found, key=lambda name: (name == "Everything else", name.casefold(), name))
    return [_group(f"{prefix}{name}", found[name]) for name in ordered]


def _group(name: str, articles: list[Article]) -> str:
    rows = [f"- [{as_text(article.title)}]({article.id}.md)" for article in articles]
    return "\n".join((f"## {as_text(name)}\n", *rows, ""))
