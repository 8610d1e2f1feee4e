"""An article as far as the figures and the feedback need it."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRef:
    """One article: what it is called, where it stands, and which tickets it answers.

    Attributes:
        id: The article's id, as events name it.
        version: The version that is shown now, as events name it.
        url: Path on the site, e.g. `/articles/proxy-timeouts/`.
        title: As its author wrote it; untrusted where it is rendered.
        tickets: Keys of the tickets it answers.
        state: `draft`, `in_review`, `published` or `archived`.
        topic: Its product area; a change of topic begins a new attempt, `""` never does.
        author: Who wrote it, as the team calls them.
        published_at: When it first went out, None when it has not.
        reviewed_at: When a person last vouched for it, None when unknown.
    """

    id: str
    version: str
    url: str
    title: str
    tickets: tuple[str, ...] = ()
    state: str = "published"
    topic: str = ""
    author: str = ""
    published_at: datetime | None = None
    reviewed_at: datetime | None = None
