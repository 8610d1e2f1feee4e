"""The closed schema: what becomes an event, and what is refused."""

from datetime import timedelta
from typing import Any

import pytest
from measure.moments import DAY, event

from kb.errors import EventError
from kb.measure.events import Event, Kind, once
from kb.measure.terms import Terms
from kb.measure.wire import LARGEST_BATCH, parse_batch
from kb.redaction import Redactor

ID = "7f1a3c9e-58d0-4b7e-9d6c-0a1b2c3d4e5f"


def parse(*rows: object, **batch: object) -> tuple[Event, ...]:
    payload = {"v": 1, "events": list(rows)} | batch
    return parse_batch(payload, at=DAY, reader="r1", terms=Terms(Redactor())).events


def row(**given: Any) -> dict[str, Any]:
    return {"id": ID, "kind": "view"} | given


def test_every_field_arrives() -> None:
    """A full event keeps every field; time and reader are the collector's."""
    (found,) = parse(
        row(kind="search", page="/a/", article="a", version="v", query="a  b", results=0, rank=1)
    )
    assert (
        found.kind,
        found.at,
        found.reader,
        found.query,
        found.results,
        found.rank,
    ) == (Kind.SEARCH, DAY, "r1", "a b", 0, 1)


NO = {"kind": "not_solved", "article": "a", "version": "v"}


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_is_read(kind: Kind) -> None:
    """The wire names every kind by its value."""
    full = row(kind=kind.value, article="a", version="v", query="x", results=1)
    assert [kind] == [found.kind for found in parse(full)]


def test_a_query_is_redacted() -> None:
    """A search term is people's words: it passes redaction."""
    (found,) = parse(row(kind="search", query="mail ada@canary.example", results=0))
    assert "canary" not in found.query


@pytest.mark.parametrize(
    ("where", "wrong"),
    [
        ("/events/0", row(extra=1)),
        ("/events/0", "view"),
        ("/events/0/id", row(id="1")),
        ("/events/0/id", row(id="x" * 36)),
        ("/events/0/kind", row(kind="hover")),
        ("/events/0/kind", row(kind=None)),
        ("/events/0/page", row(page="https://elsewhere/")),
        ("/events/0/page", row(page="/a?name=ada")),
        ("/events/0/page", row(page="/" + "a" * 2000)),
        ("/events/0/article", row(article=3)),
        ("/events/0/article", row(article="a\u0000")),
        ("/events/0/article", row(kind="solved", version="v")),
        ("/events/0/version", row(kind="not_solved", article="a")),
        ("/events/0/query", row(query="q" * 201)),
        ("/events/0/query", row(query="\ud800")),
        ("/events/0/results", row(kind="search", query="x")),
        ("/events/0/results", row(results=-1)),
        ("/events/0/results", row(results=True)),
        ("/events/0/rank", row(rank=0)),
        ("/events/0/rank", row(rank=1.0)),
        ("/events/0/dwell", row(dwell=86_401)),
        ("/events/0/reason", row(reason="bored")),
        ("/events/0/comment", row(comment="it fails")),
        ("/events/0/comment", row(**NO, comment="c" * 1001)),
        ("/events/0/comment", row(**NO, comment=["it fails"])),
    ],
)
def test_what_does_not_fit_is_refused_by_its_pointer(where: str, wrong: object) -> None:
    """Unknown keys, wrong types and too long texts are told by JSON pointer."""
    with pytest.raises(EventError) as refused:
        parse(wrong)
    assert where == refused.value.where


@pytest.mark.parametrize(
    ("where", "payload"),
    [
        ("/", []),
        ("/", {"v": 1, "events": [], "ada@canary.example": 1}),
        ("/v", {"v": 2, "events": [row()]}),
        ("/v", {"v": True, "events": [row()]}),
        ("/events", {"v": 1, "events": []}),
        ("/events", {"v": 1, "events": [row()] * (LARGEST_BATCH + 1)}),
    ],
)
def test_the_batch_itself_is_closed(where: str, payload: object) -> None:
    """Version 1, one to fifty events, and no other key."""
    with pytest.raises(EventError) as refused:
        parse_batch(payload, at=DAY, reader="r1", terms=Terms(Redactor()))
    assert where == refused.value.where


def test_a_comment_is_redacted() -> None:
    """What is written beside a No becomes a comment of its own, without what it may not hold."""
    said = row(**NO, reason="unclear", comment="ask  ada@canary.example about step 2")
    batch = parse_batch({"v": 1, "events": [said]}, at=DAY, reader="r1", terms=Terms(Redactor()))

    (comment,) = batch.comments
    assert ("a", "v", "unclear") == (comment.article, comment.version, comment.reason)
    assert "ask <email-1> about step 2" == comment.text
    assert batch.events[0].id == comment.id


@pytest.mark.parametrize("words", [{}, {"comment": ""}, {"comment": " "}])
def test_no_words_are_no_comment(words: dict[str, str]) -> None:
    """A No without words is an event alone."""
    said = row(**NO, **words)
    batch = parse_batch({"v": 1, "events": [said]}, at=DAY, reader="r1", terms=Terms(Redactor()))

    assert (1, 0) == (len(batch.events), len(batch.comments))


def test_no_error_tells_the_value() -> None:
    """Neither a value nor an unknown key's name stands in the message."""
    for wrong in (row(page="ada@canary.example"), row(**{"ada@canary.example": 1})):
        with pytest.raises(EventError) as refused:
            parse(wrong)
        assert "canary" not in str(refused.value)


def test_a_repeated_id_counts_once() -> None:
    """The same id twice in one batch, in any spelling, is one event."""
    assert len(parse(row(), row(id=ID.upper()))) == 1


def test_a_batch_keeps_its_order() -> None:
    """Events of one batch lie a microsecond apart, so that sorting by time keeps their order."""
    first, second = parse(row(), row(id=ID.replace("7", "0")))
    assert timedelta(microseconds=1) == second.at - first.at
    assert (first, second) == once([second, first])


def test_once_keeps_the_first_arrival() -> None:
    """A resent event keeps the time of its first arrival."""
    first = event(Kind.VIEW, 0)
    late = Event(id=first.id, kind=Kind.VIEW, at=DAY + timedelta(hours=1), reader="r1")
    assert (first,) == once([late, first])
