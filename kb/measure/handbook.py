"""Tells how everything is measured, in the words of the functions that measure it."""

import inspect
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from kb.measure import (
    article_effect,
    attempts,
    crowding,
    definitions,
    deflection,
    effects,
    experiment,
    figures,
    gaps,
    linking,
    savings,
    searches,
    service_levels,
    sla,
    thoughtful,
    trails,
    votes,
)

SECTIONS: tuple[tuple[str, tuple[Callable[..., Any], ...]], ...] = (
    ("Attempts and how they end", (trails.trails, attempts.attempts, crowding.Crowd.lets)),
    (
        "Deflection",
        (deflection.deflection, figures.share, figures.wilson, crowding.addresses_for_a_point),
    ),
    ("Search", (searches.settled_searches, searches.search_figures)),
    ("Helpfulness", (votes.last_votes, votes.helpfulness)),
    ("Gaps", (gaps.gaps,)),
    ("Links", (linking.linking,)),
    (
        "The same traffic in the definitions of others",
        (
            definitions.implicit_success,
            definitions.self_service_ratio,
            definitions.servicenow_confirmed,
            definitions.servicenow_potential,
            definitions.servicexrg_modelled,
            definitions.kapa_form_deflection,
        ),
    ),
    (
        "Cause, not correlation",
        (
            experiment.holdout,
            experiment.arm_of,
            effects.ratio_of_sums,
            article_effect.article_effects,
        ),
    ),
    (
        "The support team",
        (
            service_levels.csat,
            service_levels.first_response,
            thoughtful.is_thoughtful,
            sla.read_sla,
            service_levels.compared,
        ),
    ),
    ("Savings", (savings.savings,)),
)
"""Every function whose docstring is a definition, in the order in which people ask."""

_NAME = re.compile(r"\b[A-Z][A-Z_]{2,}\b")
_SECTION = re.compile(r"\n(?:Args|Returns|Raises|Attributes):.*", re.DOTALL)


def chapters() -> str:
    """Return the definitions as Markdown: a heading a section, a heading a function."""
    parts = []
    for title, functions in SECTIONS:
        parts.append(f"## {title}")
        parts += [f"### `{one.__name__}`\n\n{_words(one)}" for one in functions]
    return "\n\n".join(parts) + "\n"


def _words(function: Callable[..., Any]) -> str:
    """Return a docstring's definition, and the numbers behind the names that it gives them."""
    words = _SECTION.sub("", inspect.getdoc(function) or "").strip()
    known = vars(inspect.getmodule(function))
    numbers = {name: known[name] for name in _NAME.findall(words) if _is_number(known.get(name))}
    if not numbers:
        return words
    told = ", ".join(f"`{name}` is {_number(value)}" for name, value in numbers.items())
    return f"{words}\n\nHere {told}."


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float, timedelta)) and not isinstance(value, bool)


def _number(value: float | timedelta) -> str:
    if not isinstance(value, timedelta):
        return f"{value:,}"
    if value % timedelta(days=1) or not value:
        return f"{value.total_seconds():,.0f} seconds"
    return f"{value.days} days"
