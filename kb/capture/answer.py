"""Composes what is to be done from the messages that solved a ticket: acts, and what belongs to them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice

from kb.capture.abroad import advice, deed, tells_abroad
from kb.capture.asking import facts, is_question
from kb.capture.doing import advised, instructed, plain, tells
from kb.capture.environment import product_of
from kb.capture.inquiry import answering
from kb.capture.language import detect, surely
from kb.capture.paths import names_menu, names_path
from kb.capture.phrases import pattern, words
from kb.capture.pointing import leads_elsewhere, points_elsewhere
from kb.capture.scene import did_help, may_help, went_wrong
from kb.capture.series import steps_of
from kb.capture.substance import (
    ELSEWHERE,
    GAVE_UP,
    IN_VAIN,
    NOTHING,
    UNEXPLAINED,
    is_idle,
    is_trial,
    shortfall,
)
from kb.capture.thread import Form, Unit, denies
from kb.capture.words import ADDRESS, term_set
from kb.tickets.ticket import Message, Role, Ticket

_CAUSE = pattern(r"\b(?<!here is )(?<!here's )(?:{cause})\b")
_MAY_CAUSE = pattern(r"(?:{cause})")
_LIMIT = pattern(r"\b(?:{limit})\b")
_BY_VERSION = pattern(
    r"\bv?\d+(?:\.\d+)+\w*\b[^,;]{0,40}\b(?:{mends})\b|\b(?:{mended}) v?\d+(?:\.\d+)+"
    r"|\b(?:{mending})\b(?:(?! (?:may|might|could|should|would)\b) \S+){0,4} (?:{mends})\b"
)
"""A version, or a deed told by a noun, that is told to have brought the cure: an answer, too."""
_ADVISES = pattern(r"\b(?:{advises})\b")
_LEANS = pattern(r"(?i)(?:{leans})\b")
"""How a sentence begins that goes on from one before it."""
_DEPENDS = pattern(r"(?i)(?:{depends})\b")
"""How a sentence begins that speaks of the act before it."""
_GENERIC = words("everywhere")
"""A cause of these alone points at one that stands elsewhere: "that is the reason"."""
_OPINION = pattern(r"\b(?:{opinion})\b")
_VOICE = pattern(r"\b(?:{voice})\b|!\s*$|[!?]{2,}|^[\W\d_]{12,}$|[☺😀-🙏]")
_HEDGE = pattern(r"\b(?:{hedge})\b")
_GIVES_UP = pattern(r"\b(?:{gives_up})")
_UNEXPLAINED = pattern(r"\b(?:{unexplained})")
_FAILED = pattern(r"\b(?:{failed})\b")
_REFERS = pattern(r"\b(?:{refers})\b")
_ALONE = pattern(r"\b(?:{alone})")
"""Who found it without the answers before it."""
_ALSO = pattern(r"\b(?:{besides})\b")
_OUTCOME = pattern(r"(?i)(?:{outcome})\b")
"""How a row of a list begins that tells what then happens."""
_HANGS = re.compile(
    r"(?i)(?:[\w'-]+ ){1,3}(?:by|with|the|and|or|as|for|of|from|these|following|an?)[:.]?$"
)
"""A step that stops before it tells anything."""
_HELPING = pattern(r"(?i),? (?:and )?(?:{helping})\W*$")
"""What ends a way through menus that somebody tells: that it worked."""
_OFFERS = re.compile(
    r"(?i)(?:i|we)(?:['’]ve| have| do| also)* (?:located|found|use|like|recommend|suggest|know)(?: of| about)? (?=(?:an?|the|this) [^.:]{0,40}\b(?:add-?on|extension|plug-?in|tool|program)\b[^.]*https?://)"
)
"""How a helper begins who names something that can be had: the rest is for every reader."""
_HEADING = re.compile(r"[A-Z]{4,}:?")
"""A word in capitals alone, which is no step though it may be a verb."""
_BARE_TRY = re.compile(r"(?i)(?:try|do|use) (?:this|that|it|these|the following)\W*$")
"""What only leads up to what is to be done."""
_YOURS = pattern(r"\b(?:{yours})\b")
"""What a requester speaks of to the helper alone: "your message"."""
_WENT = pattern(r"\b(?:{went})\b", "en")
"""What makes a requester's sentence a story, whatever path it names."""
_OF_THEM = pattern(r"(?i)(?:{of_them})\b")
"""How a sentence begins that states what is so for the two people, whatever path it names."""
_FEW, _BESIDE, _MIN_ACT, _MIN_FACT, _MAX, _WORDY = 3, 2, 12, 40, 30, 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One unit of the answer and what it is.

    Attributes:
        act: Whether it tells what to do; otherwise it belongs to the act before it.
        trial: Whether that is a test or a precaution, which alone cures nothing.
        answers: Whether it is known to be an answer: it tells what was asked, or that it helped.
    """

    unit: Unit
    act: bool
    trial: bool = False
    answers: bool = False


@lru_cache(maxsize=64)
def answer(ticket: Ticket, solved: Message) -> tuple[Told, ...]:
    """Return what is to be done, from the message that solved it and those it stands on.

    A requester's "that worked" stands on the answer before it; what somebody wrote in a row is one
    answer; what the requester had to do differently joins it. Questions, opinions, what failed and
    what only these two people need are left out. Empty: nothing in it can be reused.
    """
    found = _composed(ticket, solved)
    return found if not _lack(found, solved) else ()


def lack(ticket: Ticket, solved: Message) -> str:
    """Return what the answer lacks to be written down for others, `""` for nothing."""
    if solved.role is Role.REQUESTER and _GIVES_UP.search(solved.body.lower()):
        return GAVE_UP
    if solved.role is Role.REQUESTER and _UNEXPLAINED.search(solved.body.lower()):
        lang = surely(solved.body) or detect(solved.body)
        if not any(one.act for one in told_by(solved, lang)):
            return UNEXPLAINED
    why = _lack(_composed(ticket, solved), solved)
    if why == NOTHING and points_elsewhere(solved.body):
        return ELSEWHERE
    return IN_VAIN if why == NOTHING and denies(solved) else why


@lru_cache(maxsize=64)
def _composed(ticket: Ticket, solved: Message) -> tuple[Told, ...]:
    found: list[Told] = []
    lang = detect(f"{ticket.subject}\n{ticket.public_messages[0].body}")
    for message in stands_on(ticket.public_messages, solved):
        extra = message is not solved and message.role is Role.REQUESTER
        found += told_by(message, surely(message.body) or lang, extra=extra)
    asked = ticket.public_messages[0].body
    found = [
        one for one in found if one.unit.form is not Form.SENTENCE or one.unit.text not in asked
    ]
    first: dict[str, str] = {}
    kept = [t for t in found if first.setdefault(t.unit.text, t.unit.message) == t.unit.message]
    if _lack(tuple(kept), solved):
        better = _helped(ticket.public_messages, solved, lang) or _stated(ticket, solved)
        return better or tuple(kept[:_MAX])
    return tuple(kept[:_MAX])


def _stated(ticket: Ticket, solved: Message) -> tuple[Told, ...]:
    """Return the facts with which a helper answers a question to which they are the answer."""
    if solved.role is Role.REQUESTER:
        return ()
    found = facts(ticket, solved, product_of(ticket))
    return tuple(Told(unit=unit, act=False, answers=True) for unit in found)


def _helped(messages: tuple[Message, ...], solved: Message, lang: str) -> tuple[Told, ...]:
    """Return the deeds of which the requester's replies to an answer say that they helped."""
    replies = messages[messages.index(solved) + 1 :]
    for message in (m for m in replies if m.role is Role.REQUESTER and may_help(m.body)):
        own = surely(message.body) or lang
        told = tuple(
            t for t in told_by(message, own)
            if t.act and did_help(message.body[t.unit.start : t.unit.end].lower(), own)
        )  # fmt: skip
        if told and not _lack(told, message):
            return tuple(replace(t, answers=True) for t in told)
    return ()


def stands_on(messages: tuple[Message, ...], solved: Message) -> list[Message]:
    """Return the messages that make up the answer, in order."""
    lang = detect(messages[0].body)
    place = messages.index(solved)
    if solved.role is Role.REQUESTER:
        own = [told for told in told_by(solved, surely(solved.body) or lang) if told.act]
        small = solved.body.lower()
        if own or not _REFERS.search(small) or (_ALONE.search(small) and "your" not in small):
            return [solved]
        before = [m for m in messages[1:place] if m.role is not Role.REQUESTER]
        told = (
            m for m in reversed(before) if any(t.act for t in told_by(m, surely(m.body) or lang))
        )
        return [*islice(told, 1), solved]
    first = place
    while first > 1 and messages[first - 1].author == solved.author:
        first -= 1
    rows = list(messages[first : place + 1])
    reply = next((m for m in messages[place + 1 :] if m.role is Role.REQUESTER), None)
    if (
        reply is not None
        and _REFERS.search(reply.body.lower())
        and _ALSO.search(reply.body.lower())
    ):
        rows.append(reply)
    return rows


@lru_cache(maxsize=256)
def told_by(message: Message, lang: str = "en", *, extra: bool = False) -> tuple[Told, ...]:
    """Return what of one message can be reused: acts, what leads up to the first, what comes of each."""
    told = [one for unit in answering(message) if (one := _read(unit, message, lang)) is not None]
    if extra:
        return tuple(t for t in told if t.act and _ALSO.search(t.unit.text.lower()))
    acts = [n for n, one in enumerate(told) if one.act]
    if not acts:
        return tuple(t for t in told if _stands_alone(t.unit))
    kept = (one for n, one in enumerate(told) if one.act or _belongs(told, n, acts))
    steps = (step for one in kept for step in _apart(one, lang))
    only = is_idle if message.role is Role.REQUESTER else is_trial
    return tuple(
        replace(one, trial=True) if one.act and only(one.unit.text, lang) else one for one in steps
    )


def _lack(told: tuple[Told, ...], by: Message) -> str:
    """Return why a reader could do nothing with it, `""` where they could."""
    if any(one.answers for one in told):
        return ""
    acts = [one.unit for one in told if one.act and not one.trial]
    trials = [one.unit for one in told if one.trial]
    rest = [one.unit for one in told if not one.act]
    why = shortfall(acts, trials, rest)
    if not why or any(_LIMIT.search(one.text.lower()) or _mends(one.text) for one in rest):
        return ""
    return shortfall(acts, trials, rest, helped=True) if acts and _says_it_helped(by) else why


def _mends(text: str) -> bool:
    """Say whether a version, or a deed told by a noun, is told to have helped."""
    return _BY_VERSION.search(text.lower()) is not None


def _says_it_helped(message: Message) -> bool:
    """Say whether a requester tells in a message that something helped, in whatever language."""
    if message.role is not Role.REQUESTER or not may_help(message.body):
        return False
    lang = surely(message.body)
    return did_help(message.body.lower(), lang) if lang else not denies(message)


def _apart(told: Told, lang: str) -> Iterator[Told]:
    """Yield a step for each deed of a sentence that tells many."""
    if not told.act or told.unit.form is not Form.SENTENCE:
        yield told
        return
    for text in steps_of(told.unit.text, lang):
        yield replace(told, unit=replace(told.unit, text=text))


def _belongs(told: list[Told], n: int, acts: list[int]) -> bool:
    """Say whether a fact belongs to an act: it leads up to the first, or tells of the one before it."""
    text = told[n].unit.text
    if n + 1 in acts and told[n + 1].unit.form is Form.CODE:
        return True
    if n > acts[0] and n + 1 in acts and _HEADING.fullmatch(text):
        return True
    if n < acts[0]:
        leads = n == acts[0] - 1 and text.endswith((":", ",", "："))
        return (leads and len(term_set(text)) >= _BESIDE) or states_cause(text)
    before = max(a for a in acts if a < n)
    if n - before > _BESIDE:
        return False
    return bool(
        ADDRESS.match(text)
        or _DEPENDS.match(text)
        or term_set(text) & term_set(told[before].unit.text)
    )


def _read(unit: Unit, message: Message, lang: str) -> Told | None:
    """Tell what a unit is; None where no reader needs it."""
    text = unit.text
    if unit.form in (Form.CODE, Form.TABLE):
        return Told(unit=unit, act=True)
    if ADDRESS.match(text):
        return Told(unit=unit, act=False)
    if (
        is_question(text)
        or _HANGS.match(text)
        or _FAILED.search(text.lower())
        or leads_elsewhere(text)
    ):
        return None
    if lang != "en":
        return _read_abroad(unit, lang, asks=message.role is Role.REQUESTER)
    text = _unquoted(plain(text))
    if _HEADING.fullmatch(text):
        return Told(unit=unit, act=False)
    unit = replace(unit, text=text) if text != unit.text else unit
    if message.role is Role.REQUESTER and _YOURS.search(text.lower()):
        return None
    if message.role is Role.REQUESTER and names_menu(text):
        text = _HELPING.sub("", text)
        unit = replace(unit, text=text)
    if offered := _OFFERS.match(text):
        return Told(unit=replace(unit, text=text[offered.end() :]), act=True)
    is_listed = unit.form is not Form.SENTENCE and len(text) > _FEW
    if is_listed and _OUTCOME.match(text) and not tells(text):
        return Told(unit=unit, act=False)
    asks, mine = message.role is Role.REQUESTER, _is_personal(text)
    if not asks and (advice := advised(text)) and not _BARE_TRY.match(advice):
        return Told(unit=replace(unit, text=advice), act=True)
    if tells(text) or asks or (is_listed and not mine):
        done = instructed(text)
        if done or (not asks and not _OPINION.search(text.lower())) or (tells(text) and not mine):
            return Told(unit=replace(unit, text=done or text), act=True)
    names = names_path(text) and not (mine or states_cause(text) or _OF_THEM.match(text))
    if asks and _WENT.search(text.lower()) and not names_menu(text):
        return None
    if asks and not names:
        return Told(unit=unit, act=False) if _stands_alone(unit) and not mine else None
    if mine:
        return Told(unit=unit, act=False) if _CAUSE.search(text.lower()) else None
    is_short = len(text.split()) < _FEW and not ADDRESS.search(text)
    return Told(unit=unit, act=names) if names or not is_short else None


def _unquoted(text: str) -> str:
    """Return a sentence that is a quotation as a whole without its marks."""
    is_quoted = text[:1] == '"' == text[-1:] and text.count('"') == len('""')
    return text[1:-1] if is_quoted else text


def _read_abroad(unit: Unit, lang: str, *, asks: bool) -> Told | None:
    """Tell what a unit in another language than English is: whether a word in it tells what to do."""
    text = unit.text
    if asks and went_wrong(text.lower(), lang):
        return None
    told = deed if asks else advice
    if unit.form is Form.SENTENCE and (done := told(text, lang)):
        return Told(unit=replace(unit, text=done), act=True)
    is_act = unit.form is not Form.SENTENCE or tells_abroad(text, lang, asks=asks)
    if not is_act and _guess(lang).search(text):
        return None
    if is_act or names_path(text):
        is_point = unit.form is Form.POINT and tells_abroad(text, lang, asks=asks)
        form = Form.STEP if is_point else unit.form
        return Told(unit=replace(unit, form=form), act=True) if len(text) > _FEW else None
    return Told(unit=unit, act=False) if len(text.split()) >= _FEW or not text.isascii() else None


def _guess(lang: str) -> re.Pattern[str]:
    """Return what matches an opinion in a language other than English."""
    return pattern(r"(?i)\b(?:{guess})\b", lang)


def _is_personal(text: str) -> bool:
    return bool(_OPINION.search(text.lower()) or _VOICE.search(text.lower()))


def _stands_alone(unit: Unit) -> bool:
    """Say whether a fact answers without an act: a cause, or what is not possible."""
    if _mends(unit.text) and not _HEDGE.search(unit.text.lower()):
        return True
    tells_why = _CAUSE.search(unit.text.lower()) or _LIMIT.search(unit.text.lower())
    return bool(tells_why) and len(unit.text) >= _MIN_FACT and not _HEDGE.search(unit.text.lower())


def may_state_cause(text: str) -> bool:
    """Say whether any sentence of a text may: most have none of the words, and need not be cut."""
    return _MAY_CAUSE.search(text.lower()) is not None


def states_cause(text: str) -> bool:
    """Say whether a sentence states why it happens, of the product and not of the people."""
    return bool(_CAUSE.search(text.lower())) and not (
        len(term_set(_CAUSE.sub(" ", text.lower())) - _GENERIC) < _FEW - 1
        or is_question(text)
        or tells(text)
        or _ADVISES.search(text.lower())
        or len(text.split()) > _WORDY
        or _OPINION.search(text.lower())
        or _VOICE.search(text.lower())
        or _HEDGE.search(text.lower())
        or "please" in text.lower()
        or _LEANS.match(text)
        or _guess(detect(text)).search(text)
    )
