"""An index in memory: for matching a ticket, and for the pages beside an article."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence

from kb.search import ranking
from kb.search.hit import Hit, hit_of
from kb.search.lines import Lines, lines_of
from kb.search.page import Page
from kb.search.ranking import Row
from kb.search.sheet import Kind, Line, Sheet, make_sheet


class Held:
    """Sheets in memory, as the ranking asks for them; a sheet's number is its place."""

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        self._sheets = sheets
        self._lines = [lines_of(sheet) for sheet in sheets]
        found = [ranking.counts(lines) for lines in self._lines]
        pivot = ranking.pivots(ranking.lengths(one) for one in found)
        self.scale = ranking.scale(len(sheets))
        postings = defaultdict[str, list[tuple[int, int]]](list)
        for number, one in enumerate(found):
            for term, impact in ranking.impacts(one, pivot).items():
                postings[term].append((number, impact))
        rows = ((term, ranking.row(rows, self.scale)) for term, rows in postings.items())
        self._rows = {term: row for term, row in rows if row}
        self.languages = tuple(sorted({sheet.lang for sheet in sheets}))

    def expect(self, terms: Iterable[str] = (), numbers: Iterable[int] = ()) -> None:
        """Do nothing: it is all at hand."""

    def row(self, term: str) -> Row | None:
        """Return the term's pages."""
        return self._rows.get(term)

    def near(self, first: str) -> list[str]:
        """Return the known words that begin with a letter."""
        return [term for term in self._rows if term[0] == first and term.isalpha()]

    def lines(self, number: int) -> Lines:
        """Return what a page's lines say."""
        return self._lines[number]

    def sheet(self, number: int) -> Sheet:
        """Return a page."""
        return self._sheets[number]


class Index:
    """An index over pages, in memory; made anew when the pages change."""

    def __init__(self, pages: tuple[Page, ...]) -> None:
        self._pages = {page.id: page for page in pages}
        self._held = Held([_sheet(page) for page in self._pages.values()])

    def search(self, query: str, *, limit: int = 10) -> tuple[Hit, ...]:
        """Return the best pages for `query`; any of its words may be missing.

        The query is words, never syntax: whatever a customer pastes is looked up as it is.
        """
        found = ranking.rank(query, self._held, limit)
        return tuple(hit_of(one, self._held.sheet(one.number)) for one in found)

    def terms(self, text: str) -> tuple[str, ...]:
        """Return the terms of `text` as they are indexed, each once, in order."""
        from kb.search.analysis import analysis, tokens

        how = analysis("en")
        return tuple(dict.fromkeys(term for token in tokens(text) for term in how.terms(token)))

    def page(self, page_id: str) -> Page:
        """Return the page with this id."""
        return self._pages[page_id]

    def text_of(self, page_id: str) -> str:
        """Return the page's text."""
        page = self._pages[page_id]
        return f"{page.title}\n{page.words}\n{page.body}"

    def weight(self, term: str) -> float:
        """Return the term's inverse document frequency, `ln((N + 1) / (n + 0.5))`."""
        row = self._held.row(term)
        return math.log((len(self._pages) + 1) / ((row.pages if row else 0) + 0.5))


def _sheet(page: Page) -> Sheet:
    made = make_sheet(path=page.id, url=page.url, title=page.title, lang="en", markdown=page.body)
    words = make_sheet(path="", url="", title="", lang="en", markdown=page.words).lines[1:]
    said = tuple(Line(Kind.HEADING, 0, line.text) for line in words)
    return Sheet(path=page.id, id=page.id, url=page.url, title=made.title, lang="en",
                 anchors=made.anchors, lines=(made.lines[0], *said, *made.lines[1:]))  # fmt: skip
