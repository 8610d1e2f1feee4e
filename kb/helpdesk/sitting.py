"""One invented reader's visit to the site, event by event."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from kb.measure.events import Event, Kind
from kb.measure.pages import PageRef
from kb.redaction import NOTHING, SafeText, already_safe


@dataclass(slots=True, kw_only=True)
class Sitting:
    """One reader's half hour: each verb adds the event that the site would send."""

    rng: Random
    reader: str
    start: datetime
    now: datetime
    events: list[Event] = field(default_factory=list)

    def add(
        self,
        kind: Kind,
        page: PageRef | None = None,
        *,
        query: SafeText = NOTHING,
        results: int | None = None,
        rank: int | None = None,
        reason: str = "",
        dwell: int = 0,
        url: str = "/",
        wait: tuple[int, int] = (3, 20),
    ) -> None:
        """Add one event, `wait` seconds after the last and `dwell` seconds of reading later."""
        # The first step is the start itself, so that a planted window closes when it says.
        pause = self.rng.randint(*wait) if self.events else 0
        self.now += timedelta(seconds=pause + dwell)
        self.events.append(
            Event(
                id=str(UUID(int=self.rng.getrandbits(128), version=4)),
                kind=kind,
                at=self.now,
                reader=self.reader,
                page=page.url if page else url,
                article=page.id if page else "",
                version=page.version if page else "",
                query=query,
                results=results,
                rank=rank,
                reason=reason,
                dwell=dwell,
            )
        )

    def find(self, page: PageRef) -> None:
        """Search, open a result and read it."""
        self.look_for(page)
        self.add(Kind.OPEN, page, rank=min(self.rng.randint(1, 6), self.rng.randint(1, 6)))
        self.read(page)

    def look_for(self, page: PageRef) -> None:
        """Search with some of the title's words."""
        words = [w.strip(".,:;!?()`\"'").lower() for w in page.title.split() if len(w) > 2]
        chosen = sorted(self.rng.sample(range(len(words)), min(len(words), 3)))
        query = already_safe(" ".join(words[i] for i in chosen) or page.title)
        self.add(Kind.SEARCH, query=query, results=self.rng.randint(1, 12))

    def read(self, page: PageRef) -> None:
        """Open the article for long enough to read it."""
        self.add(Kind.VIEW, page, dwell=self.rng.randint(20, 240))

    def glance(self, page: PageRef | None = None) -> None:
        """Open a page and leave it again."""
        self.add(Kind.VIEW, page, dwell=self.rng.randint(2, 12))

    def refuse(self, page: PageRef) -> None:
        """Vote that it did not help."""
        self.add(Kind.NOT_SOLVED, page, reason=self.rng.choice(("inaccurate", "unclear", "other")))

    def open_form(self) -> None:
        """Reach the contact form."""
        self.add(Kind.FORM_OPENED, url="/support/")
