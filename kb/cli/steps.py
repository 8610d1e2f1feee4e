"""Takes the same step with many articles: all are tried, and what was refused is told together."""

from collections.abc import Iterable
from dataclasses import dataclass

import click

from kb.articles.article import Article, Verb
from kb.articles.residue import residue
from kb.articles.roles import Roles
from kb.articles.signature import sign_with, verify_with
from kb.articles.standard import Violation, check
from kb.articles.steps import Step, Steps
from kb.cli import out
from kb.cli.workspace import Workspace, now
from kb.config import Review
from kb.errors import KbError


@dataclass(frozen=True, slots=True, kw_only=True)
class Walk:
    """What became of each article."""

    taken: tuple[Step, ...]
    refused: tuple[KbError, ...]

    def end(self) -> None:
        """Tell what was refused; the command then ends with 1."""
        for error in self.refused:
            out.say(str(error))
        if self.refused:
            click.get_current_context().exit(1)


def violations(workspace: Workspace, article: Article) -> tuple[Violation, ...]:
    """Return everything wrong with the article: the standard, and what must not go out."""
    return (*residue(article, workspace.redactor, workspace.settled), *check(article))


def steps_of(workspace: Workspace) -> Steps:
    """Return the workspace's steps, by the system's clock."""
    config = workspace.config
    return Steps(
        library=workspace.library,
        look=lambda article: violations(workspace, article),
        now=now,
        verify=verify_with(config.signers),
        sign=sign_with(config.ssh_key),
        roles=roles_of(config.review),
        repository=workspace.repository,
    )


def roles_of(review: Review) -> Roles:
    """Return who may do what, as the workspace says."""
    return Roles(engineers=review.engineers, reviewers=review.reviewers, leads=review.leads)


def take_all(
    workspace: Workspace,
    ids: Iterable[str],
    verb: Verb,
    *,
    by: str,
    note: str = "",
    dry: bool = False,
) -> Walk:
    """Take the step with every article; one that cannot be moved does not stop the others."""
    steps, taken, refused = steps_of(workspace), list[Step](), list[KbError]()
    for article_id in dict.fromkeys(ids):
        try:
            taken.append(steps.take(article_id, verb, by=by, note=note, dry=dry))
        except KbError as error:
            refused.append(error)
    return Walk(taken=tuple(taken), refused=tuple(refused))
