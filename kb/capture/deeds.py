"""Says in the imperative what somebody says, in English, that they did."""

import re

from kb.capture.phrases import pattern
from kb.capture.scene import came_of_it, got_better, looks_bad, went_wrong
from kb.capture.verbs import base_of, begins, coordinated, is_act, sooner

_BEFORE = pattern(r"(?i)(?:(?:{before})[ ,:]+)+", "en")
_NAMES = re.compile(r"(?i) (?:to|was|is)[ ,:]+$")
"""How a lead-in ends that names what helped: "what worked was"."""
_IT_HELPED = re.compile(
    r"(?i) (?:has |have |really |finally )*(?:worked|helped|did (?:it|the trick)|fixed it|solved it)\b[^.]*"
)
_I_DID = re.compile(
    r"(?i)(?P<once>(?:once|after|when) )?(?:I(?:'ve| have)?(?: (?:then|just|also|now|next|first|only|again|[a-z]+ly))*|(?=was able|managed|had to|ended up|decided))"
    r"(?P<aux> ?(?:had to|needed to|decided to|managed to|was able to|went ahead and|ended up))? (?P<verb>[a-z-]+)(?= )"
)
_BY = re.compile(
    r"(?i)(?:(?:the|this|my) (?:problem|issue|error)|it|this|that|everything|all) (?:(?:was|is|has been|have been|got|now|finally|then|seems to be|seems to have been|have|has) )*(?:disappeared|went away|gone|solved|fixed|resolved|cured|back|working|works|worked)(?: (?:now|again|fine|immediately))* (?:by|after|once i started|through) (?P<after>[a-z-]+ing)(?= )"
    r"|(?:(?:i|we)(?:['’]ve)? )?(?:have |[a-z]+ly |just )*(?:got|get|made|had) (?:it|this|that|everything|all|the \w+|my \w+)(?: (?:all|back|finally|now))* (?:to work|working|fixed|sorted|solved|running|up|going|work)(?: (?:again|now|out|fine))* (?:by|after|through) (?P<then>[a-z-]+ing)(?= )"
    r"|(?:(?:i|we)(?:['’]ve)? )?(?:have |[a-z]+ly |was able to |managed to )*(?:worked|figured|sorted) (?:it|this|that)(?: one)? out (?:myself )?by (?P<how>[a-z-]+ing)(?= )"
    r"|(?:(?:i|we)(?:['’]ve)? )?(?:have |[a-z]+ly |was able to |managed to )*(?:solved?|fix(?:ed)?|resolved?|cured?) (?:(?:it|this|that|the|my)(?: \w+)? )?(?:myself )?(?:by )?(?P<verb>[a-z-]+ing)(?= )"
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
    r"((?:,|;| and|,? then|, and)(?: then| also| finally)?) (?:I )?([a-z-]+ed|ran|went|set|put|made|took|chose|rebuilt|reset|wrote|shut|cut|kept)(?= )"
)
_CLICKED = re.compile(r"(?i)\b(right|left|double)[ -]clicked\b")
_WENT_WELL = pattern(
    r"(?i)[,;.]? ?(?:\b(?:and|so|then|which|but|before)\b,?|[-–—]|:) ?(?:(?:now|then|that|this|finally|hopefully|voil[aà]|presto|all)[ ,]+)*(?:{went_well})\b.*$",
    "en",
)
_HEY = re.compile(
    r"(?i),? (?:today|yesterday|this (?:morning|afternoon|evening)|last night)(?=\W*$)|,? (?:and )?(?:lo and behold|voil[aà]|bingo|presto|problem solved|all (?:is )?(?:good|well))\b.*$|!+$"
)
_LOOSE = re.compile(
    r"(?i)\w+ (?:to )?(?:something|a lot of|lots of|some|everything|various|several|many|things|stuff|all (?:kinds|sorts)|(?:it|this|that|them)\b(?! (?:file|folder|option|setting|account|button|box)))\b"
)
"""What a requester did to something that nobody else can tell."""
_UNTOLD = pattern(
    r"(?i)(?:apply|use|find|try|follow|do|make|locate|search|copy)(?: (?:for|out))? (?:an?|the|another|your|this|that|some|these)(?: [\w,-]+){0,5} (?:{untold})\b"
)
"""A deed that another tells: what it was stands behind it, if anywhere."""
_BY_DOING = re.compile(r"(?i)[^.]*? by (?=([a-z-]+ing) )")
_SAME_IN_BOTH = re.compile(r"(?i)(?:cut|put|set|shut|reset|hit)\b")
_NO_DEED = pattern(r"(?i)(?:{no_deed})\b", "en")
_LOOSELY = 8


def even(text: str) -> str:
    """Return "cut and paste" for "cut and pasted": the first verb is the same in both."""
    return also(text) if _SAME_IN_BOTH.match(text) else text


def deed(text: str) -> str:
    """Return what somebody says that they did, from its verb on, as something to do."""
    lead = _BEFORE.match(text)
    rest = text[lead.end() :] if lead else text
    if lead and _NAMES.search(lead.group()) and begins(rest):
        return _IT_HELPED.sub("", rest)
    is_state = lead is not None and "now" in lead.group().lower()
    if (result := _RESULT.match(rest)) and not is_state:
        verb = result["verb"].lower()
        base = "do" if verb == "doing" else base_of(verb)
        return f"{base}{result['what']}" if base and not _HALF.search(result["what"]) else ""
    if found := _FOUND.match(rest):
        told = f"find {also(rest[found.end() :])}"
        return "" if _UNTOLD.match(told) else told
    if made := _DID_A.match(rest):
        return f"do {_WENT_WELL.sub('', rest[made.end() :])}".rstrip(" ,;:-–")
    match = _BY.match(rest) or _I_DID.match(rest) or _BARE.match(rest)
    if match is None:
        return _thereupon(rest)
    said = match.groupdict()
    verb, tail = (
        said.get("after") or said.get("then") or said.get("how") or match.group("verb"),
        rest[match.end() :],
    )
    if _NO_DEED.match(f"{verb}{tail}"):
        return ""
    base = verb.lower() if said.get("aux") and is_act(verb.lower()) else base_of(verb.lower())
    is_named = lead is not None and lead.group().rstrip(" ,:").endswith((" was", " is", " of"))
    is_how = match.re is _BY or is_named or bool(said.get("by") or said.get("aux"))
    if verb.lower().endswith("ing") and not is_how:
        return ""
    if not base:
        return _thereupon(rest)
    before = said.get("once") or said.get("by") or ""
    if _is_scene(before, tail) if before else went_wrong(came_of_it(tail), "en"):
        return ""
    if before:
        tail = re.split(r", (?!and )", tail)[0]
    tail = coordinated(tail) if verb.lower().endswith("ing") else tail
    done = f"{base}{_HEY.sub('', _WENT_WELL.sub('', _HEY.sub('', also(tail))))}".rstrip(" ,;:-–")
    if done.count("(") > done.count(")"):
        done = done[: done.rindex("(")].rstrip(" ,;:-–")
    if _UNTOLD.match(done):
        by = _BY_DOING.match(done)
        return coordinated(sooner(done[by.end() :])) if by and base_of(by.group(1).lower()) else ""
    return "" if _LOOSE.match(done) and len(done.split()) <= _LOOSELY else done


def _thereupon(text: str) -> str:
    """Return the deed behind what led to it: "it was slow, so I deleted the cache"."""
    led = _SO_I.search(text) if " so " in text else None
    return deed(text[led.end() :]) if led else ""


def _is_scene(once: str, tail: str) -> bool:
    """Say whether "when I opened it, nothing was there" tells how it went, and not what helped."""
    went = tail.partition(", ")[2].lower()
    is_good = got_better(went, "en")
    return not is_good if once.lower() == "when " else not is_good and looks_bad(went)


def also(text: str) -> str:
    """Put the deeds that follow the first into the same form."""
    text = _CLICKED.sub(lambda m: f"{m.group(1)} click", text)
    return _AND.sub(lambda m: f"{m.group(1)} {base_of(m.group(2)) or m.group(2)}", text)
