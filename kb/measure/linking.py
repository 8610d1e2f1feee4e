"""How many solved tickets an article answers, and how many asked what was known already."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from kb.measure.figures import Figure, share
from kb.tickets.ticket import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    """Both shares, over one window."""

    link_rate: Figure
    known_share: Figure


def linking(
    tickets: Iterable[Ticket],
    *,
    answered: Collection[str],
    known: Collection[str],
    new: Collection[str],
    since: datetime,
    until: datetime,
) -> Linking:
    """Return link rate and known share of the tickets solved in [since, until).

    `link_rate = solved tickets that an article answers / solved tickets`;
    `known_share = known / (known + new)`, of those that triage decided: *known* was written down
    before the ticket came, *new* was not (`metrics.md`; KCS, "Analyzing New vs Known"). As
    self-service works, the known share among tickets falls.

    Args:
        answered: Keys of the tickets that an article names, or that were linked to one.
        known: Keys decided known.
        new: Keys decided new, or an update.
    """
    solved = {t.key for t in tickets if t.solved_at and since <= t.solved_at < until}
    old, fresh = len(solved & set(known)), len(solved & set(new))
    linked = len(solved & {*answered, *known})
    return Linking(
        link_rate=share("link_rate", linked, len(solved), since=since, until=until),
        known_share=share("known_share", old, old + fresh, since=since, until=until),
    )
