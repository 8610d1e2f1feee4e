"""Takes articles on the shelf one step of their life: found, gated, moved and saved."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from kb.articles.approval import Verify, approvers
from kb.articles.article import Article, State, Verb
from kb.articles.identity import is_same, person
from kb.articles.library import Library
from kb.articles.lifecycle import MOVES, Sign, grown_from, is_done, move
from kb.articles.repository import Repository
from kb.articles.roles import ANYBODY, Roles
from kb.articles.standard import UNSETTLED, Violation
from kb.errors import GateError, LifecycleError

GATED = frozenset({Verb.SUBMIT, Verb.APPROVE, Verb.PUBLISH})
"""The verbs that nothing blocking may pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What a step did: the article after it, and whether anything was left to do."""

    article: Article
    moved: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """Both doors take their steps here, under the workspace's lock.

    Attributes:
        look: Returns every violation of an article, the standard's and the redactor's.
        now: The clock.
        verify: Checks approvals' signatures; None where the workspace lists no signers.
        sign: Signs the approvals of the person who acts; None where no key is named.
        roles: Who may do what.
        repository: Where each change becomes a commit; None where git is not the store.
    """

    library: Library
    look: Callable[[Article], tuple[Violation, ...]]
    now: Callable[[], datetime]
    verify: Verify | None = None
    sign: Sign | None = None
    roles: Roles = ANYBODY
    repository: Repository | None = None

    def take(
        self, article_id: str, verb: Verb, *, by: str, note: str = "", dry: bool = False
    ) -> Step:
        """Do `verb` to the article; what was done already is left as it is.

        Args:
            dry: Say what would be done, and write nothing.

        Raises:
            LifecycleError: There is no such article, or its state or its approval forbids the verb.
            GateError: Something blocking is wrong with it.
        """
        article, at = self.find(article_id, verb), self.now()
        if is_done(article, verb, by=by, at=at, note=note, verify=self.verify):
            return self._kept(Step(article=article, moved=False), dry)
        if why := self.roles.why_not(by, verb):
            raise LifecycleError(
                article.id, why, "Ask somebody who may, or see [review] in kb.toml"
            )
        article = self._hold(article, verb, by, note)
        moved = move(article, verb, by=by, at=at, note=note, sign=self._sign, verify=self.verify)
        self._hold_signature(moved, verb, by)
        if not dry:
            self.library.save(moved)
        return self._kept(Step(article=moved, moved=True), dry)

    def _kept(self, step: Step, dry: bool) -> Step:
        """Commit the step, also one that a killed process saved and did not commit."""
        if self.repository and not dry and step.article.history:
            self.repository.record(step.article)
        return step

    @property
    def _sign(self) -> Sign | None:
        """Sign where signatures count: without a list of signers nobody could check them."""
        return self.sign if self.verify else None

    def find(self, article_id: str, verb: Verb) -> Article:
        """Return the draft or the live page, whichever can take the verb; else the draft.

        Raises:
            LifecycleError: There is no such article.
        """
        both = self.library.both(article_id)
        fitting = [article for article in both if (article.state, verb) in MOVES]
        return next(iter((*fitting, *both)), None) or self.library.find(article_id)

    def _hold(self, article: Article, verb: Verb, by: str, note: str) -> Article:
        """Refuse what would let something wrong out, or lay one article over another."""
        if verb in GATED and (blocking := self._blocking(article, verb)):
            raise GateError(
                article.id,
                "; ".join(f"{one.what} ({one.rule})" for one in blocking),
                f"Mend {self.library.path(article).name}, then run kb check",
            )
        if verb is Verb.APPROVE and self.repository:
            self._hold_git(self.repository.writers(article.id), article, by)
        others = [a for a in self.library.both(article.id) if a != article]
        if verb is Verb.PUBLISH:
            return _over(article, others)
        if verb is Verb.SUPERSEDE:
            self.library.find(note.strip(), State.PUBLISHED)
        if verb in _ENDS and any(a.state is not State.ARCHIVED for a in others):
            raise LifecycleError(
                article.id,
                "a revision of it is being written",
                "Publish the revision or delete its file, then archive",
            )
        return article

    def _blocking(self, article: Article, verb: Verb) -> list[Violation]:
        """Return what stands in the verb's way; what is unsettled waits for the reviewer."""
        waits = {UNSETTLED} if verb is Verb.SUBMIT else set()
        return [one for one in self.look(article) if one.blocking and one.rule not in waits]

    def _hold_git(self, wrote: frozenset[str], article: Article, by: str) -> None:
        """Refuse whoever git names as an author or co-author of the content."""
        if any(is_same(by, one) for one in wrote):
            raise LifecycleError(
                article.id,
                "approval refused: git names you as an author of it; a second person approves",
                "Ask another reviewer",
            )

    def _hold_signature(self, moved: Article, verb: Verb, by: str) -> None:
        """Refuse an approval that would not hold, while its person can still mend it."""
        if verb is not Verb.APPROVE or self.verify is None:
            return
        if self.sign is None:
            raise LifecycleError(
                moved.id,
                "approvals are signed here, and no key is named",
                "Set KB_SSH_KEY to your private key's path",
            )
        if person(by) not in approvers(moved, self.verify):
            raise LifecycleError(
                moved.id,
                "the key is not one of yours among the allowed signers, or has approved already",
                "Use the key that is listed for you",
            )


_ENDS = frozenset({Verb.ARCHIVE, Verb.SUPERSEDE})


def _over(draft: Article, others: list[Article]) -> Article:
    """Return the draft as it may replace the live page, if there is one.

    Raises:
        LifecycleError: The live page of this id is another article.
    """
    for page in others:
        grown = grown_from(draft, page)
        if grown is None:
            raise LifecycleError(
                draft.id,
                "the live page of this id has another history",
                "Give the draft an id of its own, or archive the page first",
            )
        draft = grown
    return draft
