"""Whether a word that stands in talk of signing in has the shape that people give to passwords."""

from kb.redaction.keys import NO_LETTERS, ODD, OUTSIDE, digits_in, filled, ordinary
from kb.redaction.patterns import compiled

AT_HOST = compiled(r"(?i)^[\w.-]{2,}@[\w-]*[a-z]{3,}[\w.-]*$|@[\w-]+\.[a-z]{2}|[a-z]@\d+\.|\dx\d+@")
"""A user at a machine, an e-mail address, a package at its version, a screen at its rate."""
COUNTED = compiled(
    r"(?i)^(?:[a-z]{1,2}|issues?|bugs?|prs?|tickets?|cases?|refs?|nr|steps?|lines?|pages?|builds?|items?|orders?|gh"
    r"|ports?|channels?|screens?|displays?|disks?|notes?|comments?|posts?|versions?|[a-z]+[-_][a-z]+)#\d+[!?]?$"
    r"|^(?-i:[A-Z]{2,})#|#\d{3,}$"
)
"""What is numbered with a `#`."""
CODED = compiled(
    r"(?i)%[0-9a-f]{2}|&#?\w{1,8}(?:;|$)|~\d{1,2}$|\$\d|\w\+\+|\+[a-z0-9]+\+|^(?:ctrl|alt|cmd|shift|win|fn)\+"
    r"|^\$|\$\w+\$|\*\*|[a-z]\d?[*^]\d|\d[*^~]\d|^#|#l?\d+-|[a-z]{3,}\?[a-z]{3,}|^~|^\d+(?:[.,]\d+)?[%$]|^us\$|^\d{5,}|&[a-z]+_"
)
"""Escapes, short file names, amounts, shortcuts, variables, emphasis, powers, anchors, queries."""
SIGNS = bytes(n for n in range(256) if n not in ODD + b"_")
MOST = 24
"""People keep passwords that they make up themselves shorter than this."""


def shaped(value: bytes) -> bool:
    """Return whether letters, digits and one of the signs of passwords make one word."""
    if len(value) > MOST or value.translate(None, OUTSIDE) != value or not filled(value):
        return False
    letters, signs = value.translate(None, NO_LETTERS), value.translate(None, SIGNS)
    if len(letters) < 2 or not digits_in(value) or not 1 <= len(signs) <= 6:
        return False
    if signs == b"_" and digits_in(value) == 1 and ordinary(value):
        return False
    return not (AT_HOST.search(value) or COUNTED.search(value) or CODED.search(value))
