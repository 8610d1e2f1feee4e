"""The article's life, as pure transitions: every state and verb moves, or says why not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from kb.articles.approval import (
    SKEW,
    Verify,
    approvers,
    digest,
    is_approved,
    lacking,
    statement,
    why_not,
)
from kb.articles.article import Article, Change, State, Verb, is_id
from kb.articles.identity import is_same
from kb.errors import LifecycleError

MOVES = {
    (State.DRAFT, Verb.EDIT): State.DRAFT,
    (State.IN_REVIEW, Verb.EDIT): State.DRAFT,
    (State.PUBLISHED, Verb.EDIT): State.DRAFT,
    (State.DRAFT, Verb.SUBMIT): State.IN_REVIEW,
    (State.IN_REVIEW, Verb.SEND_BACK): State.DRAFT,
    (State.IN_REVIEW, Verb.APPROVE): State.IN_REVIEW,
    (State.IN_REVIEW, Verb.WITHDRAW): State.IN_REVIEW,
    (State.IN_REVIEW, Verb.PUBLISH): State.PUBLISHED,
    (State.PUBLISHED, Verb.FLAG): State.PUBLISHED,
    (State.PUBLISHED, Verb.RESOLVE): State.PUBLISHED,
    (State.PUBLISHED, Verb.VERIFY): State.PUBLISHED,
    (State.PUBLISHED, Verb.SUPERSEDE): State.ARCHIVED,
    (State.PUBLISHED, Verb.ARCHIVE): State.ARCHIVED,
}
"""Every move there is; a pair that is not here is refused."""
REMARKS = frozenset({Verb.FLAG, Verb.RESOLVE, Verb.VERIFY})
"""The verbs that say something about a live page and change nothing of it."""
_NOTES = {
    Verb.SEND_BACK: ("no reason is given", "Say what is missing with --note"),
    Verb.FLAG: ("no reason is given", "Say what is wrong with --note"),
    Verb.RESOLVE: ("nothing is said about how", "Say what was done with --note"),
    Verb.VERIFY: ("what was tried is not said", "Say with --tried what you did, and on what"),
    Verb.SUPERSEDE: ("no other article is named", "Name it with --by-article"),
}
Sign = Callable[[str], str]
"""Signs a statement with the key of the person who acts."""


def move(
    article: Article,
    verb: Verb,
    *,
    by: str,
    at: datetime,
    note: str = "",
    sign: Sign | None = None,
    verify: Verify | None = None,
) -> Article:
    """Return the article after `by` did `verb` at `at`; the change joins its history.

    Args:
        note: Why; of a verify what was tried, of a supersede the other article's id.
        sign: Signs an approval, where approvals are signed.
        verify: Checks approvals' signatures before a publish, where they are signed.

    Raises:
        LifecycleError: The state does not know the verb, nobody is named, the approver is one of
            the writers, the clock stands before the history, or the approval does not hold.
    """
    if (article.state, verb) not in MOVES:
        raise LifecycleError(
            article.id, f"{verb} is not for an article that is {article.state}", _offer(article)
        )
    _guard_person(article, by, at)
    _guard(article, verb, by, note, verify)
    article = _own_up(article, verb, by, at)
    change = Change(verb=verb, by=by.strip(), at=at, digest=digest(article), note=note.strip())
    if verb is Verb.APPROVE and sign is not None:
        change = replace(change, signature=sign(statement(article, change, article.history)))
    if verb is Verb.SUPERSEDE:
        article = replace(article, superseded_by=note.strip())
    return article.with_change(change, MOVES[article.state, verb])


def is_done(
    article: Article,
    verb: Verb,
    *,
    by: str,
    at: datetime,
    note: str = "",
    verify: Verify | None = None,
) -> bool:
    """Say whether `verb` by this person left the article as it is: repeating it does nothing.

    Whoever runs a killed command again, or sends a form twice, meets what they did already.
    """
    last = article.history[-1] if article.history else None
    match verb:
        case Verb.SUBMIT:
            return article.state is State.IN_REVIEW and _is_as_submitted(article)
        case Verb.APPROVE:
            reviewed = article.state in (State.IN_REVIEW, State.PUBLISHED)
            return reviewed and any(is_same(by, one) for one in approvers(article, verify))
        case Verb.WITHDRAW if last and last.verb is verb:
            return article.state is State.IN_REVIEW and is_same(last.by, by)
        case Verb.PUBLISH:
            return article.state is State.PUBLISHED and is_approved(article, verify)
        case Verb.RESOLVE:
            return article.state is State.PUBLISHED and not open_flags(article)
        case Verb.ARCHIVE:
            return article.state is State.ARCHIVED
        case Verb.SUPERSEDE:
            return article.state is State.ARCHIVED and article.superseded_by == note.strip()
        case Verb.SEND_BACK | Verb.FLAG | Verb.VERIFY if last and last.verb is verb:
            same = is_same(last.by, by) and last.note == note.strip()
            return same and last.at.date() == at.date() and _is_as_submitted(article)
    return False


def open_flags(article: Article) -> tuple[Change, ...]:
    """Return what was flagged since the flags were last resolved."""
    flags: list[Change] = []
    for change in article.history:
        if change.verb is Verb.RESOLVE:
            flags.clear()
        elif change.verb is Verb.FLAG:
            flags.append(change)
    return tuple(flags)


def grown_from(draft: Article, page: Article) -> Article | None:
    """Return the draft with what was remarked on its live page meanwhile, None if it is not its.

    The page's history must be the draft's, up to remarks; these join the draft's at its end, so
    that no approval's history changes.
    """
    pairs = zip(draft.history, page.history, strict=False)
    shared = next((n for n, (a, b) in enumerate(pairs) if a != b), len(page.history))
    rest = tuple(c for c in page.history[shared:] if c not in draft.history)
    if not shared or any(c.verb not in REMARKS for c in rest):
        return None
    return replace(draft, history=(*draft.history, *rest))


def _own_up(article: Article, verb: Verb, by: str, at: datetime) -> Article:
    """Before a submit, name who submits as the editor of whatever changed since the last line."""
    now = digest(article)
    if verb is not Verb.SUBMIT or (article.history and article.history[-1].digest == now):
        return article
    edit = Change(verb=Verb.EDIT, by=by.strip(), at=at, digest=now)
    return article.with_change(edit, article.state)


def _guard_person(article: Article, by: str, at: datetime) -> None:
    if not any(ch.isalnum() for ch in by):
        raise LifecycleError(
            article.id, "nobody is named", "Say who you are with --as or KB_PERSON"
        )
    if article.history and at < article.history[-1].at - SKEW:
        raise LifecycleError(
            article.id,
            "this machine's clock stands before the article's last change",
            "Set the clock right, then try again",
        )


def _guard(article: Article, verb: Verb, by: str, note: str, verify: Verify | None) -> None:
    if verb in _NOTES and not note.strip():
        raise LifecycleError(article.id, *_NOTES[verb])
    if verb is Verb.SUPERSEDE and (not is_id(note.strip()) or note.strip() == article.id):
        raise LifecycleError(article.id, "the other article's id is none", "Name another article")
    if verb is Verb.RESOLVE and not open_flags(article):
        raise LifecycleError(article.id, "nothing is flagged", "Flag it first")
    if verb is Verb.APPROVE and not _is_as_submitted(article):
        raise LifecycleError(
            article.id,
            "its text changed since it was submitted",
            "Send it back, then submit it again",
        )
    if verb is Verb.APPROVE and (why := why_not(article, by)):
        raise LifecycleError(article.id, f"approval refused: {why}", "Ask another reviewer")
    if verb is Verb.WITHDRAW and not any(is_same(by, one) for one in approvers(article)):
        raise LifecycleError(article.id, "no approval of yours holds", "Leave it as it is")
    if verb is Verb.PUBLISH and (what := lacking(article, verify)):
        raise LifecycleError(article.id, what, "Let a reviewer read and approve it as it is now")


def _is_as_submitted(article: Article) -> bool:
    return bool(article.history) and article.history[-1].digest == digest(article)


def _offer(article: Article) -> str:
    verbs = [str(verb) for (state, verb) in MOVES if state is article.state]
    return f"It can take: {', '.join(verbs) or 'nothing more'}"
