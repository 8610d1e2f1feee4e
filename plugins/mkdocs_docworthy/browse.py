"""Writes the ways in that nobody has to keep: by product, by topic, all articles, a person."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from markdown.extensions.toc import slugify_unicode

from mkdocs_docworthy.cards import Card
from mkdocs_docworthy.sanitise import as_text

BROWSE_MARK = "<!-- docworthy:browse -->"
"""Where a generated page's rows stand."""

ALL = "articles/index.md"
_MANY = 200
"""So many articles fit on one page for a reader: the list of all goes by product and topic beyond,
that of a product or topic goes on on the next page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The articles of one product or topic, or a part of many, and the page that lists them.

    Attributes:
        path: Source path of the page, e.g. `browse/products/ferry-cli.md`.
        articles: By title.
        count: How many there are on all its pages.
        pages: Source paths of all its pages where one does not hold them; else empty.
    """

    title: str
    path: str
    articles: tuple[Card, ...]
    count: int
    pages: tuple[str, ...] = ()

    @property
    def number(self) -> int:
        """Which of its pages this is, from 1."""
        return self.pages.index(self.path) + 1 if self.pages else 1

    @property
    def heading(self) -> str:
        """The page's title: those of one product's pages differ."""
        return self.title if self.number == 1 else f"{self.title} ({self.number})"


@dataclass(frozen=True, kw_only=True)
class Ways:
    """All the ways in; a product or topic with many articles has several pages, in order."""

    articles: tuple[Card, ...] = ()
    products: tuple[Group, ...] = ()
    topics: tuple[Group, ...] = ()

    @cached_property
    def groups(self) -> Mapping[str, Group]:
        """Each group by its page's source path."""
        return {group.path: group for group in (*self.products, *self.topics)}

    def crumbs(self, products: tuple[str, ...], all_articles: str) -> tuple[tuple[str, str], ...]:
        """Return source path and title of the pages above an article of these products."""
        first = self._by_product.get(products[0]) if products else None
        above = [(first.path, first.title)] if first else []
        return ((ALL, all_articles), *above)

    @cached_property
    def _by_product(self) -> dict[str, Group]:
        return {group.title: group for group in reversed(self.products)}

    @property
    def are_few(self) -> bool:
        """Whether one page may list them all."""
        return len(self.articles) <= _MANY


def ways(cards: Iterable[Card], else_name: str) -> Ways:
    """Return the ways to articles; those without a product stand under `else_name`, last."""
    ordered = tuple(sorted(cards, key=lambda card: (_in_order(card.title), card.id)))
    products = _groups(ordered, lambda card: card.products, "products")
    rest = tuple(card for card in ordered if not card.products)
    if rest:
        products += tuple(_pages(else_name, "browse/products/-", rest))
    topics = _groups(ordered, lambda card: card.tags, "topics")
    return Ways(articles=ordered, products=products, topics=topics)


def first_pages(groups: Iterable[Group], at_most: int | None = None) -> tuple[Group, ...]:
    """Return the first page of each product or topic: of those with most articles, but in order."""
    firsts = tuple(group for group in groups if group.number == 1)
    most = sorted(firsts, key=lambda group: -group.count)[:at_most]
    shown = {group.path for group in most}
    return tuple(group for group in firsts if group.path in shown)


def page_of(title: str) -> str:
    """Return the Markdown of a page that lists articles; the rows come in as HTML."""
    return f"---\nsearch:\n  exclude: true\n---\n\n# {as_text(title)}\n\n{BROWSE_MARK}\n"


def contact_page(title: str, mark: str) -> str:
    """Return the Markdown of the contact page of a site that has none of its own."""
    return f"# {as_text(title)}\n\n{mark}\n"


def _groups(
    cards: tuple[Card, ...], names: Callable[[Card], Iterable[str]], folder: str
) -> tuple[Group, ...]:
    found: dict[str, list[Card]] = {}
    for card in cards:
        for name in dict.fromkeys(names(card)):
            found.setdefault(name, []).append(card)
    taken: set[str] = set()
    return tuple(
        page
        for name in sorted(found, key=lambda name: (_in_order(name), name))
        for page in _pages(name, f"browse/{folder}/{_free(name, taken)}", found[name])
    )


def _in_order(title: str) -> str:
    """Return what a title is sorted by: 9 stands before 10."""
    return re.sub(r"\d+", lambda number: number.group().zfill(12), title.casefold())


def _pages(title: str, place: str, articles: Sequence[Card]) -> Iterator[Group]:
    """Yield the pages of one product or topic: the second of `place` is `place/2.md`."""
    parts = [articles[at : at + _MANY] for at in range(0, len(articles), _MANY)]
    paths = (f"{place}.md", *(f"{place}/{number}.md" for number in range(2, len(parts) + 1)))
    for path, part in zip(paths, parts, strict=True):
        yield Group(
            title=title,
            path=path,
            articles=tuple(part),
            count=len(articles),
            pages=paths if len(parts) > 1 else (),
        )


def _free(name: str, taken: set[str]) -> str:
    """Return an address for `name` that no other name has; the first by name keeps its own."""
    words = re.sub(r"[\W_]+", " ", name)
    slug = slugify_unicode(words, "-")[:60].strip("-") or "x"
    number, found = 1, slug if slug != "index" else "index-1"
    while found in taken:
        number += 1
        found = f"{slug}-{number}"
    taken.add(found)
    return found
