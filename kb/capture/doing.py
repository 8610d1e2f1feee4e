"""Tells which English sentences say what to do, and says it without the people."""

import re
from functools import lru_cache
from itertools import pairwise

from kb.capture.deeds import also, deed, even
from kb.capture.phrases import pattern, words
from kb.capture.verbs import FIRST_WORD, acts, base_of, begins, coordinated, is_act, sooner
from kb.capture.words import ADDRESS

_IF_YOU = re.compile(r"(?i)(?:if|when|once) you (?:\w+ly |then |just |simply )?(\w+)")
_LEAD = pattern(r"(?i)(?:{leads})[ ,:]+")
_SHOULD = pattern(r"(?i)(?:(?:{first_then})(?:, | ))*(?:(?:{urges}),? )?(?=\w)", "en")
_URGES = re.compile(
    r"(?i)\b(?:should|need|have to|must|can|could|may|might|want|wish|suggest|recommend|advise|would|please"
    r"|remember|forget|sure|try|best|better|worth|easiest|way|step|think|trick|requires?)\b|['’]d\b"
)
"""What makes a lead-in advice: "you delete it" alone may tell how it is."""
_ASIDE = pattern(r"(?i){asides}")
_MAY_BE_ASIDE = (
    "picture",
    "image",
    "screen",
    "(",
    " as ",
    " like ",
    "<",
    ":)",
    ";)",
    ":-",
    ":D",
    ":P",
)
_TAG = re.compile(r"</?(?:li|ul|ol|p|br|div|span)\s*/?>")
_NO_PERSON = re.compile(
    rf"{ADDRESS.pattern}|\"[^\"]*\"|“[^”]*”|(?<!\w)['‘](?:[^'’]|(?<=\w)['’](?=\w))*['’](?!\w)"
)
"""Where "me" is no person: in an address, and in the words that a program shows."""
_MINE = re.compile(r"(?i)\b(?:my|our)(?= )")
_FIRST_PERSON = pattern(r"(?i)\b(?:{first_person})\b", "en")
_CLAUSE = re.compile(
    r"(?i) (?=(?:i|we) (?:think|believe|guess|suspect|assume|would|hope|just|find|found|use)\b)|,? (?:and|but|so|because|since|which|as|while|where|that|until) |[,;(–] ?|: "
)
_MAY = re.compile(r"(?i)\b(?:may|might|could|would)\b")
"""Behind a condition it tells what is possible, not what to do."""
_LIMITED = re.compile(
    r"(?i)(?:you|one) (?:can|could|may|might)\b.*\b(?:but|cannot|can't|only if|unless)\b"
)
_GIVEN = re.compile(
    r"(?i)(?:if|when|once|after|before|unless|to|for|in|on|from|at|with|instead of|by)\b[^,.;]{3,100}, "
)
"""A condition or a place before what is to be done."""
_CLAUSE_ENDS = re.compile(r"[,;:] | and then | then |\) ")
_CUT_OFF = re.compile(r"\s+\([^()\w]*(?:\w+\W*)?$")
"""A bracket that was opened at the end, and not closed."""
_HAS_VERB = re.compile(
    r"(?i)\b(?:works?|worked|is|are|was|were|will|would|does|did|has|have|makes?|helps?)\b"
)
"""What stands behind an -ing form that is no order but what the sentence is about."""
_TRIES = re.compile(r"(?i)(?:try|attempt) (?:to )?(?=([a-z-]+))")
"""Before a deed that is no more than suggested: "try changing the port"."""
_AND_SEE = pattern(r"(?i),? (?:{and_see})\b.*$", "en")
"""What follows a deed: to look whether it helped."""
_LOOKS = ("see ", "check ", "test ", "know", "back", "tell ")
_AT_A_PLACE = pattern(
    r"(?i)(?:instead of|in place of|(?:in|on|under|at|from|within|inside|below) [^,]*\b(?:{parts})\b[^,]*)",
    "en",
)
"""Where a deed was done, or instead of what: it stands before the deed."""
_DANGLING = pattern(r"(?i)[\s,;:–-]+(?:{hanging}|{dangling})(?: [a-z]+ing)?$", "en")
"""What is left of a clause that was cut off behind its first word."""
_TRY = re.compile(r"(?i)try (?:with|the|a|this|it|to)?\b")
_THING = re.compile(r"(?i)\b(?:add-?on|extension|plug-?in|tool|program|driver|version)s?\b")
"""What can be tried though nothing else is said of it."""
_PURPOSE = re.compile(
    r"(?i)(?:for|to|in order to|so that|before|after)\b[^,.;:]{3,80} (?:make|be) sure\b"
)
"""What an order is for, before it: "for the login to succeed make sure that ..."."""
_TELLER = re.compile(
    r"(?i)there (?:is|are|was|were|may|might)\b|(?:i|we)\b(?!(?:'d| would)? (?:also |strongly |personally )*(?:try|use|suggest|recommend|advise))"
)
_FEW, _PLACED = 3, 9


@lru_cache(maxsize=256)
def tells(text: str) -> bool:
    """Say whether an English sentence, or a clause at its beginning, is an imperative."""
    if _TELLER.match(text):
        return False
    given = _IF_YOU.match(text)
    if given and is_act(given.group(1).lower()) and not _MAY.search(text):
        return True
    clauses = _CLAUSE_ENDS.split(text, 3)[:3]
    return any(_begins_with_act(clause) for clause in clauses) or _says_where_first(clauses[0])


def _says_where_first(clause: str) -> bool:
    """Say whether a clause orders something behind a place: "in the options select it"."""
    told = [word.strip("\"'“”‘’(*") for word in clause.lower().split()[:_PLACED]]
    if not told or told[0] not in words("places"):
        return False
    there, not_before = words("acts_there"), words("no_order")
    pairs = pairwise(told[1:])
    return any(word in there and before not in not_before for before, word in pairs)


def _begins_with_act(clause: str) -> bool:
    if _TRY.match(clause):
        return len(clause.split()) > _FEW or _THING.search(clause) is not None
    if _PURPOSE.match(clause):
        return True
    place = 0
    while match := _LEAD.match(clause, place):
        place = match.end()
    word = FIRST_WORD.match(clause, place) if place else None
    return begins(clause[place:]) or bool(word and is_act(word.group(1).lower()))


@lru_cache(maxsize=256)
def instructed(text: str) -> str:
    """Return an English sentence as what to do, `""` where nothing in it can be done.

    "I deleted the file and it worked" becomes "delete the file", "you should open it" "open it".
    Only the verb's form, the person and what went well go: no word is added.
    """
    bare = plain(text)
    lead = None if _LIMITED.match(bare) else _SHOULD.match(bare)
    rest = bare[lead.end() :] if lead and lead.end() else even(bare)
    if lead and lead.end() and (_URGES.search(lead.group()) or not _HAS_VERB.search(rest)):
        rest = sooner(rest)
    rest = _dared(rest)
    is_order = begins(rest) or _says_where_first(rest)
    return _finished(rest if is_order else _under(bare) or _there(bare) or deed(bare), bare)


def advised(text: str) -> str:
    """Return what an English sentence advises to do, `""` for a deed of the one who tells it."""
    if not _URGES.search(text):  # as most sentences do not
        return ""
    bare = plain(text)
    lead = None if _LIMITED.match(bare) else _SHOULD.match(bare)
    rest = ""
    if lead and _URGES.search(lead.group()):
        rest = _dared(sooner(bare[lead.end() :]))
    return _finished(rest if begins(rest) else _under(bare, urged=True), bare)


def _finished(told: str, said: str) -> str:
    """Return a deed without its person and what tests it, with a full stop where there was one."""
    told = _CUT_OFF.sub("", _untested(_impersonal(told)))
    return f"{told}." if told and said[-1:] in ".!" and told[-1].isalnum() else told


def _dared(text: str) -> str:
    """Return "change the port" for "try changing the port" and "try to change the port"."""
    tries = _TRIES.match(text)
    if tries is None:
        return text
    verb, rest = tries.group(1).lower(), text[tries.end() :]
    base = verb if verb in acts() else base_of(verb) if verb.endswith("ing") else ""
    is_brief = len(rest.split()) <= _FEW
    return f"{base}{coordinated(rest[len(verb) :])}" if base and not is_brief else text


def _untested(text: str) -> str:
    """Leave out "and see if that helps" behind a deed, where that is more than a word or two."""
    if not any(word in text for word in _LOOKS):  # most deeds have none and are not searched
        return text
    less = _AND_SEE.sub("", text)
    return less if len(less.split()) > _FEW else text


def _under(text: str, *, urged: bool = False) -> str:
    """Return "if it is there, delete it" for "if it is there, I suggest deleting it", `""` for others.

    Args:
        urged: Whether only what is urged counts: "when it is there, you delete it" may tell how it is.
    """
    given = _GIVEN.match(text)
    if given is None or _FIRST_PERSON.search(given.group()):
        return ""
    rest = text[given.end() :]
    lead = None if _LIMITED.match(rest) else _SHOULD.match(rest)
    if urged and not (lead and _URGES.search(lead.group())):
        return ""
    told = sooner(rest[lead.end() :]) if lead and lead.end() else ""
    return f"{given.group()}{told}" if begins(told) else ""


def _there(text: str) -> str:
    """Return "in the settings, enable it" for "in the settings, I enabled it", `""` for others."""
    given = _GIVEN.match(text) if _AT_A_PLACE.match(text) else None
    if given is None or _FIRST_PERSON.search(given.group()):
        return ""
    done = deed(text[given.end() :])
    return f"{given.group()}{done}" if done else ""


def as_deed(text: str) -> str:
    """Return what "I tried" is followed by as something to do, `""` where it is none."""
    rest = sooner(re.sub(r"(?i)^to ", "", text.strip()))
    return _impersonal(also(rest)) if begins(rest) else ""


def plain(text: str) -> str:
    """Return a sentence without "(see picture)", "as you said", "as shown" and stray tags."""
    if not any(mark in text for mark in _MAY_BE_ASIDE):  # most sentences have neither
        return text.strip()
    return _TAG.sub("", _ASIDE.sub("", text)).strip()


def _impersonal(text: str) -> str:
    """Leave out the person: my and our are the; a clause with any other goes; `""` if too much does."""
    text = _MINE.sub("the", text).strip()
    person = _FIRST_PERSON.search(text)
    if person is not None:
        person = _FIRST_PERSON.search(_NO_PERSON.sub(lambda match: "/" * len(match.group()), text))
    if person is not None:
        cuts = [one.start() for one in _CLAUSE.finditer(text) if one.start() < person.start()]
        text = text[: cuts[-1]].rstrip(" ,;:-–") if cuts else ""
        text = text[: text.rindex("(")].rstrip() if text.count("(") > text.count(")") else text
        while (less := _DANGLING.sub("", text)) != text:
            text = less
    return text if len(text.split()) >= _FEW - 1 else ""
