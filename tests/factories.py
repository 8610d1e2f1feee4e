"""Makes the nouns for tests: keyword overrides, sensible rest, all of it invented."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kb.articles.approval import digest
from kb.articles.article import Article, Change, Risk, State, Verb
from kb.articles.lifecycle import move
from kb.measure.events import Event, Kind
from kb.redaction import already_safe
from kb.tickets.ticket import Message, Role, Satisfaction, Status, Ticket

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
AUTHOR = "mara.lind@ferrywright.example"
REVIEWER = "tove.aas@ferrywright.example"
SECOND_REVIEWER = "idris.okoro@ferrywright.example"


def later(minutes: int) -> datetime:
    """Return so many minutes after `AT`."""
    return AT + timedelta(minutes=minutes)


def make_article(*, by: str = AUTHOR, **overrides: Any) -> Article:
    """Return a draft that meets the whole content standard, drafted by `by`."""
    values: dict[str, Any] = {
        "id": "proxy-timeouts-1042",
        "title": "Deploys time out behind a proxy",
        "products": ("Ferry",),
        "versions": ("4.2",),
        "tags": ("network",),
        "aliases": ("deploy hangs at 99 percent",),
        "tickets": ("helpdesk:1042",),
        "review_by": "2027-06-01",
        "sections": (
            ("Issue", "A deploy stops after 60 seconds with `FW-504`."),
            ("Environment", "- Ferry 4.2\n- nginx"),
            ("Cause", "The proxy closes a connection that is idle for 60 seconds."),
            ("Resolution", "1. Set `proxy_read_timeout 600s`.\n\n2. Reload nginx."),
        ),
    }
    article = Article(**{**values, **overrides})
    if "history" in overrides:
        return article
    born = Change(verb=Verb.DRAFT, by=by, at=AT, digest=digest(article))
    return replace(article, history=(born,))


def submitted(article: Article | None = None, *, by: str = AUTHOR) -> Article:
    """Return the article in review, submitted by `by`."""
    return move(article or make_article(), Verb.SUBMIT, by=by, at=later(10))


def approved(article: Article | None = None, *, by: str = REVIEWER) -> Article:
    """Return the article in review with as many approvals as its risk needs."""
    article = move(submitted(article), Verb.APPROVE, by=by, at=later(20))
    if article.risk is Risk.HIGH:
        article = move(article, Verb.APPROVE, by=SECOND_REVIEWER, at=later(25))
    return article


def published(article: Article | None = None) -> Article:
    """Return the article published."""
    return move(approved(article), Verb.PUBLISH, by=REVIEWER, at=later(30))


def archived(article: Article | None = None) -> Article:
    """Return the article archived after it was published."""
    return move(published(article), Verb.ARCHIVE, by=REVIEWER, at=later(40))


def make_message(
    body: str = "Set `proxy_read_timeout 600s` and reload nginx.", **overrides: Any
) -> Message:
    """Return an agent's public message."""
    values: dict[str, Any] = {
        "id": "m1",
        "role": Role.AGENT,
        "author": "a" * 32,
        "public": True,
        "body": already_safe(body),
        "created_at": AT,
    }
    return Message(**{**values, **overrides})


def make_thread(*said: tuple[Role, str] | tuple[Role, str, bool]) -> tuple[Message, ...]:
    """Return one message for each `(role, body)` or `(role, body, public)`, ids `m0`, `m1`, ..."""
    return tuple(
        make_message(
            row[1],
            id=f"m{number}",
            role=row[0],
            author=("b" if row[0] is Role.REQUESTER else "a") * 32,
            public=row[2] if len(row) == 3 else True,
            created_at=later(number),
        )
        for number, row in enumerate(said)
    )


def make_ticket(**overrides: Any) -> Ticket:
    """Return a solved doc-worthy ticket with a confirmed fix in it."""
    values: dict[str, Any] = {
        "key": "helpdesk:1042",
        "subject": already_safe("Deploys time out behind our proxy"),
        "status": Status.SOLVED,
        "tags": ("doc-worthy", "network"),
        "messages": make_thread(
            (Role.REQUESTER, "Every deploy stops after 60 seconds with `FW-504`."),
            (Role.AGENT, "Your proxy closes idle connections. Set `proxy_read_timeout 600s`."),
            (Role.AGENT, "The customer sounds annoyed, be quick.", False),
            (Role.REQUESTER, "That worked, deploys are green again."),
        ),
        "requester": "b" * 32,
        "created_at": AT,
        "updated_at": later(60),
        "solved_at": later(60),
        "fields": (("product", already_safe("Ferry")), ("version", already_safe("4.2"))),
        "plan": "team",
        "severity": 2,
        "channel": "form",
        "satisfaction": Satisfaction.GOOD,
    }
    return Ticket(**{**values, **overrides})


def make_event(number: int = 1, **overrides: Any) -> Event:
    """Return a view; `number` makes its id and its minute."""
    values: dict[str, Any] = {
        "id": str(UUID(int=number)),
        "kind": Kind.VIEW,
        "at": later(number),
        "reader": "c" * 32,
        "page": "/articles/proxy-timeouts-1042/",
        "article": "proxy-timeouts-1042",
        "version": "sha256:0",
    }
    return Event(**{**values, **overrides})


def make_raw(number: int = 1042, **overrides: Any) -> dict[str, Any]:
    """Return a raw ticket of the files' wire format, with an invented customer in it."""
    asker = {
        "role": "requester",
        "name": "Pernille Voss",
        "email": "pernille.voss@quayline.example",
        "organization": "Quayline Freight",
    }
    agent = {"role": "agent", "name": "Mara Lind", "email": "mara.lind@ferrywright.example"}
    said = (
        (asker, True, "Every deploy from build.quayline.example stops with FW-504. Pernille"),
        (agent, True, "Set `proxy_read_timeout 600s`, Pernille."),
        (agent, False, "Quayline Freight renews in May."),
        (asker, True, "That worked."),
    )
    values: dict[str, Any] = {
        "id": number,
        "subject": "Deploys time out for pernille.voss@quayline.example",
        "status": "solved",
        "tags": ["doc-worthy"],
        "requester": asker,
        "created_at": "2026-06-01T09:00:00+00:00",
        "updated_at": "2026-06-01T10:00:00+00:00",
        "comments": [
            {
                "id": f"{number}-{place}",
                "author": author,
                "public": public,
                "body": body,
                "created_at": f"2026-06-01T09:0{place}:00+00:00",
            }
            for place, (author, public, body) in enumerate(said)
        ],
    }
    return {**values, **overrides}


def standing_at(state: State) -> Article:
    """Return an article that came to `state` by the house's own moves."""
    ways = {
        State.DRAFT: make_article,
        State.IN_REVIEW: approved,
        State.PUBLISHED: published,
        State.ARCHIVED: archived,
    }
    return ways[state]()
