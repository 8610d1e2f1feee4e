"""Tells what people say to each other from what a reader can use: greetings, thanks, ticket talk."""

import re
from functools import cache

from kb.capture.language import languages
from kb.capture.phrases import pattern, words
from kb.capture.ways import alternation

_FILLER = pattern(
    r"(?i:<(?:person|user)-\d+>[ ,.:;!…-]+|(?:{filler})(?: <person-\d+>)?(?:\s*(?:\.{3,}|…)\s*|(?:\s*[,!.:;]+|\s+-+)\s+))"
)
_OPENS = pattern(
    r"^\W*(?:{opens})\b(?! (the (?!issue\W*$|problem\W*$)|by|it by|with|this by|in|when))|^\W*(?:{opens_alone})\W*$"
)
_TALK = pattern(r"\b(?:{talk})", "en")
_TOLD = pattern(r"^\W*(?:(?:{told_after})[ ,]+)*(?:{told_done})[\s.!)…]*$")
_HISTORY = pattern(r"^(?:(?:and|but|so|also|now|well)[ ,]+)*(?:{history})")
_LONG, _SENTENCE, _TAIL, _LENGTHY, _OPENING, _FEW = 300, 4, 80, 200, 60, 3
_ALIKE = {ord("ı"): "i", ord("ſ"): "s", 0x307: None}
_DUMP = re.compile(r"[=;<>:]")
_MARKS = re.compile(r"\s*((<[a-z][a-z:-]*?(-\d+)?>|\W)\s*)+")
_MARK = re.compile(r"(?:[)\].,;:=*–—•]+\s|-+\s|re:)*\s*", re.I)
_SLASHED = re.compile(r"^/ ?\w+(?: \w+)?$")
_NAME_ONLY = re.compile(r"^\W*[\w<>-]+( [\w<>-]+){0,2},$")


def begins(text: str) -> int:
    """Return after how many characters of greeting and lead-in a sentence itself begins."""
    place = _MARK.match(text).end()  # type: ignore[union-attr]
    while match := _lead_in().match(text, place):
        if match.end() == place or not text[match.end() :].strip():
            break
        place = match.end()
    return place


def ends(text: str, lang: str) -> int:
    """Return where a sentence itself ends, before thanks and a signature that follow without a full stop."""
    if not _parting(lang).search(_folded(text[-_TAIL:])):
        return len(text)  # as most sentences do, which are not searched
    match = _trailing(lang).search(text, max(0, len(text) - _TAIL))
    return match.start() if match and len(text[: match.start()].split()) > _SENTENCE else len(text)


@cache
def _farewells(lang: str) -> frozenset[str]:
    """Return the words of thanks and greetings: in English, in that language, and any longer ones."""
    told = languages()
    longer = (way for code, one in told.items() if code != "en" for way in one.closing)
    own = told[lang].closing if lang != "en" else ()
    every = {*told["en"].phrases["farewell"], *own, *(way for way in longer if len(way) > _FEW)}
    return frozenset(every)


@cache
def _parting(lang: str) -> re.Pattern[str]:
    """Return what matches, folded, words of which each of these farewells holds one."""
    every = set(map(_folded, _farewells(lang)))
    least = (one for one in every if not any(o in one for o in every if o != one))
    return re.compile(alternation(map(re.escape, sorted(least))))


def _folded(text: str) -> str:
    """Return a text in small letters, with one letter for those that patterns take for one."""
    small = text.lower()
    return small if small.isascii() else small.translate(_ALIKE)


@cache
def _trailing(lang: str) -> re.Pattern[str]:
    """Return what matches thanks and greetings at a sentence's end."""
    ways = "|".join(sorted(map(re.escape, _farewells(lang)), key=len, reverse=True))
    return re.compile(
        rf"(?i)(?:[\s,.!;:–-]+(?:{ways})(?:[ ,]+(?:<person-\d+>|(?-i:[A-Z]\w+))){{0,2}})+[\s.!,:)–-]*$"
    )


_ORDERS = pattern(r"{orders}")
_ORDERING = ("instruction", "prompt", "rules", "you are", "system", "assistant", "im_start")
"""One of these stands in every order; most sentences have none and are not searched."""


def is_talk(text: str, lang: str = "en") -> bool:
    """Say whether a sentence is a greeting, thanks, an apology, or about the ticket itself."""
    small = text.lower()  # patterns in small letters are looked for thrice as fast
    is_brief = len(text) <= _LENGTHY
    return bool(
        _OPENS.match(small)
        or _TOLD.match(small)
        or _TALK.search(small if is_brief else small[:_OPENING])
        or (any(word in small for word in _ORDERING) and _ORDERS.search(small))
        or (text.endswith((",", ",\n")) and _NAME_ONLY.match(text))
        or (text.startswith("/") and _SLASHED.match(text))
        or (not text[:1].isalnum() and _MARKS.fullmatch(text))
        or _greets().match(text)
        or (
            lang != "en"
            and pattern("(?i){talk}", lang).search(text if is_brief else text[:_OPENING])
        )
    )


def is_history(text: str) -> bool:
    """Say whether a sentence of an issue tells of the person, or is a heap of headers, not of the problem."""
    is_dump = len(text) > _LONG and len(_DUMP.findall(text)) > len(text) // 25
    return is_dump or _HISTORY.match(text.lower()) is not None


@cache
def _lead_in() -> re.Pattern[str]:
    """Return what matches before a sentence itself: a greeting, with a name or without, and fillers."""
    ways = "|".join(sorted(words("greeting")))
    name = r"(?:[ ,]+(?:<person-\d+>|(?i:{crowd})\b|(?!(?:{starts})\b)[A-Z][\w-]*))"
    ending = r"(?:\s*[,!.:;…-]+\s*|\s+(?=(?:{starts})\b))"
    every = (
        pattern(rf"(?i:{ways})\b(?: (?i:{{day}}))?{name}{{0,3}}{ending}"),
        pattern(r"(?i:{hails})(?: (?:{crowd})|,)? (?=[a-zà-ü0-9])"),
        pattern(r"(?:{hails_whole})"),
        pattern(r"(?i:{tell_me}) "),
        _FILLER,
    )
    return re.compile("|".join(one.pattern for one in every))


@cache
def _greets() -> re.Pattern[str]:
    """Return what matches a short line that is nothing but a greeting."""
    ways = "|".join(sorted(words("greeting")))
    return re.compile(rf"(?i)^\W*(?:{ways})\b(?: [\w<>'-]+){{0,4}}\s*[,!.:…]*$")
