"""Makes a draft's title: the main issue and the main environment, no cut sentence."""

import re
from collections.abc import Sequence

from kb.capture.phrases import pattern, words
from kb.capture.talk import begins, is_talk
from kb.capture.thread import Form, Unit
from kb.capture.words import PLACEHOLDER, terms

MAX = 80
_NOISE = pattern(r"(?i)^\s*(?:(?:re|fwd?|aw|wg|tr|rv)\s*:\s*|\[[^\]]*\]\s*|{noise})+")
_ASKED = pattern(r"(?i)^(?:{asked}) (?=how|why|what|to|if)")
_A_WAY = pattern(r"(?i)^(?:{a_way}) (?=to )", "en")
"""What asks for a way to do something: "how" alone asks as much."""
_PERSON = pattern(r"(?i)(?:(?:hi|hello|help)\W+)?(?:{person})")
_ABOUT = re.compile(
    r"(?i)(?:new (?:to|user)|newbie|novice|beginner|first time)\b[^.!?]*[.!?]\s+(?=\S)"
)
_SAYS_WHERE = re.compile(r"(?i)\d\.\d|\bwin(?:dows)? ?\d")
_BITS = re.compile(r"(?i)\s*[\[(](?:32|64)[ -]?bits?[)\]]")
_GENERIC = words("everywhere")
"""Words that tell nothing of what is wrong: "how do I fix this problem?"."""
_SHOUTED = pattern(r"\s+(?:{solved_shouted})\b")
"""A mark in capitals that it is solved, and whatever follows."""
_LAST = re.compile(r"[.?!,:;–-]\s+(?P<last>[^.?!]+)[.?!\s]*$")
_ASKS = pattern(r"(?i)(?:{wants}|{asks_around})")
_HOW = pattern(r"(?i)^(?:{how})")
_SYMPTOM = pattern(r"(?i)\b(?:{symptom_named})\b")
_CUTS = pattern(r"[.!?:;] |, | [-–—] |\s\(| (?=(?:{cuts})\b)")
_HANGING = pattern(r"(?i)[\s,;:(\-–—]+(?:{hanging})?$")
_OPENING = re.compile(r"(?i)(?:when|after|since|in|on|with|while|if)\b[^,.!?]{3,60}, ")
_PHRASE = re.compile(
    r"\s(?:with|for|from|in|on|by|of|at|as|via|using|into|either|or|and)(?:\s+\S+){0,3}$"
)
_SETTING_OUT = pattern(r"(?i)(?:{setting_out})\b")
_SOLVED = pattern(
    r"(?i)[\s\[(–—:*-]*[\[(–—:*-]\s*(?:{solved_mark})\b.*$|^\W*(?:{solved_mark})\s*[\])–—:*-]+\s*"
)
"""A mark in a subject that says it is solved, and what follows it."""
_JOINS = pattern(r"(?i)(?:{conjunction})(?:,|\b|、)")
"""How a sentence begins that goes on from another."""
_STORY = pattern(r"(?i)(?:{background})\b")
"""How a sentence begins that tells how it came about, not what is wrong."""
_WANTS = re.compile(
    r"(?i)(?:now )?i(?:[’']d| would)? (?:like|want|need|wish|am trying|[’']m trying) to \w"
)
_SOME, _FAIR, _CLEAR = 0.9, 2.0, 4.0
_VAGUE, _BRIEF, _LEAST, _EDGE = 3, 4, 28, " '.!?,:;-…"


def subject_of(subject: str) -> str:
    """Return a subject without marks, redactions and greeting."""
    unmarked = _SOLVED.sub("", subject)
    told = unmarked if len(unmarked) >= _LEAST // 2 else subject
    bare = " ".join(PLACEHOLDER.sub(" ", _NOISE.sub("", told)).split())
    return _ABOUT.sub("", bare[begins(bare) :], count=1)


def title(
    subject: str, issue: Sequence[Unit], *, product: str, platform: str, lang: str
) -> tuple[str, Unit | None]:
    """Return the title, at most 80 characters, and the sentence it came from, if not the subject.

    A subject that is too long, cut off or says too little gives way to the issue's sentence that
    tells most; the platform, else the product, joins it where neither is named.
    """
    bare = _fitting(_told(_BITS.sub("", subject_of(subject).replace('""', '"'))))
    is_cut = bool(re.search(r"[^.!?](…|\.\.\.)$", bare)) or len(bare.strip(_EDGE)) > MAX
    whole = _shortened(bare, is_cut=is_cut)
    told: Unit | None = None
    says = len(set(terms(whole)) - set(terms(f"{product} {platform}")))
    is_clear = _names_problem(whole) and says >= (_BRIEF if is_cut else _VAGUE - 1)
    if not is_clear and (is_cut or says <= _BRIEF):
        told = _best(bare, issue, product, least=(_SOME, _SOME, _FAIR, _CLEAR)[min(says, 3)])
    text = _clean(told.text if told else whole)
    if told is None and not says:
        told = next((one for one in issue if len(set(terms(one.text))) >= _VAGUE), None)
        text = _shortened(_clean(told.text), is_cut=len(_clean(told.text)) > MAX) if told else text
    if sum(map(str.isupper, text)) > 0.6 * sum(map(str.isalpha, text)) and len(text) > 12:
        text = text.lower()
    if product != product.lower():
        text = re.sub(rf"(?i)(?<![\w./-]){re.escape(product)}(?![\w/-]|\.\w)", product, text)
    return _placed(text[:1].upper() + text[1:], product, platform, lang), told


def _told(subject: str) -> str:
    """Leave out a mark that it is solved, and a last sentence that asks for help and names nothing."""
    marked = _SHOUTED.search(subject)
    subject = subject[: marked.start()] if marked and marked.start() >= _LEAST else subject
    last = _LAST.search(subject)
    asks = last and _ASKS.match(last["last"]) and set(terms(last["last"])) <= _GENERIC
    return subject[: last.start()] if last and asks and last.start() >= _LEAST // 2 else subject


def _fitting(subject: str) -> str:
    """Leave out what stands in brackets where the subject is too long for a title."""
    less = " ".join(re.sub(r"\s*\([^()]*\)", " ", subject).split())
    return less if len(subject) > MAX and len(less) >= _LEAST else subject


def _names_problem(text: str) -> bool:
    return bool(_HOW.match(text) or _SYMPTOM.search(text))


def _clean(text: str) -> str:
    text = _A_WAY.sub("How ", PLACEHOLDER.sub(" ", text))
    text = (
        _PERSON.sub("", _ASKED.sub("", text), count=1)
        if _PERSON.match(text)
        else _ASKED.sub("", text)
    )
    return " ".join(text.split()).strip(_EDGE)


def _best(subject: str, issue: Sequence[Unit], product: str, *, least: float) -> Unit | None:
    """Return the sentence that tells the issue: asks how, or names a symptom, in a title's length."""
    own = set(terms(subject))
    best, most = None, least
    for place, unit in enumerate(issue):
        text = _clean(unit.text)
        found = set(terms(text)) - set(terms(product))
        if (
            unit.form is not Form.SENTENCE
            or not 20 <= len(text) <= MAX
            or len(found) < _VAGUE
            or is_talk(text)
        ):
            continue
        weight = 2.0 * bool(_HOW.match(text)) + 1.5 * bool(_SYMPTOM.search(text)) + len(own & found)
        weight += 1.5 * bool(_WANTS.match(unit.text)) - 1.5 * bool(_STORY.match(unit.text))
        weight -= 0.3 * place + 1.0 * bool(
            re.match(
                r"(?i)(this|that|these|those|they|it|then|so|if|but|and|since then|i (have|tried|am|was|had|use)|my)\b",
                text,
            )
        )
        if weight > most and not (_SETTING_OUT.match(text) or _JOINS.match(text)):
            best, most = unit, weight
    return best


def _shortened(text: str, *, is_cut: bool) -> str:
    """Return the longest part of a text that ends where a clause ends."""
    text = text.strip(_EDGE)
    if len(text) <= MAX and not is_cut:
        return _balanced(text)
    if (opening := _OPENING.match(text)) and _LEAST <= len(text) - opening.end() <= MAX:
        return _balanced(text[opening.end() :])
    cuts = [m for m in _CUTS.finditer(text) if _LEAST <= m.start() <= MAX]
    ends = [m.start() for m in cuts if m.group().strip()] or [m.start() for m in cuts]
    return _balanced(
        text[: ends[-1]] if ends else _PHRASE.sub("", text[: MAX + 1].rsplit(" ", 1)[0])
    )


def _balanced(text: str) -> str:
    """Leave out what opens a bracket or quotation without its end, and words that lead nowhere."""
    for opening, closing in (("(", ")"), ('"', '"'), ("“", "”")):
        same = opening == closing
        odd = text.count(opening) % 2 if same else text.count(opening) > text.count(closing)
        if odd:
            place = text.rindex(opening)
            text = text[:place] if place > 20 else text.replace(opening, "")
    while (less := _HANGING.sub("", text)) != text and len(less) > 8:
        text = less
    return text.strip(_EDGE)


def _placed(text: str, product: str, platform: str, lang: str) -> str:
    names = [one for one in (platform, product) if one and "<" not in one]
    if any(one.casefold() in text.casefold() for one in names) or _SAYS_WHERE.search(text):
        return text[:MAX]
    for name in (platform, product):
        where = f" on {name}" if lang == "en" and name == platform else f" ({name})"
        if name and "<" not in name and len(text) + len(where) <= MAX:
            return f"{text}{where}"
    return text[:MAX]
