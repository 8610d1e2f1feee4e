"""Reads what to do in languages other than English, and says deeds of the past in the infinitive."""

import re
from functools import cache, lru_cache
from unicodedata import combining, normalize

from kb.capture.language import languages
from kb.capture.phrases import pattern
from kb.capture.scene import got_better, went_wrong
from kb.capture.words import ADDRESS

_WORD = re.compile(r"[^\W\d_]+")
_DOUBLE = re.compile(r"(.)\1")
_PAST_END = re.compile(r"(?:et|[td])$")
_PREFIXED = re.compile(r"^((?:\w{2,6}?)??)ge(?=\w{3})")
"""Where a participle of these languages has its mark: at its beginning, or behind what stands before it."""
_UNMARKED = re.compile(r"(?:ver|be|her|ont|er|zer|ent|miss|über|unter)|\w+iert$")
"""One that has no such mark; any other word with its ending is a present."""
_CLAUSES = pattern(r"[,;:.>(]|->| (?:{joins}) ")
_TO = re.compile(r" (?:te|zu) ")
"""Before an infinitive that stands within a sentence, and cannot become what it tells to do."""
_FEW, _NEAR = 2, 3


@cache
def _acts(lang: str, *, asks: bool) -> frozenset[str]:
    """Return the words of doing of a language; what was done ("deleted") tells the requester's deeds alone."""
    acts, done = languages()[lang].acts, languages()[lang].done
    return frozenset(a for a in acts if not a.endswith(done)) if done and not asks else acts


def tells_abroad(text: str, lang: str, *, asks: bool) -> bool:
    """Say whether a clause in another language begins, or ends, with what tells what to do."""
    acts = _acts(lang, asks=asks)
    if lang == "ja":
        return any(act in text for act in acts)
    clauses = [re.findall(r"[^\W\d_]+", clause) for clause in _CLAUSES.split(text.lower())]
    ends = languages()[lang].done if asks else ""
    stuck = _with_enclitics(lang)
    is_last = languages()[lang].verb_last or asks
    return any(
        not acts.isdisjoint(said[:_NEAR])
        or (stuck and any(_unmarked(word) in stuck for word in said if len(word) > _NEAR))
        or (said and is_last and said[-1] in acts and (not ends or said[-1].endswith(ends)))
        for said in clauses
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


@lru_cache(maxsize=1024)
def deed(text: str, lang: str) -> str:
    """Return "disattivare il filtro" for "ho disattivato il filtro e ora funziona", `""` for others.

    Only the verb's form, who did it and what came of it change: no word is added.
    """
    if not languages()[lang].phrases.get("did") or went_wrong(text.lower(), lang):
        return ""
    lead = pattern(r"(?i)(?:(?:{before})(?:[ ,:]+|$))*", lang).match(text)
    said = text[lead.end() :] if lead else text
    told = _came(lang).sub("", said)
    helped = told != said or (lead is not None and _helps(lead.group(), lang))
    done = _at_the_end(told, lang) if languages()[lang].participle else _ahead(told, lang, helped)
    if not done or _person(lang).search(done) or len(done.split()) < _FEW:
        return ""
    done = done.strip(" ,;:-–")
    return f"{done}." if text[-1:] in ".!" and done[-1].isalnum() else done


@lru_cache(maxsize=1024)
def advice(text: str, lang: str) -> str:
    """Return "cancellare il file" for "dovresti cancellare il file", `""` for what advises nothing."""
    known = languages()[lang]
    lead = pattern(r"(?i)(?:(?:{before})[ ,:]+)*(?:{urges})\s+(?:(?:{did_how})\s+)*", lang).match(
        text
    )
    rest = text[lead.end() :] if lead else ""
    said = _WORD.findall(rest)
    if len(said) <= _FEW or (known.participle and ADDRESS.search(rest)):
        return ""
    verb = said[-1 if known.participle else 0]
    is_end = not known.participle or rest.rstrip(" .!").endswith(verb)
    if not is_end or verb not in _verbs(lang) or not _is_infinitive(verb, lang):
        return ""
    bare = re.sub(rf" (?:te|zu) (?={verb}\W*$)", " ", rest) if known.participle else rest
    return "" if known.participle and _TO.search(bare) else bare


def _helps(lead: str, lang: str) -> bool:
    small = lead.lower()
    return pattern(r"\b(?:{helped})", lang).search(small) is not None or got_better(small, lang)


def _ahead(text: str, lang: str, helped: bool) -> str:
    """Return a sentence whose verb stands ahead of what is done; a gerund tells how it helped."""
    did = _did(lang).match(text)
    word = _WORD.match(text, did.end() if did else 0)
    if word is None:
        return ""
    verb = infinitive(word.group(), lang)
    if text[word.end() : word.end() + 1] != " " or _no_deed(lang).fullmatch(word.group()):
        return ""
    is_order = verb == word.group().lower() and not (did or helped)
    if not verb or is_order or (_is_gerund(word.group(), lang) and not helped):
        return ""
    return verb + _coordinated(text[word.end() :], lang)


def _coordinated(tail: str, lang: str) -> str:
    """Put the deeds that follow the first into the same form; `""` where one cannot be."""
    also = pattern(r"(?i)(?P<join>[,;]?(?: (?:{and_then})\b,?)+|[,;]) ", lang)
    found, start = list[str](), 0
    for match in also.finditer(tail):
        did = _did(lang).match(tail, match.end())
        word = _WORD.match(tail, did.end() if did else match.end())
        verb = infinitive(word.group(), lang) if word else ""
        if word and verb:
            found += [tail[start : match.end()], verb]
            start = word.end()
    return "".join((*found, tail[start:]))


def _at_the_end(text: str, lang: str) -> str:
    """Return a sentence whose participles stand behind what is done, without who did it."""
    did = _did(lang).match(text)
    if pattern(r"(?i)\b(?:{passive})\b", lang).search(text):
        return ""
    bare = re.sub(rf"(?i)(?<![^\s,]){_did(lang).pattern.removeprefix('(?i)')}", "", text)
    found = [(word, _of_participle(word.group(), lang)) for word in _WORD.finditer(bare)]
    known = [(word, verb) for word, verb in found if verb and verb != word.group().lower()]
    if not known or any(_no_deed(lang).fullmatch(word.group()) for word, _ in found):
        return ""
    if not (did or text.rstrip(" .!").endswith(known[-1][0].group())):
        return ""
    for word, verb in reversed(known):
        bare = f"{bare[: word.start()]}{verb}{bare[word.end() :]}"
    return bare


@lru_cache(maxsize=4096)
def infinitive(word: str, lang: str) -> str:
    """Return the verb of doing whose past, participle or gerund a word is, or itself, `""` for none."""
    known, small = languages()[lang], word.lower()
    if small in known.past:
        return known.past[small]
    for ending, instead in known.endings.items():
        ways = (f"{small.removesuffix(ending)}{end}" for end in instead.split())
        if small.endswith(ending) and (verb := next((w for w in ways if w in _verbs(lang)), "")):
            return verb
    return small if small in _verbs(lang) and _is_infinitive(small, lang) else ""


def _is_infinitive(word: str, lang: str) -> bool:
    return word.endswith("n" if languages()[lang].participle else tuple(_infinitives(lang)))


@cache
def _verbs(lang: str) -> frozenset[str]:
    """Return the verbs of doing of a language, as an order or in the infinitive."""
    return languages()[lang].acts | languages()[lang].words.get("deeds", frozenset())


@cache
def _infinitives(lang: str) -> frozenset[str]:
    """Return how the infinitives of a language end."""
    return frozenset(
        end for way in languages()[lang].endings.values() for end in way.split() if len(end) > 1
    )


def _is_gerund(word: str, lang: str) -> bool:
    return word.lower().endswith(tuple(languages()[lang].words.get("gerunds", ())))


@lru_cache(maxsize=4096)
def _of_participle(word: str, lang: str) -> str:
    """Return the verb of a participle as "gelöscht" or "uitgeschakeld", `""` for none."""
    small = word.lower()
    if small in (past := languages()[lang].past):
        return past[small]
    bare = _PREFIXED.sub(r"\1", small)
    if not _PAST_END.search(small) or (bare == small and not _UNMARKED.match(small)):
        return ""
    stems = (_stem(_PAST_END.sub("", bare)), _stem(bare))
    return next((_by_stem(lang)[stem] for stem in stems if stem in _by_stem(lang)), "")


@cache
def _by_stem(lang: str) -> dict[str, str]:
    """Return the infinitives of a language by what they share with their participles."""
    return {_stem(act.removesuffix("n").removesuffix("e")): act
            for act in _verbs(lang) if act.endswith("n")}  # fmt: skip


def _stem(word: str) -> str:
    """Return a word with plain and single letters: they double, and carry marks, in some forms."""
    plain = "".join(one for one in normalize("NFKD", word) if not combining(one) or one == "\u0308")
    return _DOUBLE.sub(r"\1", plain.replace("e\u0308", "e").replace("i\u0308", "i"))


@cache
def _did(lang: str) -> re.Pattern[str]:
    """Return what matches "I have" before a deed, and how it was done."""
    return pattern(r"(?i)(?:{did})(?:\s+(?:{did_how}))*(?:\s+|(?<=[’']))", lang)


@cache
def _came(lang: str) -> re.Pattern[str]:
    """Return what matches behind a deed that it helped."""
    return pattern(
        r"(?i)(?:[,;.:–-]*\s+(?:(?:{and_then})\b,? *)*\b(?:{went_well})\b"
        r"|(?:[,;]\s+|\s+(?:{and_then}) +)(?:[\w’']+ ){0,2}(?:{got_better})).*$",
        lang,
    )


@cache
def _no_deed(lang: str) -> re.Pattern[str]:
    """Return what matches a past of which nothing came: "tried", "checked"."""
    return pattern(r"(?i)(?:{no_deed})", lang)


@cache
def _person(lang: str) -> re.Pattern[str]:
    return pattern(r"(?i)\b(?:{first_person})\b", lang)
