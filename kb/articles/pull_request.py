"""Reads what reviewers said in an article's pull request on GitHub, and which of it counts.

Wire format: docs.github.com, REST API 2022-11-28, "Pull requests" and "Pull request reviews".
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from kb.articles.approval import digest
from kb.articles.article import Article, Verb
from kb.articles.identity import is_same
from kb.errors import ConfigError

_PAGE, _PAGES = 100, 10
_SHORT = 12


class Ask(Protocol):
    """GETs a path of GitHub's API, or POSTs `body` to it, and returns the answer's JSON."""

    def __call__(
        self, path: str, params: Mapping[str, str | int] | None = None, *, body: Any = None
    ) -> Any:
        """Ask once, as patiently as the door asks."""


class Said(StrEnum):
    """What a review says; one of another state (a comment, a pending one) says nothing."""

    APPROVED = "APPROVED"
    CHANGES = "CHANGES_REQUESTED"
    DISMISSED = "DISMISSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """One review of a pull request.

    Attributes:
        login: Who reviewed, as GitHub knows them.
        commit: The commit that they saw.
        body: What they wrote; raw, until the door makes it safe.
    """

    number: int
    login: str
    said: Said
    commit: str
    at: datetime
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A review as a step of the article's life, or why it is none (`refused`)."""

    review: Review
    verb: Verb
    by: str = ""
    refused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullRequests:
    """The pull requests of one repository, one for each article's branch.

    Attributes:
        project: `owner/name`.
    """

    ask: Ask
    project: str

    def number(self, branch: str) -> int | None:
        """Return the number of the branch's open pull request, None where there is none."""
        owner = self.project.partition("/")[0]
        path, params = f"/repos/{self.project}/pulls", {"head": f"{owner}:{branch}"}
        found = self.ask(path, {**params, "state": "open"})
        return int(found[0]["number"]) if found else None

    def open(self, branch: str, title: str, body: str) -> int:
        """Open one against the repository's default branch, and return its number."""
        into = self.ask(f"/repos/{self.project}")["default_branch"]
        made = self.ask(
            f"/repos/{self.project}/pulls",
            body={"title": title, "head": branch, "base": into, "body": body},
        )
        return int(made["number"])

    def reviews(self, number: int) -> tuple[Review, ...]:
        """Return what each reviewer said last, in the order they said it."""
        return last_words(_read(one) for one in self._pages(number))

    def _pages(self, number: int) -> Iterator[Mapping[str, Any]]:
        path = f"/repos/{self.project}/pulls/{number}/reviews"
        for page in range(1, _PAGES + 1):
            some = self.ask(path, {"per_page": _PAGE, "page": page})
            yield from some
            if len(some) < _PAGE:
                return


def _read(payload: Mapping[str, Any]) -> Review | None:
    user, state = payload.get("user") or {}, payload.get("state")
    if user.get("type") != "User" or state not in list(Said) or not payload.get("commit_id"):
        return None
    return Review(
        number=int(payload["id"]),
        login=str(user["login"]),
        said=Said(state),
        commit=str(payload["commit_id"]),
        at=datetime.fromisoformat(payload["submitted_at"]),
        body=str(payload.get("body") or ""),
    )


def last_words(reviews: Iterable[Review | None]) -> tuple[Review, ...]:
    """Return each person's last review that says something, as GitHub itself counts them."""
    last: dict[str, Review] = {}
    for review in filter(None, reviews):
        last.pop(review.login.casefold(), None)
        last[review.login.casefold()] = review
    return tuple(review for review in last.values() if review.said is not Said.DISMISSED)


def counted(
    reviews: Iterable[Review],
    article: Article,
    people: Mapping[str, str],
    content: Callable[[str], str],
) -> Iterator[Counted]:
    """Yield what each review is worth for the article as it is now.

    Args:
        people: Address of each login, the login folded.
        content: Returns the digest of the article's content at a commit, `""` where it has none.
    """
    for review in reviews:
        verb = Verb.APPROVE if review.said is Said.APPROVED else Verb.SEND_BACK
        by = people.get(review.login.casefold(), "")
        why = _why_not(review, article, by, content(review.commit)) if by else (
            f"{review.login} is none of review.people in kb.toml"
        )  # fmt: skip
        yield Counted(review=review, verb=verb, by=by, refused=why)


def _why_not(review: Review, article: Article, by: str, seen: str) -> str:
    commit = review.commit[:_SHORT]
    submitted = [c.at for c in article.history if c.verb is Verb.SUBMIT]
    if not submitted or review.at < submitted[-1]:
        return f"{review.login} reviewed it before it was submitted the last time"
    back = [c.at for c in article.history if c.verb is Verb.WITHDRAW and is_same(c.by, by)]
    if back and review.at < back[-1]:
        return f"{review.login} took this approval back"
    if seen != digest(article):
        return f"{review.login} reviewed {commit}, which holds other bytes than the article now"
    return ""


def noted(number: int, review: Review) -> str:
    """Return where an approval was given, as its line in the history says it."""
    return f"pull request {number}, review {review.number}, commit {review.commit[:_SHORT]}"


def people_of(pairs: Iterable[str]) -> dict[str, str]:
    """Return the address of each login, from lines `login = address`.

    Raises:
        ConfigError: A line is not of this form.
    """
    people: dict[str, str] = {}
    for pair in pairs:
        login, equals, address = (part.strip() for part in pair.partition("="))
        if not (login and equals and "@" in address):
            raise ConfigError(
                "kb.toml: review.people", "a line is not 'login = address'", "Write it so"
            )
        people[login.casefold()] = address
    return people
