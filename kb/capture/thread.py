"""Reads a thread: cuts messages into sentences, steps and code, and finds what solved it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from kb.tickets.ticket import Message, Role, Satisfaction, Status, Ticket


class Form(StrEnum):
    """The shape of a unit."""

    SENTENCE = "sentence"
    STEP = "step"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A sentence, a list item or a block of code, and where it stands in its message."""

    form: Form
    text: str
    message: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """The message that solved the ticket.

    Attributes:
        message: The one that solved it; unconfirmed, the likeliest one, if any.
        confirmed: Whether somebody says that it worked; without, nothing may be drafted.
        why: What says so, or what is missing.
        confidence: From 0 to 1.
    """

    message: Message | None
    confirmed: bool
    why: str
    confidence: float


_CONFIRM = re.compile(
    r"(?i)\b(works?|worked|working|fixed|solved|resolved|confirmed|can confirm|did (it|the trick)"
    r"|that('s| was| is)? (was )?(it|all|exactly it|the (thing|one|reason|cause))|was the thing|was it"
    r"|found it|(is|are|it's|they're|now|up and|back) (up|online|running|green|gone|quiet|in again)"
    r"|back (up|online|to normal|in business)|no more|shown correctly|accepted at once|problem gone"
    r"|(starts?|started|deployed|delivered|registered|streaming|unlocked|installed|moving|passed)"
    r"|without (a |one )?(problem|cut|error|lookup error|interruption)|you can close|can be closed"
    r"|thanks|thank you|thx|merci|gracias|grazie|danke|takk|kiitos|brilliant|perfect|all (good|set|done))\b"
)
_DENY = re.compile(
    r"(?i)(\?\s*$|\b(still|n't|never mind|nevermind|anyway|no luck|same (error|problem|issue)"
    r"|unfortunately|not (very |really |so )?(helpful|yet|working|solved|fixed|gone)|come back|i'll (ask"
    r"|try|check|test)|i will (watch|ask|try|check|test)|will (watch|report|try)|in advance|any idea"
    r"|before i|gave up|reinstalled|if (it|that|this) (works|worked))\b)"
)
_SELF = re.compile(
    r"(?i)\b(i|we) (have )?(fixed|solved|figured|found|worked) (it|this|the|out|a)\b"
)
_GREETING = re.compile(
    r"(?i)^\W*((hi|hello|hey|dear|good (morning|afternoon|evening)|hallo|greetings|ciao|hola|moin)"
    r"\b[^.!?\n]{0,60}|[\w<>-]+( [\w<>-]+){0,2},)$"
)
_TALK = re.compile(
    r"(?i)(^\W*(thanks|thank you|many thanks|cheers|best|regards|kind regards|best regards|sorry"
    r"|apologies|great|perfect|awesome|hope (this|that)|no problem|happy to|glad|you're welcome"
    r"|welcome|sure)\b|\b(let (me|us) know|please (reply|reach out|confirm)|i('ll| will) (close|mark"
    r"|keep|leave|look|check)|we('ll| will) (close|look|get back)|happy to help|get back to you"
    r"|reach out|this ticket|your (ticket|patience|account manager)|thanks for|thank you"
    r"|sorry (for|about|to)|i('m| am) sorry|could you|can you|would you|did you|have you"
    r"|does that help)\b)"
)
_SIGNATURE = re.compile(
    r"(?im)^(--\s*$|—\s*\S|(best|kind|warm)?\s*regards,?\s*$|cheers,?\s*$|sent from my )"
)
_NAME_LINE = re.compile(r"(?m)^\W{0,3}(<person-\d+>[ ,.]*)+\s*$")
_ONLY_MARKS = re.compile(r"\s*((<[a-z][a-z:-]*?(-\d+)?>|\W)\s*)+")
_QUOTE = re.compile(r"(?m)^(>.*|On .{5,80} wrote:)$")
_BLOCK = re.compile(
    r"(?ms)^[ ]{0,3}(```+|~~~+)[^\n]*\n.*?^[ ]{0,3}\1\s*$|^(?:(?: {4}|\t)[ \t]*\S.*(?:\n|\Z))+"
)
_STEP = re.compile(r"^\s*(?:\d+[.)]|[-*•])\s+(.*)$")
_SENTENCE = re.compile(r"(?:`[^`]*`|[^.!?。！？\n]|[.!?](?=\S))+(?:[.!?。！？]+(?=\s|$)|$)")
_MANY = 12


def units(message: Message) -> tuple[Unit, ...]:
    """Cut a message into units; quotes, signature, greetings and ticket talk are left out."""
    body = _blanked(message.body)
    found: list[Unit] = []
    last = 0
    for block in _BLOCK.finditer(body):
        found += _prose(body, last, block.start(), message.id)
        text = message.body[block.start() : block.end()].strip("\n")
        found.append(_unit(Form.CODE, text, message.id, block.start()))
        last = block.end()
    found += _prose(body, last, len(body), message.id)
    return tuple(unit for unit in found if unit.form is Form.CODE or not _is_talk(unit.text))


def solution(ticket: Ticket) -> Solution:
    """Find the message that solved the ticket, and who says so."""
    messages = ticket.public_messages
    for message in messages:
        if message.accepted:
            return Solution(
                message=message, confirmed=True, why="the source marks it accepted", confidence=0.95
            )
    if ticket.status is Status.OPEN:
        return _none("the ticket is still open", _answer_before(messages, len(messages)))
    for number in range(len(messages) - 1, 0, -1):
        if (found := _confirmed_at(messages, number)) is not None:
            return found
    answer = _answer_before(messages, len(messages))
    if answer is not None and ticket.satisfaction is Satisfaction.GOOD:
        return Solution(
            message=answer, confirmed=True, why="the requester rated it good", confidence=0.65
        )
    return _none(
        "nobody says that anything worked" if answer else "there is no answer in it", answer
    )


def _none(why: str, answer: Message | None) -> Solution:
    return Solution(message=answer, confirmed=False, why=why, confidence=0.9)


def _confirmed_at(messages: tuple[Message, ...], number: int) -> Solution | None:
    message = messages[number]
    if message.role is not Role.REQUESTER or not _confirms(message):
        return None
    if _SELF.search(message.body) and len(message.body) > 120:
        return Solution(
            message=message, confirmed=True, why="the requester tells what worked", confidence=0.8
        )
    answer = _answer_before(messages, number)
    if answer is None:
        return None
    return Solution(
        message=answer, confirmed=True, why="the requester says that it worked", confidence=0.9
    )


def _confirms(message: Message) -> bool:
    said = _sentences(_blanked(message.body))
    denied = any(_DENY.search(sentence.strip()) for sentence in said)
    return not denied and any(_CONFIRM.search(sentence) for sentence in said)


def _sentences(text: str) -> list[str]:
    return [match.group() for match in _SENTENCE.finditer(text)]


def _answer_before(messages: tuple[Message, ...], number: int) -> Message | None:
    """Return the last message of substance by another than the requester."""
    for message in reversed(messages[:number]):
        if message.role in (Role.AGENT, Role.OTHER) and _has_substance(message):
            return message
    return None


def _has_substance(message: Message) -> bool:
    found = units(message)
    does = any(unit.form is not Form.SENTENCE or "`" in unit.text for unit in found)
    return does or sum(len(unit.text) for unit in found if "?" not in unit.text) >= 80


def _blanked(body: str) -> str:
    """Return the body with quotes and signature as spaces, so that offsets stay."""
    body = _QUOTE.sub(lambda match: " " * len(match.group()), body)
    after = min(len(body), 40)
    found = [m.start() for mark in (_SIGNATURE, _NAME_LINE) if (m := mark.search(body, after))]
    return body[: min(found)].ljust(len(body), "\n") if found else body


def _prose(body: str, start: int, end: int, message: str) -> Iterator[Unit]:
    position = start
    for line in body[start:end].splitlines(keepends=True):
        step = _STEP.match(line.rstrip())
        if step:
            yield _unit(Form.STEP, step.group(1), message, position + step.start(1))
        elif not _GREETING.match(line.strip()):
            for match in _SENTENCE.finditer(line):
                text = match.group().strip()
                if len(text) > 3:
                    lead = len(match.group()) - len(match.group().lstrip())
                    yield _unit(Form.SENTENCE, text, message, position + match.start() + lead)
        position += len(line)


def _unit(form: Form, text: str, message: str, start: int) -> Unit:
    return Unit(form=form, text=text, message=message, start=start, end=start + len(text))


def _is_talk(text: str) -> bool:
    return bool(_TALK.search(text) or _GREETING.match(text) or _ONLY_MARKS.fullmatch(text))
