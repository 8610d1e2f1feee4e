"""What a reader did on the site: the closed set of events, and how one is read from the wire."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from kb.redaction import NOTHING, SafeText


class Kind(StrEnum):
    """Every kind of event. `collect.js` knows exactly these."""

    VIEW = "view"
    SEARCH = "search"
    OPEN = "open"
    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    FORM_OPENED = "form_opened"
    SUGGESTION_SHOWN = "suggestion_shown"
    SUGGESTION_OPENED = "suggestion_opened"
    FORM_SOLVED = "form_solved"
    TICKET_SUBMITTED = "ticket_submitted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing one reader did.

    Attributes:
        id: UUID made by the browser; a second arrival is counted once.
        at: The collector's own clock, never the browser's.
        reader: Opaque key of the reader: of a day, a window or an account.
        page: Path on the site, e.g. `/articles/proxy-timeouts/`.
        article: The article's id, `""` on other pages.
        version: The article's version as shown, `""` on other pages.
        query: The settled search term, redacted.
        results: How many results the search had; None when it was no search.
        rank: Place of the opened result, from 1.
        reason: Why it did not help: `missing`, `inaccurate`, `unclear`, `broken_link`, `other`.
        dwell: Seconds the page was read, on a `view` that ended; 0 when unknown.
    """

    id: str
    kind: Kind
    at: datetime
    reader: str
    page: str = ""
    article: str = ""
    version: str = ""
    query: SafeText = NOTHING
    results: int | None = None
    rank: int | None = None
    reason: str = ""
    dwell: int = 0
