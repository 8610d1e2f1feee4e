"""Doubles that speak what the other systems really speak, and keep what was done to them.

Formats: developer.zendesk.com (tickets, comments, requests), docs.github.com (issues), Jira
Cloud's platform and service desk APIs, docs.opsgenie.com and the JSM Ops integration API, PagerDuty's Events API v2.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from feedback.listener import Request, Says


@dataclass
class Zendesk:
    """Tickets with comments; a comment without `public` is public, as the ticket's first was."""

    comments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def __call__(self, request: Request) -> Says:
        """Answer one request."""
        ticket = request.path.split("/")[4].partition(".")[0].partition("?")[0]
        own = self.comments.setdefault(ticket, [])
        if request.method == "GET":
            return Says(body={"comments": own[::-1], "meta": {"has_more": False}})
        comment = request.json["ticket"]["comment"]
        own.append({"id": len(own) + 1, "public": True, **comment})
        return Says(body={"ticket": {"id": int(ticket), "status": "solved"}})

    def shown(self) -> list[str]:
        """Return the first line of every comment."""
        return [c["body"].split("\n")[0] for own in self.comments.values() for c in own]


@dataclass
class ZendeskRequests:
    """Zendesk's door for anonymous requests."""

    requests: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: Request) -> Says:
        """Answer one request."""
        assert ("POST", "/api/v2/requests.json") == (request.method, request.path)
        assert "authorization" not in request.headers
        told = request.json["request"]
        if "@" not in told["requester"]["email"] or not told["comment"]["body"]:
            details = {"base": [{"description": "Requester: is invalid"}]}
            return Says(status=422, body={"error": "RecordInvalid", "details": details})
        self.requests.append(told)
        body = {"id": 33 + len(self.requests), "status": "new", "subject": told["subject"]}
        return Says(status=201, body={"request": body})


@dataclass
class ServiceDesk:
    """Jira Service Management's customer requests, of one desk and one request type."""

    requests: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: Request) -> Says:
        """Answer one request."""
        assert ("POST", "/rest/servicedeskapi/request") == (request.method, request.path)
        if not request.headers.get("authorization", "").startswith("Basic "):
            return Says(status=401, body="")
        told = request.json
        if ("4", "25") != (told["serviceDeskId"], told["requestTypeId"]):
            return Says(status=400, body={"errorMessage": "The request type is not of this desk"})
        self.requests.append(told["requestFieldValues"])
        key = f"SUP-{len(self.requests)}"
        return Says(status=201, body={"issueId": "107001", "issueKey": key, "serviceDeskId": "4"})


@dataclass
class Jira:
    """One project of issues with comments and a workflow of two statuses."""

    kind: str = "service_desk"
    ignores: bool = False
    comments: list[dict[str, Any]] = field(default_factory=list)
    issues: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: Request) -> Says:
        """Answer one request."""
        path = urlsplit(request.path).path.removeprefix("/rest/api/3")
        if path.startswith("/project/"):
            return Says(body={"key": "SUP", "projectTypeKey": self.kind})
        if path.endswith("/comment"):
            return self._comment(request)
        if "/comment/" in path:
            self.comments = [c for c in self.comments if c["id"] != path.rpartition("/")[2]]
            return Says(status=204, body="")
        if path == "/search/jql":
            label = request.json["jql"].rpartition('labels = "')[2].rstrip('"')
            found = [i for i in self.issues if label in i["fields"]["labels"]]
            return Says(body={"issues": found, "isLast": True})
        if path.endswith("/transitions"):
            return self._transition(request, path.split("/")[2])
        return self._issue(request, path)

    def _comment(self, request: Request) -> Says:
        if request.method == "GET":
            return Says(body={"comments": self.comments[::-1], "total": len(self.comments)})
        given = {p["key"]: p["value"] for p in request.json.get("properties", [])}
        internal = given.get("sd.public.comment", {}).get("internal") is True
        kept = {
            "id": str(100 + len(self.comments)),
            "body": request.json["body"],
            "jsdPublic": self.ignores or not internal,
        }
        self.comments.append(kept)
        return Says(status=201, body=kept)

    def _issue(self, request: Request, path: str) -> Says:
        fields = request.json["fields"]
        if request.method == "POST":
            key = f"SUP-{len(self.issues) + 1}"
            category = {"statusCategory": {"key": "new"}}
            self.issues.append({"key": key, "fields": {**fields, "status": category}})
            return Says(status=201, body={"id": "1", "key": key, "self": ""})
        self._find(path.rpartition("/")[2])["fields"] |= fields
        return Says(status=204, body="")

    def _transition(self, request: Request, key: str) -> Says:
        ways = (("11", "new"), ("31", "done"))
        if request.method == "GET":
            rows = [{"id": n, "to": {"statusCategory": {"key": c}}} for n, c in ways]
            return Says(body={"transitions": rows})
        category = dict(ways)[request.json["transition"]["id"]]
        self._find(key)["fields"]["status"] = {"statusCategory": {"key": category}}
        return Says(status=204, body="")

    def _find(self, key: str) -> dict[str, Any]:
        return next(i for i in self.issues if i["key"] == key)

    def shown(self) -> list[str]:
        """Return the first line of every comment, or the summary of every issue."""
        texts = [c["body"]["content"][0]["content"][0]["text"] for c in self.comments]
        return [*texts, *(i["fields"]["summary"] for i in self.issues)]


@dataclass
class GitHub:
    """Issues of one repository, listed thirty a page."""

    issues: list[dict[str, Any]] = field(default_factory=list)

    def __call__(self, request: Request) -> Says:
        """Answer one request."""
        parts = urlsplit(request.path)
        if request.method == "GET":
            return self._list(parse_qs(parts.query))
        if request.method == "POST":
            number = len(self.issues) + 1
            issue = {"number": number, "state": "open", "state_reason": None, **request.json}
            self.issues.append(issue)
            return Says(status=201, body=issue)
        issue = self.issues[int(parts.path.rpartition("/")[2]) - 1]
        issue |= request.json
        return Says(body=issue)

    def _list(self, query: dict[str, list[str]]) -> Says:
        number = int(query.get("page", ["1"])[0])
        labels = set(query.get("labels", ()))
        rows = [i for i in self.issues if labels <= set(i.get("labels", ()))][::-1]
        more = f'<https://api.github.com/x?page={number + 1}&state=all>; rel="next"'
        headers = {"Link": more} if len(rows) > 30 * number else {}
        return Says(body=rows[30 * number - 30 : 30 * number], headers=headers)

    def shown(self) -> list[str]:
        """Return every title."""
        return [issue["title"] for issue in self.issues]


@dataclass
class Genie:
    """Alerts that answer 202 and are done a moment later; open ones are one by alias."""

    teams: tuple[str, ...] = ("customer-support",)
    slow: int = 1
    alerts: list[dict[str, Any]] = field(default_factory=list)
    asked: dict[str, int] = field(default_factory=dict)
    done: dict[str, bool] = field(default_factory=dict)

    def __call__(self, request: Request) -> Says:
        """Answer one request."""
        parts = urlsplit(request.path)
        if "/requests/" in parts.path:
            return self._told(parts.path.rpartition("/")[2])
        number = f"request-{len(self.asked)}"
        self.asked[number] = 0
        if parts.path.endswith("/close"):
            alias = unquote(parts.path.split("/")[-2])
            assert ["alias"] == parse_qs(parts.query)["identifierType"]
            open_ones = [a for a in self.alerts if a["alias"] == alias and not a["closed"]]
            for alert in open_ones:
                alert["closed"] = True
            self.done[number] = bool(open_ones)
        else:
            self.done[number] = self._open(request.json)
        body = {"result": "Request will be processed", "took": 0.302, "requestId": number}
        return Says(status=202, body=body)

    def _open(self, told: dict[str, Any]) -> bool:
        assert len(told["message"]) <= 130
        if told["responders"][0]["name"] not in self.teams:
            return False
        for alert in self.alerts:
            if alert["alias"] == told["alias"] and not alert["closed"]:
                alert["count"] += 1
                return True
        self.alerts.append({**told, "count": 1, "closed": False})
        return True

    def _told(self, number: str) -> Says:
        self.asked[number] += 1
        if self.asked[number] <= self.slow:
            return Says(
                status=404, body={"message": "Request not found. It might not be processed"}
            )
        ok = self.done[number]
        status = "Created alert" if ok else "Alert does not exist"
        data = {"success": ok, "isSuccess": ok, "status": status, "alertId": "70413a06-38d6"}
        return Says(body={"data": data, "took": 0.022, "requestId": number})

    def shown(self) -> list[str]:
        """Return the message of every alert."""
        return [alert["message"] for alert in self.alerts]


@dataclass
class PagerDuty:
    """Events v2: one alert a `dedup_key`."""

    keys: tuple[str, ...] = ("R0UTE",)
    alerts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __call__(self, request: Request) -> Says:
        """Answer one request."""
        told = request.json
        if told["routing_key"] not in self.keys:
            errors = ["'routing_key' is not a valid key"]
            body = {"status": "invalid event", "message": "Event object is invalid"}
            return Says(status=400, body={**body, "errors": errors})
        if told["event_action"] == "resolve":
            self.alerts.get(told["dedup_key"], {})["resolved"] = True
        else:
            assert len(told["payload"]["summary"]) <= 1024
            assert len(request.body) <= 512_000
            self.alerts.setdefault(told["dedup_key"], {**told["payload"], "resolved": False})
        body = {"status": "success", "message": "Event processed"}
        return Says(status=202, body={**body, "dedup_key": told["dedup_key"]})

    def shown(self) -> list[str]:
        """Return the summary of every alert."""
        return [alert["summary"] for alert in self.alerts.values()]


def hostile(rng: random.Random, place: Callable[[Request], Says]) -> Callable[[Request], Says]:
    """Refuse before or fail after the place acted, half of the time."""

    def answer(request: Request) -> Says:
        fate = rng.random()
        if fate < 0.15:
            return Says(status=503, body="busy", headers={"Retry-After": "1"})
        says = place(request)
        if fate < 0.3:
            return Says(status=500, body="oops")
        return Says(hang=0.001) if fate < 0.5 else says

    return answer


def words(request: Request) -> str:
    """Return the whole request as text, for what must not be in it."""
    return f"{request.path} {json.dumps(request.headers)} {request.body.decode()}"
