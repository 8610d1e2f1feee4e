"""Judges whether a reader could do anything with an answer, and says plainly what it lacks."""

import re
from collections.abc import Sequence
from functools import cache

from kb.capture.doing import tells
from kb.capture.language import languages
from kb.capture.paths import has_path
from kb.capture.phrases import pattern, words
from kb.capture.pointing import orders, points_elsewhere
from kb.capture.thread import Form, Unit
from kb.capture.verbs import base_of
from kb.capture.words import ADDRESS, PLACEHOLDER, STOP, term_set

NOTHING = "the answer holds nothing that could be told to others"
ELSEWHERE = "the answer only points elsewhere"
UNEXPLAINED = "it went away, and nobody says what helped"
GAVE_UP = "the requester turns away instead of telling what helped"
IN_VAIN = "the last answer says that it did not work"
TRIAL = "the answer only tests where the cause lies, or prepares: what then helped is missing"
VAGUE = "the answer is too vague to be followed: which setting, file or account is missing"
_BARE_IT = re.compile(
    r"(?i)[\w-]+(?: (?:out|up|down|off|on|to|back|for))? (?:(?:it|them)\b|(?:this|that|these|those|one)(?= (?:and|to|in|on|from|with|by|as|for|down|again|then|so|back|into|via)\b|[.,;:!]|$))"
)
_VAGUE_OBJECT = re.compile(
    r"(?i)\b(?:everything|something|anything|things|stuff|it|this|that|them|there)(?: (?:again|once more|now|back))*\W*$"
)
_SAME_AGAIN = re.compile(r"(?i)(?P<named>.+?) and (?:then )?[\w-]+ (?:it|them)\W*$")
"""A second deed to what the first names: "remove the client and install it"."""
_NAMED = re.compile(r"https?://|[\d\"“„«]|(?<!\w)['‘`]\w|(?<=[a-zß-ÿ,:] )[A-ZÀ-Þ]\w+")
"""What names a thing: a number, a quotation, an address, a name in the middle of a sentence."""
_QUOTES = re.compile(r"[\"“„«‘]")
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_TITLE = re.compile(r"(?i)(?:how|hoe|come|cómo|como|comment|wie) ")
"""How a page's title begins that is no order, though it names what is to be done."""
_GENERIC, _WHOLE = words("generic"), words("whole")
_FEW, _MIN_ACT, _VAGUELY = 3, 12, 7


def shortfall(
    acts: Sequence[Unit], trials: Sequence[Unit], facts: Sequence[Unit], *, helped: bool = False
) -> str:
    """Return why a reader could do nothing with an answer, `""` where they could.

    Args:
        acts: What it tells to do.
        trials: What it tells to do as a test or a precaution, which alone cures nothing.
        facts: What else it tells.
        helped: Whether who did it says that it helped: then a verb and a thing are enough.
    """
    real = (unit for unit in acts if not (points_elsewhere(unit.text) or _is_reading(unit)))
    is_any = False
    least = _FEW - 1 if helped else _FEW
    for unit in (one for one in real if _is_doable(one, least)):
        if not _is_vague(unit):
            return ""
        is_any = True
    if is_any:
        return VAGUE
    if trials:
        return TRIAL
    links = any(ADDRESS.search(unit.text) for unit in (*acts, *facts))
    return ELSEWHERE if links else NOTHING


def is_trial(text: str, lang: str) -> bool:
    """Say whether a sentence tells a test or a precaution, and no deed that could cure.

    "Start in safe mode" is one, "disable the add-on in safe mode" is none.
    """
    small = text.lower()
    if not pattern(r"\b(?:{trial})", lang).search(small):
        return False
    told = {_verb(word, lang) for word in _TOKEN.findall(small)}
    return told.isdisjoint(_curing(lang))


def is_idle(text: str, lang: str) -> bool:
    """Say whether what somebody did was no more than to wait or to look: that cured nothing."""
    known = languages()[lang]
    said = _TOKEN.findall(text.lower())
    told = {(lang == "en" and base_of(word)) or word for word in said} & known.acts
    idles = bool(told) and told <= known.words.get("idle", frozenset())
    return idles and not (has_path(text) or _QUOTES.search(text))


def _verb(word: str, lang: str) -> str:
    """Return a word of doing as it stands in a list; what is done ("enabled") is none."""
    return (lang == "en" and word.endswith("ing") and base_of(word)) or word


@cache
def _curing(lang: str) -> frozenset[str]:
    """Return the words of doing of a language but for those with which something is tested."""
    known = languages()[lang]
    return known.acts - known.words.get("probing", frozenset())


def _is_vague(unit: Unit) -> bool:
    """Say whether a step names nothing that a reader could find: "connect to the correct server"."""
    text = unit.text
    if unit.form in (Form.CODE, Form.TABLE) or has_path(text) or _NAMED.search(text):
        return False
    told = _TOKEN.findall(text.lower())
    if not told or not _WHOLE.isdisjoint(told):
        return False
    return all(word in STOP or word in _GENERIC or word in _every_act() for word in told)


@cache
def _every_act() -> frozenset[str]:
    return frozenset[str]().union(*(one.acts for one in languages().values()))


def _is_reading(unit: Unit) -> bool:
    """Say whether a list's item is a page's title with its link."""
    linked = ADDRESS.search(unit.text)
    is_last = linked is not None and len(unit.text[linked.end() :].split()) <= _FEW
    is_titled = _TITLE.match(unit.text) is not None
    is_told = not is_titled and (tells(unit.text) or orders(unit.text.lower()))
    return unit.form is not Form.SENTENCE and is_last and not is_told


def _is_doable(unit: Unit, least: int) -> bool:
    """Say whether a reader could do it by itself: what "it" is must stand in it, in so many terms."""
    text = unit.text
    names = has_path(text)
    is_vague = _BARE_IT.match(text) or (
        _VAGUE_OBJECT.search(text) and len(text.split()) <= _VAGUELY
    )
    if is_vague and not (names or (least < _FEW and _is_told_before(text))):
        return False
    if unit.form is Form.CODE and not any(map(str.isalnum, PLACEHOLDER.sub("", text))):
        return False
    is_told = unit.form is Form.SENTENCE
    is_short = len(text) < _MIN_ACT or len(term_set(text)) < (least if is_told else _FEW)
    return names or unit.form is Form.CODE or not is_short or not text.isascii()


def _is_told_before(text: str) -> bool:
    """Say whether a sentence names what its "it" at the end is."""
    again = None if _BARE_IT.match(text) else _SAME_AGAIN.match(text)
    return again is not None and len(term_set(again["named"])) >= _FEW - 1
