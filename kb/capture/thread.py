"""Reads a message: cuts it into sentences, list items, tables and code, without greetings and talk."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

from kb.capture.language import detect, languages
from kb.capture.phrases import pattern
from kb.capture.talk import begins, ends, is_talk
from kb.capture.verbs import is_act
from kb.capture.ways import alternation
from kb.capture.words import ADDRESS
from kb.tickets.ticket import Message


class Form(StrEnum):
    """The shape of a unit; a step is a numbered list's item, a point a bare one's."""

    SENTENCE = "sentence"
    STEP = "step"
    POINT = "point"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A sentence, a list item, a table or a block of code, and where it stands in its message."""

    form: Form
    text: str
    message: str
    start: int
    end: int


_DENY = pattern(r"\b(?:{denies})\b")
_SIGNATURE = re.compile(
    r"(?im)\n(--\s*$|—\s*\S|((best|kind|warm)\s*|[^\S\n]*)regards,?\s*$|cheers,?\s*$|sent from my )"
)
_NAME_LINE = re.compile(r"(?m)\n\W{0,3}(<person-\d+>[ ,.]*)+\s*$")
_QUOTE = pattern(r"(?m)^(?:>.*|On .{5,80} wrote:|.{1,60} (?:{wrote}):?[ \t]*)$")
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)|\[(?:image|video|attachment)[^\]\n]{0,40}\]", re.I)
_BLOCK = re.compile(
    r"(?ms)^[ ]{0,3}(```+|~~~+)[^\n]*\n.*?^[ ]{0,3}\1[ \t]*$|^(?:(?: {4}|\t)[ \t]*\S[^\n]*(?:\n(?:\n(?= {4}|\t))*|\Z))+"
    r"|(?:^\|[^\n]*\|[ \t]*(?:\n|\Z)){2,}"
)
_BLOCK_MARKS = ("```", "~~~", "    ", "\t", "|")
_SAID = re.compile(r"\s*[A-Z][a-z’']*(?: [A-Za-z’',]+){3,}[.!?:]?\s*$")
"""A line of words alone that begins like a sentence."""
_NO_CODE = re.compile(r"\s*(?:https?://\S+|[-=_*~ ]+)\s*")
_CODE_SIGN = re.compile(r"[{}=;$\\`|<]|--\w|::|\w\(|\b\w+[._]\w+[._]\w+|^[^\S\n]*[/~#]", re.M)
_STEP = re.compile(r"^\s*(?:(?:[Ss]tep )?\d{1,2}\s?[.):](?:\s+|(?=[A-Z]))|([-*•·+])\s+)(.*)$")
_INLINE_POINT = re.compile(r"(?:(?<=:)|(?<=\s))\s*[-–•]\s+(?=\S)")
_INLINE_STEP = re.compile(r"(?:^|(?<=[\s.:;]))\(?\d{1,2}[.)]\s*(?=[A-Za-z\"'`])")
_LIST_SIGNS = {Form.STEP: ("1.", "1)"), Form.POINT: (":", " - ", " – ", " • ")}
_SENTENCE = re.compile(
    r"(?:`[^`]*`|[^.!?。！？\n`]++|`|[.!?](?=[^\s]))+(?:[。！？]+|[.!?]+(?=\s|$)|$)"
)
_GOES_ON = re.compile(
    r"(?i)(?:\b(?:e\.g|i\.e|eg|ie|[ap]\.m|p\.s|sept|etc|vs|v|ver|approx|incl|z\.b|d\.h|bzw|ca|resp|p\.ex|p\.ej|mr|mrs|ms|dr|sr|sra"
    r"|fig)|\b(?-i:[A-Z]))\.$"
)
_SHORT = pattern(r"(?i)\b(?:{shortened})\.\s*$")
"""What ends a sentence or shortens a word: a small letter behind it tells that it goes on."""
_ABBREVIATION = 12
"""More than the longest of these, with what stands before it."""
_MANY = 3
_CARD_LINES, _CARD_WIDTH, _LONGEST_QUOTING = 5, 60, 400
_PLACEHOLDER = re.compile(
    r"<(?:person|email|phone|organi[sz]ation|address|url|host|domain)[a-z:-]*\d*>"
)
_WORDY, _SPOKEN = 6, 4
_ENDS = re.compile(r"[.!?](?:\s|$)")


@lru_cache(maxsize=512)
def units(message: Message) -> tuple[Unit, ...]:
    """Cut a message into units; quotes, signature, greetings and ticket talk are left out."""
    body = _blanked(message.body)
    found: list[Unit] = []
    last = 0
    for block in _blocks(body):
        found += _prose(body, last, block.start(), message)
        found += _block(message, body, block)
        last = block.end()
    found += _prose(body, last, len(body), message)
    return tuple(found)


def _blocks(body: str) -> Iterator[re.Match[str]]:
    """Yield code and tables; most messages have no mark of either and are not searched."""
    if any(mark in body for mark in _BLOCK_MARKS):
        yield from _BLOCK.finditer(body)


def denies(message: Message) -> bool:
    """Say whether the message says in so many words that it still does not work."""
    text = _blanked(message.body).lower()
    if not _DENY.search(text):  # as most say: what the whole has not, no sentence has
        return False
    return any(_DENY.search(one.strip()) for one in _sentences(text))


def _sentences(text: str) -> list[str]:
    return [match.group() for match in _SENTENCE.finditer(text)]


def _blanked(body: str) -> str:
    """Return the body with quotes, images and signature as line ends, so that offsets stay."""
    body = _QUOTE.sub(lambda match: " " * len(match.group()), body)
    if "[" in body:
        body = _IMAGE.sub(lambda match: "\n" * len(match.group()), body)
    after = min(len(body), 40)
    marks = (_SIGNATURE, _NAME_LINE, _closing())
    found = [m.start() + 1 for mark in marks if after and (m := mark.search(body, after - 1))]
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
    ways = alternation(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(rf"(?im)\n[^\S\n]*(?:{ways})(?:[ ,.!]*|,? [\w<>. -]{{1,25}}[,.!]*)$")


def _block(message: Message, body: str, block: re.Match[str]) -> Iterator[Unit]:
    """Yield a table or code as it stands; what merely stands in a fence or a margin is prose."""
    text = message.body[block.start() : block.end()].strip("\n")
    start = block.start() + body[block.start() : block.end()].index(text[:1]) if text else 0
    if text.startswith("|"):
        yield _unit(Form.TABLE, text, message.id, start)
    elif _is_prose(text):
        yield from _prose(body, block.start(), block.end(), message)
    else:
        yield _unit(Form.CODE, text, message.id, block.start())


def _is_prose(block: str) -> bool:
    """Say whether a block reads as list or sentences; a fence with a language never does."""
    lines = [line for line in block.splitlines() if line.strip()]
    if lines[0].lstrip().startswith(("```", "~~~")):
        if lines[0].strip("`~ "):
            return False
        lines = lines[1:-1]
    if all(_NO_CODE.fullmatch(line) for line in lines):
        return True
    if not lines or _CODE_SIGN.search(ADDRESS.sub("", "\n".join(lines))):
        return False
    if sum(_STEP.match(line) is not None for line in lines) > len(lines) // 2:
        return True
    if all(_SAID.match(line) for line in lines) or all(map(_is_told, lines)):
        return True
    words = sum(len(line.split()) for line in lines)
    return words >= 2 * _WORDY and words / len(lines) >= _WORDY and bool(_ENDS.search(block))


def _is_told(line: str) -> bool:
    """Say whether somebody says a line: it speaks of them, or goes on from what they said before."""
    lang = detect(line)
    said = pattern(r"(?i)\s*(?:{leans})\b|.*\b(?:{first_person})\b", lang).match(line)
    return said is not None and len(line.split()) >= _SPOKEN


def _prose(body: str, start: int, end: int, message: Message) -> Iterator[Unit]:
    position, lang = start, detect(message.body)
    for line in body[start:end].splitlines(keepends=True):
        if not (line.isspace() or line.lstrip().startswith(("```", "~~~"))):
            for form, left, right in _pieces(line):
                yield from _cut(form, line, (left, right), (position, message.id, lang))
        position += len(line)


def _pieces(line: str) -> Iterator[tuple[Form, int, int]]:
    """Yield the parts of a line: a list item, what leads up to an inline list, and its items."""
    bare = line.rstrip()
    for form, mark in ((Form.STEP, _INLINE_STEP), (Form.POINT, _INLINE_POINT)):
        may = len(bare) > 30 and any(sign in bare for sign in _LIST_SIGNS[form])
        cuts = list(mark.finditer(bare)) if may else []
        if len(cuts) > 1 and _counts(form, bare, cuts):
            opening = _STEP.match(bare)
            start = opening.start(2) if opening and opening.group(1) else 0
            yield (form if start else Form.SENTENCE), start, cuts[0].start()
            ends = [one.start() for one in cuts[1:]] + [len(bare)]
            for one, right in zip(cuts, ends, strict=True):
                yield form, one.end(), right
            return
    if step := _STEP.match(bare):
        yield Form.POINT if step.group(1) else Form.STEP, step.start(2), len(bare)
    else:
        yield Form.SENTENCE, 0, len(bare)


def _counts(form: Form, line: str, cuts: list[re.Match[str]]) -> bool:
    """Say whether the marks in a line are those of a list: 1, 2, 3, or dashes after a colon."""
    if form is Form.POINT:
        if line.lstrip()[:2] in ("- ", "– ", "• "):
            return True
        begins_low = sum(line[cut.end()].islower() for cut in cuts)
        if len(cuts) >= _MANY and begins_low == len(cuts):
            return True
        orders = [re.match(r"[\w-]+", line[cut.end() :]) for cut in cuts]
        if sum(one is not None and is_act(one.group().lower()) for one in orders) >= _MANY:
            return True
        return line[: cuts[0].start() + 1].rstrip(" -–•").endswith(":")
    numbers = [int(re.sub(r"\D", "", one.group())) for one in cuts]
    return numbers == list(range(1, len(numbers) + 1))


def _cut(form: Form, line: str, span: tuple[int, int], at: tuple[int, str, str]) -> Iterator[Unit]:
    """Yield a list item whole, and prose sentence by sentence; what is talk is left out."""
    spans = [span] if form is not Form.SENTENCE else _joined(line, *span)
    for left, right in spans:
        text = line[left:right]
        left += len(text) - len(text.lstrip())
        left += begins(line[left:right])
        text = line[left:right].strip()
        text = text[: ends(text, at[2])]
        if len(text) > 3 and not is_talk(text, at[2]):
            yield _unit(form, text, at[1], at[0] + left)


def _joined(line: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where sentences stand; one that ends with an abbreviation goes on in the next."""
    spans: list[tuple[int, int]] = []
    goes_on = False
    for match in _SENTENCE.finditer(line, start, end):
        text = match.group().strip()
        if not text:
            continue
        before = line[spans[-1][0] : spans[-1][1]] if spans else ""
        joins = goes_on or (spans and (_continues(before, text) or _quotes(before, text)))
        if joins and spans:
            spans[-1] = (spans[-1][0], match.end())
        else:
            spans.append((match.start(), match.end()))
        goes_on = text[-1] == "." and _GOES_ON.search(text[-_ABBREVIATION:]) is not None
    return spans


def _continues(before: str, text: str) -> bool:
    """Say whether a sentence goes on after an ellipsis, or with what opens no sentence."""
    if not text[0].islower():
        return text[0] in ",;)"
    is_open = before.rstrip().endswith(("..", "…")) or _SHORT.search(before[-_ABBREVIATION:])
    return bool(is_open)


def _quotes(before: str, text: str) -> bool:
    """Say whether a sentence ends the quotation or the bracket that the one before it begins."""
    if len(before) > _LONGEST_QUOTING or not any(mark in before for mark in '"“„«('):
        return False
    if before.count("(") > before.count(")") and text.count(")") > text.count("("):
        return True
    is_even = before.count('"') % 2 == 0
    opened = any(before.count(one) > before.count(two) for one, two in ("“”", "„“", "«»"))
    return (opened and any(mark in text for mark in "”“»")) or (not is_even and '"' in text)


def _unit(form: Form, text: str, message: str, start: int) -> Unit:
    return Unit(form=form, text=text, message=message, start=start, end=start + len(text))
