"""The weekly word to the team: how it went, and what to do about it, on half a page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from kb.feedback import slack
from kb.feedback.plain import plain
from kb.feedback.worklist import Task, TaskKind, task_json
from kb.measure.figures import figure_json
from kb.measure.report import Report

SCHEMA = "docworthy.digest/1"
"""The `schema` of the digest's JSON form."""

MOST, _MOST_SECRETS = 3, 10
"""How many things of a kind are told."""
_SENTENCE = 400
HEADINGS = (
    (TaskKind.FLAG, "Flagged by the team"),
    (TaskKind.FAILING, "Correct these first"),
    (TaskKind.GAP, "Write these next"),
    (TaskKind.FIND, "Make these easier to find"),
    (TaskKind.REVIEW, "Waiting for review"),
    (TaskKind.STALE, "Check that these still hold"),
)
_CHECK_COLLECTOR = "Check that the site's collector hears us (`kb canary`)."


def digest_markdown(
    report: Report,
    tasks: Sequence[Task],
    *,
    since: datetime,
    until: datetime,
    secrets: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the digest of [since, until) as Markdown: a headline, then a thing to do a line.

    The headline is the explicit deflection with numerator, denominator and interval; at most three
    tasks of a kind follow, in the worklist's order. Titles and topics are escaped.

    Args:
        report: The figures; its own window stands beside the headline.
        tasks: The worklist.
        since: First day the digest is about (aware).
        until: The instant after the last.
        secrets: Ticket and kind of each live secret that came in; they stand before all else.
    """
    lines = [f"# Support articles, {since:%Y-%m-%d} to {until:%Y-%m-%d}", "", headline(report)]
    if secrets:
        lines += ["", "## Have these secrets rotated", "", *map(_secret, secrets[:_MOST_SECRETS])]
        lines += _rest_of_secrets(len(secrets) - _MOST_SECRETS)
    for kind, heading in HEADINGS:
        chosen = [task for task in tasks if task.kind is kind]
        if chosen:
            lines += ["", f"## {heading}", "", *map(_line, chosen[:MOST])]
            lines += _rest(len(chosen) - MOST)
    if not tasks and not secrets and report.events:
        lines += ["", "Nothing waits. Pick a solved ticket and write its article."]
    return "\n".join(lines) + "\n"


def digest_json(
    report: Report,
    tasks: Sequence[Task],
    *,
    since: datetime,
    until: datetime,
    secrets: Sequence[tuple[str, str]] = (),
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
        "live_secrets": [{"ticket": ticket, "kind": kind} for ticket, kind in secrets],
        **{
            kind.value: [task_json(task) for task in tasks if task.kind is kind]
            for kind in TaskKind
        },
    }


def digest_slack(
    report: Report,
    tasks: Sequence[Task],
    *,
    since: datetime,
    until: datetime,
    secrets: Sequence[tuple[str, str]] = (),
    figures: str = "",
) -> dict[str, Any]:
    """Return the same digest as the body of a Slack webhook, in Slack's own marks.

    Args:
        figures: Address of the dashboard, the only link in it; `""` for none.
    """
    parts = [headline(report).replace("**", "*")]
    if secrets:
        told = [_rotate(*map(slack.escaped, seen)) for seen in secrets[:_MOST_SECRETS]]
        parts.append("\n".join(("*Have these secrets rotated*", *told)))
    for kind, heading in HEADINGS:
        chosen = [task for task in tasks if task.kind is kind]
        rest = [f"• {len(chosen) - MOST} more in the worklist"] if len(chosen) > MOST else []
        lines = [f"*{heading}*", *map(_slack_line, chosen[:MOST]), *rest]
        parts.append("\n".join(lines) if chosen else "")
    if figures:
        parts.append(f"<{figures}|Open the figures>")
    title = f"Support articles, {since:%Y-%m-%d} to {until:%Y-%m-%d}"
    return slack.message(title, parts)


def _slack_line(task: Task) -> str:
    title, why, do = (slack.escaped(said) for said in (task.title, task.why, task.do))
    return f"• *{title}*: {do} {why}."


def _rotate(ticket: str, kind: str) -> str:
    return f"• *{ticket}* held a live secret ({kind}): tell its owner to rotate it."


def headline(report: Report) -> str:
    """Return how it went in one sentence of Markdown, with numerator, denominator and interval."""
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


def _secret(seen: tuple[str, str]) -> str:
    ticket, kind = (plain(said, most=_SENTENCE) for said in seen)
    return f"- [ ] **{ticket}** held a live secret ({kind}): tell its owner to rotate it."


def _rest_of_secrets(more: int) -> list[str]:
    return [f"- [ ] {more} more: the dashboard and `kb pull` name them."] if more > 0 else []


def _rest(more: int) -> list[str]:
    return [f"- [ ] Open the worklist for {more} more (`kb feedback`)."] if more > 0 else []
