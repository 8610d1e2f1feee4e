"""One result as everybody sees it: the page, its score, the passage, and where to land."""

from collections.abc import Iterable
from dataclasses import dataclass

from kb.search.ranking import Ranked
from kb.search.sheet import Kind, Line, Sheet

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
    line = None if found.line is None else sheet.lines[found.line]
    anchor = sheet.anchors[line.section] if line else ""
    return Hit(
        id=sheet.id,
        url=f"{sheet.url}#{anchor}" if anchor else sheet.url,
        path=sheet.path,
        anchor=anchor,
        title=sheet.title,
        score=round(found.score / 4080, 4),
        passage=passage(found.line, sheet) if found.line is not None else "",
    )


def passage(at: int, sheet: Sheet) -> str:
    """Return the line and its neighbours in its section, as far as there is room.

    What follows comes first, then what stands before. A heading is a landing place of its own: its
    passage is what stands below it.
    """
    line = sheet.lines[at]
    below, above = sheet.lines[at + 1 :], reversed(sheet.lines[:at])
    if line.kind is Kind.HEADING:
        return short(_joined("", below, line, True) or line.text)
    return short(_joined(_joined(line.text, below, line, True), above, line, False))


def _joined(text: str, lines: Iterable[Line], line: Line, after: bool) -> str:
    for one in lines:
        if one.section != line.section or one.kind is not Kind.BODY:
            break
        if text and len(text) + 1 + len(one.text) > WIDTH:
            break
        text = f"{text} {one.text}".strip() if after else f"{one.text} {text}"
    return text


def short(text: str) -> str:
    """Return the text, shortened between two words."""
    return text if len(text) <= WIDTH else text[: WIDTH - 1].rsplit(" ", 1)[0] + "…"
