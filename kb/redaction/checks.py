"""The last word on a candidate: sums that must come out, and values that only look the part."""

from collections.abc import Callable

from kb.redaction.hosts import (
    address,
    address_inside,
    device,
    host,
    internal_host,
    numbered_host,
    root_host,
    tenant,
)
from kb.redaction.keys import (
    argument,
    assigned,
    basic,
    credential,
    digits_in,
    filled,
    key_block,
    machine,
    ordinary,
    password,
    phrase,
    prefixed,
    quoted_secret,
    said,
    scrambled,
    service,
    spoken,
    token,
    told,
    uncommon,
    unlike_words,
    userinfo,
)
from kb.redaction.logins import (
    account,
    acting,
    folder_user,
    full_name,
    given_user,
    log_user,
    own_host,
    prompt,
    short_host,
    signed_in,
    station_name,
    told_user,
    user_argument,
    username,
)
from kb.redaction.patterns import compiled
from kb.redaction.shaped import shaped

YEARLY = compiled(r"^[^0-9]+ (?:19|20)\d\d$")
DATE = compiled(
    r"^(?:(?:19|20)\d\d[-./ ]\d\d?[-./ ]\d\d?|\d\d?[-./ ]\d\d?[-./ ](?:19|20)\d\d)|^\d+\.\d+(?:\.\d+)?$"
)
DOTTED_PHONE = compiled(r"^[2-9]\d\d\.[2-9]\d\d\.\d{4}$")
"""A North American number as some write it; no version is as long in these places."""
HASHED = compiled(
    r"(?i)(?:sha|md5|hash|digest|sum|commit|rev|etag|oid|guid|uuid|build|head|tag|id|blk|crc|fprint|fingerprint"
    r"|merge|parent|tree|blob|index|branch|object|ref|cache|layer|image|image|session|request|trace|span|[-_.][a-z]+ed)[s0-9]*$"
)
"""Words before a hash that is no key."""
NOT_A_KEY = compiled(
    r"""(?i)(?:/[a-z0-9-]{4,}-|^[a-z0-9-]{40,48}|enc\([^)\n]*|enc\[[^\]\n]*|[,\[](?:data|iv|tag):|integrity["': =]+|\bsha-?\d{1,3}["')]?[-:= ]+|\bh1:|md5[-:= ]+|(?:check|md5)sum["': =]*"""
    r"""|digest["': =]*|\b(?:trace|span|request|req|correlation|transaction|txn|event|msg|job|task|build|run|pipeline|parent|process|thread|instance|image|container|pod|node|activity|operation|deployment|revision|correlation)[_-]?ids?["']?[ \t]{0,3}(?:=>|[:=]|is)?[ \t]{0,3}["'`]?|amz[ -]id[ -]2["': =]+|hostid[>:= ]{1,2}|fingerprint["': =]*|(?:commit|revision|rev|tree|parent|blob|etag|hash|private_key_id)["': =/]+"""
    r"""|\bssh-(?:rsa|dss|ed25519) |ecdsa-sha2-nistp\d+ |data:[\w/+.-]+;base64,|public[ _-]?key["': =]*"""
    r"""|extensions?[/ ]|\b_?(?:mock|fake|dummy|sample|placeholder|public)[\w-]{0,24}["': =]+|message-id:? ?<?|(?:^|[ \t;])bh?=[ \t]?|=\?[\w-]{3,20}\?b\?|boundary=["-]*|/(?:videos?|watch|assets|static|images?|dist|tracks|articles?|docs|wiki|questions|issues|topics?|tutorials?)/[^\s]*)$"""
)
"""What may stand before a long odd value that is no key: checksums, public keys, encrypted values."""
CLIENT_ID = compiled(
    r"""(?i)(?:^|[^\w.-])client[_-]?id["']?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}["'`]?$"""
)
"""What stands before an OAuth client's name, which every browser sees (RFC 6749, 2.2)."""
PUBLIC_EMAIL = compiled(
    r"(?i)^(?:git|hg|svn)@|\.(?:service|socket|timer|mount|device|slice|scope)$"
)
"""Users that forges share, and units of systemd that look like addresses."""
VERSION_BEFORE = compiled(
    r"(?:\b[A-Z][A-Za-z]+/|(?i)(?:\bv|\b(?:version|ver|release|build|firmware|driver|update|revision|chrome|edge|git"
    r"|svn|opera|bios|sdk|agent|plugin|antivirus)[ :=v.]{1,3}))$"
)
"""What may stand before four numbers that are a version."""


def luhn(value: bytes) -> bool:
    """Return whether the digits are a payment card's (ISO/IEC 7812-1, annex B)."""
    digits = [byte - 48 for byte in value if 48 <= byte <= 57]
    if not 12 <= len(digits) <= 19 or len(set(digits)) == 1:
        return False
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def iban(value: bytes) -> bool:
    """Return whether the account number's check digits hold (ISO 13616, ISO 7064 mod 97-10)."""
    plain = bytes(byte for byte in value if byte not in b" -").decode("latin-1").upper()
    if not 15 <= len(plain) <= 34 or not plain.isalnum() or not plain.isascii():
        return False
    return int("".join(str(int(one, 36)) for one in plain[4:] + plain[:4])) % 97 == 1


def phone(value: bytes) -> bool:
    """Return whether the digits can be dialled (E.164 allows fifteen), and are not from a film."""
    digits = bytes(byte for byte in value if 48 <= byte <= 57)
    if not 7 <= len(digits) <= 15 or len(set(digits)) <= 2:
        return False
    return bool(DOTTED_PHONE.search(value)) or not DATE.search(value)


CARD_LENGTHS = {
    b"2": (15, 16),
    b"3": (14, 15, 16),
    b"4": (13, 16),
    b"5": (12, 13, 16),
    b"6": (12, 13, 16),
}
"""By first digit (ISO/IEC 7812): Mastercard; Diners, Amex, JCB; Visa; Maestro; Discover."""


def card(value: bytes) -> bool:
    """Return whether a bare number is a payment card's: a known issuer's first digits, Luhn."""
    digits = bytes(byte for byte in value if 48 <= byte <= 57)
    return len(digits) in CARD_LENGTHS.get(digits[:1], ()) and luhn(digits)


def after_service(before: bytes) -> bool:
    """Return whether a bare key follows a service's name, which no hash, id or ordinary word is."""
    word = before.replace(b"=", b" ").replace(b":", b" ").rstrip(b" \t\"'").split()[-1:]
    name = word[0].strip(b"\"'(;,").lower() if word else b""
    return bool(name) and not HASHED.search(name) and not ordinary(name)


def place(value: bytes) -> bool:
    """Return whether words with a number are a place; a product's name ends in its year."""
    return not YEARLY.search(value)


def numbered(value: bytes) -> bool:
    """Return whether at least two digits are among the characters."""
    return digits_in(value) >= 2


COOKIE = compiled(r"(?i)([\w.-]+)=([^\s;\"',]+)")
OF_A_SESSION = compiled(
    r"(?i)sess|sid\b|auth|token|login|logged|remember|jwt|csrf|xsrf|ticket|user"
)
"""How cookies are called by which one is known again."""
NO_STATION = compiled(
    r"(?i)^(?:00[:-]00[:-]5e[:-]00[:-]53|01[:-]00[:-]5e|33[:-]33|(?:00[:-]){5}00|(?:ff[:-]){5}ff)"
)
"""Documentation's and multicast's (RFC 9542, RFC 1112, RFC 2464), none, and everybody's."""


def cookies(value: bytes) -> bool:
    """Return whether one of a header's cookies may be a session's, not a choice of look or language."""
    for found in COOKIE.each(value):
        name, content = value[slice(*found[1])], value[slice(*found[2])]
        if OF_A_SESSION.search(name) or (len(content) >= 8 and token(content)):
            return True
    return False


def station(value: bytes) -> bool:
    """Return whether a MAC address is a device's, not documentation's or a group's."""
    return not NO_STATION.search(value)


def device_word(value: bytes) -> bool:
    """Return whether a device's name is one: two parts, or a digit; no word of a sentence."""
    return (b"-" in value or digits_in(value) > 0) and not ordinary(value)


CHECKS: dict[str, Callable[[bytes], bool]] = {
    "luhn": luhn,
    "iban": iban,
    "address": address,
    "filled": filled,
    "token": token,
    "scrambled": scrambled,
    "credential": credential,
    "prefixed": prefixed,
    "phone": phone,
    "card": card,
    "host": host,
    "numbered_host": numbered_host,
    "internal_host": internal_host,
    "address_inside": address_inside,
    "device": device,
    "device_word": device_word,
    "root_host": root_host,
    "username": username,
    "folder_user": folder_user,
    "account": account,
    "numbered": numbered,
    "place": place,
    "log_user": log_user,
    "basic": basic,
    "tenant": tenant,
    "userinfo": userinfo,
    "password": password,
    "spoken": spoken,
    "phrase": phrase,
    "cookies": cookies,
    "station": station,
    "prompt": prompt,
    "signed_in": signed_in,
    "acting": acting,
    "station_name": station_name,
    "short_host": short_host,
    "own_host": own_host,
    "full_name": full_name,
    "user_argument": user_argument,
    "told": told,
    "shaped": shaped,
    "said": said,
    "told_user": told_user,
    "unlike_words": unlike_words,
    "argument": argument,
    "assigned": assigned,
    "machine": machine,
    "service": service,
    "uncommon": uncommon,
    "quoted_secret": quoted_secret,
    "key_block": key_block,
    "given_user": given_user,
    "": lambda value: bool(value),
}
"""What a rule's `check` may name."""
