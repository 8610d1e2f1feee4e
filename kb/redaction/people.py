"""Names of people in free text, told by the places where names stand and by lists of names."""

import unicodedata
from collections.abc import Iterable, Iterator

from kb.redaction.anchors import LETTERS, PARTICLES, anchors, led_by
from kb.redaction.languages import carries_sentences
from kb.redaction.lists import common, family, given, not_people, surname_endings
from kb.redaction.patterns import NOWHERE, compiled
from kb.redaction.rules import Rule
from kb.redaction.sieve import Likely
from kb.redaction.text import Entity, Finding
from kb.redaction.views import TAKEN, View, plain_view

CAPITALISED = compiled(r"({Names})")
LONGEST = 400
"""How many bytes of a text are read for one name."""
STUCK_BEFORE = frozenset(b"/\\_@#$%&=+~")
STUCK_AFTER = frozenset(b"/\\_@=(+~$")
VENDOR = compiled(
    r"\b(?:Microsoft|Google|Apple|Mozilla|Amazon|Adobe|Oracle|IBM|SAP|Cisco|Samsung|Dell|Lenovo|Intel|AWS|Azure"
    r"|Apache|Office|Windows|Visual|Exchange|Mercado) $"
)
"""Who gives products the names of people; what follows is one."""
PRODUCT = compiled(
    r" (?:Server|Client|Engine|Database|API|SDK|CLI|Framework|Library|Plugin|Driver|Edition|Suite|Studio|Cloud"
    r"|Media|Mail|Bank|Airlines|University|Connector|Integration|Protocol|Desktop|database|engine|server"
    r"|client|plugin|theme|driver|browser|\d{1,4}(?:[^0-9-]|$))"
)
"""What follows the name of a product, a service or a firm."""
HUMP = compiled(r"[A-Z]?[a-z]+")
"""A word of a name in camel case."""
SPOKEN_TO = compiled(
    r"\b(?:Sie|Ihr(?:e[nmrs]?)?|Ihnen|Usted(?:es)?|Voc\xE0s?|Vous)(?:[ \n.,;:!?]|$)"
)
"""Whom politeness writes in capitals: the reader, by no name."""
BEFORE = compiled(r"(?:^|[\s(])({Name})(?:, | and | & | und | et | y )$")
BESIDE = compiled(
    r"(?:, | and |, and | & | und | et | y )({Name})(?:[,.;:!?)\n]|$| and | und | et | y | (?:[a-z]))"
)
"""Somebody who is named together with somebody else."""
CERTAIN, SURE_ENOUGH, LIKELY, GUESSED = 0.85, 0.75, 0.65, 0.6


def find_people(text: str, view: View, chosen: Iterable[Likely]) -> Iterator[Finding]:
    """Yield names and handles in `view`, by these rules and by the lists; offsets into `text`."""
    for rule, windows in chosen:
        for first, last in windows:
            yield from _in_place(rule, text, view, first, last)
    yield from _listed_names(text, view)


def named_again(view: View, found: list[Finding], text: str) -> Iterator[Finding]:
    """Yield where a name that was found, or a word of it, stands elsewhere in the same text."""
    names = {
        text[one.start : one.end]
        for one in found
        if one.entity is Entity.PERSON and one.confidence >= LIKELY
    }
    words = {
        word
        for name in names
        for word in map(_bare, name.split())
        if len(word) > 2 and not _unnamed([word]) and word[0].isupper()
    }
    taken = {one.start for one in found}
    yield from _named_beside(view, found, text)
    for place in sorted(words.union(name for name in names if " " in name)):
        byte = plain_view(place).seen
        at = view.seen.find(byte)
        while at >= 0:
            last = at + len(byte)
            start, end = view.span(at, last)
            if start not in taken and text[start:end] == place and _alone(view.seen, at, last):
                yield _finding("name-again", Entity.PERSON, start, end, LIKELY)
            at = view.seen.find(byte, last)


def _named_beside(view: View, found: list[Finding], text: str) -> Iterator[Finding]:
    """Yield names in a row with one that was found: `Anna, Xhovana and Piet`."""
    if view.starts is not None:
        return
    taken = {one.start for one in found}
    for one in found:
        if one.entity is not Entity.PERSON or one.confidence < SURE_ENOUGH:
            continue
        for first, last in _row(view.seen, one.start, one.end, text):
            if first not in taken:
                yield _finding("name-beside", Entity.PERSON, first, last, GUESSED)


def _row(seen: bytes, start: int, end: int, text: str) -> Iterator[tuple[int, int]]:
    """Yield the words before and behind a name that are joined to it as another name is."""
    before = BEFORE.search(seen[max(0, start - 40) : start])
    if before:
        first = max(0, start - 40) + before[1][0]
        word = _plain(text[first : first + before[1][1] - before[1][0]])
        if word in given() and word not in not_people():
            yield first, first + len(word)
    while found := BESIDE.match(seen, end):
        first, end = found[1]
        word = _plain(text[first:end])
        known = word in common() or word in not_people() or carries_sentences(word, text, first)
        if known or len(word) < 3 or TAKEN in seen[first:end]:
            return
        yield first, end


def _bare(word: str) -> str:
    return word.strip(".,'’\"")


def _alone(seen: bytes, first: int, last: int) -> bool:
    before = not first or (seen[first - 1] not in LETTERS and not 48 <= seen[first - 1] <= 57)
    after = last >= len(seen) or seen[last] not in LETTERS
    return before and after and not _stuck(seen, first, last)


def _in_place(rule: Rule, text: str, view: View, at: int, till: int) -> Iterator[Finding]:
    proof = PROOFS[rule.check]
    for found in rule.pattern.each(view.seen, at, till):
        first, last = next(span for span in found[1:] if span != NOWHERE)
        person = rule.entity is Entity.PERSON
        if TAKEN in view.seen[first:last]:
            continue
        if person and _stuck(view.seen, first, last) and view.seen[last - 2 : last] != b" I":
            continue
        start, end = view.span(first, last)
        words = text[start:end].split()
        if person and words[-1] == "I":
            words.pop()
            end = _end_of(text, start, words)
        skip = _unnamed(words, _spared(rule)) if person else 0
        skip += len(words) > skip + 1 and carries_sentences(_plain(words[skip]), text, start)
        while 0 < skip < len(words) and _an_initial(words[skip - 1]):
            skip -= 1
        if skip < len(words) and proof(words[skip:]):
            at = start + len(text[start:end]) - len(text[start:end].split(None, skip)[-1])
            yield _finding(rule.id, rule.entity, at, end, rule.confidence)


def _an_initial(word: str) -> bool:
    return len(word.strip(".")) == 1 and word.isupper() and word.endswith(".")


def _spared(rule: Rule) -> frozenset[str]:
    """Return the words that are names here although they are ordinary elsewhere: "Hi Mark,"."""
    return given() if rule.confidence >= CERTAIN else frozenset()


def _listed_names(text: str, view: View) -> Iterator[Finding]:
    seen = view.seen
    reach = 0
    for first in anchors(seen):
        if first < reach:
            continue
        first = max(reach, led_by(seen, first))
        found = CAPITALISED.match(seen, first, first + LONGEST)
        if not found or TAKEN in seen[slice(*found[0])]:
            continue
        last = reach = found[0][1]
        if spoken := SPOKEN_TO.search(seen[first:last]):
            last, reach = first + spoken[0][0], first + spoken[0][1]
        start, end = view.span(first, last)
        words = text[start:end].split()
        if spoken and len(words) < 2:  # nobody, or a verb: "Öffnen Sie", "Haga Usted"
            continue
        spared = given() if len(words) > 1 else frozenset[str]()
        if not words or _unnamed(words[:1], spared) or _stuck(seen, first, last):
            continue
        if carries_sentences(_plain(words[0]), text, start):
            reach = first + len(words[0])
            continue
        if len(words) == 1 and _a_product(seen, first, last):
            continue
        count, confidence = _proven(words, _amid(seen, first))
        if count:
            till = _end_of(text, start, words[:count])
            yield _finding("name-listed", Entity.PERSON, start, till, confidence)


def _a_product(seen: bytes, first: int, last: int) -> bool:
    """Return whether a vendor stands before the word, or what only products have behind it."""
    before, after = seen[max(0, first - 14) : first], seen[last : last + 1]
    return bool(
        (before.endswith(b" ") and VENDOR.search(before))
        or (after == b" " and PRODUCT.match(seen, last, last + 20))
    )


def _end_of(text: str, at: int, words: list[str]) -> int:
    for word in words:
        at = text.index(word, at) + len(word)
    return at


def _unnamed(words: list[str], spared: frozenset[str] = frozenset()) -> int:
    """Return how many words at the beginning are no part of a name; `spared` ones always are."""
    for place, word in enumerate(words):
        plain = _plain(word)
        ordinary = _is_ordinary(plain) or plain in PARTICLES
        if len(plain) > 1 and (plain in spared or not ordinary):
            return place
    return len(words)


def _is_ordinary(plain: str) -> bool:
    """Return whether a word, or each part of one with hyphens, is no name: `Set-Mailbox`."""
    parts = plain.split("-") if "-" in plain else (plain,)
    return all(part in common() or part in not_people() for part in parts)


def _amid(seen: bytes, first: int) -> bool:
    """Return whether a word stands amid a sentence, where only names have a capital."""
    return first > 1 and seen[first - 1] == 0x20 and 97 <= seen[first - 2] <= 122


def _proven(words: list[str], amid: bool) -> tuple[int, float]:
    """Return how many of the words are a name, and how sure that is."""
    first = _plain(words[0])
    count = 1
    while count < len(words) and _continues(words[count]):
        count += 1
    while count > 1 and _plain(words[count - 1]) in PARTICLES:
        count -= 1
    rest = [_plain(word) for word in words[1:count] if len(_plain(word)) > 1]
    listed = bool(rest) and (rest[-1] in family() or rest[-1] in given())
    if first in common() and not listed:
        return 0, 0.0
    if first in given():
        return count, (CERTAIN if listed else 0.75 if rest else LIKELY)
    if listed or (rest and first in family()):
        return count, LIKELY
    alone = first in family() and len(words) == 1 and first.endswith(surname_endings())
    return (1, GUESSED) if amid and alone else (0, 0.0)


def _continues(word: str) -> bool:
    plain = _plain(word)
    if plain in PARTICLES or len(plain) == 1:
        return True
    return plain not in not_people() and (plain in family() or plain not in common())


def _stuck(seen: bytes, first: int, last: int) -> bool:
    """Return whether the word is part of a path, an identifier, an address or a call."""
    if first and seen[first - 1] in STUCK_BEFORE:
        return True
    if last >= len(seen):
        return False
    after = seen[last]
    if after == 0x27 and seen[last + 1 : last + 2] in (b"t", b"l", b"d", b"m", b"v", b"r"):
        return True
    dotted = after in b".-:" and last + 1 < len(seen) and chr(seen[last + 1]).isalnum()
    return after in STUCK_AFTER or dotted or 48 <= after <= 57


def _plain(word: str) -> str:
    word = word if word.isascii() else unicodedata.normalize("NFKC", word)
    return word.strip(".,'’").lower()


def _a_name(words: list[str]) -> bool:
    """Return whether nothing speaks against this being a name."""
    plain = [_plain(word) for word in words]
    named = any(word in given() or word in family() for word in plain)
    return named or not any(word in common() or word in not_people() for word in plain)


def _a_listed_name(words: list[str]) -> bool:
    """Return whether a word is in the lists, or two words look like a name and nothing else."""
    plain = [_plain(word) for word in words]
    if plain[0] in given() or plain[0] in family():
        return True
    return len(plain) > 1 and _a_name(words) and any(word in family() for word in plain)


def _an_unlisted_name(words: list[str]) -> bool:
    """Return whether each of the words could be part of a name, and none is anything else."""
    plain = [_plain(word) for word in words]
    return not any(word in common() or word in not_people() for word in plain if len(word) > 1)


def _two_unlisted_names(words: list[str]) -> bool:
    return len(words) > 1 and _an_unlisted_name(words)


def _a_small_name(words: list[str]) -> bool:
    """Return whether words in small letters begin with a listed name, and none is anything else."""
    plain = [_plain(word) for word in words]
    listed = plain[0] in given() or plain[0] in family()
    return listed and _an_unlisted_name(words)


def _a_handle(words: list[str]) -> bool:
    word = _plain(words[0])
    if word in common() or word in not_people() or len(word) < 3:
        return False
    parts = [part for part in word.replace("-", "_").split("_") if part]
    plain = words[0].encode("ascii", "ignore")
    humps = [plain[slice(*hump[0])].decode().lower() for hump in HUMP.each(plain)]
    return not any(
        run and all(part in common() or part in not_people() for part in run)
        for run in (parts, humps if len(humps) > 1 and "".join(humps) == word else [])
    )


def _a_login(words: list[str]) -> bool:
    """Return whether the word can only be a user's: digits or underscores among letters."""
    word = words[0]
    odd = any(character.isdigit() or character in "_-" for character in word[1:])
    return odd and _plain(word).rstrip("0123456789") not in not_people() and _a_handle(words)


PROOFS = {
    "name": _a_name,
    "listed": _a_listed_name,
    "unlisted": _an_unlisted_name,
    "two": _two_unlisted_names,
    "small": _a_small_name,
    "handle": _a_handle,
    "login": _a_login,
}
"""How a rule of people.toml is told to prove its find."""


def _finding(rule: str, entity: Entity, start: int, end: int, confidence: float) -> Finding:
    return Finding(
        entity=entity,
        label=entity.value,
        start=start,
        end=end,
        recognizer=rule,
        confidence=confidence,
    )
