"""Composes what is to be done from the messages that solved a ticket: acts, and what belongs to them."""

import re
from dataclasses import dataclass
from functools import lru_cache

from kb.capture.language import detect, languages
from kb.capture.thread import Form, Unit, units
from kb.tickets.ticket import Message, Role, Ticket

_CAUSE = re.compile(
    r"\b(because|the (root )?cause|caused by|this happens when|happens (when|if|because)|due to"
    r"|the reason|turns out|turned out|which is why|that's why|(was|is) the (culprit|problem|issue))\b"
    r"|\b(weil|liegt daran|ursache|verursacht|parce que|à cause|causée?|porque|debido a|causad[oa]"
    r"|por causa|perché|a causa|omdat|veroorzaakt)\b|(原因|ためです|からです)"
)
_LIMIT = re.compile(
    r"\b(you can(no|')t|(is|are) not (possible|supported|available)|(is|are) no longer|not possible"
    r"|there (is|are) no (way|option|setting)|(is|are) only|by design|requires?|has to be|must be)\b"
)
_LINK_ALONE = re.compile(r"https?://\S+")
_IF_YOU = re.compile(r"(?i)(?:if|when|once) you (?:\w+ly |then |just |simply )?(\w+)")
_PATH = re.compile(
    r"[\w)\"'’”] ?(?:>|→|➤|➔|»|=>|->) ?[\w\"'‘“]|\b[A-Z][\w ]{2,20} - [A-Z]\w+ - [A-Z]|`[^`]+`"
    r"|\b\w+(?:\.\w+){2,}\b|[A-Za-z]:\\\w"
)
_LEAD = re.compile(
    r"(?i)(?:please|just|simply|then|now|first(?:ly)?|second(?:ly)?|next|finally|also|or|and|so|again|instead|alternatively"
    r"|to start|otherwise|perhaps|maybe|only|you(?:'ll)?(?: will| may| might| could| can| should| would)?(?: first| also| then| just| simply)?"
    r"(?: need to| have to| must| want to| try to| wish to| like to| try)?|i(?: would|'d)?(?: also| strongly)? (?:suggest|recommend|advise)(?: that)?(?: you)?(?: to)?"
    r"|try(?: to)?|be sure to|make sure to|it is (?:best|better|worth) to|one way is to|the (?:following|next) step is to)[ ,:]+"
)
_IMPERATIVE = re.compile(
    r"(?i)(?:you(?:'ll)?(?: will)? (?:first |also |then )?(?:should|need to|have to|must|can|could|may|might)(?: also| then| just| simply| first)?"
    r"(?: want to| try to| need to| wish to)?|i(?: would|'d)? (?:suggest|recommend|advise)(?: that)? you(?: to)?|please|i had to|i needed to|(?:try|do) (?:this|the following):(?: [-–])?|(?:one|another) (?:possibility|option|way|solution|fix) is to|or you (?:could|can|might)) (?=\w)"
)
_I_DID = re.compile(
    r"(?i)\bI(?:'ve| have)? (?:(?:then|just|also|finally|simply|\w+ly) )*(had to|needed to|decided to|ended up|managed to|went and|\w+)"
)
_BARE_DID = re.compile(r"^(?:(?:After|By) (?=\w+ing)|Then |Finally |Simply |Just |Had to )?(\w+)")
_HOW = re.compile(
    r"(?i)\b(?:by|after|once i|when i|was to|is to|worked was|works is|(?:answer|solution|fix|trick) (?:is|was)(?: to)?) (?:then |just |simply )?(\w+)"
)
_GOES = frozenset(
    [
        "went",
        "set",
        "put",
        "made",
        "ran",
        "chose",
        "cut",
        "hid",
        "held",
        "kept",
        "left",
        "let",
        "reset",
        "took",
        "undid",
        "wrote",
        "rewrote",
        "rebuilt",
        "dragged",
        "changed",
        "used",
        "uninstalled",
        "switched",
    ]
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
    r"|not work(ing|ed)?|still (not|no|only|work\w* only|can't|cannot|doesn't|won't|get)|tried .{0,80}\bbut|failed|(hilft|half|geht|ging|funktioniert\w*) nicht|leider|ne (fonctionne|marche) pas|no (funciona|funcionó)|não funciona|non funziona|werkt(e)? niet)\b"
)
_REFERS = re.compile(
    r"\b(as you (said|suggested|described|wrote)|your (\w+ )?(suggestion|advice|solution|instructions|steps|answer|reply|fix|help|tip|link)"
    r"|(that|this|it|which) (did|has|have)? ?(worked|works|did it|did the trick|helped|solved|fixed)|did the trick|worked (perfectly|great|fine|for me|like)|followed (your|the))\b"
)
_ALSO = re.compile(
    r"\b(also had to|had to also|i had to|in addition|instead of|the only difference)\b"
)
_FEW, _BESIDE, _MIN_ACT, _MIN_FACT, _MAX = 3, 2, 12, 40, 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One unit of the answer and what it is.

    Attributes:
        act: Whether it tells or says what to do; otherwise it belongs to the act before it.
        past: Whether somebody says what they did, which is no step to be numbered.
    """

    unit: Unit
    act: bool
    past: bool = False


@lru_cache(maxsize=64)
def answer(ticket: Ticket, solved: Message) -> tuple[Told, ...]:
    """Return what was done, from the message that solved it and those it stands on.

    A requester's "that worked" stands on the answer before it; what somebody wrote in a row is one
    answer; what the requester had to do differently joins it. Questions, opinions, what failed and
    what only these two people need are left out. Empty: nothing in it can be reused.
    """
    found: list[Told] = []
    for message in stands_on(ticket.public_messages, solved):
        found += _reusable(message, extra=message is not solved and message.role is Role.REQUESTER)
    seen: set[str] = set()
    kept = [t for t in found if not (t.unit.text in seen or seen.add(t.unit.text))]  # type: ignore[func-returns-value]
    return tuple(kept[:_MAX]) if _has_substance(kept) else ()


def stands_on(messages: tuple[Message, ...], solved: Message) -> list[Message]:
    """Return the messages that make up the answer, in order."""
    place = messages.index(solved)
    if solved.role is Role.REQUESTER:
        own = [told for told in _reusable(solved) if told.act]
        if own or not _REFERS.search(solved.body.lower()):
            return [solved]
        before = [m for m in messages[1:place] if m.role is not Role.REQUESTER]
        told = [m for m in before if any(t.act for t in _reusable(m))]
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
def _reusable(message: Message, *, extra: bool = False) -> tuple[Told, ...]:
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
        if one.act or first - _BESIDE <= n < first or any(0 < n - a <= _BESIDE for a in acts)
    )


def _read(unit: Unit, message: Message) -> Told | None:
    """Tell what a unit is; None where no reader needs it."""
    text = unit.text
    if unit.form in (Form.CODE, Form.TABLE):
        return Told(unit=unit, act=True)
    if _LINK_ALONE.match(text):
        return Told(unit=unit, act=False)
    if unit.form in (Form.STEP, Form.POINT):
        return Told(unit=unit, act=True) if len(text) > 3 else None
    if _asks(text) or _FAILED.search(text.lower()):
        return None
    mine = bool(_OPINION.search(text.lower()) or _VOICE.search(text.lower()))
    tells_it = tells(text) or _tells_abroad(text, message)
    asks = message.role is Role.REQUESTER
    if tells_it or (asks and _did(text)) or (_PATH.search(text) and not mine):
        short = _imperative(unit)
        return Told(unit=short, act=True, past=asks and short is unit and not tells_it)
    if len(text.split()) < _FEW and text.isascii():
        return None
    return None if mine and not _CAUSE.search(text.lower()) else Told(unit=unit, act=False)


def _asks(text: str) -> bool:
    return text.rstrip(" )\"'”").endswith(("?", "？")) or "?" in re.sub(
        r"https?://\S+|`[^`]*`", "", text
    )


def tells(text: str) -> bool:
    """Say whether an English sentence, or a clause at its beginning, is an imperative."""
    given = _IF_YOU.match(text)
    if given and _is_act(given.group(1).lower()):
        return True
    clauses = re.split(r"[,;:] | and then | then |\) ", text)[:3]
    return any(_begins_with_act(clause) for clause in clauses)


def _begins_with_act(clause: str) -> bool:
    if re.match(r"(?i)try (?:with|the|a|this|it|to)?\b", clause):
        return len(clause.split()) > _FEW
    place = 0
    while match := _LEAD.match(clause, place):
        place = match.end()
    word = re.match(r"[\"'“‘(*]*([\w-]+)", clause[place:])
    return word is not None and (_is_act(word.group(1).lower()))


@lru_cache(maxsize=4096)
def _is_act(word: str) -> bool:
    acts = languages()["en"].acts
    if not word.endswith("ing"):
        return word in acts
    stem = word[:-3]
    return any(one in acts for one in (stem, f"{stem}e", stem[:-1]))


@lru_cache(maxsize=4096)
def _is_done(word: str) -> bool:
    if word in _GOES or (word.endswith("ing") and _is_act(word)):
        return True
    if word == "tried":
        return False
    stems = (word[:-2], word[:-1], f"{word[:-3]}y", word[:-3]) if word.endswith("ed") else ()
    return any(one in languages()["en"].acts for one in stems)


def _tells_abroad(text: str, message: Message) -> bool:
    """Say whether a sentence in another language holds a word that tells what to do."""
    lang = _language(message)
    acts = languages()[lang].acts
    if lang == "ja":
        return any(act in text for act in acts)
    return lang != "en" and not acts.isdisjoint(re.findall(r"[^\W\d_]+", text.lower()))


@lru_cache(maxsize=256)
def _language(message: Message) -> str:
    return detect(message.body)


def _did(text: str) -> bool:
    """Say whether a requester tells what they did that helped."""
    if any(_is_done(m.group(1).lower()) or " " in m.group(1) for m in _I_DID.finditer(text)):
        return True
    bare = _BARE_DID.match(text)
    starts = bare.group(1).lower() if bare else ""
    if _is_done(starts) and not (bare and bare.start(1) == 0 and starts.endswith("ing")):
        return True
    return any(
        _is_done(m.group(1).lower()) or _is_act(m.group(1).lower()) for m in _HOW.finditer(text)
    )


def _imperative(unit: Unit) -> Unit:
    """Leave out "you should" and "I had to" where an act follows: the rest says what to do."""
    match = _IMPERATIVE.match(unit.text)
    word = re.match(r"[\w-]+", unit.text[match.end() :]) if match else None
    if (
        match is None
        or word is None
        or not _is_act(word.group().lower())
        or word.group().endswith("ing")
    ):
        return unit
    start = unit.start + match.end()
    return Unit(
        form=unit.form,
        text=unit.text[match.end() :],
        message=unit.message,
        start=start,
        end=unit.end,
    )


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
    )


def _has_substance(told: list[Told]) -> bool:
    """Say whether a reader could do something with it."""
    acts = [one.unit for one in told if one.act]
    if not acts:
        return any(_stands_alone(one.unit) for one in told)
    return any(unit.form is not Form.SENTENCE for unit in acts) or any(
        (len(unit.text) >= _MIN_ACT and len(unit.text.split()) >= 3)
        or _PATH.search(unit.text)
        or not unit.text.isascii()
        for unit in acts
    )
