"""Tests of the Zendesk source against a server that speaks its export, its comments and ratings."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import pytest
from desks import Desk, FakeTime, Trouble, open_desk
from starlette.requests import Request
from starlette.responses import JSONResponse

from kb.errors import SourceError
from kb.store.store import Store
from kb.tickets.http import Http
from kb.tickets.intake import Intake
from kb.tickets.pulling import pull, retry
from kb.tickets.ticket import Role, Satisfaction, Status, Ticket
from kb.tickets.zendesk import EXPORT, PER_MINUTE, Zendesk

AT = "2026-06-01T09:00:00Z"
CUSTOMER = ("pernille", "voss", "quayline", "jonas", "198.51.100.7", "59.91")
USERS = {
    11: {"id": 11, "name": "Pernille Voss", "email": "pernille.voss@quayline.example",
         "role": "end-user", "organization_id": 7},
    12: {"id": 12, "name": "Mara Lind", "email": "mara.lind@ferrywright.example", "role": "agent"},
    13: {"id": 13, "name": "Jonas Quist", "email": "jonas.quist@quayline.example",
         "role": "end-user"},
}  # fmt: skip


def ticket(number: int, **overrides: Any) -> dict[str, Any]:
    """Return a ticket of the export, with its customer in every field that may hold one."""
    values: dict[str, Any] = {
        "url": f"https://acme.zendesk.com/api/v2/tickets/{number}.json", "id": number,
        "external_id": None, "created_at": AT, "updated_at": AT, "type": None,
        "via": {"channel": "email", "source": {"from": {"address": "jonas.quist@quayline.example",
                "name": "Jonas Quist"}, "to": {}, "rel": None}},
        "subject": "Deploys stop for Quayline Freight", "raw_subject": "Deploys stop for Quayline Freight",
        "description": "…", "priority": "high", "status": "solved", "requester_id": 11,
        "submitter_id": 11, "assignee_id": 12, "organization_id": 7, "email_cc_ids": [13],
        "tags": ["doc-worthy"], "custom_fields": [{"id": 90, "value": "4.2"}, {"id": 91, "value": None}],
        "satisfaction_rating": {"score": "good", "comment": "Thanks, Pernille"},
        "generated_timestamp": 1_779_990_000 + number,
    }  # fmt: skip
    return {**values, **overrides}


def comments(number: int) -> list[dict[str, Any]]:
    """Return its comments: an HTML one, an agent's, an internal one, a robot's."""
    where = {"system": {"ip_address": "198.51.100.7", "latitude": 59.91, "longitude": 10.75}}
    said = (
        (11, True, "<p>It <b>stops</b> with FW-504.</p><p>Pernille</p>", "web"),
        (12, True, "<ol><li>Set <code>timeout 600s</code>, Pernille.</li></ol>", "web"),
        (12, False, "<p>Quayline Freight renews in May.</p>", "web"),
        (-1, True, "<p>Your ticket was solved.</p>", "rule"),
    )
    return [
        {"id": number * 10 + place, "type": "Comment", "author_id": who, "body": "plain",
         "html_body": html, "plain_body": "plain", "public": public, "attachments": [],
         "audit_id": 1, "via": {"channel": via}, "created_at": AT, "metadata": where}
        for place, (who, public, html, via) in enumerate(said)
    ]  # fmt: skip


@dataclass
class Account:
    """What the account holds: pages of the export, by cursor."""

    pages: list[list[dict[str, Any]]] = field(default_factory=list)
    surveys: list[dict[str, Any]] = field(default_factory=list)
    side_loads: bool = True

    def export(self, request: Request) -> Any:
        """Answer the export; a cursor is the number of the page behind it."""
        cursor = request.query_params.get("cursor")
        if cursor == "expired":
            return JSONResponse({"error": "InvalidCursor"}, 422)
        number = int(cursor.removeprefix("c")) if cursor else 0
        last = number >= len(self.pages) - 1
        after = f"c{min(number + 1, len(self.pages))}"
        body = {
            "tickets": self.pages[number] if number < len(self.pages) else [],
            "after_url": f"https://elsewhere.example{EXPORT}?cursor={after}",
            "before_url": None, "after_cursor": after, "before_cursor": None,
            "end_of_stream": last,
        }  # fmt: skip
        return {**body, **self.loads()}

    def loads(self) -> dict[str, Any]:
        """Return what is side-loaded."""
        if not self.side_loads:
            return {}
        organisation = {
            "id": 7,
            "name": "Quayline Freight",
            "organization_fields": {"plan": "team"},
        }
        metrics = [{"ticket_id": 1, "solved_at": "2026-06-02T09:00:00Z"}]
        return {
            "users": list(USERS.values()),
            "organizations": [organisation],
            "metric_sets": metrics,
        }

    def many(self, request: Request) -> Any:
        """Answer users/show_many."""
        ids = [int(one) for one in request.query_params["ids"].split(",")]
        return {"users": [USERS[one] for one in ids if one in USERS]}

    def said(self, request: Request) -> Any:
        """Answer a ticket's comments, two a page."""
        number = int(request.url.path.split("/")[4])
        after = int(request.query_params.get("page[after]", "0"))
        found = comments(number)
        return {
            "comments": found[after : after + 2],
            "meta": {"has_more": after + 2 < len(found), "after_cursor": str(after + 2)},
        }

    def one(self, request: Request) -> Any:
        """Answer one ticket, or its comments."""
        if request.url.path.endswith("/comments.json"):
            return self.said(request)
        number = int(request.url.path.split("/")[4].removesuffix(".json"))
        return {"ticket": ticket(number), **self.loads()}

    def replies(self) -> dict[str, Any]:
        """Return what answers at which path."""
        return {
            EXPORT: self.export,
            "/api/v2/users/show_many.json": self.many,
            "/api/v2/ticket_fields.json": lambda _: {
                "ticket_fields": [{"id": 90, "type": "text", "title": "Version"}]
            },
            "/api/v2/guide/survey_responses": lambda _: {
                "survey_responses": self.surveys, "meta": {"has_more": False}
            },
            "/api/v2/tickets/*": self.one,
        }  # fmt: skip


@dataclass
class Place:
    """An account, its desk, and a pull from it into a store."""

    account: Account
    desk: Desk
    source: Zendesk
    store: Store
    intake: Intake
    time: FakeTime

    def pull(self) -> int:
        """Pull once."""
        return pull(self.source, self.intake, self.store.tickets, lambda done, total: None)

    def tickets(self) -> list[Ticket]:
        """Return what is in the store."""
        return list(self.store.tickets.all())

    def exports(self) -> list[str]:
        """Return what was asked of the export, as `name=value`."""
        asked = [one.query_params for one in self.desk.seen if one.url.path == EXPORT]
        return [
            next(f"{k}={v}" for k, v in one.items() if k in ("cursor", "start_time"))
            for one in asked
        ]


@pytest.fixture
def place(shelf: Store, intake: Intake) -> Iterator[Place]:
    account, time = Account(), FakeTime()
    with (
        open_desk(account.replies()) as desk,
        Http(base=desk.url, headers={}, per_minute=PER_MINUTE, clock=time.clock()) as http,
    ):
        source = Zendesk(http)
        door = Intake(source="zd", redactor=intake.redactor, secret=b"x", read=source.read)
        yield Place(account, desk, source, shelf, door, time)


def test_a_ticket_as_it_comes_in(place: Place) -> None:
    """Thread, roles, facts and rating come through; bodies are Markdown."""
    place.account.pages = [[ticket(1)]]
    place.pull()
    (found,) = place.tickets()

    assert ("zd:1", Status.SOLVED, 1, "team", Satisfaction.GOOD, (("version", "4.2"),), "email") == (
        found.key, found.status, found.severity, found.plan, found.satisfaction, found.fields,
        found.channel,
    )  # fmt: skip
    assert found.solved_at is not None
    assert [Role.REQUESTER, Role.AGENT, Role.AGENT, Role.AUTOMATIC] == [
        one.role for one in found.messages
    ]
    assert [True, True, False, True] == [one.public for one in found.messages]
    assert "It **stops** with FW-504." in found.messages[0].body
    assert found.messages[1].body.startswith("1. Set `timeout 600s`")


def test_nobody_comes_in(place: Place) -> None:
    """Names, addresses and organisation, those on copy, IP and place are in no byte of the store."""
    place.account.pages = [[ticket(1)]]
    place.pull()
    told = str([asdict(one) for one in place.tickets()]).casefold()

    assert [] == [word for word in CUSTOMER if word in told]


def test_people_who_are_not_side_loaded(place: Place) -> None:
    """People whom the export does not bring are asked for, so that their names are known."""
    place.account.pages, place.account.side_loads = [[ticket(1)]], False
    place.pull()
    told = str([asdict(one) for one in place.tickets()]).casefold()

    assert [] == [word for word in ("pernille", "voss", "jonas", "mara") if word in told]


def test_end_of_stream_not_an_empty_page(place: Place) -> None:
    """It goes on over an empty page and stops where the export says that it ends."""
    place.account.pages = [[ticket(1)], [], [ticket(2)]]

    assert 2 == place.pull()
    assert ["start_time=1", "cursor=c1", "cursor=c2"] == place.exports()


def test_never_another_host(place: Place) -> None:
    """The next page's address names another host; the cursor is taken, the host is not."""
    place.account.pages = [[ticket(1)], [ticket(2)]]
    place.pull()

    assert {"127.0.0.1"} == {one.url.hostname for one in place.desk.seen}


def test_second_run_asks_behind_the_cursor(place: Place) -> None:
    """A second run goes on behind the first one's cursor and changes nothing."""
    place.account.pages = [[ticket(1)], [ticket(2)]]
    place.pull()
    before = place.tickets()

    assert (0, before) == (place.pull(), place.tickets())
    assert "cursor=c2" == place.exports()[-1]


def test_ten_exports_a_minute(place: Place) -> None:
    """The export is asked ten times a minute at most."""
    place.account.pages = [[] for _ in range(4)]
    place.pull()

    assert [6.0, 6.0, 6.0] == [round(one, 3) for one in place.time.slept]


def test_duplicates_and_changes_while_paging(place: Place) -> None:
    """A ticket that comes twice, in one page or two, is kept once, in its newest copy."""
    newer = ticket(1, updated_at="2026-06-03T09:00:00Z", priority="low")
    place.account.pages = [[ticket(1), ticket(1)], [newer], [ticket(1)]]
    place.pull()

    assert [3] == [one.severity for one in place.tickets()]


def test_deleted_ticket(place: Place) -> None:
    """A ticket that was deleted there is deleted here."""
    place.account.pages = [[ticket(1), ticket(2)], [ticket(1, status="deleted")]]
    place.pull()

    assert ["zd:2"] == [one.key for one in place.tickets()]


def test_expired_cursor(place: Place) -> None:
    """A cursor that has expired is replaced by the time it was made, with an overlap."""
    place.store.tickets.take("zd", tickets=(), dead=(), cursor="1779990000:expired")
    place.account.pages = [[ticket(1)]]

    assert 1 == place.pull()
    assert ["cursor=expired", "start_time=1779989880"] == place.exports()


def test_export_that_does_not_move(place: Place) -> None:
    """An export without end that gives the same cursor again is not followed for ever."""
    place.desk.replies[EXPORT] = lambda _: {
        "tickets": [], "after_cursor": "c1", "end_of_stream": False
    }  # fmt: skip
    with pytest.raises(SourceError, match="does not move on"):
        place.pull()


@pytest.mark.parametrize(
    "trouble",
    [
        Trouble(status=429, headers={"Retry-After": "42"}, body=b"Rate limit"),
        Trouble(status=429),
        Trouble(status=503, headers={"Retry-After": "0"}),
        Trouble(cut=100),
        Trouble(body=b'{"tickets": [{"id'),
    ],
)
@pytest.mark.parametrize("path", [EXPORT, "/api/v2/tickets/1/comments.json"])
def test_trouble_on_the_way(place: Place, path: str, trouble: Trouble) -> None:
    """Throttled, unavailable or cut off, nothing is lost and nothing comes twice."""
    place.account.pages = [[ticket(1)], [ticket(2)]]
    place.desk.fail(path, trouble)

    assert (2, ["zd:1", "zd:2"]) == (place.pull(), [one.key for one in place.tickets()])


def test_refused_in_mid_run(place: Place) -> None:
    """Refused in mid-run it stops with a word; the pages before stand, and the next run goes on."""
    place.account.pages = [[ticket(1)], [ticket(2)]]
    place.desk.fail("/api/v2/tickets/2/comments.json", Trouble(status=401))
    with pytest.raises(SourceError, match="refuses the credentials"):
        place.pull()

    assert ["zd:1"] == [one.key for one in place.tickets()]
    assert (1, "cursor=c1") == (place.pull(), place.exports()[-1])


@pytest.mark.parametrize("status", [403, 404, 422])
def test_comments_that_are_kept_back(place: Place, status: int) -> None:
    """A thread that Zendesk does not give out is a dead letter; retried, it comes in."""
    place.account.pages = [[ticket(1), ticket(2)]]
    place.desk.fail("/api/v2/tickets/1/comments.json", Trouble(status=status))
    place.pull()
    (letter,) = place.store.tickets.dead_letters("zd")

    assert ("1", f"its comments are not given out ({status})") == (letter.place, letter.reason)
    assert 1 == retry(place.source, place.intake, place.store.tickets)
    assert ((), ["zd:1", "zd:2"]) == (
        place.store.tickets.dead_letters("zd"),
        sorted(one.key for one in place.tickets()),
    )


def test_poison_ticket(place: Place) -> None:
    """A ticket that is no ticket is a dead letter by its id; the others come in."""
    place.account.pages = [[ticket(1, status="quayline"), ticket(2), ticket(3, created_at=None)]]

    assert (1, ["1", "3"]) == (
        place.pull(),
        [one.place for one in place.store.tickets.dead_letters("zd")],
    )


@pytest.mark.parametrize(
    ("legacy", "survey", "expected"),
    [
        (None, "good", Satisfaction.GOOD),
        ({"score": "unoffered"}, "bad", Satisfaction.BAD),
        ({"score": "bad_with_comment"}, None, Satisfaction.BAD),
        ({"score": "offered"}, None, Satisfaction.OFFERED),
        (None, None, Satisfaction.UNOFFERED),
        ({"score": "something new"}, None, Satisfaction.UNOFFERED),
    ],
)
def test_both_kinds_of_ratings(
    place: Place, legacy: Any, survey: str | None, expected: Satisfaction
) -> None:
    """The rating is the survey's or the older kind's, whichever the account has."""
    place.account.pages = [[ticket(1, satisfaction_rating=legacy)]]
    if survey:
        place.account.surveys = [
            {"id": "01", "subjects": [{"id": "1", "type": "ticket", "zrn": "zen:ticket:1"}],
             "answers": [{"type": "open_ended", "value": "Thanks, Pernille"},
                         {"type": "rating_scale", "rating": 5, "rating_category": survey}]}
        ]  # fmt: skip
    place.pull()

    assert [expected] == [one.satisfaction for one in place.tickets()]


def test_account_without_surveys(place: Place) -> None:
    """An account whose plan has no surveys is asked once."""
    place.account.pages = [
        [ticket(1, satisfaction_rating=None)],
        [ticket(2, satisfaction_rating=None)],
    ]
    del place.desk.replies["/api/v2/guide/survey_responses"]

    assert 2 == place.pull()
    assert 1 == sum("survey" in one for one in place.desk.asked)
