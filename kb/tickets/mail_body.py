"""Makes Markdown of a mail's plain text: what its writer wrote, without quotes and signature."""

import re
from collections.abc import Iterator

_QUOTED = re.compile(r"^\s{0,3}>")
_ATTRIBUTION = re.compile(
    r"(?i)^\W*(on\b.{6,200}\bwrote|am\b.{6,200}\bschrieb.{0,80}|le\b.{6,200}\ba écrit"
    r"|el\b.{6,200}\bescribió|em\b.{6,200}\bescreveu|il\b.{6,200}\bha scritto"
    r"|op\b.{6,200}\bschreef.{0,80}|.{6,200}(さん|のメール).{0,20})\s*[:：]\s*$"
)
_OLD_MAIL = re.compile(
    r"(?i)^\s*(-{2,}\s*(original message|forwarded message|ursprüngliche nachricht"
    r"|message d'origine|mensaje original|mensagem original)\s*-{2,}|_{20,})\s*$"
)
_HEAD = re.compile(r"(?i)^\**(from|von|de|da|差出人)\**\s*[:：]\**\s*\S")
_HEAD_NEXT = re.compile(
    r"(?i)^\**(sent|gesendet|envoyé|enviado|inviato|date|datum|to|an|送信日時)\**\s*[:：]"
)
_SIGNATURE = re.compile(r"^--\s?$")
_PHONE = re.compile(
    r"(?i)^(sent from my \w+|von meinem \w+ gesendet|envoyé de mon \w+|enviado desde mi \w+"
    r"|enviado do meu \w+|inviato da \w+|get outlook for \w+).{0,60}$"
)
_MOST_SIGNATURE = 12
_PROSE = re.compile(r"^[^\W\d_]|^[\"'(“„«]")


def from_plain(text: str, *, flowed: bool = False, delete_space: bool = False) -> str:
    """Return a plain body as Markdown.

    Args:
        flowed: It says `format=flowed` (RFC 3676).
        delete_space: And `delsp=yes`.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ").split("\n")
    if flowed:
        lines = list(_unflowed(lines, delete_space))
    lines = _without_signature(_without_old_mail(lines))
    return _unwrapped("\n".join(line.rstrip() for line in lines)).strip("\n")


def _unflowed(lines: list[str], delete_space: bool) -> Iterator[str]:
    """Join the lines that a mail program broke: those that end in a blank, at one depth."""
    open_line: tuple[int, str] | None = None
    for line in lines:
        depth = len(line) - len(line.lstrip(">"))
        words = line[depth:].removeprefix(" ")
        if open_line is not None:
            if open_line[0] == depth and words not in ("-- ", ""):
                words = open_line[1] + words
            else:
                yield _at(*open_line)
            open_line = None
        if words.endswith(" ") and words != "-- ":
            open_line = depth, words[:-1] if delete_space else words
        else:
            yield _at(depth, words)
    if open_line is not None:
        yield _at(*open_line)


def _at(depth: int, words: str) -> str:
    return f"{'>' * depth} {words}".rstrip() if depth else words


def _without_old_mail(lines: list[str]) -> list[str]:
    """Cut what a mail program put below: the old mail, and the line that announces it."""
    for number, line in enumerate(lines):
        if _OLD_MAIL.match(line) or _is_head(lines, number):
            lines = lines[:number]
            break
    end = len(lines)
    while end and (not lines[end - 1].strip() or _QUOTED.match(lines[end - 1])):
        end -= 1
    if end == len(lines) or not any(_QUOTED.match(line) for line in lines[end:]):
        return lines
    return lines[: end - _announced(lines, end)]


def _is_head(lines: list[str], number: int) -> bool:
    """Say whether an old mail's head begins here: who, then within three lines when or to whom."""
    below = lines[number + 1 : number + 4]
    return bool(_HEAD.match(lines[number])) and any(map(_HEAD_NEXT.match, below))


def _announced(lines: list[str], end: int) -> int:
    """Return how many lines before the quote announce it; a long announcement is broken in two."""
    for count in (1, 2):
        said = " ".join(line.strip() for line in lines[max(0, end - count) : end])
        if _ATTRIBUTION.match(said):
            return count
    return 0


def _without_signature(lines: list[str]) -> list[str]:
    for number, line in enumerate(lines):
        rest = [one for one in lines[number + 1 :] if one.strip()]
        if _SIGNATURE.match(line) and len(rest) <= _MOST_SIGNATURE:
            return lines[:number]
        if _PHONE.match(line.strip()) and not rest:
            return lines[:number]
    return lines


def _unwrapped(text: str) -> str:
    """Join the lines of a paragraph that was broken at a column; code, lists and logs stay."""
    return "\n\n".join(map(_paragraph, re.split(r"\n[ \t]*\n", text)))


def _paragraph(text: str) -> str:
    lines = text.split("\n")
    broken = all(55 <= len(line) <= 80 for line in lines[:-1]) and len(lines[-1]) <= 80
    prose = all(map(_PROSE.match, lines))
    return " ".join(lines) if len(lines) > 1 and broken and prose else text
