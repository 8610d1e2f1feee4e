"""Renders what stands around an article, and the contact form, from templates that escape."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined

from kb.articles.article import Article, State
from mkdocs_docworthy import article_page
from mkdocs_docworthy.browse import ALL, BROWSE_MARK, Group, Ways, first_pages
from mkdocs_docworthy.cards import Card
from mkdocs_docworthy.texts import counted

log = logging.getLogger("mkdocs.plugins.docworthy")
FORM_MARK = "<!-- docworthy:form -->"
"""Where a page's Markdown says so, the contact form stands."""

HOME_MARK = "<!-- docworthy:home -->"
"""Where the home page's Markdown says so, the ways in stand; else at its end."""

_HOME_PRODUCTS, _HOME_TOPICS = 12, 24
"""The home page shows those with most articles; the page of all articles shows the others."""

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
REASONS = ("missing", "inaccurate", "unclear", "broken_link", "other")
"""The closed set of reasons of a `not_solved` event."""

Texts = Mapping[str, str]
Address = Callable[[str], str]
"""The address of a source path, as seen from the page that is being made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a page stands: the addresses that its furniture leads to, as seen from the page.

    Attributes:
        service: Address of `kb serve`; `""` when the site sends nothing.
        contact: Address of the contact page.
        root: Relative address of the site's root, with a trailing slash.
    """

    service: str
    contact: str
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """One page to go to: its title, its address as seen from here, its language if it differs."""

    title: str
    url: str
    lang: str = ""


def keep_compiled(compiled: BytecodeCache) -> None:
    """Keep the templates as they were compiled from one build to the next."""
    _TEMPLATES.bytecode_cache = compiled


def mark(place: Place, article_id: str = "", version: str = "", token: str = "") -> str:
    """Return the container that tells the script where it is; `token` signs the page's votes."""
    return _render("mark.html", place=place, id=article_id, version=version, token=token)


def around(
    content: str,
    article: Article,
    place: Place,
    t: Texts,
    *,
    crumbs: tuple[Link, ...],
    related: tuple[Link, ...],
    languages: tuple[Link, ...] = (),
    fixed: str = "",
) -> str:
    """Return the article's content with applicability below its title, and the rest after it.

    `languages` leads to its translations; `fixed` is the release that made it needless for every supported version.
    """
    facts = _render(
        "facts.html",
        article=article,
        verified=article_page.verified(article),
        crumbs=crumbs,
        languages=languages,
        resolution="resolution" if '<h2 id="resolution"' in content else "",
        t=t,
    )
    if fixed:
        facts = f"{_render('fixed.html', release=fixed, t=t)}\n{facts}"
    if article.state is not State.PUBLISHED:
        facts = f"{_render('draft.html', article=article, t=t)}\n{facts}"
    head, heading, rest = content.partition("</h1>")
    top = f"{head}{heading}\n{facts}{_steps(rest)}" if heading else f"{facts}{content}"
    contact = _from(place.contact, article.id)
    after = _render(
        "after.html", place=place, contact=contact, related=related, reasons=REASONS, t=t
    )
    return f"{top}\n{after}"


def with_form(content: str, place: Place, action: str, t: Texts) -> str:
    """Return the content with the contact form in place of its mark."""
    scheme, _, rest = action.partition(":")
    is_mail, mail_to = scheme == "mailto", rest.partition("?")[0]
    if is_mail and not mail_to:
        log.info("The contact form has no address. Set contact_action, or form.to in kb.toml.")
    form = _render("form.html", place=place, action=action, is_mail=is_mail, mail_to=mail_to, t=t)
    return content.replace(FORM_MARK, form, 1).replace(FORM_MARK, "")


def with_search(content: str, t: Texts) -> str:
    """Return the home page's content with the search below its title."""
    head, heading, rest = content.partition("</h1>")
    hero = _render("home.html", t=t)
    return f"{head}{heading}\n{hero}{rest}" if heading else f"{hero}{content}"


def with_entrances(content: str, ways: Ways, t: Texts, url: Address) -> str:
    """Return the content with the ways in at its mark, else at its end."""
    if not ways.articles:
        return content.replace(HOME_MARK, "")
    products, topics = (
        first_pages(ways.products, _HOME_PRODUCTS),
        first_pages(ways.topics, _HOME_TOPICS),
    )
    entrances = _entrances(products, topics, t, url, url(ALL))
    if HOME_MARK in content:
        return content.replace(HOME_MARK, entrances, 1)
    return f"{content}\n{entrances}"


def with_rows(content: str, ways: Ways, group: Group | None, t: Texts, url: Address) -> str:
    """Return a generated page's content with its rows in place of the mark."""
    cards = group.articles if group else ways.articles
    if not cards:
        return content.replace(BROWSE_MARK, f"<p>{t['no_articles']}</p>")
    parts = (
        []
        if group
        else [_entrances(first_pages(ways.products), first_pages(ways.topics), t, url, "")]
    )
    if group or ways.are_few:
        parts.append(_rows(cards, group, t, url))
    return content.replace(BROWSE_MARK, "\n".join(parts), 1)


def _rows(cards: Sequence[Card], group: Group | None, t: Texts, url: Address) -> str:
    """Return a page's articles, with the way back to all and those to the group's other pages."""
    above = (Link(title=t["all_articles"], url=url(ALL)),) if group else ()
    pages = group.pages if group else ()
    return _render(
        "rows.html",
        rows=tuple(_link(card, url) for card in cards),
        count=counted(t, "articles", group.count if group else len(cards)),
        crumbs=above,
        pages=tuple(Link(title=str(number), url=url(path)) for number, path in enumerate(pages, 1)),
        current=str(group.number) if group else "",
        t=t,
    )


def _entrances(
    products: Sequence[Group], topics: Sequence[Group], t: Texts, url: Address, more: str
) -> str:
    cards = [
        {
            "title": group.title,
            "url": url(group.path),
            "count": counted(t, "articles", group.count),
            "first": [_link(card, url) for card in group.articles[:3]],
        }
        for group in products
    ]
    chips = [
        {"title": group.title, "url": url(group.path), "number": group.count} for group in topics
    ]
    return _render(
        "entrances.html",
        products=cards,
        topics=chips,
        anchors=("by-product", "by-topic"),
        more=more,
        t=t,
    )


def _steps(html: str) -> str:
    """Wrap the resolution, always the last section, so that its steps can be told apart."""
    head, heading, rest = html.partition('<h2 id="resolution"')
    if not heading:
        return html
    title, end, body = rest.partition("</h2>")
    return f'{head}{heading}{title}{end}\n<div class="dw-steps">{body}\n</div>'


def _link(card: Card, url: Address) -> Link:
    return Link(title=card.title, url=url(card.path))


def _from(contact: str, article_id: str) -> str:
    if contact.startswith(("mailto:", "tel:")):
        return contact
    return f"{contact}{'&' if '?' in contact else '?'}from={article_id}"


def _render(name: str, **values: object) -> str:
    return _TEMPLATES.get_template(name).render(**values)
