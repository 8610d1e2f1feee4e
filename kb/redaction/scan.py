"""One reading of a view by every rule whose telling words occur in it."""

from collections.abc import Callable, Iterable, Iterator

from kb.redaction.checks import (
    CHECKS,
    CLIENT_ID,
    NOT_A_KEY,
    PUBLIC_EMAIL,
    VERSION_BEFORE,
    after_service,
)
from kb.redaction.hosts import nobodys
from kb.redaction.keys import ordinary
from kb.redaction.patterns import NOWHERE, Spans, compiled
from kb.redaction.people import PROOFS, find_people, named_again
from kb.redaction.rows import above_addresses, in_small_rows
from kb.redaction.rules import Rule
from kb.redaction.sieve import Likely, likely
from kb.redaction.text import Entity, Finding
from kb.redaction.tongues import in_english
from kb.redaction.views import GAP, TAKEN, View

LABELS = "|".join(entity.value for entity in Entity if entity is not Entity.SECRET)
PLACEHOLDER = compiled(
    r"(?i)(?:\\?<|&(?:amp;){0,3}(?:lt|#0{0,4}60|#x0{0,4}3c);|\\{1,2}u003c|\\x3c|%(?:25){0,2}3c)"
    rf"(secret(?::|%(?:25){{0,2}}3a|&#58;|\\:)[a-z0-9-]{{1,40}}|(?:{LABELS})-\d{{1,6}})"
    r"(?:\\?>|&(?:amp;){0,3}(?:gt|#0{0,4}62|#x0{0,4}3e);|\\{1,2}u003e|\\x3e|%(?:25){0,2}3e)"
)
"""Our own placeholders, also as HTML, JSON, JavaScript, URLs and Markdown spell their brackets."""
ARMOUR = b"-----BEGIN "
PUBLIC_BLOCK = compiled(
    r"-----BEGIN (?:PGP (?:MESSAGE|SIGNATURE|PUBLIC KEY BLOCK)|(?:TRUSTED |X509 )?CERTIFICATE(?: REQUEST)?|X509 CRL"
    r"|(?:[A-Z0-9]{1,12} )?PUBLIC KEY|SSH SIGNATURE|AGE ENCRYPTED FILE|PKCS7|CMS)-----(?:[^-]|-{1,4}[^-])*"
)
"""Text that RFC 7468 and RFC 9580 armour and that holds no secret of its own."""
ARMOURED = compiled(r"[0-9A-Za-z+/=]{16,}")
VETOED = frozenset(("scrambled", "machine", "assigned", "prefixed", "token", "service"))
"""Checks that go by a value's looks; what stands before it may say that it is a checksum."""
TRIMMED = frozenset(
    (
        "spoken",
        "told",
        "unlike_words",
        "said",
        "password",
        "assigned",
        "credential",
        "username",
        "folder_user",
    )
)
"""Checks of values that may stand at the end of a sentence."""
CHECKSUM = compiled(r"(?i)(?:sha-?\d{1,3}|md5)[-:=]")
"""How a checksum names its kind, in lock files, integrity attributes and security policies."""
SURE = 0.85
"""From here on a finding needs no words around it."""


def masked(view: View) -> View:
    """Return the view with our placeholders and what is sealed covered, so that no rule touches them."""
    seen = view.seen
    spans = [found[0] for found in PLACEHOLDER.each(seen)] if _bracketed(seen) else []
    spans += _sealed(seen) if ARMOUR in seen else []
    if not spans:
        return view
    covered = bytearray(seen)
    for first, last in spans:
        covered[first:last] = bytes([TAKEN]) * (last - first)
    return View(seen=bytes(covered), starts=view.starts, ends=view.ends)


def _bracketed(seen: bytes) -> bool:
    """Return whether the text holds what each of these spellings of a bracket has in it."""
    return b"<" in seen or b"&" in seen or b"3c" in seen or b"3C" in seen


def _sealed(seen: bytes) -> list[tuple[int, int]]:
    """Return the lines of blocks that are meant for everybody: certificates, signatures, what is encrypted."""
    blocks = (found[0] for found in PUBLIC_BLOCK.each(seen))
    return [line[0] for first, last in blocks for line in ARMOURED.each(seen, first, last)]


def scan(text: str, view: View) -> Iterator[Finding]:
    """Yield what the rules find in the view, offsets into the text."""
    names: list[Likely] = []
    others: list[Likely] = []
    for one in likely(view.seen):
        (names if one[0].check in PROOFS else others).append(one)
    plain = list(_by_rules(others, view))
    yield from plain
    people = list(find_people(text, view, names))
    people += [*in_small_rows(view), *above_addresses(view, plain)]
    yield from people
    yield from named_again(view, people, text)


def scan_shapes(view: View) -> Iterator[Finding]:
    """Yield only what its own shape proves: provider formats, keys, e-mail addresses."""
    kinds = (Entity.SECRET, Entity.EMAIL)
    chosen = likely(view.seen)
    sure = (one for one in chosen if one[0].confidence >= SURE and one[0].entity in kinds)
    yield from _by_rules(sure, view)


def scan_secrets(text: str, view: View) -> Iterator[Finding]:
    """Yield what the rules find in the words that `view` has put into English."""
    reading = in_english(text, view)
    if reading:
        kinds = (Entity.SECRET, Entity.USERNAME)
        chosen = (one for one in likely(reading.seen) if one[0].check not in PROOFS)
        yield from _by_rules((one for one in chosen if one[0].entity in kinds), reading)


def _by_rules(chosen: Iterable[Likely], view: View) -> Iterator[Finding]:
    """Yield what rules find where each is likely to."""
    for rule, windows in chosen:
        for first, last in windows:
            if found := rule.pattern.within(view.seen, first, last):
                yield from _proven(rule, view, found, last)


def by_rule(rule: Rule, view: View, at: int = 0, end: int | None = None) -> Iterator[Finding]:
    """Yield what one rule finds from `at` to `end`."""
    return _by_rules([(rule, ((at, len(view.seen) if end is None else end),))], view)


def _proven(rule: Rule, view: View, match: Spans | None, end: int) -> Iterator[Finding]:
    """Yield a rule's finds up to `end`, from its first match on; the byte behind one may begin the next."""
    seen = view.seen
    while match:
        first, last = _told(match)
        at = max(last, match[0][0] + 1)
        value = seen[first:last]
        if TAKEN in value:
            first, value = _untaken(first, value)
        if rule.check in TRIMMED or rule.entity is Entity.ADDRESS:
            value = value.rstrip(b".,;:!?)`*" if rule.check in TRIMMED else b" ,.;\n")
        if value and CHECKS[rule.check](value) and not _vetoed(rule, seen, first, value):
            yield _finding(rule, view, first, first + len(value))
        match = rule.pattern.within(seen, at, end)


def _finding(rule: Rule, view: View, first: int, last: int) -> Finding:
    start, end = view.span(first, last)
    return Finding(
        entity=rule.entity,
        label=rule.label,
        start=start,
        end=end,
        recognizer=rule.id,
        confidence=rule.confidence,
    )


def _told(found: Spans) -> tuple[int, int]:
    """Return the span of the first group that takes part, else of the whole match."""
    for span in found[1:]:
        if span != NOWHERE:
            return span
    return found[0]


def _untaken(first: int, value: bytes) -> tuple[int, bytes]:
    """Return the longest part of a value that no placeholder covers."""
    best = max(value.split(bytes([TAKEN])), key=len)
    return first + value.index(best), best if len(best) >= 8 else b""


def _vetoed(rule: Rule, seen: bytes, first: int, value: bytes) -> bool:
    """Return whether what stands before a value, or its looks, say that it is nobody's."""
    before = seen[max(0, first - 48) : first].rpartition(GAP)[2]
    veto = VETOES.get(rule.id)
    if veto and veto(before, value):
        return True
    if rule.check == "machine" and value.isalpha() and before[-1:].isalpha():
        return True
    return rule.check in VETOED and bool(NOT_A_KEY.search(before) or CHECKSUM.match(value))


def _an_option(before: bytes, value: bytes) -> bool:
    """Return whether a password behind `-p` is the rest of an option's name: `-Properties`."""
    return before[-2:] in (b"-p", b"-P") and value.isalpha() and ordinary(b"p" + value)


VETOES: dict[str, Callable[[bytes, bytes], bool]] = {
    "hex-after-name": lambda before, value: not after_service(before),
    "assignment": lambda before, value: CLIENT_ID.search(before) is not None,
    "password-option": _an_option,
    "email": lambda before, value: nobodys(value) or PUBLIC_EMAIL.search(value) is not None,
    "ipv4": lambda before, value: VERSION_BEFORE.search(before) is not None,
}
"""Rules that ask once more: what stands before the value, and the value."""
