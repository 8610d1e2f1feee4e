"""The reviewers' desk: what waits, one article with everything about it, and what is done to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from kb.articles.approval import NEEDED, approvers, digest, lacking, why_not
from kb.articles.article import Article, State, Verb
from kb.articles.identity import is_same, person
from kb.articles.library import Library
from kb.articles.lifecycle import MOVES, move
from kb.articles.residue import Residual, redacted_too, residuals, settle
from kb.articles.settled import Settled, Verdict, is_sure_secret
from kb.articles.standard import Violation
from kb.articles.steps import Steps
from kb.config import Config
from kb.errors import KbError, LifecycleError
from kb.gates import settling
from kb.redaction import Redactor
from kb.service import queue
from kb.service.beside import Block, parts
from kb.service.difference import Part, difference
from kb.service.editing import edited, fields_of
from kb.service.failures import Refusal
from kb.service.queue import ReviewFigures, Waiting
from kb.service.steps import keep, steps_of
from kb.store.store import Store
from kb.tickets.ticket import Ticket

VERBS = {
    "submit": Verb.SUBMIT,
    "approve": Verb.APPROVE,
    "withdraw": Verb.WITHDRAW,
    "send-back": Verb.SEND_BACK,
    "flag": Verb.FLAG,
    "resolve": Verb.RESOLVE,
    "verify": Verb.VERIFY,
}
ON_PAGE = ("flag", "resolve", "verify")
"""The verbs for a live page; the others are for a draft."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything on the reviewer's page.

    Attributes:
        digest: Of the content as shown; it is posted back and must still hold.
        parts: Each section's name and its blocks, the title first.
        refusals: For each verb why it cannot be done now, `""` where it can.
        unsigned: Who approved these bytes without a signature that counts, where one is asked for.
        lacking: What a live page lacks to be approved, `""` for nothing.
        residuals: What may be private in it, each with whether one person may let it stand.
        changes: What the revision changes against the live page, `()` where there is none.
        is_revision: Whether there is a live page of this article.
        before: The article before this one in the queue, `""` for none.
        after: The article after it.
    """

    waiting: Waiting
    digest: str
    parts: tuple[tuple[str, tuple[Block, ...]], ...]
    refusals: dict[str, str]
    approvers: tuple[str, ...]
    unsigned: tuple[str, ...]
    lacking: str
    needed: int
    residuals: tuple[tuple[Residual, bool], ...]
    changes: tuple[Part, ...]
    is_revision: bool
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflict:
    """An edit that met another: both versions, and what lies between them."""

    fields: dict[str, str]
    now: Article
    between: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """The reviewers' desk of one workspace."""

    config: Config
    store: Store
    now: Callable[[], datetime]

    def queue(self) -> tuple[tuple[Waiting, ...], tuple[KbError, ...], ReviewFigures]:
        """Return what waits in its order, what cannot be read, and the review's own figures."""
        shelf, now = self._library.shelf(), self.now()
        events = self.store.events.all(since=now - queue.LOOK_BACK)
        look, verify = self.steps.look, self.steps.verify
        lines = [
            queue.waiting(a, now, violations=look(a), events=events, verify=verify)
            for a in shelf.articles
            if queue.waits(a)
        ]
        return queue.in_order(lines), shelf.broken, queue.figures(shelf.articles, now, verify)

    def sheet(self, article_id: str, who: str) -> Sheet:
        """Return the article with its evidence, as `who` may act on it.

        Raises:
            Refusal: There is no such article (404).
        """
        article = self.find(article_id)
        verify, wrong = self.steps.verify, self.look(article)
        waiting = queue.waiting(article, self.now(), violations=wrong, verify=verify)
        evidence = self._library.evidence(article_id)
        live = self._live(article)
        before, after = self._beside(article)
        return Sheet(
            waiting=waiting,
            digest=digest(article),
            parts=tuple(parts(article, evidence, self._tickets({e.ticket for e in evidence}))),
            refusals={name: self._refusal(waiting, verb, who) for name, verb in VERBS.items()},
            approvers=tuple(sorted(approvers(article, verify))),
            unsigned=tuple(sorted(approvers(article) - approvers(article, verify))),
            lacking=lacking(article, verify) if article.state is State.PUBLISHED else "",
            needed=NEEDED[article.risk],
            residuals=tuple((r, not is_sure_secret(r.finding)) for r in self._residuals(article)),
            changes=difference(live, article) if live else (),
            is_revision=live is not None,
            before=before,
            after=after,
        )

    def did(self, article_id: str, verb: Verb, who: str) -> bool:
        """Say whether this was the last thing that was done to the article, and `who` did it."""
        last = (a.history[-1] for a in self._library.both(article_id) if a.history)
        return any(one.verb is verb and is_same(one.by, who) for one in last)

    def undoable(self, article_id: str, who: str) -> str:
        """Return the digest of what `who` approved and may still take back, `""` if nothing."""
        verify = self.steps.verify
        for article in self._library.both(article_id):
            if article.state is State.IN_REVIEW and person(who) in approvers(article, verify):
                return digest(article)
        return ""

    def act(self, article_id: str, verb: Verb, *, by: str, seen: str, note: str) -> Article:
        """Do `verb` to the article whose content still has the digest `seen`.

        Call it under the workspace's lock.

        Raises:
            Refusal: No such article waits (404), or its content changed since it was read (409).
            KbError: Its state, its violations, the person's role or the approver forbid the verb.
        """
        if digest(self.find(article_id)) != seen:
            raise Refusal(
                409,
                article_id,
                "the article changed after you opened it",
                "Open it again, read what is new, then decide",
            )
        return self.steps.take(article_id, verb, by=by, note=note).article

    def edit(self, article_id: str, form: dict[str, str], *, by: str, seen: str) -> Conflict | None:
        """Save what was typed, or return both versions where somebody else was quicker.

        Call it under the workspace's lock.

        Raises:
            KbError: The text is no article, or the person may not edit.
        """
        article = self.find(article_id)
        after = edited(article, form)
        if digest(after) == digest(article):
            return None
        if digest(article) != seen:
            return Conflict(
                fields=fields_of(after), now=article, between=difference(article, after)
            )
        if why := self.steps.roles.why_not(by, Verb.EDIT):
            raise LifecycleError(article_id, why, "Ask an engineer of this workspace")
        keep(self.config, move(after, Verb.EDIT, by=by, at=self.now()))
        return None

    def find(self, article_id: str) -> Article:
        """Return the draft, or the live page where there is no draft.

        Raises:
            Refusal: There is neither (404).
        """
        for article in self._library.both(article_id):
            if article.state is not State.ARCHIVED:
                return article
        raise Refusal(404, "review", "no such article is here", "Go back to the queue")

    def both(self, article_id: str) -> tuple[Article, ...]:
        """Return the draft and the live page, as far as there are any."""
        return self._library.both(article_id)

    def around(self, article_id: str) -> tuple[str, str]:
        """Return the ids before and after it among those that wait in its state."""
        return self._beside(self.find(article_id))

    def look(self, article: Article) -> tuple[Violation, ...]:
        """Return every violation, the standard's and the redactor's."""
        return self.steps.look(article)

    def settle(self, article_id: str, number: int, verdict: Verdict, *, by: str, seen: str) -> None:
        """Settle the article's finding of this number: let it stand, or take it out.

        What is let stand is remembered for the workspace; what is taken out is an edit of the
        person who did it. Call it under the workspace's lock.

        Raises:
            Refusal: The article changed since it was read (409), or has no such finding (404).
            LifecycleError: Nobody is named, or one person's word is not enough.
        """
        article = self.find(article_id)
        if digest(article) != seen:
            raise Refusal(
                409, article_id, "the article changed after you opened it", "Open it again"
            )
        found = self._residuals(article)
        if not 0 <= number < len(found):
            raise Refusal(404, article_id, "there is no such finding any more", "Open it again")
        if why := self.steps.roles.why_not(by, Verb.EDIT):
            raise LifecycleError(article_id, why, "Ask an engineer of this workspace")
        row = settle(
            found[number], verdict, article=article, key=self.config.secret(), by=by, at=self.now()
        )
        settling.append(self.config.root, row)
        if verdict is Verdict.SENSITIVE:
            clean = redacted_too(article, found[number])
            keep(self.config, move(clean, Verb.EDIT, by=by, at=self.now()))

    def _residuals(self, article: Article) -> tuple[Residual, ...]:
        return residuals(article, self._redactor, self._settled)

    @property
    def _redactor(self) -> Redactor:
        return Redactor.of(self.config.redaction)

    @property
    def _settled(self) -> Settled:
        return settling.read(self.config.root, self.config.key())

    @property
    def steps(self) -> Steps:
        """The workspace's steps, the same as the command line takes."""
        return steps_of(self.config, self.now, self._redactor)

    @property
    def _library(self) -> Library:
        return Library(self.config.docs)

    def _live(self, draft: Article) -> Article | None:
        if draft.state is State.PUBLISHED:
            return None
        pages = (a for a in self._library.both(draft.id) if a.state is State.PUBLISHED)
        return next(pages, None)

    def _beside(self, article: Article) -> tuple[str, str]:
        ids = [w.article.id for w in self.queue()[0] if w.article.state is article.state]
        at = ids.index(article.id) if article.id in ids else len(ids)
        return ids[at - 1] if at else "", ids[at + 1] if at + 1 < len(ids) else ""

    def _refusal(self, waiting: Waiting, verb: Verb, who: str) -> str:
        return _sentence(_why_not(waiting, verb) or self._why_not_you(waiting, verb, who))

    def _why_not_you(self, waiting: Waiting, verb: Verb, who: str) -> str:
        if who and (why := self.steps.roles.why_not(who, verb)):
            return why
        if verb is not Verb.APPROVE:
            return ""
        steps = self.steps
        if steps.verify and not steps.sign:
            return f"approvals are signed here: kb review approve {waiting.article.id}"
        return why_not(waiting.article, who) if who else ""

    def _tickets(self, keys: set[str]) -> dict[str, Ticket]:
        return {t.key: t for t in self.store.tickets.all() if t.key in keys} if keys else {}


def _why_not(waiting: Waiting, verb: Verb) -> str:
    """Return why the article cannot take the verb from anybody, `""` when it can."""
    article = waiting.article
    if (article.state, verb) not in MOVES:
        return "it is submitted already" if verb is Verb.SUBMIT else "submit it first"
    if verb is Verb.RESOLVE:
        return "" if waiting.flags else "nothing is flagged"
    if verb in (Verb.SUBMIT, Verb.APPROVE) and (why := _blocked(waiting.blocking)):
        return why
    return "it is approved already" if verb is Verb.APPROVE and waiting.approved else ""


def _blocked(blocking: Sequence[Violation]) -> str:
    count = len(blocking)
    return f"{count} blocking violation{'' if count == 1 else 's'} of the standard" if count else ""


def _sentence(why: str) -> str:
    return f"{why[0].upper()}{why[1:]}." if why else ""
