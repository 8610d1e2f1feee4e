"""Composes what is to be done from the messages that solved a ticket: acts, and what belongs to them."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache

from kb.capture.doing import instructed, plain, tells
from kb.capture.language import detect, languages
from kb.capture.pointing import leads_elsewhere, points_elsewhere
from kb.capture.thread import Form, Unit, denies, units
from kb.tickets.ticket import Message, Role, Ticket

_CAUSE = re.compile(
    r"\b(?<!here is )(?<!here's )(because|the (root )?cause|caused by|this happens when|happens (when|if|because)|due to"
    r"|the reason|turns out|turned out|which is why|that's why|(was|is) the (culprit|problem|issue))\b"
    r"|\b(weil|liegt daran|ursache|verursacht|parce que|à cause|causée?|porque|debido a|causad[oa]"
    r"|por causa|perché|a causa|omdat|veroorzaakt)\b|(原因|ためです|からです)"
)
_LIMIT = re.compile(
    r"\b(you can(no|')t|(is|are) not (possible|supported|available)|(is|are) no longer|not possible"
    r"|there (is|are) no (way|option|setting)|by design)\b"
)
_CLAUSES = re.compile(r"[,;:.>(]|->| (?:und|et|e|ed|y|en|a|of|oder|ou|o|poi|dann|dan|puis|luego) ")
_HANGS = re.compile(r"(?i)(?:that|those|they|but|and|or|he|she|which)\b")
"""What such a sentence speaks of stands before the answer."""
_ASKS = re.compile(
    r"(?i)(?:what|which|who|where|how) (?:exactly )?(?:is|are|was|were|do|does|did|have|kind|version|type of)\b"
    r"|(?:please )?(?:clarify|describe|post|attach|upload|provide|show|send|tell|give) (?:us|me|a|an|the|your|exactly|which|what|how|more|some|any|details)\b"
)
"""A helper who asks back, with a question mark or without."""
_LINK = re.compile(r"https?://\S+")
_PATH = re.compile(
    r"[\w)\"'’”] ?(?:>|→|➤|➔|»|=>|->) ?[\w\"'‘“]|\b[A-Z][\w ]{2,20} - [A-Z]\w+ - [A-Z]|`[^`]+`"
    r"|(?<![\w.@/-])[A-Za-z]\w+(?:\.\w+){2,}\b|[A-Za-z]:\\\w"
)
_OPINION = re.compile(
    r"\b(i|i'm|i've|i'd|i'll|my|me|we|our|mine|imo|imho|you (say|said|mention\w*|wrote|posted|uploaded|sent|attached|appear|seem|did|didn't|claim\w*|will probably)|your (description|image|screen))\b"
)
_VOICE = re.compile(
    r"\b(hopefully|unfortunately|fortunately|frankly|lol|haha|honestly|granted|seems?|here'?s? (is )?what|mystery|(?:it's|it is) (a pity|a shame|sad|annoying|amazing|unfortunate)|love (it|this)|hate)\b|!\s*$|[!?]{2,}|^[^a-z]{12,}$|[☺😀-🙏]"
)
_HEDGE = re.compile(
    r"\b(may ?be|it is possible|possible that|likely|might|perhaps|possibly|probably|not sure|guess|suspect|you (had|did|have|are|were|would)|you'(re|ve))\b"
)
_FAILED = re.compile(
    r"\b((did|does|do)(n't| not) (help|work|fix|solve|change|make)|no (luck|avail|success|difference|change)|to no|without (success|luck)"
    r"|not work(ing|ed)?|still (not|no|only|work\w* only|can't|cannot|doesn't|won't|get)|tried .{0,80}\bbut|failed|gave up|giving up|(hilft|half|geht|ging|funktioniert\w*) nicht|leider|ne (fonctionne|marche) pas|no (funciona|funcionó)|não funciona|non funziona|werkt(e)? niet)\b"
)
_REFERS = re.compile(
    r"\b(as you (said|suggested|described|wrote)|your (\w+ )?(suggestion|advice|solution|instructions|steps|answer|reply|fix|help|tip|link)"
    r"|(that|this|it|which) (did|has|have)? ?(worked|works|did it|did the trick|helped|solved|fixed)|did the trick|worked (perfectly|great|fine|for me|like)|followed (your|the))\b"
)
_ALSO = re.compile(
    r"\b(also had to|had to also|i had to|in addition|instead of|the only difference)\b"
)
NOTHING = "the answer holds nothing that could be told to others"
ELSEWHERE = "the answer only points elsewhere"
IN_VAIN = "the last answer says that it did not work"
_FEW, _BESIDE, _MIN_ACT, _MIN_FACT, _MAX = 3, 2, 12, 40, 30


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
    why = _lack(_composed(ticket, solved))
    if why == NOTHING and points_elsewhere(solved.body):
        return ELSEWHERE
    return IN_VAIN if why == NOTHING and denies(solved) else why


@lru_cache(maxsize=64)
def _composed(ticket: Ticket, solved: Message) -> tuple[Told, ...]:
    found: list[Told] = []
    for message in stands_on(ticket.public_messages, solved):
        found += told_by(message, extra=message is not solved and message.role is Role.REQUESTER)
    seen: set[str] = set()
    kept = [t for t in found if not (t.unit.text in seen or seen.add(t.unit.text))]  # type: ignore[func-returns-value]
    return tuple(kept[:_MAX])


def stands_on(messages: tuple[Message, ...], solved: Message) -> list[Message]:
    """Return the messages that make up the answer, in order."""
    place = messages.index(solved)
    if solved.role is Role.REQUESTER:
        own = [told for told in told_by(solved) if told.act]
        if own or not _REFERS.search(solved.body.lower()):
            return [solved]
        before = [m for m in messages[1:place] if m.role is not Role.REQUESTER]
        told = [m for m in before if any(t.act for t in told_by(m))]
        return [*told[-1:], solved] if told else [solved]
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
def told_by(message: Message, *, extra: bool = False) -> tuple[Told, ...]:
    """Return what of one message can be reused: acts, and up to two facts on each side of one."""
    told = [one for unit in units(message) if (one := _read(unit, message)) is not None]
    if extra:
        return tuple(t for t in told if t.act and _ALSO.search(t.unit.text.lower()))
    acts = [n for n, one in enumerate(told) if one.act]
    if not acts:
        return tuple(t for t in told if _stands_alone(t.unit))
    first = acts[0]
    return tuple(
        one
        for n, one in enumerate(told)
        if one.act
        or (first - _BESIDE <= n < first and not _HANGS.match(one.unit.text))
        or any(0 < n - a <= _BESIDE for a in acts)
    )


def _read(unit: Unit, message: Message) -> Told | None:
    """Tell what a unit is; None where no reader needs it."""
    text = unit.text
    if unit.form in (Form.CODE, Form.TABLE):
        return Told(unit=unit, act=True)
    if _LINK.match(text):
        return Told(unit=unit, act=False)
    if _asks(text) or _FAILED.search(text.lower()) or leads_elsewhere(text):
        return None
    if _language(message) != "en":
        return _read_abroad(unit, message)
    text = plain(text)
    unit = replace(unit, text=text)
    is_listed = unit.form is not Form.SENTENCE and len(text) > _FEW
    asks, mine = message.role is Role.REQUESTER, _is_personal(text)
    if tells(text) or asks or (is_listed and not mine):
        done = instructed(text)
        if done or not asks or (is_listed and not mine):
            return Told(unit=replace(unit, text=done or text), act=True)
    names = _PATH.search(_LINK.sub("", text)) is not None and not mine
    if asks and not names:
        return Told(unit=unit, act=False) if _stands_alone(unit) and not mine else None
    if mine:
        return Told(unit=unit, act=False) if _CAUSE.search(text.lower()) else None
    is_short = len(text.split()) < _FEW and not _LINK.search(text)
    return Told(unit=unit, act=names) if names or not is_short else None


def _read_abroad(unit: Unit, message: Message) -> Told | None:
    """Tell what a unit in another language than English is: whether a word in it tells what to do."""
    text = unit.text
    is_act = unit.form is not Form.SENTENCE or _tells_abroad(text, message)
    if is_act or _PATH.search(_LINK.sub("", text)):
        return Told(unit=unit, act=True) if len(text) > _FEW else None
    return Told(unit=unit, act=False) if len(text.split()) >= _FEW or not text.isascii() else None


def _is_personal(text: str) -> bool:
    return bool(_OPINION.search(text.lower()) or _VOICE.search(text.lower()))


def _asks(text: str) -> bool:
    bare = re.sub(r"https?://\S+|`[^`]*`", "", text)
    return "?" in bare or "？" in bare or _ASKS.match(text) is not None


def _tells_abroad(text: str, message: Message) -> bool:
    """Say whether a clause in another language begins, or ends, with what tells what to do."""
    lang = _language(message)
    acts = languages()[lang].acts
    if lang == "ja":
        return any(act in text for act in acts)
    clauses = [re.findall(r"[^\W\d_]+", clause) for clause in _CLAUSES.split(text.lower())]
    return any(not acts.isdisjoint((*words[:_FEW], *words[-1:])) for words in clauses)


@lru_cache(maxsize=256)
def _language(message: Message) -> str:
    return detect(message.body)


def _stands_alone(unit: Unit) -> bool:
    """Say whether a fact answers without an act: a cause, or what is not possible."""
    tells_why = _CAUSE.search(unit.text.lower()) or _LIMIT.search(unit.text.lower())
    return bool(tells_why) and len(unit.text) >= _MIN_FACT and not _HEDGE.search(unit.text.lower())


def states_cause(text: str) -> bool:
    """Say whether a sentence states why it happens, of the product and not of the people."""
    return bool(_CAUSE.search(text.lower())) and not (
        _asks(text)
        or _OPINION.search(text.lower())
        or _VOICE.search(text.lower())
        or _HEDGE.search(text.lower())
        or "please" in text.lower()
    )


def _lack(told: tuple[Told, ...]) -> str:
    """Return why a reader could do nothing with it, `""` where they could."""
    acts = [one.unit for one in told if one.act]
    real = [unit for unit in acts if not (points_elsewhere(unit.text) or _is_reading(unit))]
    limits = any(_LIMIT.search(one.unit.text.lower()) for one in told if not one.act)
    if any(map(_is_doable, real)) or limits:
        return ""
    links = any(_LINK.search(one.unit.text) for one in told)
    return ELSEWHERE if links else NOTHING


def _is_reading(unit: Unit) -> bool:
    """Say whether a list's item is a page's title with its link."""
    linked = _LINK.search(unit.text)
    is_last = linked is not None and len(unit.text[linked.end() :].split()) <= _FEW
    return unit.form is not Form.SENTENCE and is_last and not tells(unit.text)


def _is_doable(unit: Unit) -> bool:
    text = unit.text
    is_short = len(text) < _MIN_ACT or len(text.split()) < _FEW
    return unit.form is Form.CODE or not is_short or bool(_PATH.search(text)) or not text.isascii()
