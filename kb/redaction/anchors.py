"""Where in a text names may begin that the lists of names hold."""

from kb.redaction.lists import common, given, name_bytes, not_people
from kb.redaction.patterns import compiled

CAPITALS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ\xc0\xd0")
LETTERS = CAPITALS | frozenset(b"abcdefghijklmnopqrstuvwxyz\xe0")
CASES = bytes(65 if n in CAPITALS else 97 if n in LETTERS else 32 for n in range(256))
"""Every letter as A or a, all else as a blank."""
PARTICLES = frozenset(
    [
        "van",
        "von",
        "de",
        "der",
        "den",
        "di",
        "da",
        "del",
        "dos",
        "das",
        "do",
        "la",
        "las",
        "los",
        "le",
        "el",
        "bin",
        "ibn",
        "al",
        "ter",
        "ten",
        "zu",
        "y",
    ]
)
PARTICLE_BYTES = frozenset(word.encode() for word in PARTICLES)
LEADING = compiled(
    r"(?:^|[^0-9A-Za-z_\x80-\xff/\\.-])({Name}) (?:[A-Z]\.? |(?:(?:v[ao]n|de[rnl]?|d[aio]|d[oa]s|l[ae]|l[ao]s|bin|al|el) ){1,3})?$"
)
OPENERS = frozenset(
    [
        "ask",
        "hello",
        "call",
        "can",
        "let",
        "may",
        "see",
        "add",
        "will",
        "say",
        "even",
        "ever",
        "less",
        "else",
    ]
)
"""Given names that open a sentence before a family name far more often than they belong to it."""


def anchors(seen: bytes) -> list[int]:
    """Return where capitalised words begin that a list of names holds, or that are not ASCII.

    A name that stands in the text as a word is seen at the head of a longer one as well: `PaulB`.
    """
    places = _capitalised(seen)
    headed = _headed({word for _, word in places})
    return [at for at, word in places if word in headed]


def _headed(words: set[bytes]) -> set[bytes]:
    """Return the words that are a name, or begin with one of those that are."""
    listed, headed, head = name_bytes(), set[bytes](), None
    for word in sorted(words):
        if head and word.startswith(head):
            headed.add(word)
        elif word.lower() in listed or not word.isascii():
            headed.add(word)
            head = word
    return headed


def _capitalised(seen: bytes) -> list[tuple[int, bytes]]:
    """Return the words of three letters and more that begin with a capital, and where they stand."""
    cases = b" " + seen.translate(CASES) + b" "
    places: list[tuple[int, bytes]] = []
    at = cases.find(b" A")
    while at >= 0:
        end = cases.find(b" ", at + 1)
        if end - at > 3:
            places.append((at, seen[at : end - 1]))
        at = cases.find(b" A", end)
    return places


def led_by(seen: bytes, anchor: int) -> int:
    """Return where an unlisted first name before a listed family name begins, else the anchor."""
    if seen[anchor - 1 : anchor] != b" ":
        return anchor
    head = seen[max(0, anchor - 40) : anchor]
    last = head[head.rfind(b" ", 0, -1) + 1 : -1]
    small = last.isascii() and last.islower() and last not in PARTICLE_BYTES
    if small and b"\n" not in head:
        return anchor
    before = LEADING.search(head)
    if not before:
        return anchor
    start = max(0, anchor - 40) + before[1][0]
    word = seen[start : start + before[1][1] - before[1][0]].decode("latin-1").lower()
    ordinary = word not in given() and (word in common() or word in not_people())
    return anchor if ordinary or word in OPENERS else start
