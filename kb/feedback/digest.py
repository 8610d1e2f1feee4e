"""The weekly word to the team: how it went, and what to do about it, on half a page."""

from collections.abc import Sequence
from datetime import datetime

from kb.feedback.plain import plain
from kb.feedback.worklist import Task, TaskKind, task_json
from kb.measure.figures import figure_json
from kb.measure.report import Report

SCHEMA = "docworthy.digest/1"
"""The `schema` of the digest's JSON form."""

_MOST = 3
_SENTENCE = 400
_HEADINGS = (
    (TaskKind.FAILING, "Correct these first"),
    (TaskKind.GAP, "Write these next"),
    (TaskKind.REVIEW, "Waiting for review"),
    (TaskKind.STALE, "Check that these still hold"),
)
_CHECK_COLLECTOR = "Check that the site's collector is reachable (`kb doctor`)."


def digest_markdown(
    report: Report, tasks: Sequence[Task], *, since: datetime, until: datetime
) -> str:
    """Return the digest of [since, until) as Markdown: a headline, then a thing to do a line.

    The headline is the explicit deflection with numerator, denominator and interval; at most three
    tasks of a kind follow, in the worklist's order. Titles and topics are escaped.

    Args:
        report: The figures; its own window stands beside the headline.
        tasks: The worklist.
        since: First day the digest is about (aware).
        until: The instant after the last.
    """
    lines = [f"# Support articles, {since:%Y-%m-%d} to {until:%Y-%m-%d}", "", _headline(report)]
    for kind, heading in _HEADINGS:
        chosen = [task for task in tasks if task.kind is kind]
        if chosen:
            lines += ["", f"## {heading}", "", *map(_line, chosen[:_MOST])]
            lines += _rest(len(chosen) - _MOST)
    if not tasks and report.events:
        lines += ["", "Nothing waits. Pick a solved ticket and write its article."]
    return "\n".join(lines) + "\n"


def digest_json(
    report: Report, tasks: Sequence[Task], *, since: datetime, until: datetime
) -> dict[str, object]:
    """Return the digest as JSON values, schema `docworthy.digest/1`: all tasks, by kind."""
    return {
        "schema": SCHEMA,
        "since": since.isoformat(),
        "until": until.isoformat(),
        "note": report.note,
        "explicit_deflection": figure_json(report.deflection.explicit),
        "confirmed": figure_json(report.deflection.confirmed),
        "pending": report.deflection.pending,
        **{
            kind.value: [task_json(task) for task in tasks if task.kind is kind]
            for kind in TaskKind
        },
    }


def _headline(report: Report) -> str:
    if not report.events:
        return f"**No events arrived:** nothing is known, which is not zero. {_CHECK_COLLECTOR}"
    figure = report.deflection.explicit
    where = f"{figure.since:%Y-%m-%d} to {figure.until:%Y-%m-%d}"
    about = f"{report.deflection.pending} attempts are still pending and not counted."
    counts = f"{figure.numerator} of {figure.denominator} readers' attempts that reached the form"
    solved = f"were solved without a ticket, {where}. {about}"
    if figure.rate is None or figure.low is None or figure.high is None:
        return f"**Too little data for a rate:** {counts} {solved}"
    interval = f"95 % interval {figure.low:.0%} to {figure.high:.0%}"
    return f"**{figure.rate:.0%}** ({interval}): {counts} {solved}"


def _line(task: Task) -> str:
    why, do = (plain(said, most=_SENTENCE) for said in (task.why, task.do))
    return f"- [ ] **{plain(task.title)}**: {why}. {do}"


def _rest(more: int) -> list[str]:
    return [f"- [ ] Open the worklist for {more} more (`kb feedback`)."] if more > 0 else []
