"""The last word on a candidate: sums that must come out, and values that only look the part."""

from collections.abc import Callable

from kb.redaction.hosts import (
    FILE_ENDINGS,
    address,
    device,
    host,
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
    prefixed,
    quoted_secret,
    scrambled,
    service,
    spoken,
    token,
    told,
    uncommon,
    unlike_words,
    userinfo,
)
from kb.redaction.patterns import compiled

YEARLY = compiled(r"^[^0-9]+ (?:19|20)\d\d$")
VARIABLE = compiled(r"[$%{<(\[]|^(?:env|os|self|this|process|config|settings|data)\b")
FIRST_LAST = compiled(r"(?i)^[a-z]{2,}\.[a-z]{2,}$")
DATE = compiled(
    r"^(?:(?:19|20)\d\d[-./ ]\d\d?[-./ ]\d\d?|\d\d?[-./ ]\d\d?[-./ ](?:19|20)\d\d)|^\d+\.\d+(?:\.\d+)?$"
)
DOTTED_PHONE = compiled(r"^[2-9]\d\d\.[2-9]\d\d\.\d{4}$")
"""A North American number as some write it; no version is as long in these places."""
NO_DOMAIN = frozenset(
    b"HKLM HKCU HKEY_LOCAL_MACHINE HKEY_CURRENT_USER HKCR HKU SOFTWARE SYSTEM C D E F".split()
)
NO_USER = frozenset(
    b"root admin administrator user users username name public default shared guest all system nobody daemon"
    b" www-data ubuntu ec2-user vagrant runner app node me you is was and the for to in on with from by not no"
    b" unknown none null true false anonymous example library local bin lib tmp test your my his her their linuxbrew"
    b" information account id password login agent interface profile experience guide manual group settings".split()
)
NO_LOGIN = frozenset(
    b"or and is was the for with name password passwd string str id true false null none".split()
)
HASHED = compiled(
    r"(?i)(?:sha|md5|hash|digest|sum|commit|rev|etag|oid|guid|uuid|build|head|tag|id|blk|crc|fprint|fingerprint"
    r"|merge|parent|tree|blob|index|branch|object|ref|cache|layer|image|image|session|request|trace|span)[s0-9]*$"
)
"""Words before a hash that is no key."""
NOT_A_KEY = compiled(
    r"""(?i)(?:/[a-z0-9-]{4,}-|^[a-z0-9-]{40,48}|enc\([^)\n]*|enc\[[^\]\n]*|[,\[](?:data|iv|tag):|integrity["': =]+|\bsha-?\d{1,3}["')]?[-:= ]+|\bh1:|md5[-:= ]+|(?:check|md5)sum["': =]*"""
    r"""|digest["': =]*|fingerprint["': =]*|(?:commit|revision|rev|tree|parent|blob|etag|hash|private_key_id)["': =/]+"""
    r"""|\bssh-(?:rsa|dss|ed25519) |ecdsa-sha2-nistp\d+ |data:[\w/+.-]+;base64,|public[ _-]?key["': =]*"""
    r"""|extensions?[/ ]|\b_?(?:mock|fake|dummy|sample|placeholder|public)[\w-]{0,24}["': =]+|message-id:? ?<?|(?:^|[ \t;])bh?=[ \t]?|=\?[\w-]{3,20}\?b\?|boundary=["-]*|/(?:videos?|watch|assets|static|images?|dist|tracks|articles?|docs|wiki|questions|issues|topics?|tutorials?)/[^\s]*)$"""
)
"""What may stand before a long odd value that is no key: checksums, public keys, encrypted values."""
CLIENT_ID = compiled(
    r"""(?i)(?:^|[^\w.-])client[_-]?id["']?[ \t]{0,4}(?:=>|[:=])[ \t]{0,4}["'`]?$"""
)
"""What stands before an OAuth client's name, which every browser sees (RFC 6749, 2.2)."""
PUBLIC_EMAIL = compiled(r"(?i)@(?:[\w-]+\.)*example\.(?:com|net|org)$|^(?:git|hg|svn)@")
"""Addresses that RFC 2606 keeps for documentation, and the users that forges share."""
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


def given_user(value: bytes) -> bool:
    """Return whether the user that stands beside a password is given, be it `admin` or `root`."""
    name = value.strip(b".,;").lower()
    return len(name) > 1 and name not in NO_LOGIN and not VARIABLE.search(value)


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


def username(value: bytes) -> bool:
    """Return whether a user's name is a person's choice, not the word of a sentence."""
    name = value.strip(b".,:;-").lower()
    return (
        len(name) > 1
        and name not in NO_USER
        and filled(value)
        and not name.endswith((b".com", b".net"))
    )


def folder_user(value: bytes) -> bool:
    """Return whether a folder of users' homes is somebody's; `first.last` is no expression there."""
    named = FIRST_LAST.search(value) and value.rpartition(b".")[2].lower() not in FILE_ENDINGS
    return bool(named) or username(value)


def account(value: bytes) -> bool:
    """Return whether `DOMAIN\\user` is an account, not a path or an escape."""
    domain, _, user = value.partition(b"\\")
    return domain not in NO_DOMAIN and folder_user(user.strip(b"\\"))


def log_user(value: bytes) -> bool:
    """Return whether a log's user is anybody but the superuser, which every machine has."""
    return value not in (b"root", b"unknown", b"nobody", b"from", b"user", b"invalid", b"illegal")


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
    "told": told,
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
