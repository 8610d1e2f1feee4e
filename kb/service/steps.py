"""A workspace's steps as it is configured: both doors take the same, and keep the same way."""

from collections.abc import Callable
from datetime import datetime

from kb.articles.article import Article
from kb.articles.library import Library
from kb.articles.repository import Repository
from kb.articles.residue import residue
from kb.articles.roles import Roles
from kb.articles.signature import sign_with, verify_with
from kb.articles.standard import Violation, check
from kb.articles.steps import Steps
from kb.config import Config
from kb.gates import settling
from kb.redaction import Redactor


def steps_of(config: Config, now: Callable[[], datetime], redactor: Redactor) -> Steps:
    """Return the workspace's steps by this clock."""
    review = config.review
    return Steps(
        library=Library(config.docs),
        look=lambda article: _violations(config, article, redactor),
        now=now,
        verify=verify_with(config.signers),
        sign=sign_with(config.ssh_key),
        roles=Roles(engineers=review.engineers, reviewers=review.reviewers, leads=review.leads),
        repository=_repository(config),
    )


def _violations(config: Config, article: Article, redactor: Redactor) -> tuple[Violation, ...]:
    """Return everything wrong with the article: what must not go out, and the standard."""
    settled = settling.read(config.root, config.key())
    return (*residue(article, redactor, settled), *check(article), *_alone(config, article))


def _alone(config: Config, article: Article) -> tuple[Violation, ...]:
    """Return a word about a translation of an article that is not there: it leads nowhere."""
    named = article.translation_of
    if not named or Library(config.docs).both(named):
        return ()
    what = f"translation_of names {named}, and there is no such article"
    todo = "Name the article that this one says in another language"
    return (Violation(rule="no-original", what=what, todo=todo, blocking=False),)


def keep(config: Config, article: Article) -> None:
    """Save the article and, where git is the store, commit it."""
    Library(config.docs).save(article)
    if repository := _repository(config):
        repository.record(article)


def _repository(config: Config) -> Repository | None:
    return Repository(config.docs) if config.review.git else None
