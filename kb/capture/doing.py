"""Tells which sentences say what to do, and says in the imperative what somebody says that they did."""

import re
from functools import cache, lru_cache

from kb.capture.language import languages

_IF_YOU = re.compile(r"(?i)(?:if|when|once) you (?:\w+ly |then |just |simply )?(\w+)")
_LEAD = re.compile(
    r"(?i)(?:please|just|simply|then|now|first(?:ly)?|second(?:ly)?|third(?:ly)?|next|finally|lastly|after that|also|or|and|but|so|again|instead|alternatively"
    r"|to start|otherwise|perhaps|maybe|only|you(?:'ll)?(?: will| may| might| could| can| should| would)?(?: first| also| then| just| simply)?"
    r"(?: need to| have to| must| want to| try to| wish to| like to| try)?|i(?: would|'d)?(?: also| strongly)? (?:suggest|recommend|advise)(?: that)?(?: you)?(?: to)?"
    r"|try(?: to)?|be sure to|make sure to|it is (?:best|better|worth) to|one way is to|the (?:following|next) step is to)[ ,:]+"
)
_SHOULD = re.compile(
    r"(?i)(?:(?:then|next|now|so|first(?:ly)?|finally|lastly|after that|please|and|but),? )*"
    r"(?:(?:you(?:'ll)?(?: will)? (?:first |also |then )?(?:should|need to|have to|must|can|could|may|might)(?: also| then| just| simply| first)?"
    r"(?: want to| try to| need to| wish to)?|i(?: personally)?(?: would|'d)(?: also| first)?(?: try to)?|i(?: would|'d)? (?:suggest|recommend|advise)(?: that)?(?: you)?(?: to)?|please"
    r"|(?:try|do) (?:this|the following):(?: [-–])?|all you (?:need|have) to do is(?: to)?|the (?:key|main|only|important|first) (?:point|thing|step|trick) (?:would be|is) to|(?:i )?found (?:out )?that (?:i|you) (?:need|have|had|needed) to|(?:my (?:first )?suggestion|(?:one|another) (?:possibility|option|way|solution|fix)) is to|or you (?:could|can|might)|you(?: then| just| simply)?),? )?(?=\w)"
)
_ASIDE = re.compile(
    r"(?i)\s*\((?:see|as in|shown in|as per)\b[^()]{0,30}\b(?:pictures?|images?|screen ?shots?|attach\w*|below|above)[^()]{0,20}\)"
    r"|,? as (?:you|he|she|they|<[\w-]+>|(?-i:[A-Z]\w+)) (?:\w+ly |already |also |have |has )*(?:said|suggested|described|wrote|advised|recommended|mentioned|explained)"
    r"|,? as (?:shown|seen|pictured|per (?:the|your) \w+)(?: (?:in the \w+|below|above))?(?=[.,;]|$)"
)
_TAG = re.compile(r"</?(?:li|ul|ol|p|br|div|span)\s*/?>")
_BEFORE = re.compile(
    r"(?i)(?:(?:so|then|and|but|well|ok|next|first|now|also|again|later|eventually|in the end|after that|to (?:fix|solve|resolve) (?:it|this|that|the (?:problem|issue))"
    r"|(?:what (?:worked|helped|fixed it|solved it)(?: for me)?|the (?:solution|fix|answer|trick))(?: for me)? (?:was|is)(?: that| to)?|here's what i did|i (?:have |'ve )?(?:finally )?found (?:a|the|my|an) (?:\w+ )?(?:solution|fix|answer|way|workaround)|i tried .{5,80}?(?=,? (?:and|but) (?:finally|then))|[a-z]+ly)[ ,:]+)+"
)
_I_DID = re.compile(
    r"(?i)(?P<once>(?:once|after|when) )?(?:I(?:'ve| have| had(?! to))?(?: (?:then|just|also|now|next|first|only|again|[a-z]+ly))*|(?=was able|managed|had to|ended up|decided))"
    r"(?P<aux> ?(?:had to|needed to|decided to|managed to|was able to|went ahead and|ended up))? (?P<verb>[a-z-]+)(?= )"
)
_BY = re.compile(
    r"(?i)(?:i )?(?:have |finally )*(?:solved|fixed|resolved|cured) (?:(?:it|this|that|the|my)(?: \w+)? )?(?:myself )?by (?P<verb>[a-z-]+ing)(?= )"
)
_BARE = re.compile(r"(?i)(?P<by>(?:by|after) )?(?P<verb>[a-z-]+)(?= )")
_AND = re.compile(
    r"((?:,|;| and|,? then|, and)(?: then| also| finally)?) (?:I )?([a-z-]+ed|ran|went|set|put|made|took|chose)(?= )"
)
_WENT_WELL = re.compile(
    r"(?i)[,;.]? ?(?:\b(?:and|so|then|which|but|before)\b,?|[-–—]|:) ?(?:(?:now|then|that|this|finally|hopefully|voil[aà]|presto|all)[ ,]+)*(?:it|that|this|they|everything|all|things?|things are|the (?:problem|issue|error|emails?|mails?|messages?)|my \w+"
    r"|i(?:'m| am| was| can| could| now)?|we|[A-Z]\w+ (?:now|is|was|worked|then|[a-z]+s)|works?|worked|solved|fixed|did|has|was|is|hey)\b.*$"
)
_HEY = re.compile(
    r"(?i),? (?:and )?(?:lo and behold|voil[aà]|bingo|presto|problem solved|all (?:is )?(?:good|well))\b.*$|!+$"
)
_LOOSE = re.compile(
    r"(?i)\w+ (?:to )?(?:something|a lot of|lots of|some|everything|various|several|many|things|stuff|all (?:the|kinds|sorts)|(?:it|this|that|them)\b(?! (?:file|folder|option|setting|account|button|box)))\b"
)
"""What a requester did to something that nobody else can tell."""
_MINE = re.compile(r"(?i)\b(?:my|our)(?= )")
_FIRST_PERSON = re.compile(
    r"(?i)\b(?:i|i'm|i've|i'd|i'll|me|we|us|mine|ours|myself|wife|husband|daughter|son|mother|father|wife's|husband's)\b"
)
_CLAUSE = re.compile(
    r",? (?:and|but|so|because|since|which|as|while|where|that|until) |[,;(–] ?|: "
)
_TWO_WORDS = re.compile(r"(?i)(?:(?:right|left|double)[ -]click|back up|(?:do not|don't|never) \w)")
_SUBJECT = re.compile(
    r"(?:,? (?:and|or) \w+)? (?:is|are|was|were|works?|does|doesn't|will|would|has|had|seems?)\b"
)
"""What follows the name of a button or a command that a sentence speaks of."""
_LIMITED = re.compile(
    r"(?i)(?:you|one) (?:can|could|may|might)\b.*\b(?:but|cannot|can't|only if|unless)\b"
)
_PAST = {
    "went": "go", "set": "set", "put": "put", "made": "make", "ran": "run", "chose": "choose",
    "cut": "cut", "hid": "hide", "kept": "keep", "let": "let", "reset": "reset", "took": "take",
    "undid": "undo", "wrote": "write", "rewrote": "rewrite", "rebuilt": "rebuild", "shut": "shut",
    "swapped": "swap",
}  # fmt: skip
_NO_DEED = re.compile(
    r"(?i)(?:tried|used to|turned out|turned up|went (?:through|from|back over|crazy)|set out)\b"
)
_TELLER = re.compile(
    r"(?i)(?:i|we)\b(?!(?:'d| would)? (?:also |strongly |personally )*(?:try|use|suggest|recommend|advise))"
)
_FEW, _LOOSELY = 3, 8


def tells(text: str) -> bool:
    """Say whether an English sentence, or a clause at its beginning, is an imperative."""
    if _TELLER.match(text):
        return False
    given = _IF_YOU.match(text)
    if given and is_act(given.group(1).lower()):
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
    return _begins(clause[place:]) or bool(place and word and is_act(word.group(1).lower()))


@lru_cache(maxsize=4096)
def is_act(word: str) -> bool:
    """Say whether a word is a verb of doing, as an imperative or ending in -ing."""
    return word in languages()["en"].acts or (word.endswith("ing") and bool(base_of(word)))


@lru_cache(maxsize=4096)
def base_of(word: str) -> str:
    """Return the verb of doing whose past or -ing form a word is, `""` for none."""
    if word in _PAST:
        return _PAST[word]
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
    rest = _sooner(bare[lead.end() :]) if lead and lead.end() else bare
    told = _impersonal(rest if _begins(rest) else _deed(bare))
    return f"{told}." if told and bare[-1:] in ".!" and told[-1].isalnum() else told


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
    return _TAG.sub("", _ASIDE.sub("", text)).strip()


def _begins(text: str) -> bool:
    """Say whether the first word is a verb of doing, as an imperative."""
    if _TWO_WORDS.match(text):
        return True
    word = re.match(r"[\"'“‘(*]*([\w-]+)", text)
    is_named = word is not None and _SUBJECT.match(text, word.end()) is not None
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
    match = _BY.match(rest) or _I_DID.match(rest) or _BARE.match(rest)
    if match is None:
        return ""
    verb, tail = match.group("verb"), rest[match.end() :]
    if _NO_DEED.match(f"{verb}{tail}"):
        return ""
    told = match.groupdict()
    base = verb.lower() if told.get("aux") and is_act(verb.lower()) else base_of(verb.lower())
    is_how = match.re is _BY or bool(told.get("by") or told.get("aux"))
    if verb.lower().endswith("ing") and not is_how:
        return ""
    if not base:
        return ""
    if told.get("once") or told.get("by"):
        tail = re.split(r", (?!and )", tail)[0]
    done = f"{base}{_WENT_WELL.sub('', _HEY.sub('', _also(tail)))}".rstrip(" ,;:-–")
    return "" if _LOOSE.match(done) and len(done.split()) <= _LOOSELY else done


def _also(text: str) -> str:
    """Put the deeds that follow the first into the same form."""
    return _AND.sub(lambda m: f"{m.group(1)} {base_of(m.group(2)) or m.group(2)}", text)


def _impersonal(text: str) -> str:
    """Leave out the person: my and our are the; a clause with any other goes; `""` if too much does."""
    text = _MINE.sub("the", text).strip()
    person = _FIRST_PERSON.search(text)
    if person is not None:
        cuts = [one.start() for one in _CLAUSE.finditer(text, 0, person.start())]
        text = text[: cuts[-1]].rstrip(" ,;:-–") if cuts else ""
    return text if len(text.split()) >= _FEW - 1 else ""
