"""`kb review github`: a pull request for each article in review, and its reviews taken in."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import click

from kb.articles.article import Article, State, Verb
from kb.articles.pull_request import Counted, PullRequests, counted, noted, people_of
from kb.articles.repository import Repository
from kb.articles.steps import Steps
from kb.cli import out
from kb.cli.check import layout
from kb.cli.workspace import Workspace, dry_option, json_option, open_workspace
from kb.config import Config
from kb.errors import ConfigError, KbError, LifecycleError
from kb.gates.git import pushed
from kb.gates.objects import refused
from kb.tickets.http import Http, Params, origin

_TOKEN = "KB_GITHUB_TOKEN"
_REPOSITORY = re.compile(r"[\w-]{1,40}/(?!\.)[\w.-]{1,100}")
_NOTE = 500


@dataclass(slots=True, kw_only=True)
class _Exchange:
    """One round with GitHub: what was done, and what was refused."""

    workspace: Workspace
    pulls: PullRequests
    steps: Steps
    repository: Repository
    people: Mapping[str, str]
    dry: bool
    refused: list[KbError] = field(default_factory=list)

    def gate(self, waiting: Sequence[Article]) -> bool:
        """Commit each article to its branch, and say whether all of it may be pushed."""
        for article in waiting:
            self.repository.record(article)
        lines = [self.repository.push_line(article.id) for article in waiting]
        root = self.workspace.config.root
        things = pushed(root, filter(None, lines))
        self.refused += refused(things, layout(self.workspace), self.workspace.judge())
        return not self.refused

    def row(self, article: Article) -> dict[str, Any]:
        """Bring one article's branch over, take its reviews in, and say what was done."""
        number = self._pull_request(article)
        reviews = self.pulls.reviews(number) if number else ()
        content = lambda commit: self.repository.content(commit, article.id)  # noqa: E731
        done = [self._take(article, number or 0, one)
                for one in counted(reviews, article, self.people, content)]  # fmt: skip
        return {"id": article.id, "pull_request": number, "reviews": done}

    def _pull_request(self, article: Article) -> int | None:
        """Return the article's pull request, opened where there was none."""
        branch = f"kb/{article.id}"
        if not self.dry:
            self.repository.push(article.id, self.workspace.config.review.remote)
        number = self.pulls.number(branch)
        if number or self.dry:
            return number
        title = f"Review {article.id}: {' '.join(article.title.split())}"
        return self.pulls.open(branch, title, _BODY.format(id=article.id))

    def _take(self, article: Article, number: int, one: Counted) -> dict[str, str]:
        said = {"login": one.review.login, "by": one.by, "verb": str(one.verb), "refused": ""}
        try:
            if one.refused:
                raise LifecycleError(article.id, one.refused, "Ask for a new review, or mend it")
            note = noted(number, one.review)
            if one.verb is Verb.SEND_BACK:
                words = self.workspace.redactor.redact(one.review.body.strip()[:_NOTE]).text
                note = f"{words} ({note})" if words else note
            self.steps.take(article.id, one.verb, by=one.by, note=note, dry=self.dry)
        except KbError as error:
            self.refused.append(error)
            said["refused"] = error.what
        return said


_BODY = """The article `{id}` waits for review; the file in `drafts/` is what readers will see.

An approval here counts for exactly the bytes of the commit that was approved. Whoever wrote the
article may not approve it. Request changes to send it back.
"""


@click.command(name="github")
@dry_option
@json_option
def github_reviews(dry_run: bool, as_json: bool) -> None:
    """Open a pull request for each article in review, and take in what its reviewers said.

    An approval counts when `review.people` names its login, and the commit that was approved holds
    the bytes of the article now. A change request sends the article back.
    """
    workspace = open_workspace()
    with workspace.store(alone=True), _http(workspace.config) as http:
        exchange = _exchange(workspace, http, dry_run)
        waiting = [a for a in workspace.library.articles() if a.state is State.IN_REVIEW]
        may = dry_run or exchange.gate(waiting)
        rows = [exchange.row(article) for article in waiting if may]
    if as_json:
        out.data("review-github", articles=rows)
    else:
        out.table(_lines(rows))
    for error in exchange.refused:
        out.say(str(error))
    if exchange.refused:
        click.get_current_context().exit(1)


def _lines(rows: list[dict[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for row in rows:
        number = f"#{row['pull_request']}" if row["pull_request"] else "none yet"
        taken = [f"{one['verb']} by {one['by']}" for one in row["reviews"] if not one["refused"]]
        yield row["id"], number, ", ".join(taken) or "no review counts yet"


def _exchange(workspace: Workspace, http: Http, dry: bool) -> _Exchange:
    def ask(path: str, params: Params | None = None, *, body: Any = None) -> Any:
        return http.ask(path, params, body=body).body

    config = workspace.config
    return _Exchange(
        workspace=workspace,
        pulls=PullRequests(ask=ask, project=config.review.github),
        steps=workspace.steps(),
        repository=Repository(config.docs),
        people=people_of(config.review.people),
        dry=dry,
    )


@contextmanager
def _http(config: Config) -> Iterator[Http]:
    review = config.review
    if not (review.git and _REPOSITORY.fullmatch(review.github)):
        raise ConfigError(
            "kb.toml: review.github",
            "no repository is named, or articles are not kept in git",
            "Set review.git = true and review.github to owner/name",
        )
    token = os.environ.get(_TOKEN, "")
    if not token:
        raise ConfigError(_TOKEN, "it is not set", "Set it to a token that may open pull requests")
    headers = {"Accept": "application/vnd.github+json", "User-Agent": "docworthy",
               "X-GitHub-Api-Version": "2022-11-28", "Authorization": f"Bearer {token}"}  # fmt: skip
    base = origin(review.github_url, "review.github_url")
    with Http(base=base, headers=headers, credentials=_TOKEN, tell=out.say) as http:
        yield http
