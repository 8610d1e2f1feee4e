"""The stable JSON form of the report: a field may be added to it, none changes its meaning."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta

from kb.measure.attempts import Outcome
from kb.measure.crowding import addresses_for_a_point
from kb.measure.effects import effect_json
from kb.measure.figures import figure_json
from kb.measure.gaps import Gap, Gaps
from kb.measure.readership import Readership
from kb.measure.report import Report
from kb.measure.searches import SearchFigures
from kb.measure.service_levels import Csat, FirstResponse
from kb.measure.votes import Helpfulness

SCHEMA = "docworthy.metrics/1"
"""The `schema` of the JSON form."""


def to_json(found: Report) -> dict[str, object]:
    """Return the report as JSON values, schema `docworthy.metrics/1`; no reader's key is in it."""
    return {
        "schema": SCHEMA,
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "window_days": found.window / timedelta(days=1),
        "note": found.note,
        "events": found.events,
        "attempts": found.attempts,
        "outcomes": _counts(found.deflection.outcomes),
        "outcomes_strong_intent": _counts(found.deflection.strong),
        "explicit_deflection": figure_json(found.deflection.explicit),
        "addresses_for_a_point": addresses_for_a_point(found.deflection.explicit),
        "confirmed": figure_json(found.deflection.confirmed),
        "deflection_by_window": [
            {"days": days, "figure": figure_json(figure)} for days, figure in found.by_window
        ],
        "implicit_success": figure_json(found.implicit_success),
        "self_service_ratio": figure_json(found.self_service_ratio),
        "searches": _searches_json(found.searches),
        "csat": _csat_json(found.csat),
        "first_response": _first_response_json(found.first_response),
        "gaps": _gaps_json(found.gaps),
        "articles": [_article_json(article) for article in found.articles],
        "helpfulness": [_helpfulness_json(h) for h in found.helpfulness],
        "canaries": found.canaries,
        "definitions_of_others": [figure_json(figure) for figure in found.others],
        "holdout": effect_json(found.holdout) if found.holdout else None,
        "article_effects": [effect_json(effect) for effect in found.effects],
        "by_article": [effect_json(effect) for effect in found.by_article],
        "link_rate": figure_json(found.linking.link_rate),
        "known_share": figure_json(found.linking.known_share),
        "known_not_found": figure_json(found.linking.known_not_found),
        "known_not_captured": figure_json(found.linking.known_not_captured),
        "link_accuracy": figure_json(found.linking.accuracy),
        "savings": asdict(found.savings) if found.savings else None,
    }


def _counts(outcomes: Sequence[tuple[Outcome, int]]) -> dict[str, int]:
    return {outcome.value: count for outcome, count in outcomes}


def _searches_json(figures: SearchFigures) -> dict[str, object]:
    return {
        "zero_result_rate": figure_json(figures.zero_result_rate),
        "no_click_rate": figure_json(figures.no_click_rate),
        "search_success": figure_json(figures.search_success),
    }


def _csat_json(found: Csat) -> dict[str, object]:
    return {
        "rating": figure_json(found.rating),
        "response_rate": figure_json(found.response_rate),
        "coverage": figure_json(found.coverage),
    }


def _first_response_json(found: FirstResponse) -> dict[str, object]:
    return {
        "attainment": figure_json(found.attainment),
        "not_due": found.not_due,
        "without_target": found.without_target,
        "acknowledged": found.acknowledged,
    }


def _gaps_json(found: Gaps) -> dict[str, object]:
    return {
        "since": found.since.isoformat(),
        "until": found.until.isoformat(),
        "fewest_readers": found.k,
        "topics": [_gap_json(gap) for gap in found.topics],
        "other_topics": found.other_topics,
        "other_readers": found.other_readers,
    }


def _gap_json(gap: Gap) -> dict[str, object]:
    signals = {signal.value: count for signal, count in gap.signals}
    return {"topic": gap.topic, "score": gap.score, "readers": gap.readers, **signals}


def _article_json(row: Readership) -> dict[str, object]:
    return {
        "article": row.article,
        "title": row.title,
        "version": row.version,
        "views": row.views,
        "readers": row.readers,
        "solved": row.solved,
        "not_solved": row.not_solved,
        "still_wrote_in": row.still_wrote_in,
        "still_wrote_in_rate": figure_json(row.wrote_in),
        "tickets": list(row.tickets),
        "credit": round(row.credit, 3),
        "helpfulness": _helpfulness_json(row.helpfulness) if row.helpfulness else None,
    }


def _helpfulness_json(row: Helpfulness) -> dict[str, object]:
    return {
        "article": row.article,
        "version": row.version,
        "up": row.up,
        "down": row.down,
        "lower": row.lower,
        "upper": row.upper,
    }
