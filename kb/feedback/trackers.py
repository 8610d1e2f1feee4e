"""The worklist as issues, one for each thing: opened, kept up to date and closed by itself."""

import json
import re
from dataclasses import dataclass
from typing import Any

from kb.feedback.desks import adf
from kb.feedback.letter import Letter, Receipt, Verdict
from kb.feedback.wire import Answer, Host, receipt_of

DESTINATION = "worklist"
LABEL = "docworthy"
_CHECK = "KB_WORKLIST_TOKEN, feedback.project"
_MOST_PAGES = 20
_NEXT = re.compile(r'<[^>]*[?&]page=(\d+)[^>]*>; rel="next"')


def issue(
    key: str, *, thing: str, title: str, text: str, done: bool = False, again: bool = False
) -> Letter:
    """Return the state of one thing to do as a letter.

    Args:
        key: What makes this state one.
        thing: What the issue is known again by, the same over all its states.
        title: One line of plain text.
        text: Markdown.
        done: It need not be done any more.
        again: It was done and has come back; only then is a closed issue opened again.
    """
    body = {"thing": thing, "title": title[:250], "text": text, "done": done, "again": again}
    return Letter(key=key, destination=DESTINATION, body=json.dumps(body))


@dataclass(frozen=True, slots=True, kw_only=True)
class GitHubTracker:
    """Issues of one repository, found again by a mark in their body, under one label.

    An issue that a person closed stays closed, unless the thing had gone and came back; one that
    is "not planned" stays closed for good.
    """

    host: Host
    project: str
    repeats: bool = True

    @property
    def address(self) -> str:
        """Return host and repository."""
        return f"{self.host.name}/{self.project}"

    def send(self, letter: Letter, *, again: bool) -> Receipt:
        """Bring the issue to the letter's state, whatever state it is in."""
        told = json.loads(letter.body)
        mark = f"<!-- kb:{told['thing']} -->"
        found, answer = self._find(mark)
        if not answer.is_good:
            return _receipt(self.host, answer, wrote=False)
        path = f"/repos/{self.project}/issues"
        body = {"title": told["title"], "body": f"{told['text']}\n\n{mark}"}
        if found is None:
            if told["done"]:
                return Receipt(verdict=Verdict.SENT)
            answer = self.host.ask("POST", path, body={**body, "labels": [LABEL]})
            return _receipt(self.host, answer, ref=answer.field("number"))
        ref = str(found["number"])
        planned = found.get("state_reason") != "not_planned"
        if found.get("state") == "closed" and not (told["again"] and planned):
            return Receipt(verdict=Verdict.SENT, ref=ref)
        if told["done"]:
            change = {"state": "closed", "state_reason": "completed"}
        else:
            change = {**body, "state": "open"}
        return _receipt(self.host, self.host.ask("PATCH", f"{path}/{ref}", body=change), ref=ref)

    def _find(self, mark: str) -> tuple[dict[str, Any] | None, Answer]:
        """Look through the label's issues: lists are up to date at once, the search is not."""
        answer = Answer(status=200)
        number = 1
        for _ in range(_MOST_PAGES):
            params = {"labels": LABEL, "state": "all", "per_page": 100, "page": number}
            answer = self.host.ask("GET", f"/repos/{self.project}/issues", params=params)
            rows = answer.json()
            if not answer.is_good or not isinstance(rows, list):
                break
            for row in rows:
                if mark in (row.get("body") or "") and "pull_request" not in row:
                    return row, answer
            following = _NEXT.search(answer.headers.get("link", ""))
            if following is None:
                break
            number = int(following[1])
        return None, answer


@dataclass(frozen=True, slots=True, kw_only=True)
class JiraTracker:
    """Issues of one project, found again by a label made from the thing."""

    host: Host
    project: str
    repeats: bool = True

    @property
    def address(self) -> str:
        """Return host and project."""
        return f"{self.host.name}/{self.project}"

    def send(self, letter: Letter, *, again: bool) -> Receipt:
        """Bring the issue to the letter's state, whatever state it is in."""
        told = json.loads(letter.body)
        label = f"kb-{re.sub(r'[^A-Za-z0-9]+', '-', told['thing'])}"
        jql = f'project = "{self.project}" AND labels = "{label}"'
        answer = self.host.ask(
            "POST", "/rest/api/3/search/jql", body={"jql": jql, "fields": ["status"]}
        )
        if not answer.is_good:
            return _receipt(self.host, answer, wrote=False)
        rows = (answer.json() or {}).get("issues") or []
        fields = {"summary": told["title"], "description": adf(told["text"].split("\n"))}
        if not rows:
            if told["done"]:
                return Receipt(verdict=Verdict.SENT)
            answer = self.host.ask(
                "POST", "/rest/api/3/issue", body={"fields": {**fields, **self._new(label)}}
            )
            return _receipt(self.host, answer, ref=answer.field("key"))
        key = str(rows[0]["key"])
        category = rows[0].get("fields", {}).get("status", {}).get("statusCategory", {})
        is_done = category.get("key") == "done"
        if is_done and not told["again"]:
            return Receipt(verdict=Verdict.SENT, ref=key)
        if told["done"] or is_done:
            return self._move(key, "done" if told["done"] else "new")
        answer = self.host.ask("PUT", f"/rest/api/3/issue/{key}", body={"fields": fields})
        return _receipt(self.host, answer, ref=key)

    def _new(self, label: str) -> dict[str, Any]:
        return {
            "project": {"key": self.project},
            "issuetype": {"name": "Task"},
            "labels": [LABEL, label],
        }

    def _move(self, key: str, category: str) -> Receipt:
        """Take the first transition that leads to a status of that category."""
        path = f"/rest/api/3/issue/{key}/transitions"
        answer = self.host.ask("GET", path)
        if not answer.is_good:
            return _receipt(self.host, answer, wrote=False)
        ways = [
            way["id"] for way in (answer.json() or {}).get("transitions", [])
            if way.get("to", {}).get("statusCategory", {}).get("key") == category
        ]  # fmt: skip
        if not ways:
            reason = f"{self.host.name}: no transition of {key} leads there; move it by hand"
            return Receipt(verdict=Verdict.REFUSED, reason=reason)
        answer = self.host.ask("POST", path, body={"transition": {"id": ways[0]}})
        return _receipt(self.host, answer, ref=key)


def _receipt(host: Host, answer: Answer, *, wrote: bool = True, ref: str = "") -> Receipt:
    receipt = receipt_of(host.name, answer, check=_CHECK, ref=ref)
    if not wrote and receipt.verdict in (Verdict.UNSURE, Verdict.SENT):
        reason = receipt.reason or f"{host.name}: its answer is no list"
        return Receipt(verdict=Verdict.LATER, reason=reason, wait=receipt.wait)
    return receipt
