"""Tests of what one round tells: the digest, cards, and the worklist's issues."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from measure.moments import DAY, event, page, read, wrote

from kb.feedback import slack
from kb.feedback.digest import digest_slack
from kb.feedback.letter import Letter
from kb.feedback.telling import CARD_AFTER, Round, cards, digest, week_of, worklist_letters
from kb.feedback.worklist import Noticed, Task, TaskKind, worklist
from kb.measure.events import Kind
from kb.measure.pages import PageRef
from kb.measure.report import Report, report

NOW = DAY + timedelta(days=40)
EVIL = (
    "<!channel> <https://evil.example|here> @here *x* `y` & www.evil.example https://evil.example"
)
PAGE = page(
    title="Proxy timeouts", tickets=("desk:7", "desk:9", "other:1"), published_at=DAY,
    author="ines@ferrywright.example",
)  # fmt: skip


def reported(pages: list[PageRef], *, now: datetime = NOW, silent: bool = False) -> Report:
    events = [] if silent else [
        event(Kind.FORM_OPENED, 70, reader="r1"), read("a1", reader="r1"), read("a1", reader="r2"),
        event(Kind.SOLVED, 90, reader="r2", article="a1"),
    ]  # fmt: skip
    contacts = [wrote(200, requester="r1", ticket="desk:12")]
    return report(events=events, contacts=contacts, pages=pages, since=DAY, now=now)


def told(**given: Any) -> Round:
    values: dict[str, Any] = {"report": reported([PAGE]), "tasks": (), "pages": (PAGE,)}
    return Round(**{**values, **given})


def task(**given: Any) -> Task:
    values: dict[str, Any] = {"kind": TaskKind.GAP, "title": "export audit log", "why": "9 found "
                              "nothing", "do": "Write an article on it.", "people": 9}  # fmt: skip
    return Task(**{**values, **given})


def slack_text(body: dict[str, Any]) -> str:
    return "\n".join(block["text"]["text"] for block in body["blocks"])


@pytest.mark.parametrize("place", ["slack", "mail"])
def test_once_a_week(place: str) -> None:
    """The digest's key is the ISO week in UTC, so a week has one, whenever and wherever it runs."""
    keys = {
        letter.key
        for hours in range(0, 168, 5)
        for letter in digest(
            told(report=reported([PAGE], now=datetime(2026, 11, 23, 0, tzinfo=UTC)
                                 + timedelta(hours=hours)),
                 to=place, mail_to=("lead@ferrywright.example",))
        )
    }  # fmt: skip

    assert {"digest:2026-W48"} == keys
    assert ("2026-W53", "2026-W53") == (
        week_of(datetime(2026, 12, 31, tzinfo=UTC)), week_of(datetime(2027, 1, 3, tzinfo=UTC)),
    )  # fmt: skip


def test_nowhere_to_tell() -> None:
    """Where nothing is set up, nothing is written."""
    assert () == digest(told())
    assert () == digest(told(to="mail"))


def test_slack_digest_is_short_and_to_do() -> None:
    """A headline with its parts, at most three things of a kind, each with what to do."""
    tasks = [task(title=f"topic {n}") for n in range(5)]
    body = digest_slack(
        reported([PAGE]), tasks, since=DAY, until=NOW, secrets=[("desk:1", "aws key")],
        figures="https://kb.example/team/",
    )  # fmt: skip
    text = slack_text(body)

    assert "Support articles, 2026-03-02 to 2026-04-11" in text
    assert "*Too little data for a rate:* 0 of 1 readers' attempts" in text
    assert 3 == text.count("Write an article on it.")
    assert "2 more in the worklist" in text
    assert "*desk:1* held a live secret (aws key): tell its owner to rotate it." in text
    assert "<https://kb.example/team/|Open the figures>" in text


def test_no_word_of_a_customer_means_anything_in_slack() -> None:
    """Neither mention, link nor mark survives in a topic, in the blocks and in the notification."""
    body = digest_slack(
        reported([PAGE]), [task(title=EVIL, why=EVIL, do=EVIL)], since=DAY, until=NOW
    )
    for text in (slack_text(body), body["text"]):
        assert "<" not in text
        assert "&lt;!channel&gt;" in text
        assert "https://" not in text
        assert "www.evil" not in text
        assert "@here" not in text
        assert "*x*" not in text
    assert all(block["text"].get("verbatim", True) for block in body["blocks"])


def test_slack_limits() -> None:
    """Whatever there is to say fits into Slack's limits, cut between lines."""
    body = slack.message("t" * 500, ["\n".join(["&amp;" * 50] * 40)] * 90)

    assert len(body["blocks"]) <= slack.MOST_BLOCKS
    assert len(body["text"]) <= slack.LONGEST_TEXT
    assert len(body["blocks"][0]["text"]["text"]) <= slack.LONGEST_HEADER
    for block in body["blocks"][1:]:
        assert len(block["text"]["text"]) <= slack.LONGEST_SECTION
        assert "" == block["text"]["text"].replace("&amp;", "").replace("\n", "").strip("…")


def test_a_card_on_each_source_ticket() -> None:
    """Each ticket of the source has its comment, once, and the author has a mail."""
    found = cards(told(to="mail", source="desk"))
    bodies = [json.loads(letter.body) for letter in found]

    assert ["card:a1:desk:7", "card:a1:desk:9", "card:a1:author"] == [one.key for one in found]
    assert ["7", "9"] == [body["ticket"] for body in bodies[:2]]
    assert ["ines@ferrywright.example"] == bodies[2]["to"]
    for body in bodies:
        assert "2 people read it." in body["text"]
        assert "1 of 1 who voted say it solved it." in body["text"]
        assert "1 read it and still wrote in, of 2 attempts" in body["text"]
        assert "What they asked: desk:12" in body["text"]


def test_a_card_where_the_digest_goes() -> None:
    """Without mail the author's card is a message in the channel."""
    (found,) = cards(told(to="slack"))

    assert "ines@\u2060ferrywright.example" in slack_text(json.loads(found.body))


@pytest.mark.parametrize(
    "given",
    [
        {"report": reported([PAGE], now=DAY + CARD_AFTER - timedelta(hours=1))},
        {"report": reported([PAGE], silent=True)},
        {"pages": (replace(PAGE, state="archived"),)},
        {"pages": (replace(PAGE, published_at=None),)},
    ],
    ids=["too young", "silent", "archived", "never out"],
)
def test_no_card_too_early(given: dict[str, Any]) -> None:
    """Nobody is told of what is not out for long enough, or of what nothing is known about."""
    assert () == cards(told(to="mail", source="desk", **given))


def keys_of(letters: tuple[Letter, ...]) -> list[str]:
    return [letter.key for letter in letters]


def test_one_issue_a_thing_over_the_weeks() -> None:
    """New, unchanged, changed, gone, back: a letter for each change, none for none."""
    known: list[str] = []

    def week(*tasks: Task) -> list[dict[str, Any]]:
        letters = worklist_letters(tasks, known)
        assert [] == [key for key in keys_of(letters) if key in known]
        known.extend(keys_of(letters))
        return [json.loads(letter.body) for letter in letters]

    (first,) = week(task())
    assert [] == week(task())
    (changed,) = week(task(why="12 found nothing"))
    (done,) = week()
    assert [] == week()
    (back,) = week(task(why="12 found nothing"))

    assert {first["thing"]} == {one["thing"] for one in (changed, done, back)}
    assert [(False, False), (False, False), (True, False), (False, True)] == [
        (one["done"], one["again"]) for one in (first, changed, done, back)
    ]
    assert "Looked for and not found: export audit log" == first["title"]


def test_a_gap_is_the_same_however_it_is_put() -> None:
    """The order and the case of a topic's words make no new issue."""
    assert task().thing == task(title="Audit log export").thing
    assert task().thing != task(kind=TaskKind.FIND).thing


def test_review_makes_no_issue() -> None:
    """What waits for review is in the queue already."""
    assert () == worklist_letters([task(kind=TaskKind.REVIEW, article="a1")], ())


def test_issue_text_is_plain() -> None:
    """No title becomes markup in an issue."""
    (letter,) = worklist_letters([task(why="<img src=x> [a](https://evil.example) @team")], ())
    text = json.loads(letter.body)["text"]

    assert "<img" not in text
    assert "](" not in text.replace("\\](", "")
    assert "@team" not in text


def test_flags_and_what_is_not_found() -> None:
    """A flag and tickets whose answer was out already are things to do."""
    noticed = Noticed(flags=(("a1", 2),), known=(("a1", "desk:21"), ("a1", "desk:22")))
    found = {t.kind: t for t in worklist(reported([PAGE]), [PAGE], noticed=noticed)}

    assert "2 open flags; 2 readers read it" == found[TaskKind.FLAG].why
    assert "2 asked what it answers, after it was out (desk:21, desk:22)" == (
        found[TaskKind.FIND].why
    )


def test_who_had_looked_for_it_is_told() -> None:
    """Where requesters had searched the site for the article in vain, the task says how many."""
    noticed = Noticed(known=(("a1", "desk:21"), ("a1", "desk:22")), in_vain=("desk:22",))
    (found,) = (t for t in worklist(reported([PAGE]), [PAGE], noticed=noticed)
                if t.kind is TaskKind.FIND)  # fmt: skip

    assert found.why.endswith("(desk:21, desk:22); 1 of them had looked for it")
