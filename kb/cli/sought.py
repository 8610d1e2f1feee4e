"""Did the requester look for it before writing? Joins a ticket to what its reader did on the site."""

from datetime import UTC, date, timedelta
from functools import lru_cache

from kb.articles.library import Library
from kb.config import Config
from kb.measure.refs import page_refs
from kb.measure.report import each_article
from kb.measure.trails import Trail
from kb.store.store import Store
from kb.tickets.ticket import Ticket

LOOK_BACK = timedelta(days=1)
"""What a reader did longer ago had another reason."""


class Sought:
    """What was looked for before tickets came; the days' sheets are read when first asked for."""

    def __init__(self, config: Config, store: Store) -> None:
        self._config, self._store, self._is_folded = config, store, False
        self._trails = lru_cache(maxsize=4)(self._trails_of)

    def in_vain(self, ticket: Ticket, article: str) -> bool:
        """Say whether the requester searched just before, or saw the form's suggestions, without opening it."""
        at = ticket.created_at.astimezone(UTC)
        trails = [
            trail
            for day in {at.date() - LOOK_BACK, at.date()}
            for trail in self._trails(day)
            if trail.reader == ticket.requester and at - LOOK_BACK <= trail.start <= at
        ]
        return any(trail.searches or trail.suggested for trail in trails) and not any(
            article in trail.viewed for trail in trails
        )

    def _trails_of(self, day: date) -> tuple[Trail, ...]:
        if not self._is_folded:
            pages = each_article(page_refs(Library(self._config.docs).shelf().articles))
            self._store.folds.update([(page.id, page.topic) for page in pages])
            self._is_folded = True
        return self._store.folds.sheet(day).trails
