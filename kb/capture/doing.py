"""Tells which sentences say what to do, and says in the imperative what somebody says that they did."""

import re
from functools import cache, lru_cache
from itertools import pairwise

from kb.capture.language import languages
from kb.capture.phrases import pattern, words
from kb.capture.scene import came_of_it, got_better, looks_bad, went_wrong
from kb.capture.words import ADDRESS

_IF_YOU = re.compile(r"(?i)(?:if|when|once) you (?:\w+ly |then |just |simply )?(\w+)")
_LEAD = pattern(r"(?i)(?:{leads})[ ,:]+")
_SHOULD = pattern(r"(?i)(?:(?:{first_then})(?:, | ))*(?:(?:{urges}),? )?(?=\w)")
_URGES = re.compile(
    r"(?i)\b(?:should|need|have to|must|can|could|may|might|want|wish|suggest|recommend|advise|would|please"
    r"|remember|forget|sure|try|best|better|worth|easiest|way|step)\b|['’]d\b"
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
_BEFORE = pattern(r"(?i)(?:(?:{before})[ ,:]+)+")
_I_DID = re.compile(
    r"(?i)(?P<once>(?:once|after|when) )?(?:I(?:'ve| have)?(?: (?:then|just|also|now|next|first|only|again|[a-z]+ly))*|(?=was able|managed|had to|ended up|decided))"
    r"(?P<aux> ?(?:had to|needed to|decided to|managed to|was able to|went ahead and|ended up))? (?P<verb>[a-z-]+)(?= )"
)
_BY = re.compile(
    r"(?i)(?:(?:the|this|my) (?:problem|issue|error)|it|this|that|everything|all) (?:(?:was|is|has been|have been|got|now|finally|then|seems to be|seems to have been|have|has) )*(?:disappeared|went away|gone|solved|fixed|resolved|cured|back|working|works|worked)(?: (?:now|again|fine|immediately))* (?:by|after|once i started|through) (?P<after>[a-z-]+ing)(?= )"
    r"|(?i:i )?(?:have |finally |was able to |managed to )*(?:solved?|fix(?:ed)?|resolved?|cured?) (?:(?:it|this|that|the|my)(?: \w+)? )?(?:myself )?(?:by )?(?P<verb>[a-z-]+ing)(?= )"
)
_RESULT = re.compile(
    r"(?i)(?P<verb>[a-z-]+ing)(?P<what> .{3,140}?),?(?: (?:has|have|had|seems? to(?: have)?|appears? to(?: have)?|also|finally|now|just|then|immediately|will|should|would|may|might))* (?:fixed|fix|fixes|solved|solves?|resolved|resolves?|cured|cures?|worked|works?|helped|helps?|allowed|allows?|did|cleared|clears?|corrected|corrects?|restored|restores?|brought|brings?|got|gets?|(?:made|makes?)(?= (?:it|them|everything|things|all|(?:the|my) \w+) (?:work|visible|appear|possible|available|go|show|come))|stopped|stops?|caused)\b"
)
"""A deed that is told by what came of it: "Turning off the proxy fixed it"."""
_HALF = re.compile(
    r"(?i)\b(?:would|will|could|can|may|might|should|only|not|never|did|does|do|is|was|which|that|who)\b|n[’']t\b"
)
"""What stands in it where the clause has a verb of its own."""
_DID_A = re.compile(
    r"(?i)i (?:then |just |also )?did (?=(?:an?|the|another) .{4,}? (?:and|which|that|it|this)\b.*(?:solved|fixed|resolved|worked|helped|did the trick|cured|back)\b)"
)
"""A deed told by a noun: "I did a repair of the folder and it worked"."""
_SO_I = re.compile(r"(?i)(?:[,;.]| and)? so (?:then |finally )?(?=I (?:[a-z]+ly )?[a-z]+ )")
_FOUND = re.compile(r"(?i)(?:i )?found (?=(?:the|an?) .+? and (?:then )?[a-z-]+ed )")
_BARE = re.compile(r"(?i)(?P<by>(?:by|after) )?(?P<verb>[a-z-]+)(?= )")
_AND = re.compile(
    r"((?:,|;| and|,? then|, and)(?: then| also| finally)?) (?:I )?([a-z-]+ed|ran|went|set|put|made|took|chose)(?= )"
)
_AND_ING = re.compile(r"((?:,|;| and|,? then|, and| or)(?: then| also)?) ([a-z-]+ing)(?=[ ,]|$)")
_CLICKED = re.compile(r"(?i)\b(right|left|double)[ -]clicked\b")
_WENT_WELL = pattern(
    r"(?i)[,;.]? ?(?:\b(?:and|so|then|which|but|before)\b,?|[-–—]|:) ?(?:(?:now|then|that|this|finally|hopefully|voil[aà]|presto|all)[ ,]+)*(?:{went_well})\b.*$"
)
_HEY = re.compile(
    r"(?i),? (?:today|yesterday|this (?:morning|afternoon|evening)|last night)(?=\W*$)|,? (?:and )?(?:lo and behold|voil[aà]|bingo|presto|problem solved|all (?:is )?(?:good|well))\b.*$|!+$"
)
_LOOSE = re.compile(
    r"(?i)\w+ (?:to )?(?:something|a lot of|lots of|some|everything|various|several|many|things|stuff|all (?:kinds|sorts)|(?:it|this|that|them)\b(?! (?:file|folder|option|setting|account|button|box)))\b"
)
"""What a requester did to something that nobody else can tell."""
_NO_PERSON = re.compile(
    rf"{ADDRESS.pattern}|\"[^\"]*\"|“[^”]*”|(?<!\w)['‘](?:[^'’]|(?<=\w)['’](?=\w))*['’](?!\w)"
)
"""Where "me" is no person: in an address, and in the words that a program shows."""
_UNTOLD = pattern(
    r"(?i)(?:apply|use|find|try|follow|do|make|locate|search|copy)(?: (?:for|out))? (?:an?|the|another|your|this|that|some|these)(?: [\w,-]+){0,5} (?:{untold})\b"
)
"""A deed that another tells: what it was stands behind it, if anywhere."""
_BY_DOING = re.compile(r"(?i)[^.]*? by (?=([a-z-]+ing) )")
_MINE = re.compile(r"(?i)\b(?:my|our)(?= )")
_FIRST_PERSON = pattern(r"(?i)\b(?:{first_person})\b")
_CLAUSE = re.compile(
    r"(?i) (?=(?:i|we) (?:think|believe|guess|suspect|assume|would|hope|just|find|found|use)\b)|,? (?:and|but|so|because|since|which|as|while|where|that|until) |[,;(–] ?|: "
)
_MAY = re.compile(r"(?i)\b(?:may|might|could|would)\b")
"""Behind a condition it tells what is possible, not what to do."""
_TWO_WORDS = re.compile(
    r"(?i)(?:(?:right|left|double)[ -]click|back up|(?:make|be) sure|(?:do not|don't|never) (?!need|have|know|think|see|want|believe|understand|like|find|get\b|got\b|had\b|was\b|were\b|saw\b|did\b|heard\b|care|mind|even|recall|remember|really|work|worry)\w)"
)
_SUBJECT = re.compile(
    r"(?:,? (?:and|or) \w+)? (?:is|are|was|were|works?|does|doesn't|will|would|has|had|seems?)\b"
)
"""What follows the name of a button or a command that a sentence speaks of."""
_LIMITED = re.compile(
    r"(?i)(?:you|one) (?:can|could|may|might)\b.*\b(?:but|cannot|can't|only if|unless)\b"
)
_SAME_IN_BOTH = re.compile(r"(?i)(?:cut|put|set|shut|reset|hit)\b")
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
_FIRST_WORD = re.compile(r"[\"'“‘(*]*([\w-]+)")
_NO_DEED = pattern(r"(?i)(?:{no_deed})\b")
_TELLER = re.compile(
    r"(?i)there (?:is|are|was|were|may|might)\b|(?:i|we)\b(?!(?:'d| would)? (?:also |strongly |personally )*(?:try|use|suggest|recommend|advise))"
)
_FEW, _LOOSELY, _PLACED = 3, 8, 9


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
    acts, not_before = words("acts_there"), words("no_order")
    pairs = pairwise(told[1:])
    return any(word in acts and before not in not_before for before, word in pairs)


def _begins_with_act(clause: str) -> bool:
    if _TRY.match(clause):
        return len(clause.split()) > _FEW or _THING.search(clause) is not None
    if _PURPOSE.match(clause):
        return True
    place = 0
    while match := _LEAD.match(clause, place):
        place = match.end()
    word = _FIRST_WORD.match(clause, place) if place else None
    return _begins(clause[place:]) or bool(word and is_act(word.group(1).lower()))


@lru_cache(maxsize=4096)
def is_act(word: str) -> bool:
    """Say whether a word is a verb of doing, as an imperative or ending in -ing."""
    return word in languages()["en"].acts or (word.endswith("ing") and bool(base_of(word)))


@lru_cache(maxsize=4096)
def base_of(word: str) -> str:
    """Return the verb of doing whose past or -ing form a word is, `""` for none."""
    if word in (past := languages()["en"].past):
        return past[word]
    ending = next((one for one in ("ing", "ied", "ed") if word.endswith(one)), "")
    stem = word.removesuffix(ending)
    ways = (f"{stem}y",) if ending == "ied" else (stem, f"{stem}e", stem[:-1])
    acts = languages()["en"].acts
    return next((way for way in ways if ending and way in acts), "")


@lru_cache(maxsize=256)
def instructed(text: str) -> str:
    """Return an English sentence as what to do, `""` where nothing in it can be done.

    "I deleted the file and it worked" becomes "delete the file", "you should open it" "open it".
    Only the verb's form, the person and what went well go: no word is added.
    """
    bare = plain(text)
    lead = None if _LIMITED.match(bare) else _SHOULD.match(bare)
    rest = bare[lead.end() :] if lead and lead.end() else _even(bare)
    if lead and lead.end() and (_URGES.search(lead.group()) or not _HAS_VERB.search(rest)):
        rest = _sooner(rest)
    rest = _dared(rest)
    is_order = _begins(rest) or _says_where_first(rest)
    return _finished(rest if is_order else _under(bare) or _there(bare) or _deed(bare), bare)


def advised(text: str) -> str:
    """Return what an English sentence advises to do, `""` for a deed of the one who tells it."""
    if not _URGES.search(text):  # as most sentences do not
        return ""
    bare = plain(text)
    lead = None if _LIMITED.match(bare) else _SHOULD.match(bare)
    rest = ""
    if lead and _URGES.search(lead.group()):
        rest = _dared(_sooner(bare[lead.end() :]))
    return _finished(rest if _begins(rest) else _under(bare, urged=True), bare)


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
    base = verb if verb in _acts() else base_of(verb) if verb.endswith("ing") else ""
    is_brief = len(rest.split()) <= _FEW
    return f"{base}{_coordinated(rest[len(verb) :])}" if base and not is_brief else text


def _untested(text: str) -> str:
    """Leave out "and see if that helps" behind a deed, where that is more than a word or two."""
    if not any(word in text for word in _LOOKS):  # most deeds have none and are not searched
        return text
    less = _AND_SEE.sub("", text)
    return less if len(less.split()) > _FEW else text


def _coordinated(text: str) -> str:
    """Put "and restarting" behind a first -ing form into the imperative, too."""
    return _AND_ING.sub(lambda m: f"{m.group(1)} {base_of(m.group(2)) or m.group(2)}", text)


def _even(text: str) -> str:
    """Return "cut and paste" for "cut and pasted": the first verb is the same in both."""
    return _also(text) if _SAME_IN_BOTH.match(text) else text


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
    told = _sooner(rest[lead.end() :]) if lead and lead.end() else ""
    return f"{given.group()}{told}" if _begins(told) else ""


def _there(text: str) -> str:
    """Return "in the settings, enable it" for "in the settings, I enabled it", `""` for others."""
    given = _GIVEN.match(text) if _AT_A_PLACE.match(text) else None
    if given is None or _FIRST_PERSON.search(given.group()):
        return ""
    deed = _deed(text[given.end() :])
    return f"{given.group()}{deed}" if deed else ""


@cache
def _acts() -> frozenset[str]:
    """Return the verbs of doing; "back" is one with "up" alone."""
    return languages()["en"].acts - {"back"}


def as_deed(text: str) -> str:
    """Return what "I tried" is followed by as something to do, `""` where it is none."""
    rest = _sooner(re.sub(r"(?i)^to ", "", text.strip()))
    return _impersonal(_also(rest)) if _begins(rest) else ""


def plain(text: str) -> str:
    """Return a sentence without "(see picture)", "as you said", "as shown" and stray tags."""
    if not any(mark in text for mark in _MAY_BE_ASIDE):  # most sentences have neither
        return text.strip()
    return _TAG.sub("", _ASIDE.sub("", text)).strip()


def _begins(text: str) -> bool:
    """Say whether the first word is a verb of doing, as an imperative."""
    if _TWO_WORDS.match(text):
        return True
    word = _FIRST_WORD.match(text)
    is_named = word is not None and (
        text[word.end() :].startswith(" of ") or _SUBJECT.match(text, word.end()) is not None
    )
    return word is not None and not is_named and word.group(1).lower() in _acts()


def _sooner(text: str) -> str:
    """Return "compare" for a "comparing" that was suggested."""
    word = re.match(r"[\w-]+", text)
    base = base_of(word.group().lower()) if word else ""
    return f"{base}{text[word.end() :]}" if word and base and word.group().endswith("ing") else text


def _deed(text: str) -> str:
    """Return what somebody says that they did, from its verb on, as something to do."""
    lead = _BEFORE.match(text)
    rest = text[lead.end() :] if lead else text
    if lead and lead.group().endswith(" to ") and _begins(rest):
        return rest
    is_state = lead is not None and "now" in lead.group().lower()
    if (result := _RESULT.match(rest)) and not is_state:
        verb = result["verb"].lower()
        base = "do" if verb == "doing" else base_of(verb)
        return f"{base}{result['what']}" if base and not _HALF.search(result["what"]) else ""
    if found := _FOUND.match(rest):
        return f"find {_also(rest[found.end() :])}"
    if made := _DID_A.match(rest):
        return f"do {_WENT_WELL.sub('', rest[made.end() :])}".rstrip(" ,;:-–")
    match = _BY.match(rest) or _I_DID.match(rest) or _BARE.match(rest)
    if match is None:
        return _thereupon(rest)
    told = match.groupdict()
    verb, tail = told.get("after") or match.group("verb"), rest[match.end() :]
    if _NO_DEED.match(f"{verb}{tail}"):
        return ""
    base = verb.lower() if told.get("aux") and is_act(verb.lower()) else base_of(verb.lower())
    is_named = lead is not None and lead.group().rstrip(" ,:").endswith((" was", " is"))
    is_how = match.re is _BY or is_named or bool(told.get("by") or told.get("aux"))
    if verb.lower().endswith("ing") and not is_how:
        return ""
    if not base:
        return _thereupon(rest)
    before = told.get("once") or told.get("by") or ""
    if _is_scene(before, tail) if before else went_wrong(came_of_it(tail), "en"):
        return ""
    if before:
        tail = re.split(r", (?!and )", tail)[0]
    tail = _coordinated(tail) if verb.lower().endswith("ing") else tail
    done = f"{base}{_HEY.sub('', _WENT_WELL.sub('', _HEY.sub('', _also(tail))))}".rstrip(" ,;:-–")
    if _UNTOLD.match(done):
        by = _BY_DOING.match(done)
        return (
            _coordinated(_sooner(done[by.end() :])) if by and base_of(by.group(1).lower()) else ""
        )
    return "" if _LOOSE.match(done) and len(done.split()) <= _LOOSELY else done


def _thereupon(text: str) -> str:
    """Return the deed behind what led to it: "it was slow, so I deleted the cache"."""
    led = _SO_I.search(text) if " so " in text else None
    return _deed(text[led.end() :]) if led else ""


def _is_scene(once: str, tail: str) -> bool:
    """Say whether "when I opened it, nothing was there" tells how it went, and not what helped."""
    went = tail.partition(", ")[2].lower()
    is_good = got_better(went, "en")
    return not is_good if once.lower() == "when " else not is_good and looks_bad(went)


def _also(text: str) -> str:
    """Put the deeds that follow the first into the same form."""
    text = _CLICKED.sub(lambda m: f"{m.group(1)} click", text)
    return _AND.sub(lambda m: f"{m.group(1)} {base_of(m.group(2)) or m.group(2)}", text)


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
