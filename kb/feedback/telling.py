"""Makes the letters of one round: the week's digest, cards that are due, and the worklist."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from kb.feedback import slack
from kb.feedback.desks import comment
from kb.feedback.digest import digest_markdown, digest_slack
from kb.feedback.impact import card_text
from kb.feedback.letter import Letter
from kb.feedback.mail import mail
from kb.feedback.plain import plain
from kb.feedback.trackers import issue
from kb.feedback.worklist import Task, TaskKind
from kb.measure.pages import PageRef
from kb.measure.report import Report

CARD_AFTER = timedelta(days=28)
"""An article has been out so long before anybody is told what it did."""

__all__ = ["CARD_AFTER", "Round", "cards", "digest", "week_of", "worklist_letters"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round is about.

    Attributes:
        tasks: The worklist.
        pages: The articles.
        secrets: Ticket and kind of each live secret.
        to: Where digest and authors' cards go: `slack`, `mail` or `""`.
        mail_to: Who gets the digest by mail.
        figures: Address of the dashboard, `""` when it has none that people reach.
        source: Name of the tickets' source, `""` where it takes no internal comments.
    """

    report: Report
    tasks: Sequence[Task]
    pages: Sequence[PageRef]
    secrets: Sequence[tuple[str, str]] = ()
    to: str = ""
    mail_to: tuple[str, ...] = ()
    figures: str = ""
    source: str = ""


def week_of(at: datetime) -> str:
    """Return the ISO week in UTC, e.g. `2026-W48`."""
    year, week, _ = at.astimezone(UTC).isocalendar()
    return f"{year}-W{week:02}"


def digest(told: Round) -> tuple[Letter, ...]:
    """Return the digest of the week; its key is the week's, so that it goes out once."""
    report, key = told.report, f"digest:{week_of(told.report.until)}"
    span = {"since": report.since, "until": report.until}
    if told.to == slack.DESTINATION:
        body = digest_slack(report, told.tasks, **span, secrets=told.secrets, figures=told.figures)
        return (Letter(key=key, destination=slack.DESTINATION, body=json.dumps(body)),)
    if told.to == "mail" and told.mail_to:
        text = digest_markdown(report, told.tasks, **span, secrets=told.secrets)
        subject = text.partition("\n")[0].lstrip("# ")
        return (mail(key, subject=subject, text=text, to=told.mail_to),)
    return ()


def cards(told: Round) -> tuple[Letter, ...]:
    """Return a card for each source ticket and author of what has been out for `CARD_AFTER`.

    None while no events arrive: then nothing is known about readers.
    """
    report = told.report
    if not report.events:
        return ()
    rows = {row.article: row for row in report.articles}
    due = [
        page for page in told.pages
        if page.state == "published" and page.id in rows and page.published_at
        and page.published_at + CARD_AFTER <= report.until
    ]  # fmt: skip
    return tuple(
        letter for page in due for letter in _card(page, card_text(page, rows[page.id]), told)
    )


def _card(page: PageRef, text: str, told: Round) -> Iterable[Letter]:
    for key in page.tickets:
        source, _, ticket = key.partition(":")
        if told.source and source == told.source:
            yield comment(f"card:{page.id}:{key}", ticket=ticket, text=text)
    key, subject = f"card:{page.id}:author", "What your article did"
    if told.to == "mail" and "@" in page.author:
        yield mail(key, subject=subject, text=text, to=(page.author,))
    elif told.to == slack.DESTINATION and page.author:
        parts = [f"For {slack.escaped(page.author)}", *map(slack.escaped, text.split("\n"))]
        body = slack.message("What an article did", ["\n".join(parts)])
        yield Letter(key=key, destination=slack.DESTINATION, body=json.dumps(body))


def worklist_letters(tasks: Sequence[Task], known: Iterable[str]) -> tuple[Letter, ...]:
    """Return what brings the issues to the worklist's state, given the letters that ever went.

    One issue a thing. A letter's key is `worklist:<thing>:<how many before>:<state>`, so the same
    state in a row is one letter, whoever asks for it; what is no longer in the list is done.
    Waiting for review is the queue's own matter and makes no issue.

    Args:
        tasks: The worklist.
        known: Keys of all letters whose key begins with `worklist:`, oldest first.
    """
    went: dict[str, list[str]] = {}
    for key in known:
        _, thing, _, state = key.split(":")
        went.setdefault(thing, []).append(state)
    now = {task.thing: task for task in tasks if task.kind is not TaskKind.REVIEW}
    letters = [_changed(task, went.get(thing, [])) for thing, task in now.items()]
    gone = [(thing, states) for thing, states in went.items() if thing not in now]
    letters += [_done(thing, states) for thing, states in gone]
    return tuple(letter for letter in letters if letter)


def _changed(task: Task, states: Sequence[str]) -> Letter | None:
    text = (
        f"{plain(task.do, most=600)}\n\n{plain(task.why, most=600)}.\n\n"
        "Closed by itself when it is done. Close it yourself, and it stays closed."
    )
    title = f"{_TITLES[task.kind]}: {' '.join(task.title.split())}"
    state = sha256(f"{title}\n{text}".encode()).hexdigest()[:12]
    if states and states[-1] == state:
        return None
    again = bool(states) and states[-1] == "done"
    key = f"worklist:{task.thing}:{len(states)}:{state}"
    return issue(key, thing=task.thing, title=title, text=text, again=again)


def _done(thing: str, states: Sequence[str]) -> Letter | None:
    if states[-1] == "done":
        return None
    return issue(f"worklist:{thing}:{len(states)}:done", thing=thing, title="", text="", done=True)


_TITLES = {
    TaskKind.FLAG: "Flagged",
    TaskKind.FAILING: "Read, and still wrote in",
    TaskKind.GAP: "Looked for and not found",
    TaskKind.FIND: "Known, but not found",
    TaskKind.REVIEW: "Waits for review",
    TaskKind.STALE: "Not checked for long",
}
