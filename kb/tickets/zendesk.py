"""The `zendesk` source: the incremental cursor export, its comments and both kinds of ratings.

Wire format: developer.zendesk.com, "Incremental Exports" (cursor based), "Ticket Comments",
"CSAT Survey Responses". Where a ticket was written from (IP, place) is never read.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from kb.errors import SourceError
from kb.tickets.http import Http
from kb.tickets.raw import MOST_MESSAGES, Page, RawTicket
from kb.tickets.zendesk_ticket import read_ticket

EXPORT = "/api/v2/incremental/tickets/cursor.json"
PER_MINUTE = {"/api/v2/incremental/": 10}
"""The export takes ten requests a minute on every plan."""
OVERLAP_SECONDS = 120
"""The last minute is left out of the export; a cursor that expired is made good with some more."""
_PAGE = 100
_SURVEYS = 20
_INCLUDE = "users,organizations,metric_sets"
_EXPIRED = (400, 404, 410, 422)
_HIDDEN = (403, 404)


@dataclass(slots=True)
class Zendesk:
    """One account.

    Attributes:
        since: Seconds since 1970; tickets that were changed before are left out.
    """

    http: Http
    since: int = 1
    _names: dict[int, str] | None = field(default=None, init=False)
    _has_surveys: bool = field(default=True, init=False)

    @property
    def read(self) -> Callable[[Any], RawTicket]:
        """A ticket with its comments, users, organisations and rating."""
        return read_ticket

    def pages(self, cursors: Mapping[str, str]) -> Iterator[Page]:
        """Yield what has changed since the cursor, until the export says that it is at its end.

        The cursor is `generated_timestamp:after_cursor`; one that has expired is replaced by the
        time that it was made.

        Raises:
            SourceError: The account cannot be read; every page before that stands.
        """
        made, _, after = cursors.get("", "").partition(":")
        stamp = int(made) if made.isdigit() else self.since
        first = stamp
        while True:
            body = self._export(after, stamp)
            tickets = _latest(body.get("tickets") or ())
            stamp = max([stamp, *(int(one.get("generated_timestamp") or 0) for one in tickets)])
            first = first if first > 1 else min((stamp, *_stamps(tickets)))
            moved = str(body.get("after_cursor") or "")
            if not body.get("end_of_stream") and moved in ("", after):
                raise SourceError(
                    self.http.base, "its export does not move on", "Run kb pull later"
                )
            after = moved or after
            yield self._page(body, tickets, f"{stamp}:{after}", stamp - first, first)
            if body.get("end_of_stream"):
                return

    def again(self, places: Sequence[str]) -> Iterator[tuple[str, Any]]:
        """Yield the tickets of these ids that are still there."""
        for place in places:
            if not place.isdigit():
                continue
            path, include = f"/api/v2/tickets/{place}.json", {"include": _INCLUDE}
            body = self.http.ask(path, include, missing=(404,)).body
            if body:
                page = self._page(body, [body["ticket"]], "", 0, 0)
                yield from page.tickets

    def _export(self, after: str, stamp: int) -> Any:
        size: dict[str, str | int] = {"per_page": _PAGE, "include": _INCLUDE}
        if after:
            answer = self.http.ask(EXPORT, size | {"cursor": after}, missing=_EXPIRED)
            if answer.status == 200:
                return answer.body
            stamp = max(self.since, stamp - OVERLAP_SECONDS)
        return self.http.ask(EXPORT, size | {"start_time": stamp}).body

    def _page(
        self, body: Any, tickets: Sequence[Mapping[str, Any]], cursor: str, done: int, first: int
    ) -> Page:
        live = [one for one in tickets if one.get("status") != "deleted"]
        users = {one["id"]: one for one in body.get("users") or ()}
        organisations = {one["id"]: one for one in body.get("organizations") or ()}
        metrics = {one.get("ticket_id"): one for one in body.get("metric_sets") or ()}
        comments, dead = self._comments(live, users)
        self._find_users(live, comments, users)
        ratings = self._ratings(live)
        found = [
            (
                str(one["id"]),
                {
                    "ticket": one,
                    "comments": comments[one["id"]],
                    "users": users,
                    "organizations": organisations,
                    "metrics": one.get("metric_set") or metrics.get(one["id"]) or {},
                    "rating": ratings.get(str(one["id"]), ""),
                    "fields": self._field_names(),
                },
            )
            for one in live
            if one["id"] in comments
        ]
        return Page(
            tickets=tuple(found),
            cursor=cursor,
            dead=tuple(dead),
            gone=tuple(str(one["id"]) for one in tickets if one.get("status") == "deleted"),
            done=done,
            total=max(done, int(self.http.clock.now()) - first) if first else 0,
        )

    def _comments(
        self, tickets: Sequence[Mapping[str, Any]], users: dict[int, Any]
    ) -> tuple[dict[int, list[Any]], list[tuple[str, str]]]:
        """Return each ticket's comments, and a dead letter for those that Zendesk keeps back."""
        found: dict[int, list[Any]] = {}
        dead: list[tuple[str, str]] = []
        for one in tickets:
            path = f"/api/v2/tickets/{int(one['id'])}/comments.json"
            said: list[Any] = []
            for body in self._all(path, {"include": "users"}, missing=(403, 404, 422)):
                if isinstance(body, int):
                    dead.append((str(one["id"]), f"its comments are not given out ({body})"))
                    break
                said += body.get("comments") or ()
                users.update((user["id"], user) for user in body.get("users") or ())
            else:
                found[one["id"]] = said
        return found, dead

    def _all(
        self, path: str, params: Mapping[str, str | int], missing: Sequence[int]
    ) -> Iterator[Any]:
        """Yield the pages of a list, by cursor or by number, or the status that refuses it."""
        asked = {**params, "page[size]": _PAGE}
        for number in range(2, MOST_MESSAGES // _PAGE + 2):
            answer = self.http.ask(path, asked, missing=missing)
            yield answer.body if answer.status == 200 else answer.status
            body = answer.body or {}
            meta = body.get("meta") or {}
            if meta.get("has_more") and meta.get("after_cursor"):
                asked["page[after]"] = str(meta["after_cursor"])
            elif body.get("next_page"):
                asked = {**params, "page": number}
            else:
                return

    def _find_users(
        self,
        tickets: Sequence[Mapping[str, Any]],
        comments: Mapping[int, Sequence[Any]],
        users: dict[int, Any],
    ) -> None:
        """Ask for the people whom no answer brought along; their names must be known."""
        ids = {user for one in tickets for user in people_of(one)}
        ids |= {one.get("author_id") for said in comments.values() for one in said}
        wanted = sorted(one for one in ids if isinstance(one, int) and one > 0 and one not in users)
        for start in range(0, len(wanted), _PAGE):
            some = ",".join(map(str, wanted[start : start + _PAGE]))
            answer = self.http.ask("/api/v2/users/show_many.json", {"ids": some}, missing=_HIDDEN)
            for user in (answer.body or {}).get("users") or ():
                users[user["id"]] = user

    def _ratings(self, tickets: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Return the survey's rating of solved tickets that carry none of the older kind."""
        wanted = [str(one["id"]) for one in tickets if _may_be_surveyed(one)]
        found: dict[str, str] = {}
        for start in range(0, len(wanted), _SURVEYS):
            if not self._has_surveys:
                break
            zrns = ",".join(f"zen:ticket:{one}" for one in wanted[start : start + _SURVEYS])
            params = {"filter[subject_zrns]": zrns}
            for body in self._all(
                "/api/v2/guide/survey_responses", params, missing=(400, *_HIDDEN)
            ):
                if isinstance(body, int):
                    self._has_surveys = False
                    break
                found.update(rating for one in body["survey_responses"] for rating in _rated(one))
        return found

    def _field_names(self) -> dict[int, str]:
        """Return the names of the custom fields, asked for once."""
        if self._names is None:
            answer = self.http.ask("/api/v2/ticket_fields.json", missing=_HIDDEN)
            told = (answer.body or {}).get("ticket_fields") or ()
            self._names = {
                one["id"]: str(one.get("title") or one["id"]).strip().casefold()
                for one in told
                if one.get("type") not in ("partialcreditcard", "regexp")
            }
        return self._names


def people_of(ticket: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the ids of everybody whom the ticket itself names."""
    for name in ("requester_id", "submitter_id", "assignee_id"):
        yield ticket.get(name)
    for name in ("collaborator_ids", "follower_ids", "email_cc_ids"):
        yield from ticket.get(name) or ()


def _latest(tickets: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Keep the last copy of each ticket: the export may hold one twice."""
    return list({one["id"]: one for one in tickets if isinstance(one.get("id"), int)}.values())


def _stamps(tickets: Sequence[Mapping[str, Any]]) -> Iterator[int]:
    return (int(one["generated_timestamp"]) for one in tickets if one.get("generated_timestamp"))


def _may_be_surveyed(ticket: Mapping[str, Any]) -> bool:
    rating = (ticket.get("satisfaction_rating") or {}).get("score", "unoffered")
    return ticket.get("status") in ("solved", "closed") and rating == "unoffered"


def _rated(response: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield `(ticket, good or bad)` of one survey response."""
    for answer in response.get("answers") or ():
        if answer.get("type") == "rating_scale" and answer.get("rating_category") in (
            "good",
            "bad",
        ):
            for subject in response.get("subjects") or ():
                kind, _, number = str(subject.get("zrn") or "").rpartition(":")
                if kind == "zen:ticket":
                    yield number, answer["rating_category"]
