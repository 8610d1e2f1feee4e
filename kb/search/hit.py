"""One result as everybody sees it: the page, its score, the passage, and where to land."""

from dataclasses import dataclass

from kb.search.ranking import Ranked
from kb.search.sheet import Sheet

WIDTH = 180
"""Characters of a passage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One result: what was found, how well, and the passage that says why.

    Attributes:
        url: Address relative to the site's root, with the anchor of the heading that fits.
        path: The Markdown file below `docs/`.
    """

    id: str
    url: str
    path: str
    anchor: str
    title: str
    score: float
    passage: str


def hit_of(found: Ranked, sheet: Sheet) -> Hit:
    """Return the result that a ranked page is."""
    anchor = sheet.anchors[found.line.section] if found.line else ""
    return Hit(
        id=sheet.id,
        url=f"{sheet.url}#{anchor}" if anchor else sheet.url,
        path=sheet.path,
        anchor=anchor,
        title=sheet.title,
        score=round(found.score / 4080, 4),
        passage=short(found.line.text) if found.line else "",
    )


def short(text: str) -> str:
    """Return the text, shortened between two words."""
    return text if len(text) <= WIDTH else text[: WIDTH - 1].rsplit(" ", 1)[0] + "…"
