"""Picks what of the requester's first message states the problem: no story, no dump, no question to the crowd."""

import re
from collections.abc import Set
from functools import lru_cache

from kb.capture.phrases import pattern, words
from kb.capture.talk import is_history
from kb.capture.thread import Form, Unit, units
from kb.capture.title import subject_of
from kb.capture.words import term_set
from kb.tickets.ticket import Message, Role, Ticket

_GENERIC = words("everywhere")
"""Words of a sentence that tells a helper nothing of what is wrong."""
_AROUND = pattern(r"\b(?:{asks_around})")
"""What somebody asks of whoever reads it."""
_ASIDE = pattern(r"\b(?:{aside})\b")
"""What tells of the person, of the forum or of their temper."""
_SEARCHED = pattern(
    r"^(?:and |but |so )?(?:i |we )?(?:have |'ve )?(?:also |already )?(?:{searched})\b.{0,60}\b(?:{searched_in})\b"
)
_HERE = re.compile(r"^(?:here|below|attached|above|these) (?:is|are)\b.{0,110}$|\b(?:see|view) ")
_SHOWN = pattern(r"^.{0,12}\b(?:{see})\b.{0,30}\b(?:{shown})\b.{0,20}$")
_SYMPTOM = pattern(r"\b(?:{symptom})\b")
_WANTS = pattern(r"^(?:so |and |but |now )?(?:{wants})")
_TRIED = pattern(
    r"^(?:and |but |so |then |also )*(?:i |we )?(?:'ve |have |had )?(?:also |already |even |just |now )*(?:{tried})\b"
)
_STORY = pattern(r"\b(?:{story})\b")
_QUOTED = re.compile(
    r"[\"“„«][^\"”»]{6,}[\"”»]|`[^`]+`|\b[A-Z][A-Z0-9]{2,}[-_][A-Z0-9_-]{2,}|\d{3}\b"
)
_MARKUP = re.compile(
    r"/\*|\*/|!important|[{}]|^\W*[\w-]+: [^;]+;|content-(?:type|transfer)|boundary=|charset=|<\w+[^>]*>\s*<|^\W*=_|mime|^received:|^x-[\w-]+:|user.?agent|build id|^on .{5,40} wrote|\S {3,}\S"
)
_REPORT = re.compile(r"(?i)\buser.?agent\b|\bmozilla/\d|\bbuild ?id\b")
"""What a program tells of itself, in a report that it makes for support."""
_PAIR = re.compile(r"\b[A-Z][\w ()-]{2,30}: ")
_TAGS = re.compile(r"```\w*|</?\w[^<>]*>|\[(?:image|video|attachment)[^\]]*\]|<[\w:-]+>")
_LETTERS = re.compile(r"[^\W\d_]{3}")
"""What a block must hold beside tags and marks of pictures."""
_BROKEN = "\ufffd"
"""What stands where bytes were no text."""
_RUN = re.compile(r"(?<!\S)(?!https?:|`|www\.)[^\s/\\]*[\w+/=]{60,}|(?<!\S)/?[\w+/]{40,}=*(?!\S)")
_LEANS = re.compile(
    r"(?i)(?:and |but |so )?(?:in the process|this|that|these|those|it|they|he|she|then|also|if so|if not)\b"
)
"""What such a sentence speaks of stands in the one before it."""
_PAIRS, _LONGEST_CODE, _MOST, _LISTED, _NAME, _NEAR = 3, 600, 5, 6, 2, 12
_READ, _LONG, _BLOCKS, _OLD, _EARLY, _PUNISHED = 24, 30, 3, 60, 2, 1.2


@lru_cache(maxsize=64)
def problem_of(ticket: Ticket) -> tuple[Unit, ...]:
    """Return the requester's problem in their words; where nothing is told but the subject, that.

    At most five sentences: those that name a symptom, an error, what is wanted, or what the subject
    names; what was tried, the person's story and guesses go first. Lists and code stand as they are.
    """
    first = first_of(ticket)
    said = _before_dump(units(first)) if first else ()
    found = [one for one, after in zip(said, (*said[1:], None), strict=False)
             if _leads(one, after) or not _is_needless(one)]  # fmt: skip
    while len(found) > 1 and _is_name(found[-1]):
        found.pop()
    kept = _best(found, term_set(ticket.subject))
    subject = _subject(ticket)
    return (subject, *kept) if _is_thin(kept, subject) else tuple(kept)


def _is_name(last: Unit) -> bool:
    """Say whether the last sentence may be who wrote it."""
    is_short = len(last.text.split()) <= _NAME and last.text.isascii()
    return is_short and last.form is Form.SENTENCE


def _is_thin(kept: list[Unit], subject: Unit) -> bool:
    """Say whether what is left needs the subject in front: nothing, or one sentence of something else."""
    if not kept:
        return True
    own, told = term_set(subject.text), term_set(" ".join(unit.text for unit in kept))
    return len(kept) == 1 and len(own) > _MOST and len(own & told) < len(own) / 2


def first_of(ticket: Ticket) -> Message | None:
    """Return the requester's first public message."""
    return next((m for m in ticket.public_messages if m.role is Role.REQUESTER), None)


def _before_dump(said: tuple[Unit, ...]) -> tuple[Unit, ...]:
    """Return what stands before a report that was pasted in: many blocks of code, or a program's own."""
    codes = [place for place, unit in enumerate(said) if unit.form is Form.CODE]
    if len(codes) > _BLOCKS:
        return said[: codes[0]]
    report = next((place for place in codes if _REPORT.search(said[place].text)), len(said))
    return said[: min(report, _READ)]


def _subject(ticket: Ticket) -> Unit:
    text = subject_of(ticket.subject)
    return Unit(form=Form.SENTENCE, text=text, message="subject", start=0, end=len(ticket.subject))


def _is_needless(unit: Unit) -> bool:
    """Say whether a unit tells nothing of the problem: talk to the crowd, a person's story, a dump."""
    small = unit.text.lower()
    if unit.text.count(_BROKEN) >= _BLOCKS:
        return True
    if unit.form is Form.CODE:
        if _LETTERS.search(_TAGS.sub(" ", small)) is None:
            return True
        return len(small) > _LONGEST_CODE or len(_PAIR.findall(unit.text)) >= _PAIRS
    if unit.form is Form.TABLE:
        return False
    if _RUN.search(unit.text) or (_MARKUP.search(small) and "`" not in small):
        return True
    if is_history(unit.text) or _SHOWN.search(small) or _HERE.match(small):
        return True
    if unit.form is not Form.SENTENCE:
        return False
    is_aside = _AROUND.search(small) or _ASIDE.search(small) or _SEARCHED.match(small)
    tells_too = len(small.split()) > _LONG and _SYMPTOM.search(small)
    return bool(is_aside and not tells_too) or _is_empty(unit.text)


def _is_empty(text: str) -> bool:
    """Say whether a sentence or question holds no word that is of this problem alone."""
    if not text.isascii() and re.search(r"[\u3040-\u9fff]", text):
        return False
    told = {term for term in term_set(text) if term not in _GENERIC and not term.isdigit()}
    return not told or (len(told) == 1 and not _SYMPTOM.search(text.lower()))


def _leads(one: Unit, after: Unit | None) -> bool:
    """Say whether a sentence leads up to the list or code right below it."""
    is_list = after is not None and after.form is not Form.SENTENCE
    return is_list and one.form is Form.SENTENCE and one.text.endswith(":")


def _best(found: list[Unit], subject: Set[str]) -> list[Unit]:
    """Return the sentences that tell most, and up to six rows of a list or blocks, in their order."""
    said = [unit for unit in found if unit.form is Form.SENTENCE]
    weights = {unit: _weight(unit.text, place, subject) for place, unit in enumerate(said)}
    ranked = sorted(said, key=lambda unit: -weights[unit])
    telling = [unit for unit in ranked if weights[unit] > 0] or ranked[:1]
    chosen = set(telling[:_MOST])
    chosen |= {before for one, before in zip(said[1:], said, strict=False)
               if one in ranked[:1] and _LEANS.match(one.text)}  # fmt: skip
    kept = {one.start for one, before in zip(said, (None, *said), strict=False)
            if one in chosen and (before is None or before in chosen or not _LEANS.match(one.text))}  # fmt: skip
    rows = [unit for unit in found if unit.form is not Form.SENTENCE][:_LISTED]
    kept.update(unit.start for unit in rows)
    pairs = zip(found, (*found[1:], None), strict=False)
    kept.update(
        one.start for one, after in pairs if after and _leads(one, after) and after.start in kept
    )
    rest = [unit for unit in found if unit.start in kept]
    return [one for one, after in zip(rest, (*rest[1:], None), strict=False)
            if not one.text.endswith(":") or (after and after.start - one.end < _NEAR)]  # fmt: skip


def _weight(text: str, place: int, subject: Set[str]) -> float:
    """Return how much a sentence tells of the problem."""
    small = text.lower()
    weight = 1.5 * bool(_SYMPTOM.search(small)) + 1.5 * bool(_WANTS.search(small))
    weight += 1.0 * bool(_QUOTED.search(text)) + 0.5 * min(3, len(subject & term_set(text)))
    weight += 0.7 * (place < _EARLY) - 0.05 * place
    is_long = len(text.split()) > _OLD
    return weight - _PUNISHED * (bool(_TRIED.match(small)) + bool(_STORY.search(small)) + is_long)
