"""What is to be done, and what comes first."""

from datetime import timedelta
from typing import Any

import pytest
from measure.moments import DAY, LATER, event, page, read, wrote

from kb.feedback.digest import digest_json, digest_markdown
from kb.feedback.worklist import Task, TaskKind, worklist, worklist_json
from kb.measure.contacts import Contact
from kb.measure.events import Event, Kind
from kb.measure.pages import PageRef
from kb.measure.report import Report, report

NOW = DAY + timedelta(days=20)


def reported(
    events: list[Event], pages: list[PageRef], contacts: list[Contact] | None = None
) -> Report:
    return report(events=events, contacts=contacts or [], pages=pages, since=DAY, now=NOW)


def tasks(
    events: list[Event], pages: list[PageRef], contacts: list[Contact] | None = None
) -> tuple[Task, ...]:
    return worklist(reported(events, pages, contacts), pages)


def votes(kind: Kind, count: int, article: str = "a1") -> list[Event]:
    return [event(kind, n, reader=f"{kind}{n}", article=article) for n in range(count)]


def reads(count: int, article: str, *, first: int = 0) -> list[Event]:
    return [read(article, reader=f"r{first + n}") for n in range(count)]


@pytest.mark.parametrize(
    ("up", "down", "failing"), [(1, 11, True), (0, 9, False), (5, 7, False), (11, 1, False)]
)
def test_votes_make_an_article_fail(up: int, down: int, failing: bool) -> None:
    """Ten votes, and the upper end of the interval under one half; doubt is no verdict."""
    found = tasks([*votes(Kind.SOLVED, up), *votes(Kind.NOT_SOLVED, down)], [page()])
    assert failing == (TaskKind.FAILING in {task.kind for task in found})


def test_readers_who_write_in_make_an_article_fail() -> None:
    """Its readers write in clearly more often than readers of all articles."""
    events = [*reads(12, "a1"), *reads(60, "a2", first=50)]
    contacts = [wrote(300, requester=f"r{n}", ticket=f"d:{n}") for n in range(9)]
    (task,) = tasks(events, [page("a1"), page("a2", "Cache")], contacts)
    assert (task.kind, task.article, task.people) == (TaskKind.FAILING, "a1", 9)
    assert "9 of 12 attempts" in task.why
    assert "Read d:0, d:1, d:2 and 6 more" in task.do


def test_drafts_wait_and_old_articles_are_stale() -> None:
    """In review is to be reviewed; published and long unreviewed is to be checked."""
    old = NOW - timedelta(days=181)
    pages = [
        page("a1", "Waiting", state="in_review", tickets=("d:1", "d:2"), reviewed_at=old),
        page("a2", "Old", reviewed_at=old),
        page("a3", "Fresh", reviewed_at=NOW),
        page("a4", "Archived", state="archived", reviewed_at=old),
    ]
    found = tasks([read("a2")], pages)
    assert [(t.kind, t.article) for t in found] == [(TaskKind.REVIEW, "a1"), (TaskKind.STALE, "a2")]


def test_the_list_is_ranked_by_people() -> None:
    """What touches most people comes first, whatever its kind."""
    seekers = [
        event(Kind.SEARCH, n, reader=f"s{n}", query="export logs", results=0) for n in range(14)
    ]
    recent = [e._replace(at=NOW - timedelta(days=1)) for e in seekers]
    pages = [page(), page("a2", "Waiting", state="in_review", tickets=("d:1",))]
    found = tasks([*recent, *votes(Kind.NOT_SOLVED, 12)], pages)
    assert [(task.kind, task.people) for task in found] == [
        (TaskKind.GAP, 14),
        (TaskKind.FAILING, 12),
        (TaskKind.REVIEW, 1),
    ]


def test_every_task_says_what_to_do_and_why() -> None:
    """A task without a thing to do is no task; its counts say what they are out of."""
    found = tasks(votes(Kind.NOT_SOLVED, 12), [page()])
    assert all(task.do.endswith(".") and task.why for task in found)
    assert found[0].why.startswith("12 of 12 votes")
    form: dict[str, Any] = worklist_json(found)
    assert (form["schema"], len(found)) == ("docworthy.worklist/1", len(form["tasks"]))


def digest(found: Report, todo: tuple[Task, ...]) -> str:
    return digest_markdown(found, todo, since=NOW - timedelta(days=7), until=NOW)


def deflecting(count: int) -> list[Event]:
    forms = [event(Kind.FORM_OPENED, 120, reader=f"r{n}") for n in range(count)]
    return [*reads(count, "a1"), *forms]


def test_the_digest_opens_with_the_interval() -> None:
    """The headline has rate, interval, numerator, denominator, window and what is pending."""
    text = digest(reported(deflecting(12), [page()]), ())
    assert "**100%** (95 % interval 76% to 100%): 12 of 12" in text
    assert "2026-03-02 to 2026-03-22" in text
    assert "0 attempts are still pending" in text


def test_the_digest_says_when_it_knows_too_little() -> None:
    """Too little data is no rate, and no data is no zero."""
    assert "**Too little data for a rate:** 3 of 3" in digest(reported(deflecting(3), [page()]), ())
    silent = digest(reported([], [page()]), ())
    assert "not zero" in silent
    assert "%" not in silent


def test_the_digest_is_short_and_each_line_a_thing_to_do() -> None:
    """Three a kind at most, each a box to tick; titles are escaped."""
    pages = [page(f"a{n}", f"<b>[{n}](http://x)", state="in_review") for n in range(9)]
    found = reported(deflecting(12), pages)
    lines = digest(found, worklist(found, pages)).splitlines()
    boxes = [line for line in lines if line.startswith("- ")]
    assert all(line.startswith("- [ ] ") for line in boxes)
    assert (4, "6 more" in boxes[-1]) == (len(boxes), True)
    assert "&lt;b&gt;\\[0\\]" in boxes[0]


def test_the_digests_json_has_all_tasks() -> None:
    """The JSON form has every task under its kind, and the figures with their parts."""
    pages = [page(f"a{n}", state="in_review") for n in range(9)]
    found = reported(deflecting(12), pages)
    form: dict[str, Any] = digest_json(found, worklist(found, pages), since=DAY, until=NOW)
    assert form["schema"] == "docworthy.digest/1"
    assert len(form["review"]) == 9
    assert form["explicit_deflection"]["denominator"] == 12


def test_the_reports_window_is_unused_after_it() -> None:
    """Measured later, the same facts give the same closed outcomes."""
    early, late = (
        reported(deflecting(12), [page()]),
        report(events=deflecting(12), contacts=[], pages=[page()], since=DAY, now=LATER),
    )
    assert early.deflection.outcomes == late.deflection.outcomes
