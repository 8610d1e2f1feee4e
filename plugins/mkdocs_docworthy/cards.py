"""An article's card in the catalogue: what other pages tell of it, without the article itself."""

from datetime import date
from typing import Any, NamedTuple

from kb.articles.article import Article, Audience, State
from mkdocs_docworthy import article_page


class Card(NamedTuple):
    """What is known of each article in each build: a plain tuple, as ten thousand are made.

    Attributes:
        summary: The first line of its issue, for lists.
        changed: Day of the last approval.
        mended: Whether it says where the product itself was mended.
    """

    id: str
    title: str
    state: State
    audience: Audience
    lang: str
    products: tuple[str, ...]
    tags: tuple[str, ...]
    translation_of: str
    superseded_by: str
    summary: str
    changed: date | None
    mended: bool

    @property
    def path(self) -> str:
        """Source path of the published article."""
        return f"articles/{self.id}.md"

    def to_row(self) -> list[Any]:
        """Return it as JSON has it."""
        day = self.changed.isoformat() if self.changed else ""
        return [self.id, self.title, self.state, self.audience, self.lang, self.products, self.tags,
                self.translation_of, self.superseded_by, self.summary, day, self.mended]  # fmt: skip


def card_of(article: Article) -> Card:
    """Return the card of an article."""
    return Card(
        id=article.id,
        title=article.title,
        state=article.state,
        audience=article.audience,
        lang=article.lang,
        products=article.products,
        tags=article.tags,
        translation_of=article.translation_of,
        superseded_by=article.superseded_by,
        summary=article_page.summary(article),
        changed=article_page.reviewed(article),
        mended=bool(article.fixed_in),
    )


def from_row(row: list[Any]) -> Card:
    """Return the card that `to_row` made a row of."""
    name, title, state, audience, lang, products, tags, original, after, summary, day, mended = row
    return Card(name, title, _STATES[state], _AUDIENCES[audience], lang, tuple(products),
                tuple(tags), original, after, summary, date.fromisoformat(day) if day else None,
                mended)  # fmt: skip


_STATES = {str(one): one for one in State}
_AUDIENCES = {str(one): one for one in Audience}
"""A look-up: to ask an enumeration by value takes ten times as long, ten thousand times."""
