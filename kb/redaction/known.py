"""What the ticket's own fields know, found wherever it stands: in words, URLs, paths, identifiers."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache

from kb.redaction.lists import common, mail_providers, shared_mailboxes, trades
from kb.redaction.patterns import Pattern, compiled
from kb.redaction.text import Entity, Finding, Known
from kb.redaction.views import LOWER, UPPER, View, plain_view

ENDINGS = frozenset(
    ("", "s", "es", "n", "en", "a", "u", "e", "em", "om", "ov", "ova", "ovi", "i", "y")
)
"""What may follow a name's last letter and still be that name, in the languages we meet."""
PLAIN = str.maketrans(
    {"ß": "ss", "ẞ": "SS", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "æ": "ae", "Æ": "AE", "œ": "oe",
     "Œ": "OE", "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ı": "i"}
)  # fmt: skip
"""Letters that Unicode does not take apart, as logins and machines write them."""
WRITTEN_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue",
     "Ø": "Oe", "Å": "Aa"}
)  # fmt: skip
"""The other way that German and the North write their letters."""
LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\xc0\xd0\xe0")
CAPITALS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ\xc0")
UNDERSCORE = 0x5F
PLAIN_ASCII = bytes(32 if n > 127 else n for n in range(256)).lower()
"""Letters beyond ASCII as blanks, capitals as small letters."""
HOSTLIKE = LETTERS | frozenset(b"0123456789-_.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Word:
    """One spelling to look for.

    Attributes:
        entity: What it is.
        rule: The recognizer's id.
        pattern: RE2 source over a view's bytes.
        sign: Its longest part in small letters that is the same in all its forms.
        inside: May stand inside a longer word.
        cased: Only as a capitalised word, because in small letters it is an ordinary one.
        folded: What the found text must fold to; None when the bytes already prove it.
    """

    entity: Entity
    rule: str
    pattern: str
    sign: bytes
    inside: bool = False
    cased: bool = False
    folded: str | None = None


@dataclass(frozen=True)
class Lookout:
    """The search for everything one ticket's fields know.

    Attributes:
        words: All spellings, the longest first.
        signs: Small letters of which some stand wherever one of them does; b"" where none must.
    """

    words: tuple[_Word, ...]
    signs: tuple[bytes, ...]

    @cached_property
    def _pattern(self) -> Pattern:
        return compiled("(?i)" + "|".join(f"({word.pattern})" for word in self.words))

    def find(
        self, text: str, view: View, at: int = 0, till: int | None = None
    ) -> Iterator[Finding]:
        """Yield where the known words stand in `view`, from `at` to `till`; offsets into `text`."""
        if not any(map(view.seen[at:till].lower().__contains__, self.signs)):
            return
        for found in self._pattern.each(view.seen, at, till):
            word = self.words[found.index(found[0], 1) - 1]
            first, last = _widened(view.seen, *found[0], word)
            if first >= last:
                continue
            start, end = view.span(first, last)
            decoded = end - start != last - first
            if decoded or word.folded is None or _folded(text[start:end]).startswith(word.folded):
                yield Finding(
                    entity=word.entity,
                    label=word.entity.value,
                    start=start,
                    end=end,
                    recognizer=word.rule,
                    confidence=1.0,
                )


@lru_cache(maxsize=16)
def lookout(known: Known, words: tuple[str, ...]) -> Lookout:
    """Return the search for `known` and the workspace's own words."""
    return _compiled(list(_spellings(known, words)))


@lru_cache(maxsize=64)
def lookout_for_domains(domains: tuple[str, ...]) -> Lookout:
    """Return the search for domains that a text's own e-mail addresses tell."""
    own = [domain for domain in domains if _label(domain) not in mail_providers()]
    words = [word for domain in own for word in _phrase(Entity.HOST, "known-domain", domain)]
    return _compiled(words)


def _compiled(words: list[_Word]) -> Lookout:
    spellings = {word.pattern: word for word in reversed(words)}
    ordered = tuple(sorted(spellings.values(), key=lambda one: -len(one.pattern)))
    signs: list[bytes] = []
    for sign in sorted({word.sign for word in ordered}, key=len):
        if not any(shorter in sign for shorter in signs):
            signs.append(sign)
    return Lookout(ordered, tuple(signs))


def _label(domain: str) -> str:
    """Return the part of a domain that its owner chose, or "" if it is no domain."""
    parts = domain.split(".")
    if len(parts) < 2:
        return ""
    return parts[-3] if len(parts) > 2 and len(parts[-2]) <= 3 else parts[-2]


def _spellings(known: Known, words: tuple[str, ...]) -> Iterator[_Word]:
    for word in words:
        yield from _phrase(Entity.CUSTOM, "workspace-word", word, inside=len(word) >= 5)
    for other in known.others:
        yield from _phrase(Entity.CUSTOM, "known-other", other)
    for email in known.emails:
        yield from _of_email(email)
    for name in known.names:
        yield from _of_name(name)
    domains = (*known.domains, *(email.rpartition("@")[2] for email in known.emails))
    for domain in dict.fromkeys(domains):
        if not stands(domain, known.ours):
            yield from _of_domain(domain)
    for organisation in known.organisations:
        if not stands(organisation, known.ours):
            yield from _of_organisation(organisation)


def stands(value: str, ours: tuple[str, ...]) -> bool:
    """Return whether a word or host is the vendor's own: a product, a domain, what is below it."""
    plain = value.strip(" .").casefold()
    for word in ours:
        own = word.strip(" .").casefold()
        if own and (plain in (own, _label(own)) or ("." in own and plain.endswith("." + own))):
            return True
    return False


def _of_email(email: str) -> Iterator[_Word]:
    yield from _phrase(Entity.EMAIL, "known-email", email)
    local = email.strip().partition("@")[0]
    if (
        len(local) >= 4
        and local.lower() not in common()
        and local.lower() not in shared_mailboxes()
    ):
        yield from _phrase(Entity.USERNAME, "known-user", local)


def _of_name(name: str) -> Iterator[_Word]:
    parts = [part for part in name.replace(",", " ").split() if part.strip(".-")]
    yield from _phrase(Entity.PERSON, "known-name", " ".join(parts), inside=len(parts) > 1)
    if len(parts) > 1:
        first, last, rest = parts[0], parts[-1], "".join(parts[1:])
        yield from _phrase(Entity.PERSON, "known-name", f"{last}, {first}")
        logins = (first[0] + last, first + last[0], last + first[0], last + first, first[0] + rest)
        for login in dict.fromkeys(logins):
            if len(login) >= 4 and login.lower() not in common():
                yield from _phrase(Entity.USERNAME, "known-login", login)
        if len(parts) > 2:
            yield from _phrase(Entity.PERSON, "known-name", " ".join(parts[1:]))
    for part in parts:
        if len(part.strip(".")) > 2 or not part.isascii():
            yield from _phrase(Entity.PERSON, "known-name", part, cased=part.lower() in common())


def _of_domain(domain: str) -> Iterator[_Word]:
    domain = domain.strip().strip(".").lower()
    label = _label(domain)
    if not label or label in mail_providers():
        return
    yield from _phrase(Entity.HOST, "known-domain", domain)
    if len(label) >= 5 and label not in common():
        yield from _phrase(Entity.ORGANISATION, "known-organisation", label, inside=True)


def _of_organisation(organisation: str) -> Iterator[_Word]:
    parts = organisation.replace(",", " ").split()
    plain = [part for part in parts if part.lower() not in trades()]
    yield from _phrase(Entity.ORGANISATION, "known-organisation", " ".join(parts))
    if plain:
        cased = len(plain) == 1 and plain[0].lower() in common()
        whole = "".join(plain)
        yield from _phrase(
            Entity.ORGANISATION,
            "known-organisation",
            " ".join(plain),
            inside=len(whole) >= 6 and not cased,
            cased=cased,
        )
    for part in plain:
        if len(part) >= 5 and part.lower() not in common():
            yield from _phrase(Entity.ORGANISATION, "known-organisation", part, inside=True)


def _phrase(
    entity: Entity, rule: str, phrase: str, *, inside: bool = False, cased: bool = False
) -> Iterator[_Word]:
    """Yield the phrase as written and, where it differs, as machines write it."""
    for spelling in _spelled(unicodedata.normalize("NFC", phrase.strip())):
        seen = plain_view(spelling).seen
        parts = seen.split()
        if not parts or not any(byte in LETTERS or chr(byte).isdigit() for byte in seen):
            continue
        pattern = r"[\s._+-]{0,3}".join(_escaped(part) for part in parts)
        if rule == "known-login":
            pattern += r"(?:\b|_)"
        yield _Word(
            entity=entity,
            rule=rule,
            pattern=pattern,
            sign=max(seen.translate(PLAIN_ASCII).split(), key=len, default=b""),
            inside=inside,
            cased=cased,
            folded=None if spelling.isascii() else _folded(spelling),
        )


def _spelled(written: str) -> Iterator[str]:
    """Yield a phrase as written, without its accents, with them written out, without its marks."""
    if written.isalnum() and written.isascii():
        yield written
        return
    spellings = (written, _unaccented(written), _unaccented(written.translate(WRITTEN_OUT)))
    yield from dict.fromkeys(
        one for spelling in spellings for one in (spelling, _unmarked(spelling))
    )


def _unmarked(text: str) -> str:
    """Return a name without the marks that a login drops: `O'Hara`, `Anne-Marie`."""
    return (
        text
        if "@" in text or "." in text
        else text.translate({0x27: None, 0x2019: None, 0x2D: None})
    )


def _escaped(part: bytes) -> str:
    return "".join(map(ESCAPED.__getitem__, part))


def _escaped_byte(byte: int) -> str:
    if byte in (UPPER, LOWER):  # one byte of ours, but up to three where UTF-8 was decoded
        return r"[\xc0\xe0\x80]{1,3}"
    return chr(byte) if byte < 128 and chr(byte).isalnum() else f"\\x{byte:02x}"


ESCAPED = tuple(map(_escaped_byte, range(256)))
"""Every byte as a pattern has it."""


def _unaccented(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.translate(PLAIN))
    return "".join(one for one in apart if not unicodedata.combining(one))


def _folded(text: str) -> str:
    return "".join(one for one in _unaccented(text).casefold() if one.isalnum())


def _widened(seen: bytes, first: int, last: int, word: _Word) -> tuple[int, int]:
    """Return the span as far as the name goes, or an empty one where only letters coincide."""
    if word.cased and seen[first] not in CAPITALS:
        return 0, 0
    if word.rule == "known-domain":
        floor = max(0, first - 200)
        while first > floor and seen[first - 1] in HOSTLIKE:
            first -= 1
        return first + len(seen[first:last]) - len(seen[first:last].lstrip(b".-_")), last
    if word.rule == "known-login" and seen[last - 1] == UNDERSCORE:
        last -= 1
    after = last
    while after < len(seen) and after - last < 5 and seen[after] in LETTERS:
        after += 1
    if word.inside:
        return first, last
    if first and seen[first - 1] in LETTERS and not _hump(seen, first):
        return 0, 0
    ending = seen[last:after].decode("latin-1").lower()
    if ending in ENDINGS:
        return first, after
    return (first, last) if _hump(seen, last) else (0, 0)


def _hump(seen: bytes, at: int) -> bool:
    """Return whether a camel-case word begins here."""
    return seen[at] in CAPITALS and seen[at - 1] not in CAPITALS
