"""Lays a draft beside its evidence: each paragraph, step and listing with the words it stands on."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.articles.article import Article
from kb.articles.evidence import Evidence
from kb.tickets.ticket import Ticket

_AROUND = 160
_BLOCK = re.compile(
    r"(?ms)^ {0,7}(`{3,}|~{3,}).*?^ {0,7}\1[^\n]*$"  # a listing
    r"|^(?! {0,7}[`~]{3})[^\n]*\S[^\n]*$"  # a step, or a paragraph's first line
    r"(?:\n(?! {0,7}(?:[`~]{3}|\d+\. |[-*] ))[^\n]*\S[^\n]*$)*"  # and the lines that go on with it
)
_FENCE_MARK = re.compile(r"[`~]{3,}\w*")
_LIST_MARK = re.compile(r"(?m)^[^\S\n]*(?:\d+\.|[-*])\s+")


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


def parts(
    article: Article, evidence: Sequence[Evidence], tickets: dict[str, Ticket]
) -> Iterator[tuple[str, tuple[Block, ...]]]:
    """Yield each section's name and its blocks, the title first."""
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
