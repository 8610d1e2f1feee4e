"""What people noticed beside the figures: flags, and tickets whose answer was there unfound."""

from kb.articles.library import Library
from kb.articles.lifecycle import open_flags
from kb.capture.triage import Outcome
from kb.config import Config
from kb.feedback.worklist import Noticed
from kb.service.measuring import Measured
from kb.store.store import Store


def noticed(config: Config, store: Store, found: Measured) -> Noticed:
    """Return the open flags, and the known tickets of the window that came after their article."""
    out = {page.id: page.published_at for page in found.pages if page.published_at}
    created = {t.key: t.created_at for t in found.tickets if t.created_at >= found.report.since}
    known = [
        decision
        for decision in store.decisions.current()
        if decision.outcome is Outcome.KNOWN
        and decision.ticket in created
        and decision.article in out
        and created[decision.ticket] > out[decision.article]
    ]
    flags = [
        (article.id, len(open_flags(article)))
        for article in Library(config.docs).shelf().articles
        if open_flags(article)
    ]
    return Noticed(
        flags=tuple(flags),
        known=tuple((decision.article, decision.ticket) for decision in known),
        in_vain=tuple(d.ticket for d in known if d.in_vain),
    )
