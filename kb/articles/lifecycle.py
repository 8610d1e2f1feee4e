"""The article's life, as pure transitions: every state and verb moves, or says why not."""

from datetime import datetime

from kb.articles.approval import NEEDED, approvers, digest, is_approved, why_not
from kb.articles.article import Article, Change, State, Verb
from kb.errors import LifecycleError

MOVES = {
    (State.DRAFT, Verb.EDIT): State.DRAFT,
    (State.IN_REVIEW, Verb.EDIT): State.DRAFT,
    (State.PUBLISHED, Verb.EDIT): State.DRAFT,
    (State.DRAFT, Verb.SUBMIT): State.IN_REVIEW,
    (State.IN_REVIEW, Verb.SEND_BACK): State.DRAFT,
    (State.IN_REVIEW, Verb.APPROVE): State.IN_REVIEW,
    (State.IN_REVIEW, Verb.PUBLISH): State.PUBLISHED,
    (State.PUBLISHED, Verb.ARCHIVE): State.ARCHIVED,
}
"""Every move there is; a pair that is not here is refused."""


def move(article: Article, verb: Verb, *, by: str, at: datetime, note: str = "") -> Article:
    """Return the article after `by` did `verb` at `at`; the change joins its history.

    Raises:
        LifecycleError: The state does not know the verb, nobody is named, the approver is one of
            the writers, or the approval does not hold for these bytes.
    """
    if (article.state, verb) not in MOVES:
        raise LifecycleError(
            article.id, f"{verb} is not for an article that is {article.state}", _offer(article)
        )
    if not by.strip():
        raise LifecycleError(
            article.id, "nobody is named", "Say who you are with --as or KB_PERSON"
        )
    _guard(article, verb, by, note)
    article = _own_up(article, verb, by, at)
    change = Change(verb=verb, by=by.strip(), at=at, digest=digest(article), note=note.strip())
    return article.with_change(change, MOVES[article.state, verb])


def _own_up(article: Article, verb: Verb, by: str, at: datetime) -> Article:
    """Before a submit, name who submits as the editor of whatever changed since the last line."""
    now = digest(article)
    if verb is not Verb.SUBMIT or (article.history and article.history[-1].digest == now):
        return article
    edit = Change(verb=Verb.EDIT, by=by.strip(), at=at, digest=now)
    return article.with_change(edit, article.state)


def _guard(article: Article, verb: Verb, by: str, note: str) -> None:
    if verb is Verb.SEND_BACK and not note.strip():
        raise LifecycleError(article.id, "no reason is given", "Say what is missing with --note")
    if verb is Verb.APPROVE and not _is_as_submitted(article):
        raise LifecycleError(
            article.id,
            "its text changed since it was submitted",
            "Send it back, then submit it again",
        )
    if verb is Verb.APPROVE and (why := why_not(article, by)):
        raise LifecycleError(article.id, f"approval refused: {why}", "Ask another reviewer")
    if verb is Verb.PUBLISH and not is_approved(article):
        raise LifecycleError(
            article.id,
            f"{len(approvers(article))} of {NEEDED[article.risk]} approvals hold for these bytes",
            "Let a reviewer read and approve it as it is now",
        )


def _is_as_submitted(article: Article) -> bool:
    return bool(article.history) and article.history[-1].digest == digest(article)


def _offer(article: Article) -> str:
    verbs = [str(verb) for (state, verb) in MOVES if state is article.state]
    return f"It can take: {', '.join(verbs) or 'nothing more'}"
