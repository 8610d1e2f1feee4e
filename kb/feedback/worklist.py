"""What to do next, ranked by how many people it touches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256

from kb.measure.gaps import Gap, Signal
from kb.measure.pages import PageRef
from kb.measure.readership import Readership
from kb.measure.report import Report

SCHEMA = "docworthy.worklist/1"
"""The `schema` of the worklist's JSON form."""

STALE_AFTER = timedelta(days=180)
"""An article that nobody vouched for since then is looked at again."""


class TaskKind(StrEnum):
    """What kind of thing is to be done."""

    FLAG = "flag"
    FAILING = "failing"
    GAP = "gap"
    FIND = "find"
    REVIEW = "review"
    STALE = "stale"


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """What people noticed, beside what was measured.

    Attributes:
        flags: An article's id and how many flags on it are open.
        known: An article's id and the key of a ticket that it answers, which came after it was
            out: the requester did not find it.
        in_vain: Keys of those tickets whose requester had looked for it on the site.
    """

    flags: tuple[tuple[str, int], ...] = ()
    known: tuple[tuple[str, str], ...] = ()
    in_vain: tuple[str, ...] = ()


NOTHING_NOTICED = Noticed()


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing to do.

    Attributes:
        title: The article's title or the gap's topic; untrusted where it is rendered.
        why: The counts that say so, each with what it is out of.
        do: The thing to do, one imperative sentence.
        article: The article's id, `""` for a gap.
        people: How many readers or requesters it touches; ranks the list.
    """

    kind: TaskKind
    title: str
    why: str
    do: str
    article: str = ""
    people: int = 0

    @property
    def thing(self) -> str:
        """Name what it is about, the same from week to week, however a gap's words are put."""
        about = self.article or " ".join(sorted(self.title.casefold().split()))
        return f"{self.kind.value}-{sha256(about.encode()).hexdigest()[:16]}"


def worklist(
    report: Report,
    articles: Sequence[PageRef],
    *,
    noticed: Noticed = NOTHING_NOTICED,
    stale_after: timedelta = STALE_AFTER,
) -> tuple[Task, ...]:
    """Return the tasks, those that touch most people first; ties by kind, then title.

    - *flag*: somebody of the team said that a published article is wrong.
    - *find*: people asked what an article answers already, after it was out: known, not found.

    - *failing*: the shown version has ten votes or more and even the upper end of its interval is
      under one half; or readers of it write in clearly more often than readers of all articles.
    - *gap*: a topic that readers looked for and did not find.
    - *review*: an article waits for its reviewer; it touches those whose tickets it answers.
    - *stale*: published, and last vouched for longer ago than `stale_after`.
    """
    figures = {row.article: row for row in report.articles}
    shown = [page for page in articles if page.state == "published"]
    tasks = [
        *_failing([figures[p.id] for p in shown if p.id in figures]),
        *_flagged(shown, noticed, figures),
        *(_gap(gap, report) for gap in report.gaps.topics),
        *_not_found(shown, noticed),
        *(_review(page) for page in articles if page.state == "in_review"),
        *_stale(shown, report, figures, stale_after),
    ]
    order = list(TaskKind)
    return tuple(sorted(tasks, key=lambda t: (-t.people, order.index(t.kind), t.title)))


def worklist_json(tasks: Sequence[Task]) -> dict[str, object]:
    """Return the worklist as JSON values, schema `docworthy.worklist/1`, in its order."""
    return {"schema": SCHEMA, "tasks": [task_json(task) for task in tasks]}


def task_json(task: Task) -> dict[str, object]:
    """Return one task as JSON values."""
    return {
        "kind": task.kind.value,
        "title": task.title,
        "why": task.why,
        "do": task.do,
        "article": task.article,
        "people": task.people,
    }


def _failing(rows: Sequence[Readership]) -> Iterator[Task]:
    read = sum(row.wrote_in.denominator for row in rows)
    wrote = sum(row.wrote_in.numerator for row in rows)
    usual = wrote / read if read else 0.0
    for row in rows:
        why = [reason for reason in (_voted_down(row), _written_in(row, usual)) if reason]
        if why:
            yield Task(
                kind=TaskKind.FAILING,
                title=row.title,
                why="; ".join(why),
                do=_repair(row),
                article=row.article,
                people=row.not_solved + row.still_wrote_in,
            )


def _voted_down(row: Readership) -> str:
    votes = row.helpfulness
    if votes is None or votes.upper is None or votes.upper >= 0.5:
        return ""
    return f"{votes.down} of {votes.up + votes.down} votes say it did not solve it"


def _written_in(row: Readership, usual: float) -> str:
    figure = row.wrote_in
    if figure.low is None or figure.low <= usual:
        return ""
    return (
        f"{figure.numerator} of {figure.denominator} attempts that read it ended in a ticket "
        f"({usual:.1%} over all articles)"
    )


def _repair(row: Readership) -> str:
    if not row.tickets:
        return "Ask what is missing, correct it and send it to review."
    return f"Read {_some(row.tickets)}, correct the article and send it to review."


def _flagged(
    shown: Sequence[PageRef], noticed: Noticed, figures: dict[str, Readership]
) -> Iterator[Task]:
    flags = dict(noticed.flags)
    for page in shown:
        if count := flags.get(page.id, 0):
            readers = figures[page.id].readers if page.id in figures else 0
            yield Task(
                kind=TaskKind.FLAG,
                title=page.title,
                why=f"{count} open flag{'' if count == 1 else 's'}; {readers} readers read it",
                do="Correct it and send it to review, or resolve the flag.",
                article=page.id,
                people=max(readers, count),
            )


def _not_found(shown: Sequence[PageRef], noticed: Noticed) -> Iterator[Task]:
    asked: dict[str, list[str]] = {}
    for article, ticket in noticed.known:
        asked.setdefault(article, []).append(ticket)
    for page in shown:
        if tickets := sorted(asked.get(page.id, ())):
            vain = len(set(tickets) & set(noticed.in_vain))
            looked = f"; {vain} of them had looked for it" if vain else ""
            yield Task(
                kind=TaskKind.FIND,
                title=page.title,
                why=f"{len(tickets)} asked what it answers, after it was out ({_some(tickets)}){looked}",
                do="Give it the words that they used, so that it is found.",
                article=page.id,
                people=len(tickets),
            )


def _some(keys: Sequence[str]) -> str:
    more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
    return f"{', '.join(keys[:3])}{more}"


def _gap(gap: Gap, report: Report) -> Task:
    found = dict(gap.signals)
    parts = (
        (found[Signal.ZERO_RESULTS], "found nothing"),
        (found[Signal.NO_CLICK], "opened no result"),
        (found[Signal.MISSING], "said it was missing"),
        (found[Signal.UNANSWERED], "wrote a ticket that no article answers"),
    )
    days = (report.gaps.until - report.gaps.since).days
    said = ", ".join(f"{count} {words}" for count, words in parts if count)
    return Task(
        kind=TaskKind.GAP,
        title=gap.topic,
        why=f"{said}, of {gap.readers} readers in {days} days",
        do="Write an article on it, or give the one that answers it these words.",
        people=gap.readers,
    )


def _review(page: PageRef) -> Task:
    count = len(page.tickets)
    return Task(
        kind=TaskKind.REVIEW,
        title=page.title,
        why=f"waits for review; answers {count} ticket{'' if count == 1 else 's'}",
        do="Review it: approve it or send it back.",
        article=page.id,
        people=count,
    )


def _stale(
    shown: Sequence[PageRef], report: Report, figures: dict[str, Readership], after: timedelta
) -> Iterator[Task]:
    for page in shown:
        if page.reviewed_at and report.until - page.reviewed_at > after:
            readers = figures[page.id].readers if page.id in figures else 0
            days = (report.until - page.reviewed_at).days
            yield Task(
                kind=TaskKind.STALE,
                title=page.title,
                why=f"last reviewed {days} days ago; {readers} readers read it since "
                f"{report.since:%Y-%m-%d}",
                do="Check that it still holds; confirm, correct or archive it.",
                article=page.id,
                people=readers,
            )
