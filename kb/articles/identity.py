"""Tells whether two spellings name one person: better one reviewer too few than an author too many."""

import re
import unicodedata

_ALIKE = str.maketrans(
    "авеикмнорстухіјѕԁһԛԝӏгпαβεικνορτυχηωɑɡıʟℓ01|",
    "abeukmhopctyxijsdhqwlrnabeiknoptuxnwagillo" + "ll",
)
"""Letters that look like others, to the Latin letter they look like (after Unicode's UTS 39)."""
_PAIRS = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_HOSTS = {"googlemail.com": "gmail.com"}


def person(by: str) -> str:
    """Return one spelling for one person: address only, folded, without `+tag` or marks.

    >>> person("Mara Lind <Mara.Lind+kb@Ferrywright.example>")
    'mara.lind@ferrywright.example'
    """
    by = unicodedata.normalize("NFKC", by)
    match = re.search(r"<([^<>]+)>", by)
    text = re.sub(r"\([^()]*\)", "", match.group(1) if match else by).casefold()
    text = "".join(ch for ch in text if ch.isprintable() and not ch.isspace() and ch != '"')
    name, at, host = text.removeprefix("mailto:").partition("@")
    host = host.strip(".")
    return f"{name.split('+')[0]}{at}{_HOSTS.get(host, host)}"


def is_same(one: str, other: str) -> bool:
    """Say whether two spellings can be one person's.

    They can when their addresses are equal, or look equal, or differ in dots; when the full names
    beside two addresses are equal; and when a bare name is the other's name or address's name.
    """
    first, second = _Spelling(one), _Spelling(other)
    if first.address == second.address or (first.name and first.name == second.name):
        return True
    bare = [s for s in (first, second) if "@" not in s.address]
    words = [{s.address.partition("@")[0], s.name} - {""} for s in (first, second)]
    return bool(bare) and bool(words[0] & words[1])


class _Spelling:
    """The shape of a name and an address, as a hurried eye sees them."""

    def __init__(self, by: str) -> None:
        name, at, host = person(by).partition("@")
        self.address = f"{_shape(name)}{at}{_shape(host, '')}"
        shown = unicodedata.normalize("NFKC", by).partition("<")[0]
        named = "@" not in shown and len(shown.split()) > 1
        self.name = _shape("".join(shown.split()).strip('"')) if named else ""


def _shape(text: str, dropped: str = ".") -> str:
    """Return the text without marks and `dropped`, letters that look alike made one."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (ch for ch in plain if unicodedata.category(ch)[0] != "M" and ch not in dropped)
    shape = "".join(kept).translate(_ALIKE).replace("i", "l")
    for pair, one in _PAIRS:
        shape = shape.replace(pair, one)
    return shape
