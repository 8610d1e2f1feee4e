"""Reads a message: cuts it into sentences, steps and code, without greetings and talk."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from kb.capture.language import languages
from kb.tickets.ticket import Message


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


_DENY = re.compile(
    r"(?i)\b(still (does|do|is|are|has|have|get|fail|not|the same|no)\w*|(does|did|do)(n't| not) (work|help|fix|solve)"
    r"|not (working|solved|fixed)|no luck|same (error|problem|issue)|gave up|come back to this|never ?mind|not (very |really |so )?helpful|(i|we)( wi|'l)ll (watch|report))\b"
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
_SENTENCE = re.compile(r"(?:`[^`]*`|[^.!?。！？\n]|[.!?](?=\S))+(?:[。！？]+|[.!?]+(?=\s|$)|$)")
_CARD_LINES, _CARD_WIDTH = 5, 60
_PLACEHOLDER = re.compile(
    r"<(?:person|email|phone|organi[sz]ation|address|url|host|domain)[a-z:-]*\d*>"
)


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


def denies(message: Message) -> bool:
    """Say whether the message says in so many words that it still does not work."""
    return any(_DENY.search(sentence.strip()) for sentence in _sentences(_blanked(message.body)))


def _sentences(text: str) -> list[str]:
    return [match.group() for match in _SENTENCE.finditer(text)]


def _blanked(body: str) -> str:
    """Return the body with quotes and signature as spaces, so that offsets stay."""
    body = _QUOTE.sub(lambda match: " " * len(match.group()), body)
    after = min(len(body), 40)
    marks = (_SIGNATURE, _NAME_LINE, _closing())
    found = [m.start() for mark in marks if (m := mark.search(body, after))]
    if (card := _card(body, after)) is not None:
        found.append(card)
    return body[: min(found)].ljust(len(body), "\n") if found else body


def _card(body: str, after: int) -> int | None:
    """Return where a last paragraph of short lines with a person's redacted name or address begins."""
    text = body.rstrip()
    start = text.rfind("\n\n")
    lines = text[start + 2 :].split("\n")
    is_short = len(lines) <= _CARD_LINES and all(len(line) <= _CARD_WIDTH for line in lines)
    if start < after or not is_short or any(mark in "".join(lines) for mark in ".!?:`"):
        return None
    return start if any(map(_PLACEHOLDER.search, lines)) else None


@cache
def _closing() -> re.Pattern[str]:
    """Return what matches a line that opens a signature, in any language there is data for."""
    words = {word for one in languages().values() for word in one.closing}
    ways = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"(?im)^[^\S\n]*(?:{ways})(?:[ ,.!]*|,? [\w<>. -]{{1,25}}[,.!]*)$")


@cache
def _greets() -> re.Pattern[str]:
    """Return what matches a short line that begins with a greeting."""
    ways = "|".join(sorted({word for one in languages().values() for word in one.greeting}))
    return re.compile(rf"(?i)^\W*(?:{ways})\b[^.?\n]{{0,40}}[,!.]*$")


def _prose(body: str, start: int, end: int, message: str) -> Iterator[Unit]:
    position = start
    for line in body[start:end].splitlines(keepends=True):
        step = _STEP.match(line.rstrip())
        if step:
            yield _unit(Form.STEP, step.group(1), message, position + step.start(1))
        elif not (_GREETING.match(line.strip()) or _greets().match(line.strip())):
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
