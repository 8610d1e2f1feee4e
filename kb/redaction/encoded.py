"""What hides in encoded and broken text: decoded, scanned again, and led back to the original."""

import binascii
import html
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from types import MappingProxyType

from kb.redaction.hosts import DIGITS, nobodys
from kb.redaction.keys import token
from kb.redaction.known import Lookout
from kb.redaction.patterns import compiled
from kb.redaction.scan import masked, scan, scan_shapes
from kb.redaction.text import Finding
from kb.redaction.views import (
    GAP,
    Piece,
    View,
    between_words,
    led_back,
    plain_view,
    spans_apart,
)

ESCAPE = compiled(
    r"""(?:%[C-Dc-d][0-9A-Fa-f]|%[Ee][0-9A-Fa-f]%[89ABab][0-9A-Fa-f])%[89ABab][0-9A-Fa-f]|%[0-9A-Fa-f]{2}|&(?:#\d{1,6}|#[xX][0-9A-Fa-f]{1,5}|quot|apos|commat|period|colon|lowbar|hyphen|sol|equals|plus);"""
    r"""|&amp;(?:#|[a-z]{2,8};)|\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[nrt"/]|=\r?\n|(?:=[CD][0-9A-F]|=E[0-9A-F]=[89AB][0-9A-F])=[89AB][0-9A-F]|=[0-9A-F]{2}"""
)
TELLING = compiled(
    r"""%[2-7C-Fc-f][0-9A-Fa-f]|%0[ADad]|&(?:#|quot;|apos;|commat;|period;|colon;|lowbar;|hyphen;|amp;#|amp;[a-z]{2,8};)"""
    r"""|\\u[01][0-9A-Fa-f]|\\x[2-7]|\\[nrt"/]|=\r?\n|=(?:3D|20|40|2E|C3|E2)"""
)
ACCOUNT = compiled(r"[0-9A-Z]\\[nrt][a-z]")
"""An escape that may as well be the backslash of a Windows account: both are tried."""
SOFT = compiled(r"=\r?\n|=(?:3D|20|40|2E)")
LEAST = b"a" * 12
BASE64 = compiled(r"[0-9A-Za-z+/_-]{12,}(?:\r?\n[ \t>]{0,4}[0-9A-Za-z+/_-]{12,})*={0,2}")
TOKEN = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_+/=.@%:-"
TOKENS = bytes(97 if n in TOKEN else 10 if n == 10 else 32 for n in range(256))
"""The bytes of a token as an `a`, ends of lines as they are, all else as a blank."""
BLANKS = frozenset(b" \t>|")
"""What mail programs and terminals put before the rest of a line."""
RETURN, BACKSLASH = b"\r\\"
"""What may stand between a token and the end of its line."""
RUNS = bytes(97 if n in TOKEN[:64] + b"/-" else 32 for n in range(256))
"""Base64's letters, of both alphabets, as an `a`, all else as a blank."""
READABLE = frozenset(b"CDIJKLMNOPQRSTUVWXYZabcdefwxyz0123456789")
"""What the base64 of text, ASCII or UTF-8, begins with."""
STAMP = compiled(r"\d{1,4}[-/.:]\d\d?[-/.:T]")
"""A log line's beginning."""
AROUND, DEPTH, LONGEST = 120, 2, 100_000
WHITE = frozenset(b"\t\n\r")
PRINTABLE = bytes(range(32, 127)) + b"\t\n\r"
BASIC = bytes.maketrans(b"-_", b"+/")


def find_encoded(
    text: str, view: View, look: Lookout, found: list[Finding], depth: int = DEPTH
) -> Iterator[Finding]:
    """Yield what only shows once the text is decoded or its broken lines are joined."""
    for reading in readings(view):
        reading = masked(reading)
        again = [*scan(text, reading), *look.find(text, reading)]
        yield from again
        if depth > 1:
            yield from find_encoded(text, reading, look, again, depth - 1)
    if depth == DEPTH and b"\n" in view.seen:
        yield from _over_breaks(text, view, look, found)


def readings(view: View) -> list[View]:
    """Return a view with its escapes resolved, twice where that can be told in two ways, and unpacked."""
    found: list[View] = []
    if _escapes(view.seen):
        found.append(_unescaped(view))
        if ACCOUNT.search(view.seen):
            found.append(_unescaped(view, without=SHORT))
    packed = _unpacked(view)
    return [*found, packed] if packed else found


def _escapes(seen: bytes) -> bool:
    """Return whether something is written with an escape; what begins one is told without a pattern."""
    begun = b"%" in seen or b"&" in seen or b"\\" in seen or b"=" in seen
    return begun and TELLING.search(seen) is not None


def _unescaped(view: View, without: Mapping[bytes, bytes] = MappingProxyType({})) -> View:
    """Return the surroundings of every escape, decoded, but for those `without`."""
    pieces: list[Piece] = []
    for begin, end in spans_apart(view.seen):
        if TELLING.search(view.seen, begin, end):
            pieces += _around_escapes(view.seen, begin, end, without)
            pieces.append((GAP, end, end))
    return led_back(view, pieces[:-1])


def _around_escapes(
    seen: bytes, begin: int, end: int, without: Mapping[bytes, bytes]
) -> Iterator[Piece]:
    """Yield the surroundings of the escapes between two gaps."""
    soft = bool(SOFT.search(seen, begin, end))
    at = reach = begin
    for found in ESCAPE.each(seen, begin, end):
        first, last = found[0]
        raw = seen[first:last]
        if raw in without or (raw[:1] == b"=" and not soft):
            continue
        low, high = between_words(seen, first - AROUND, last + AROUND)
        if low > reach:
            yield seen[at:reach], at, reach
            yield GAP, reach, reach
            at = low
        yield seen[at:first], at, first
        yield _decoded(raw), first, last
        at, reach = last, min(end, high)
    yield seen[at : max(at, reach)], at, max(at, reach)


def _decoded(raw: bytes) -> bytes:
    """Return the byte that an escape stands for, as a view has it."""
    kind = raw[:1]
    if kind == b"&":
        plain = "&" + raw[5:].decode() if raw.startswith(b"&amp;") else html.unescape(raw.decode())
        return plain_view(plain).seen
    if raw in SHORT:
        return SHORT[raw]
    if kind == b"=" and raw[1:2] in b"\r\n":
        return b""
    if len(raw) > 4 and kind in b"%=":
        return plain_view(
            bytes.fromhex(raw.decode().replace(kind.decode(), "")).decode("utf-8", "replace")
        ).seen
    code = int(raw[1:] if kind in b"%=" else raw[2:], 16)
    if code >= 128 and kind == b"\\" and len(raw) > 4:
        return plain_view(chr(code)).seen
    return bytes([code if code < 128 else 0xE0])


SHORT = {b"\\n": b"\n", b"\\r": b"\n", b"\\t": b"\t", b'\\"': b'"', b"\\/": b"/"}


def _unpacked(view: View) -> View | None:
    """Return everything that base64 turns into readable text, each mapped to its whole run."""
    pieces: list[Piece] = []
    for first, last in _packed_runs(view.seen):
        plain = _readable(view.seen[first:last]) if last - first <= LONGEST else b""
        if plain:
            pieces += [(GAP, first, first), (plain + b"\n", first, last)]
    return led_back(view, pieces) if pieces else None


def _packed_runs(seen: bytes) -> Iterator[tuple[int, int]]:
    """Yield the spans of what may be base64 of something readable, over several lines."""
    kinds = seen.translate(RUNS)
    first = kinds.find(LEAST)
    while first >= 0:
        last = kinds.find(b" ", first)
        last = len(kinds) if last < 0 else last
        if seen[first] in READABLE and _promising(seen[first : min(last, first + 16)]):
            packed = BASE64.match(seen, first)
            last = packed[0][1] if packed else last
            yield first, last
        first = kinds.find(LEAST, last)


def _promising(head: bytes) -> bool:
    """Return whether the first letters decode to readable ones; nearly no word's do."""
    packed = head.translate(BASIC, b" \t\r\n>=")
    try:
        return _is_text(binascii.a2b_base64(packed[: len(packed) // 4 * 4]))
    except ValueError:
        return False


def _is_text(head: bytes) -> bool:
    """Return whether the bytes are ASCII that can be printed, or the beginning of such UTF-8."""
    rest = head.translate(None, PRINTABLE)
    if not rest or min(rest) < 0x80:
        return not rest
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.end == len(head) and error.reason == "unexpected end of data"
    return True


def _readable(raw: bytes) -> bytes:
    """Return the decoded text, or nothing if it is not text."""
    if not _promising(raw[:16]):
        return b""
    packed = raw.translate(None, b" \t\r\n>=")
    if packed.isalpha() and (packed.islower() or packed.isupper()):
        return b""
    packed = packed.replace(b"-", b"+").replace(b"_", b"/")
    packed = packed[: len(packed) - (len(packed) % 4 == 1)]
    try:
        plain = binascii.a2b_base64(packed + b"=" * (-len(packed) % 4))
    except ValueError:
        return b""
    if not _is_text(plain[:64]):
        return b""
    return bytes(byte if 32 <= byte < 127 or byte in WHITE else 0x80 for byte in plain)


def _over_breaks(text: str, view: View, look: Lookout, found: list[Finding]) -> Iterator[Finding]:
    """Yield tokens that a mail program or a terminal broke in two."""
    pieces: list[Piece] = []
    breaks: list[tuple[int, int]] = []
    for start, left, begin, right in _wrapped(view.seen):
        end = begin + len(right)
        pieces += [(left, start, start + len(left)), (right, begin, end), (GAP, end, end)]
        breaks.append(view.span(start + len(left), begin))
    if not pieces:
        return
    whole = led_back(view, pieces)
    rivals = sorted((one.start, one.end, one.confidence) for one in found)
    for one in [*scan_shapes(whole), *look.find(text, whole)]:
        at = bisect_right(breaks, (one.end, 0)) - 1
        if at >= 0 and one.start < breaks[at][0] and breaks[at][1] < one.end:
            rest = text[breaks[at][1] : one.end].encode("ascii", "replace")
            if token(rest) or not _already(one, rivals):
                yield one


def _wrapped(seen: bytes) -> Iterator[tuple[int, bytes, int, bytes]]:
    """Yield where a token begins and what it is, before a line's break and after it."""
    kinds = seen.translate(TOKENS)
    size, used, following = len(seen), 0, 0
    end = kinds.find(b"\n")
    while end >= 0:
        start, used, following = following + used, 0, end + 1
        stop = end - (end > start and seen[end - 1] == RETURN)
        stop -= stop > start and seen[stop - 1] == BACKSLASH
        left = max(start, kinds.rfind(b" ", start, stop) + 1)
        end = kinds.find(b"\n", following)
        if stop - left < 3:
            continue
        last, begin = size if end < 0 else end, following
        while begin < last and seen[begin] in BLANKS:
            begin += 1
        right = kinds.find(b" ", begin, last)
        right = last if right < 0 else right
        if right - begin >= 3 and begin - following <= 8:
            used = right - following
            if _one_token(seen[left:stop], seen[begin:right]):
                yield left, seen[left:stop], begin, seen[begin:right]


def _one_token(left: bytes, right: bytes) -> bool:
    """Return whether a line's end and the next one's beginning may be one key or address."""
    both = left + right
    if b"@" in both:
        return not (b"@" in left and nobodys(left.rstrip(b".:%")))
    if both.translate(None, DIGITS) == both or len(both) < 16:
        return False
    if right.isalpha() and (right.islower() or right.istitle()):
        return False
    return right[0] not in DIGITS or not STAMP.match(right)


def _already(one: Finding, rivals: list[tuple[int, int, float]]) -> bool:
    """Return whether something as sure was found there without joining anything."""
    at = bisect_right(rivals, (one.end, 0, 0.0))
    return any(
        start < one.end and one.start < end and confidence >= one.confidence
        for start, end, confidence in rivals[max(0, at - 8) : at + 1]
    )
