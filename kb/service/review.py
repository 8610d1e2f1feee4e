"""What a reviewer sees and does: the queue, a draft beside its evidence, and the three verbs."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from kb.articles.approval import NEEDED, approvers, digest, is_approved, why_not
from kb.articles.article import Article, State, Verb
from kb.articles.evidence import Evidence
from kb.articles.library import Library
from kb.articles.lifecycle import MOVES, move
from kb.articles.standard import Violation, check
from kb.config import Config
from kb.errors import KbError, LifecycleError
from kb.service.failures import Refusal
from kb.store.store import Store
from kb.tickets.ticket import Ticket

VERBS = {"submit": Verb.SUBMIT, "approve": Verb.APPROVE, "send-back": Verb.SEND_BACK}
_WAITING = (State.IN_REVIEW, State.DRAFT)
_AROUND = 160
_BLOCK = re.compile(
    r"(?ms)^ {0,7}(`{3,}|~{3,}).*?^ {0,7}\1[^\n]*$"  # a listing
    r"|^(?! {0,7}[`~]{3})[^\n]*\S[^\n]*$"  # a step, or a paragraph's first line
    r"(?:\n(?! {0,7}(?:[`~]{3}|\d+\. |[-*] ))[^\n]*\S[^\n]*$)*"  # and the lines that go on with it
)
_FENCE_MARK = re.compile(r"[`~]{3,}\w*")
_LIST_MARK = re.compile(r"(?m)^\s*(?:\d+\.|[-*])\s+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One line of the queue."""

    article: Article
    days: int
    violations: tuple[Violation, ...]
    approved: bool

    @property
    def blocking(self) -> tuple[Violation, ...]:
        """The violations that keep it from going out."""
        return tuple(v for v in self.violations if v.blocking)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """Where a sentence comes from: the words of a ticket, or a person.

    Attributes:
        before: What stands before the words in the message, shortened.
        words: The words themselves.
        after: What follows them, shortened.
    """

    ticket: str
    message: str
    role: str
    before: str
    words: str
    after: str
    person: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph, step or listing of the draft, and what it stands on.

    Attributes:
        unproven: The words of it that stand in no quoted sentence, `""` where all do.
    """

    text: str
    is_code: bool
    quotes: tuple[Quote, ...]
    unproven: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Everything on the reviewer's page.

    Attributes:
        digest: Of the content as shown; it is posted back and must still hold.
        parts: Each section's name and its blocks, the title first.
        refusals: For each verb why it cannot be done now, `""` where it can.
    """

    waiting: Waiting
    digest: str
    parts: tuple[tuple[str, tuple[Block, ...]], ...]
    refusals: dict[str, str]
    approvers: tuple[str, ...]
    needed: int


@dataclass(frozen=True, slots=True)
class Desk:
    """The reviewers' desk of one workspace."""

    config: Config
    store: Store
    now: Callable[[], datetime]

    def queue(self) -> tuple[tuple[Waiting, ...], tuple[KbError, ...]]:
        """Return what waits, in review first, then by tickets behind it and age; and what broke."""
        shelf = Library(self.config.docs).shelf()
        lines = [self._waiting(a) for a in shelf.articles if a.state in _WAITING]
        lines.sort(
            key=lambda w: (_WAITING.index(w.article.state), -len(w.article.tickets), -w.days)
        )
        return tuple(lines), shelf.broken

    def sheet(self, article_id: str, who: str) -> Sheet:
        """Return the draft with its evidence, as `who` may act on it.

        Raises:
            Refusal: No such article waits (404).
        """
        library = Library(self.config.docs)
        article = _find(library, article_id)
        waiting = self._waiting(article)
        evidence = library.evidence(article_id)
        tickets = self._tickets({e.ticket for e in evidence})
        return Sheet(
            waiting=waiting,
            digest=digest(article),
            parts=tuple(_parts(article, evidence, tickets)),
            refusals={name: _refusal(waiting, verb, who) for name, verb in VERBS.items()},
            approvers=tuple(sorted(approvers(article))),
            needed=NEEDED[article.risk],
        )

    def act(self, article_id: str, verb: Verb, *, by: str, seen: str, note: str) -> Article:
        """Do `verb` to the article whose content still has the digest `seen`.

        Call it under the workspace's lock.

        Raises:
            Refusal: No such article waits (404), or its content changed since it was read (409).
            LifecycleError: Its state, its violations or the approver forbid the verb.
        """
        library = Library(self.config.docs)
        article = _find(library, article_id)
        if digest(article) != seen:
            raise Refusal(
                409,
                article_id,
                "the article changed after you opened it",
                "Open it again, read what is new, then decide",
            )
        moved = move(article, verb, by=by, at=self.now(), note=note)
        if verb is Verb.APPROVE and (why := _blocked(self._waiting(article))):
            raise LifecycleError(article_id, why, "Send it back with a note")
        library.save(moved)
        return moved

    def _waiting(self, article: Article) -> Waiting:
        since = article.history[-1].at if article.history else self.now()
        return Waiting(
            article=article,
            days=max(0, (self.now() - since).days),
            violations=check(article),
            approved=is_approved(article),
        )

    def _tickets(self, keys: set[str]) -> dict[str, Ticket]:
        return {t.key: t for t in self.store.tickets.all() if t.key in keys} if keys else {}


def _find(library: Library, article_id: str) -> Article:
    for article in library.shelf().articles:
        if article.id == article_id and article.state in _WAITING:
            return article
    raise Refusal(404, "review", "no such article waits for review", "Go back to the queue")


def _refusal(waiting: Waiting, verb: Verb, who: str) -> str:
    article = waiting.article
    if (article.state, verb) not in MOVES:
        return "It is submitted already." if verb is Verb.SUBMIT else "Submit it first."
    if verb is not Verb.APPROVE:
        return ""
    if why := _blocked(waiting):
        return f"{why[0].upper()}{why[1:]}."
    if waiting.approved:
        return "It is approved already."
    why = why_not(article, who) if who else ""
    return f"{why[0].upper()}{why[1:]}." if why else ""


def _blocked(waiting: Waiting) -> str:
    count = len(waiting.blocking)
    return f"{count} blocking violation{'' if count == 1 else 's'} of the standard" if count else ""


def _parts(
    article: Article, evidence: Sequence[Evidence], tickets: dict[str, Ticket]
) -> Iterator[tuple[str, tuple[Block, ...]]]:
    texts = (("Title", article.title), *article.sections)
    for name, text in texts:
        own = [e for e in evidence if e.section == name]
        yield name, tuple(_blocks(text, own, tickets))


def _blocks(text: str, evidence: Sequence[Evidence], tickets: dict[str, Ticket]) -> Iterator[Block]:
    for match in _BLOCK.finditer(text):
        block = match.group().strip("\n")
        held = [e for e in evidence if _holds(block, e.sentence)]
        yield Block(
            text=block,
            is_code=match.group(1) is not None,
            quotes=tuple(_quote(e, tickets.get(e.ticket)) for e in held),
            unproven=_unproven(block, held),
        )


def _holds(block: str, sentence: str) -> bool:
    """Say whether one is part of the other, whatever the line breaks and list marks."""
    inner, outer = sorted((_words(block).casefold(), _words(sentence).casefold()), key=len)
    return bool(inner) and inner in outer


def _unproven(block: str, held: Sequence[Evidence]) -> str:
    left = _words(block)
    sentences = sorted((_words(e.sentence) for e in held), key=len, reverse=True)
    if any(left.casefold() in sentence.casefold() for sentence in sentences):
        return ""
    for sentence in sentences:
        left = re.sub(re.escape(sentence), " ", left, flags=re.IGNORECASE)
    left = _FENCE_MARK.sub(" ", left)
    return " ".join(left.split()) if re.search(r"\w", left) else ""


def _words(text: str) -> str:
    return " ".join(_LIST_MARK.sub("", text).split())


def _quote(evidence: Evidence, ticket: Ticket | None) -> Quote:
    role, body = _source(evidence, ticket)
    start, end = evidence.start, evidence.end
    if end <= start:
        start, end = 0, len(body)
    return Quote(
        ticket=evidence.ticket,
        message=evidence.message,
        role=role,
        before=("…" if start > _AROUND else "") + body[max(0, start - _AROUND) : start],
        words=body[start:end],
        after=body[end : end + _AROUND] + ("…" if len(body) > end + _AROUND else ""),
        person=evidence.person,
    )


def _source(evidence: Evidence, ticket: Ticket | None) -> tuple[str, str]:
    """Return who said it and the whole redacted text that it stands in."""
    if ticket is None:
        return "", ""
    if evidence.message == "subject":
        return "subject", ticket.subject
    if evidence.message.startswith("field:"):
        name = evidence.message.removeprefix("field:")
        return f"field {name}", ticket.field(name)
    for message in ticket.messages:
        if message.id == evidence.message:
            return str(message.role), message.body
    return "", ""
