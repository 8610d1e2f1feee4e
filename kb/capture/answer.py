"""Composes what is to be done from the messages that solved a ticket: acts, and what belongs to them."""

import re
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import islice
from unicodedata import combining, normalize

from kb.capture.doing import instructed, plain, tells
from kb.capture.language import detect, languages, surely
from kb.capture.phrases import pattern, words
from kb.capture.pointing import leads_elsewhere, orders, points_elsewhere
from kb.capture.thread import Form, Unit, denies, units
from kb.capture.words import ADDRESS, PLACEHOLDER, term_set
from kb.tickets.ticket import Message, Role, Ticket

_CAUSE = pattern(r"\b(?<!here is )(?<!here's )(?:{cause})\b")
_MAY_CAUSE = pattern(r"(?:{cause})")
_LIMIT = pattern(r"\b(?:{limit})\b")
_CLAUSES = pattern(r"[,;:.>(]|->| (?:{joins}) ")
_ADVISES = pattern(r"\b(?:{advises})\b")
_LEANS = pattern(r"(?i)(?:{leans})\b")
"""How a sentence begins that goes on from one before it."""
_DEPENDS = pattern(r"(?i)(?:{depends})\b")
"""How a sentence begins that speaks of the act before it."""
_ASKS = pattern(r"(?i)(?:{asks})")
"""A helper who asks back, with a question mark or without."""
_PATH = re.compile(
    r"[\w)\"'’”] ?(?:>|→|➤|➔|»|=>|->) ?[\w\"'‘“]|\b[A-Z][\w ]{2,20} - [A-Z]\w+ - [A-Z]|`[^`]+`"
    r"|(?<![\w.@/-])[A-Za-z]\w+(?:\.\w+){2,}\b|[A-Za-z]:\\\w"
)
_PATH_MARKS = (">", "→", "➤", "➔", "»", "`", "\\")
_GENERIC = words("everywhere")
"""A cause of these alone points at one that stands elsewhere: "that is the reason"."""
_CODE = re.compile(r"`[^`]*`")
_OPINION = pattern(r"\b(?:{opinion})\b")
_VOICE = pattern(r"\b(?:{voice})\b|!\s*$|[!?]{2,}|^[\W\d_]{12,}$|[☺😀-🙏]")
_HEDGE = pattern(r"\b(?:{hedge})\b")
_GIVES_UP = pattern(r"\b(?:{gives_up})")
_FAILED = pattern(r"\b(?:{failed})\b")
_REFERS = pattern(r"\b(?:{refers})\b")
_ALSO = pattern(r"\b(?:{besides})\b")
_OUTCOME = pattern(r"(?i)(?:{outcome})\b")
"""How a row of a list begins that tells what then happens."""
_BARE_IT = re.compile(
    r"(?i)[\w-]+(?: (?:out|up|down|off|on|to|back|for))? (?:(?:it|them)\b|(?:this|that|these|those|one)(?= (?:and|to|in|on|from|with|by|as|for|down|again|then|so|back|into|via)\b|[.,;:!]|$))"
)
_VAGUE_OBJECT = re.compile(
    r"(?i)\b(?:everything|something|anything|things|stuff|it|this|that|them|there)(?: (?:again|once more|now|back))*\W*$"
)
NOTHING = "the answer holds nothing that could be told to others"
ELSEWHERE = "the answer only points elsewhere"
GAVE_UP = "the requester turns away instead of telling what helped"
IN_VAIN = "the last answer says that it did not work"
_HANGS = re.compile(
    r"(?i)(?:[\w'-]+ ){1,3}(?:by|with|the|and|or|as|for|of|from|these|following|an?)[:.]?$"
)
"""A step that stops before it tells anything."""
_INQUIRY = pattern(r"(?i)\b(?:{inquiry})\b[^\n]{0,60}[:?]\s*$")
"""What stands before a list of what a helper would like to know."""
_FEW, _BESIDE, _MIN_ACT, _MIN_FACT, _MAX, _VAGUELY, _WORDY = 3, 2, 12, 40, 30, 7, 45


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One unit of the answer and what it is.

    Attributes:
        act: Whether it tells what to do; otherwise it belongs to the act before it.
    """

    unit: Unit
    act: bool


@lru_cache(maxsize=64)
def answer(ticket: Ticket, solved: Message) -> tuple[Told, ...]:
    """Return what is to be done, from the message that solved it and those it stands on.

    A requester's "that worked" stands on the answer before it; what somebody wrote in a row is one
    answer; what the requester had to do differently joins it. Questions, opinions, what failed and
    what only these two people need are left out. Empty: nothing in it can be reused.
    """
    found = _composed(ticket, solved)
    return found if not _lack(found) else ()


def lack(ticket: Ticket, solved: Message) -> str:
    """Return what the answer lacks to be written down for others, `""` for nothing."""
    if solved.role is Role.REQUESTER and _GIVES_UP.search(solved.body.lower()):
        return GAVE_UP
    why = _lack(_composed(ticket, solved))
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
    first: dict[str, str] = {}
    kept = [t for t in found if first.setdefault(t.unit.text, t.unit.message) == t.unit.message]
    return tuple(kept[:_MAX])


def stands_on(messages: tuple[Message, ...], solved: Message) -> list[Message]:
    """Return the messages that make up the answer, in order."""
    lang = detect(messages[0].body)
    place = messages.index(solved)
    if solved.role is Role.REQUESTER:
        own = [told for told in told_by(solved, surely(solved.body) or lang) if told.act]
        if own or not _REFERS.search(solved.body.lower()):
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
    told = [one for unit in _answering(message) if (one := _read(unit, message, lang)) is not None]
    if extra:
        return tuple(t for t in told if t.act and _ALSO.search(t.unit.text.lower()))
    acts = [n for n, one in enumerate(told) if one.act]
    if not acts:
        return tuple(t for t in told if _stands_alone(t.unit))
    return tuple(one for n, one in enumerate(told) if one.act or _belongs(told, n, acts))


def _answering(message: Message) -> list[Unit]:
    """Return a message's units without the lists of what a helper would like to know."""
    kept: list[Unit] = []
    before, asked = 0, False
    for unit in units(message):
        if unit.form in (Form.STEP, Form.POINT):
            gap = message.body[before : unit.start]
            asked = _INQUIRY.search(gap.rstrip(" \n-*0123456789.)")) is not None or (
                asked and len(gap) < _MIN_ACT
            )
        else:
            asked = False
        before = unit.end if unit.form in (Form.STEP, Form.POINT) else unit.start
        if not asked:
            kept.append(unit)
    return kept


def _belongs(told: list[Told], n: int, acts: list[int]) -> bool:
    """Say whether a fact belongs to an act: it leads up to the first, or tells of the one before it."""
    text = told[n].unit.text
    if n + 1 in acts and told[n + 1].unit.form is Form.CODE:
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
    if _asks(text) or _HANGS.match(text) or _FAILED.search(text.lower()) or leads_elsewhere(text):
        return None
    if lang != "en":
        return _read_abroad(unit, lang, asks=message.role is Role.REQUESTER)
    text = plain(text)
    unit = replace(unit, text=text)
    is_listed = unit.form is not Form.SENTENCE and len(text) > _FEW
    if is_listed and _OUTCOME.match(text) and not tells(text):
        return Told(unit=unit, act=False)
    asks, mine = message.role is Role.REQUESTER, _is_personal(text)
    if tells(text) or asks or (is_listed and not mine):
        done = instructed(text)
        if done or (not asks and not _OPINION.search(text.lower())) or (tells(text) and not mine):
            return Told(unit=replace(unit, text=done or text), act=True)
    names = _names_path(text) and not (mine or states_cause(text))
    if asks and not names:
        return Told(unit=unit, act=False) if _stands_alone(unit) and not mine else None
    if mine:
        return Told(unit=unit, act=False) if _CAUSE.search(text.lower()) else None
    is_short = len(text.split()) < _FEW and not ADDRESS.search(text)
    return Told(unit=unit, act=names) if names or not is_short else None


def _read_abroad(unit: Unit, lang: str, *, asks: bool) -> Told | None:
    """Tell what a unit in another language than English is: whether a word in it tells what to do."""
    text = unit.text
    is_act = unit.form is not Form.SENTENCE or _tells_abroad(text, lang, asks=asks)
    if not is_act and _guess(lang).search(text):
        return None
    if is_act or _names_path(text):
        is_point = unit.form is Form.POINT and _tells_abroad(text, lang, asks=asks)
        form = Form.STEP if is_point else unit.form
        return Told(unit=replace(unit, form=form), act=True) if len(text) > _FEW else None
    return Told(unit=unit, act=False) if len(text.split()) >= _FEW or not text.isascii() else None


def _guess(lang: str) -> re.Pattern[str]:
    """Return what matches an opinion in a language other than English."""
    return pattern(r"(?i)\b(?:{guess})\b", lang)


def _is_personal(text: str) -> bool:
    return bool(_OPINION.search(text.lower()) or _VOICE.search(text.lower()))


def _asks(text: str) -> bool:
    bare = _CODE.sub("", ADDRESS.sub("", text))
    return "?" in bare or "？" in bare or _ASKS.match(text) is not None


def _names_path(text: str) -> bool:
    """Say whether a sentence names a way through menus, a setting or a file."""
    return _has_path(text) and _has_path(PLACEHOLDER.sub("", ADDRESS.sub("", text)))


def _has_path(text: str) -> bool:
    """Say whether there is such a way; most sentences have not even its marks and are not searched."""
    may = text.count(".") > 1 or text.count("-") > 1 or any(map(text.__contains__, _PATH_MARKS))
    return may and _PATH.search(text) is not None


@cache
def _acts(lang: str, *, asks: bool) -> frozenset[str]:
    """Return the words of doing of a language; what was done ("deleted") tells the requester's deeds alone."""
    acts, done = languages()[lang].acts, languages()[lang].done
    return frozenset(a for a in acts if not a.endswith(done)) if done and not asks else acts


def _tells_abroad(text: str, lang: str, *, asks: bool) -> bool:
    """Say whether a clause in another language begins, or ends, with what tells what to do."""
    acts = _acts(lang, asks=asks)
    if lang == "ja":
        return any(act in text for act in acts)
    clauses = [re.findall(r"[^\W\d_]+", clause) for clause in _CLAUSES.split(text.lower())]
    ends = languages()[lang].done if asks else ""
    stuck = _with_enclitics(lang)
    return any(
        not acts.isdisjoint(words[:_FEW])
        or (stuck and any(_unmarked(word) in stuck for word in words if len(word) > _FEW))
        or (words and words[-1] in acts and (not ends or words[-1].endswith(ends)))
        for words in clauses
    )


@cache
def _with_enclitics(lang: str) -> frozenset[str]:
    """Return words of doing with what they are done to: "disattivale", "desactívelo"."""
    ends = languages()[lang].words.get("enclitics", frozenset())
    return frozenset(f"{_unmarked(act)}{end}" for act in languages()[lang].acts for end in ends)


@lru_cache(maxsize=4096)
def _unmarked(word: str) -> str:
    """Return a word without its accents: they move where a pronoun is added."""
    return "".join(one for one in normalize("NFKD", word) if not combining(one))


def _stands_alone(unit: Unit) -> bool:
    """Say whether a fact answers without an act: a cause, or what is not possible."""
    tells_why = _CAUSE.search(unit.text.lower()) or _LIMIT.search(unit.text.lower())
    return bool(tells_why) and len(unit.text) >= _MIN_FACT and not _HEDGE.search(unit.text.lower())


def may_state_cause(text: str) -> bool:
    """Say whether any sentence of a text may: most have none of the words, and need not be cut."""
    return _MAY_CAUSE.search(text.lower()) is not None


def states_cause(text: str) -> bool:
    """Say whether a sentence states why it happens, of the product and not of the people."""
    return bool(_CAUSE.search(text.lower())) and not (
        len(term_set(_CAUSE.sub(" ", text.lower())) - _GENERIC) < _FEW - 1
        or _asks(text)
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


def _lack(told: tuple[Told, ...]) -> str:
    """Return why a reader could do nothing with it, `""` where they could."""
    acts = [one.unit for one in told if one.act]
    real = [unit for unit in acts if not (points_elsewhere(unit.text) or _is_reading(unit))]
    limits = any(_LIMIT.search(one.unit.text.lower()) for one in told if not one.act)
    if any(map(_is_doable, real)) or limits:
        return ""
    links = any(ADDRESS.search(one.unit.text) for one in told)
    return ELSEWHERE if links else NOTHING


def _is_reading(unit: Unit) -> bool:
    """Say whether a list's item is a page's title with its link."""
    linked = ADDRESS.search(unit.text)
    is_last = linked is not None and len(unit.text[linked.end() :].split()) <= _FEW
    is_told = tells(unit.text) or orders(unit.text.lower())
    return unit.form is not Form.SENTENCE and is_last and not is_told


def _is_doable(unit: Unit) -> bool:
    """Say whether a reader could do it by itself: what "it" is must stand in it."""
    text = unit.text
    names = _has_path(text)
    is_vague = _BARE_IT.match(text) or (
        _VAGUE_OBJECT.search(text) and len(text.split()) <= _VAGUELY
    )
    if is_vague and not names:
        return False
    is_short = len(text) < _MIN_ACT or len(term_set(text)) < _FEW
    return names or unit.form is Form.CODE or not is_short or not text.isascii()
