"""The same traffic in the definitions of others, so that a team can reconcile its old figure."""

from collections.abc import Sequence
from datetime import datetime

from kb.measure.attempts import Intent, Outcome
from kb.measure.contacts import Contact
from kb.measure.figures import Figure, share
from kb.measure.tally import Cast, Tally


def implicit_success(tally: Tally, *, since: datetime, until: datetime) -> Figure:
    """Return `(searched and clicked, no contact) / search attempts`, closed: context only.

    Source: SearchUnify's stage 1 (docs.searchunify.com). It says nothing about intent.
    """
    part, whole = tally.others["searched_quiet"], tally.others["searched"]
    note = "no intent; not deflection"
    return share("implicit_success", part, whole, since=since, until=until, note=note)


def self_service_ratio(
    tally: Tally, contacts: Sequence[Contact], *, since: datetime, until: datetime
) -> Figure:
    """Return `distinct eligible readers / distinct requesters`, a ratio without an interval.

    Compatible with Zendesk's self-service score (its article 4408894139930); it mixes units.
    """
    return Figure(
        name="self_service_ratio",
        numerator=len(tally.readers),
        denominator=len({c.requester for c in contacts if since <= c.at < until}),
        since=since,
        until=until,
        note="readers to requesters, as Zendesk counts; not deflection",
    )


def servicenow_confirmed(tally: Tally, *, since: datetime, until: datetime) -> Figure:
    """Return `viewed, no ticket in the window, last said it solved it / attempts that viewed`.

    Source: ServiceNow's "confirmed deflection" (ssa-concepts.md). No intent is asked for.
    """
    part, whole = tally.others["viewed_confirmed"], tally.others["viewed"]
    note = "ServiceNow: confirmed; without intent"
    return share("servicenow_confirmed", part, whole, since=since, until=until, note=note)


def servicenow_potential(tally: Tally, *, since: datetime, until: datetime) -> Figure:
    """Return `viewed, no ticket in the window, cause unclear / attempts that viewed`.

    Source: ServiceNow's "potential deflection", which its cost figure pays out on.
    """
    part, whole = tally.others["viewed_quiet"], tally.others["viewed"]
    note = "ServiceNow: potential; whoever only looked is in it"
    return share("servicenow_potential", part, whole, since=since, until=until, note=note)


def servicexrg_modelled(
    tally: Tally, cast: Cast, window: int, *, since: datetime, until: datetime
) -> Figure:
    """Return `attempts x p(success) x p(intent) x p(no further action) / attempts`, closed ones.

    `modelled_deflections`, after ServiceXRG (servicexrg.com/measure-deflection):
    p(success) = solved / all votes, p(intent) = strong / closed attempts, p(no further) = closed
    attempts without a ticket / closed attempts. Its survey asks for each; ours are what readers
    did, with the numbers in the note. Nothing without ten votes.
    """
    ends = tally.ends[window]
    closed = sum(n for (_, outcome), n in ends.items() if outcome is not Outcome.PENDING)
    strong = sum(n for (i, o), n in ends.items() if i is Intent.STRONG and o is not Outcome.PENDING)
    wrote = sum(n for (_, outcome), n in ends.items() if outcome is Outcome.RECONTACT)
    solved = sum(count for (_, _, up), count in cast.items() if up)
    votes = cast.total()
    if votes < 10 or not closed:
        return share("servicexrg_modelled", 0, 0, since=since, until=until, note="too few votes")
    events = closed * (solved / votes) * (strong / closed) * (1 - wrote / closed)
    note = (
        f"modelled: {solved} of {votes} votes x {strong} of {closed} strong x "
        f"{closed - wrote} of {closed} without a ticket"
    )
    return Figure(
        name="servicexrg_modelled",
        numerator=round(events),
        denominator=closed,
        since=since,
        until=until,
        note=note,
    )


def kapa_form_deflection(tally: Tally, *, since: datetime, until: datetime) -> Figure:
    """Return `saw suggestions and did not send the form / attempts that saw suggestions`.

    Source: Kapa, deflection-rates (docs.kapa.ai). A closed tab counts, an e-mail is not seen.
    """
    part, whole = tally.others["suggested_unsent"], tally.others["suggested"]
    note = "same form only; a closed tab counts"
    return share("kapa_form_deflection", part, whole, since=since, until=until, note=note)


def definitions(
    tally: Tally,
    cast: Cast,
    contacts: Sequence[Contact],
    window: int,
    *,
    since: datetime,
    until: datetime,
) -> tuple[Figure, ...]:
    """Return all of them, in the order of this module.

    Args:
        cast: The tally's votes, see `Tally.cast`.
        window: The length of the window in days.
    """
    span = {"since": since, "until": until}
    return (
        implicit_success(tally, **span),
        self_service_ratio(tally, contacts, **span),
        servicenow_confirmed(tally, **span),
        servicenow_potential(tally, **span),
        servicexrg_modelled(tally, cast, window, **span),
        kapa_form_deflection(tally, **span),
    )
