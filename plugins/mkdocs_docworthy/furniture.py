"""Renders what stands around an article, and the contact form, from templates that escape."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from kb.articles.article import Article
from mkdocs_docworthy import article_page

FORM_MARK = "<!-- docworthy:form -->"
"""Where a page's Markdown says so, the contact form stands."""

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
REASONS = (
    ("missing", "Something is missing"),
    ("inaccurate", "It is not right"),
    ("unclear", "It is hard to understand"),
    ("broken_link", "A link is broken"),
    ("other", "Something else"),
)
"""The closed set of reasons of a `not_solved` event, and how a reader sees each."""


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
class Related:
    """One page beside the article: its title and its address as seen from the article."""

    title: str
    url: str


def mark(place: Place, article: Article | None = None) -> str:
    """Return the container that tells the script where it is."""
    version = article_page.version(article) if article else ""
    return _render("mark.html", place=place, id=article.id if article else "", version=version)


def around(content: str, article: Article, place: Place, related: tuple[Related, ...]) -> str:
    """Return the article's content with applicability below its title, and the rest after it."""
    facts = _render("facts.html", article=article, reviewed=article_page.reviewed(article))
    head, heading, rest = content.partition("</h1>")
    top = f"{head}{heading}\n{facts}{rest}" if heading else f"{facts}{content}"
    after = _render(
        "after.html",
        place=place,
        contact=_from(place.contact, article.id),
        related=related,
        reasons=REASONS,
    )
    return f"{top}\n{after}"


def with_form(content: str, place: Place, action: str) -> str:
    """Return the content with the contact form in place of its mark."""
    form = _render("form.html", place=place, action=action, is_mail=action.startswith("mailto:"))
    return content.replace(FORM_MARK, form, 1).replace(FORM_MARK, "")


def _from(contact: str, article_id: str) -> str:
    if contact.startswith(("mailto:", "tel:")):
        return contact
    return f"{contact}{'&' if '?' in contact else '?'}from={article_id}"


def _render(name: str, **values: object) -> str:
    return _TEMPLATES.get_template(name).render(**values)
