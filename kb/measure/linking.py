"""How many solved tickets an article answers, and how many asked what was known already."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypedDict

from kb.measure.figures import Figure, share
from kb.tickets.ticket import Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class Linking:
    """All shares, over one window.

    Attributes:
        known_not_found: Part of the known share whose article was out when the ticket came.
        known_not_captured: Part of it whose article was not.
        accuracy: Links that people looked at and let stand.
    """

    link_rate: Figure
    known_share: Figure
    known_not_found: Figure
    known_not_captured: Figure
    accuracy: Figure


def linking(
    tickets: Iterable[Ticket],
    *,
    answered: Collection[str],
    known: Mapping[str, datetime | None],
    new: Collection[str],
    judged: Mapping[str, bool],
    since: datetime,
    until: datetime,
) -> Linking:
    """Return link rate, known share and link accuracy of the tickets solved in [since, until).

    `link_rate = solved tickets that an article answers / solved tickets`;
    `known_share = known / (known + new)`, of those that triage decided: *known* was written down
    before the ticket came, *new* was not (KCS, "Analyzing New vs Known"). As
    self-service works, the known share among tickets falls. Its two parts say where to act:
    `known_not_found = known, and the article was out when the ticket came / (known + new)`, work
    for the search; `known_not_captured = known to the team, but no article was out yet /
    (known + new)`, work for the review.
    `link_accuracy = links that stand / links that a person looked at after triage had made them`;
    what people look at is no random sample, and says so.

    Args:
        answered: Keys of the tickets that an article names, or that were linked to one.
        known: Keys decided known, with when their article first went out, None when it has not.
        new: Keys decided new, or an update.
        judged: Keys whose link a person looked at after triage had made it: does it stand?
    """
    solved = {t.key: t for t in tickets if t.solved_at and since <= t.solved_at < until}
    old = [(solved[key], out) for key, out in known.items() if key in solved]
    found = sum(out is not None and out <= ticket.created_at for ticket, out in old)
    looked = [stands for key, stands in judged.items() if key in solved]
    linked = len(solved.keys() & {*answered, *known})
    decided = len(old) + len(solved.keys() & set(new))
    span: _Span = {"since": since, "until": until}
    return Linking(
        link_rate=share("link_rate", linked, len(solved), **span),
        known_share=share("known_share", len(old), decided, **span),
        known_not_found=share("known_not_found", found, decided, **span),
        known_not_captured=share("known_not_captured", len(old) - found, decided, **span),
        accuracy=share(
            "link_accuracy", sum(looked), len(looked), note="of those that people looked at", **span
        ),
    )


class _Span(TypedDict):
    since: datetime
    until: datetime
