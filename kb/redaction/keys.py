"""What tells a key, a token or a password from a word, a name, a hash, or a place left to be filled."""

import base64
import math
from collections.abc import Iterator

from kb.redaction.hosts import DIGITS, FILE_ENDINGS
from kb.redaction.lists import common, function_bytes, given, not_people, top_domains
from kb.redaction.patterns import compiled

PLACEHOLDER = compiled(
    r"""(?i)://\$[A-Za-z_{]|\*{3,}|\.{4,}|_{5,}|\$\{|\{\{|\$\(|<%=|%\(|#\{|example(?:key)?$|^\\?[<\[{(%$@].*"""
    r"""|^[x*.#_\x80?-]+$|[>\]})]{2}$|^enc\(|^!?sops|^[&!*][a-z]+;?$|^&(?:amp;)*#?[0-9a-z]+;?"""
    r"""|^(?:your|my|the|some|insert|enter|put|add|paste|change|replace)[-_ ]|^0x[0-9a-f]{1,16}$"""
    r"""|^(?:my|your|the|some|a)(?:super|new|old|own)?(?:secret|passw(?:or)?d|token|api|key|user).{0,12}$"""
    r"""|change[-_]?me!?$|^(?:replace-?me|placeholder|redacted|removed|hidden|masked|omitted|secret-?ref"""
    r"""|true|false|null|none|nil|undefined|nan|empty|string|str|int|bool|optional|required|dummy"""
    r"""|yes|no|on|off|todo|tbd|n/?a|process\.env.*|os\.environ.*|getenv.*|env\..*|vault:.*|sample"""
    r"""|[a-z_]+\.[a-z_.]+(?:\(.*)?|[a-z_]+\(.*|&[a-z]+;.*|[a-z_]+::.*|arn:.*|file:.*|https?:.*"""
    r"""|/[a-z/._-]+|[0-9]{1,3}|sha\d+~)$"""
)
CROSSED = compiled(r"(?i)x{6,}")
"""What a person puts over a key; a long key may hold some by chance."""
PACKED_NOTHING = compiled(r"(?i)^enc\[|^enc\(|change-?_?me!?$|replace-?_?me!?$|^(?:your|my)[-_ ]")
DATA = 300
"""A bare run of base64 that is longer is a file, an image or a message, and no key."""
SEALED = (b"MII", b"doI")
"""How private keys (PKCS #8) and Kerberos tickets begin, which are as long."""
HEX = compiled(r"(?i)^(?:0x)?[0-9a-f]+$")
UUID_INSIDE = compiled(r"(?i)[0-9a-z]{8}-(?:[0-9a-z]{4}-){3}[0-9a-z]{11,12}")
UUID = compiled(r"(?i)^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$")
WORDS = compiled("[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
ODD = b"$!@#%^&*~?"
"""Together with a digit these make ordinary words a password."""
NO_PASSWORD = frozenset(
    b"password passwd pwd string str text required optional prompt input field the your my a an self "
    b"token secret enc none true false yes no req.body.password oauth oauth2 reset hash len length value change char varchar "
    b"normal plain plaintext cleartext encrypted same email e-mail correct incorrect wrong invalid missing expired "
    b"saved stored unknown there here strict authentication authorization scram-sha-256 md5".split()
)
SMALL_WORDS = frozenset(
    b"the and but for with from that this then than when what which who how why not was are were has have had does"
    b" did can could will would must should may might you your our their his her its they she him them there here"
    b" after before into onto off out only just now too also some any been being because while until".split()
)
"""English words that carry sentences and are in no wallet's list (BIP 39), but for a few."""
TECHNICAL = compiled(
    r"(?i)^(?:(?:base|sha|aes|utf|rc|md|ipv|x|pkcs|mp|des|rsa|ed|oauth|tls|ssl|win|windows|office|outlook|exchange"
    r"|log|wpa|wep)-?\d[\d.]{0,5}|3des|o365|bcrypt|argon2\w*|pbkdf2|ntlmv2|2fa|[1-9]-(?:factor|step|way|digit)s?)(?:$|[-_ ,.;$])|^(?-i:[A-Z]{2,})-?\d+$"
)
"""Words with digits that are said about passwords, and are none."""
DOTTED = compiled(r"^[A-Za-z_]\w*\.[A-Za-z_]\w*")
"""An expression, a file or a host."""
OUTSIDE = b"/\\=:|[]{}<>"
"""What stands in paths, addresses and code rather than in a password that is told in a sentence."""
HYPHENS = bytes.maketrans(b"_./=", b"----")
LETTERS = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\xc0\xd0\xe0"
KINDS = bytes(48 if 48 <= n <= 57 else 97 if n in LETTERS else 32 for n in range(256))
"""Every digit as 0, every letter as a, all else a blank."""
SIGNS = bytes(n for n in range(256) if KINDS[n] == 32)
NO_LETTERS = bytes(n for n in range(256) if n not in LETTERS)
NO_SIGNS = bytes(n for n in range(256) if n not in ODD)
APART = bytes(n if n < 128 and KINDS[n] != 32 else 32 for n in range(256))
"""What is no ASCII letter or digit becomes a blank."""


def digits_in(value: bytes) -> int:
    """Return how many digits a value holds."""
    return len(value) - len(value.translate(None, DIGITS))


def entropy(value: bytes) -> float:
    """Return Shannon's entropy of `value`, bits a byte."""
    total = len(value)
    shares = [value.count(byte) / total for byte in set(value)]
    return -sum([share * math.log2(share) for share in shares])


def filled(value: bytes) -> bool:
    """Return whether a value is given rather than left to be filled in."""
    if not value or PLACEHOLDER.search(value):
        return False
    if len(value) >= 20 and len(set(value[6:])) <= 2:
        return False
    run = CROSSED.search(value)
    return not run or 3 * (run[0][1] - run[0][0]) < len(value)


def slug(value: bytes) -> bool:
    """Return whether this is a name: words with hyphens, or constants' capitals."""
    parts = value.translate(HYPHENS).split(b"-")
    if len(parts) < 4 or digits_in(value) > 3 or not (value.islower() or value.isupper()):
        return False
    return all(
        len(part) < 15 and digits_in(part) < 3 and (part.isalnum() or not part) for part in parts
    )


def _titled(value: bytes) -> bool:
    """Return whether words make up most of a heading's address, numbers and codes the rest."""
    parts = value.lower().translate(HYPHENS).split(b"-")
    known = [part for part in parts if part.isalpha() and part.decode("latin-1") in common()]
    odd = any(len(part) >= 16 and _switches(part) > 1 for part in parts)
    return len(known) >= 3 and 2 * len(known) >= len(parts) and not odd


def packed_placeholder(value: bytes) -> bool:
    """Return whether base64 hides only what is left to be filled in, or what is encrypted."""
    try:
        plain = base64.b64decode(
            value.strip(b"=") + b"=" * (-len(value.strip(b"=")) % 4), validate=True
        )
    except ValueError:
        return False
    return bool(PACKED_NOTHING.search(plain))


def key_block(value: bytes) -> bool:
    """Return whether a private key's block holds a key, not a word in its place."""
    body = value.partition(b"KEY")[2].replace(b"BLOCK", b"").partition(b"-----END")[0]
    return len(body.translate(APART).replace(b" ", b"")) >= 16


def service(value: bytes) -> bool:
    """Return whether a value beside the name of a service with keys may be one of its keys."""
    if machine(value):
        return True
    value = value.strip(b".,;:=-_/")
    if len(value) < 12 or not filled(value) or ordinary(value):
        return False
    if value.isalnum():
        return digits_in(value) >= 5 and _switches(value) >= 1
    groups = value.split(b"-")
    if len(value) < 16 or not all(len(one) >= 4 and one.isalnum() for one in groups):
        return False
    return digits_in(value) >= 8 or (value.upper() == value and len(set(map(len, groups))) == 1)


def token(value: bytes) -> bool:
    """Return whether a value looks made by a machine: digits among letters, little repetition."""
    if len(value) < 8 or not filled(value):
        return False
    digits = digits_in(value)
    letters = len(value) - len(value.translate(None, LETTERS))
    return digits >= 1 and letters >= 1 and entropy(value) >= min(3.0, math.log2(len(value)) - 0.9)


def scrambled(value: bytes) -> bool:
    """Return whether a bare value is a key rather than a hash, an id, a path or a word."""
    digits = digits_in(value)
    if not digits or value.isdigit() or (len(value) > DATA and not value.startswith(SEALED)):
        return False
    upper, lower = value.upper() != value.lower() != value, value.upper() != value
    longest = max(value.translate(APART).split(), key=len, default=b"")
    if not (upper and lower):
        likely = len(longest) >= 20 and _switches(longest) >= 6 and not HEX.search(longest)
    else:
        turns = _switches(longest) >= (2 if len(longest) < 40 else 1)
        likely = len(longest) >= 16 and digits >= 3 and turns and entropy(value) >= 3.7
        likely = likely and not _worded(value)
    if likely and packed_placeholder(value):
        return False
    return likely and not HEX.search(value) and not UUID.search(value) and token(value)


def _switches(value: bytes) -> int:
    """Return how often letters and digits take turns."""
    kinds = value.translate(KINDS, SIGNS)
    return kinds.count(b"0a") + kinds.count(b"a0")


def _worded(value: bytes) -> bool:
    """Return whether mixed capitals are those of words run together, not of a key by chance."""
    if len(value) >= 40:
        return False
    parts = [part for part in _words(value) if part.isalpha()]
    return sum(map(len, parts)) >= 3.2 * len(parts)


def _camel(value: bytes) -> bool:
    """Return whether words of a program are run together: `TokenRequestFailed`, `TideOffice16`."""
    found = [part.lower().decode() for part in _words(value)]
    parts = [part for part in found if part.isalpha()]
    numbers = [part for part in found if part.isdigit()]
    if len(numbers) > 1 or any(len(one) > 4 for one in numbers):
        return False
    known = sum(len(part) > 2 and (part in common() or part in not_people()) for part in parts)
    enough = 2 if known == len(parts) else 3
    return enough <= len(parts) <= 2 * known and sum(map(len, parts)) >= 4 * len(parts)


def _words(value: bytes) -> Iterator[bytes]:
    for found in WORDS.each(value):
        yield value[slice(*found[0])]


def _named(value: bytes) -> bool:
    """Return whether a value names something: a file, a host, a number, plain words."""
    plain = value.lower()
    numbers = plain.translate(None, DIGITS)
    if (numbers and not numbers.strip(b"-.")) or plain.startswith(b"s-1-5-"):
        return True
    last = plain.rpartition(b".")[2]
    if last != plain and last in FILE_ENDINGS:
        return True
    if plain.count(b".") >= 2 and last.decode("latin-1") in top_domains():
        return True
    parts = plain.translate(HYPHENS).split(b"-")
    return value in (plain, value.title()) and all(one.isalpha() and len(one) < 16 for one in parts)


def ordinary(value: bytes) -> bool:
    """Return whether the value is made of ordinary words, also run together in camel case."""
    digits = digits_in(value)
    if digits > 4 or (digits and value.translate(None, ODD) != value):
        return False
    letters = [part.lower() for part in _words(value) if not part.isdigit()]
    if any(len(part) > 1 and part.decode() not in common() for part in letters):
        return False
    words = sum(len(part) for part in letters if len(part) > 2)
    return len(letters) == 1 or 2 * words >= sum(map(len, letters)) > 0 or value.isdigit()


def credential(value: bytes) -> bool:
    """Return whether what stands after a header's or parameter's name is really one."""
    return filled(value) and len(value) >= 6 and not ordinary(value) and not slug(value)


def basic(value: bytes) -> bool:
    """Return whether this is base64 of `user:password`."""
    try:
        return b":" in base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except ValueError:
        return False


def userinfo(value: bytes) -> bool:
    """Return whether the part after the colon is a password that was filled in."""
    user, _, password = value.partition(b":")
    return filled(password or value) and not user.startswith((b"$", b"{", b"<", b"%"))


def password(value: bytes) -> bool:
    """Return whether an assigned password is given, and no type, variable or placeholder."""
    value = value.rstrip(b".,;:)")
    word = value.lower()
    if len(value) < 3 or word in NO_PASSWORD or word in function_bytes():
        return False
    return filled(value)


def quoted_secret(value: bytes) -> bool:
    """Return whether a text in quotes after the word "secret" is one."""
    return password(value) and not packed_placeholder(value)


def uncommon(value: bytes) -> bool:
    """Return whether a password that nothing sets off is no word of a sentence."""
    return password(value) and not ordinary(value.strip(b".,;:!?)("))


def spoken(value: bytes) -> bool:
    """Return whether the word after "password is" is the password, not the rest of a sentence."""
    value = value.partition(b"&quot")[0].strip(b".,;:!?)(")
    if len(value) < 4 or not password(value) or TECHNICAL.search(value):
        return False
    if _mixed(value) or _chained(value):
        return True
    plain = value.translate(None, NO_LETTERS)
    inside = plain[1:] != plain[1:].lower()
    return (
        bool(plain)
        and (inside or not value[:1].islower())
        and not ordinary(value)
        and not _known(value)
    )


def _chained(value: bytes) -> bool:
    """Return whether hyphens join three words or more that no term of a language is made of."""
    parts = value.lower().split(b"-")
    if len(parts) < 3 or not all(part.isalpha() for part in parts):
        return False
    carrying = sum(part in function_bytes() or part in SMALL_WORDS for part in parts)
    return 2 * carrying < len(parts) and not ordinary(value)


def phrase(value: bytes) -> bool:
    """Return whether words in a row are a wallet's or a provider's, not a sentence."""
    words = value.lower().translate(APART).split()
    return 6 * sum(word in SMALL_WORDS for word in words) < len(words)


def told(value: bytes) -> bool:
    """Return whether what stands under, beside or behind a password's name is one."""
    return spoken(value) or (value.isdigit() and len(value) >= 6)


def said(value: bytes) -> bool:
    """Return whether what a sentence says a password is has letters with digits or signs."""
    value = value.strip(b".,;:!?)(")
    if len(value) < 6 or value.translate(None, OUTSIDE) != value or DOTTED.search(value):
        return False
    return spoken(value) and _mixed(value) and not (value.islower() and _numbered(value))


def unlike_words(value: bytes) -> bool:
    """Return whether a word beside "password" is unlike any other: no `Windows7` or `page2`."""
    return said(value) and not _numbered(value.strip(b".,;:!?)("))


def _numbered(value: bytes) -> bool:
    """Return whether this is an ordinary word with a small number."""
    return value.isalnum() and ordinary(value) and digits_in(value) < 3


def argument(value: bytes) -> bool:
    """Return whether a call's argument behind a user's name is a password, not a path or a type."""
    return spoken(value) and value[:1] not in b"/.$" and b" " not in value


def _known(value: bytes) -> bool:
    """Return whether a word is the name of a product or a person: "give the password to Anna"."""
    word = value.decode("latin-1").lower()
    return word in not_people() or word in given()


def _mixed(value: bytes) -> bool:
    """Return whether letters have digits or the signs of passwords among them."""
    letters = value.translate(None, NO_LETTERS)
    inside = value[1:-1].translate(None, NO_SIGNS)
    return bool(letters) and (digits_in(value) > 0 or bool(inside))


def assigned(value: bytes) -> bool:
    """Return whether what a key, token or secret is set to could be one."""
    value = value.strip(b".,;:=")
    if len(value) < 8 or not filled(value) or ordinary(value) or slug(value):
        return False
    if packed_placeholder(value) or _named(value):
        return False
    return entropy(value) >= (2.0 if any(48 <= byte <= 57 for byte in value) else 3.0)


def machine(value: bytes) -> bool:
    """Return whether a value near a telling word was made by a machine."""
    value = value.strip(b".,;:=-_/")
    if len(value) < 12 or not filled(value) or ordinary(value) or entropy(value) < 2.3:
        return False
    if slug(value) or _titled(value) or packed_placeholder(value) or _named(value):
        return False
    if _camel(value):
        return False
    parts = value.translate(APART).split()
    longest = max(parts, key=len, default=b"")
    turns = _switches(longest)
    if len(longest) >= 12 and (turns >= 2 or (turns and len(longest) >= 15) or len(longest) >= 20):
        return True
    mixed = sum(_switches(part) > 0 for part in parts)
    inside = UUID_INSIDE.search(value)
    return bool(inside and inside[0][0] <= 12) or (
        len(value) >= 16 and mixed >= 2 and _switches(value) >= 4
    )


def prefixed(value: bytes) -> bool:
    """Return whether what follows a token's prefix is a key rather than a word or a hash."""
    longest = max(value.translate(APART).split(), key=len, default=b"")
    if HEX.search(longest) or len(longest) < 20 or not filled(value) or _titled(value):
        return False
    return scrambled(value) or (len(longest) >= 28 and _switches(longest) >= 1)
