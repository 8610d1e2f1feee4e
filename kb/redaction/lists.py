"""The word lists: given names, family names, ordinary words, and names that are not people's."""

from functools import cache
from importlib.resources import files

LONG = 8
"""From so many letters on a telling word is known with one slip in it."""


def _lines(name: str) -> list[str]:
    content = (files("kb.redaction") / "rules" / name).read_text(encoding="utf-8")
    lines = (line for line in content.splitlines() if not line.startswith("#"))
    return [word for line in lines for word in line.split()]


def _words(name: str) -> frozenset[str]:
    return frozenset(_lines(name))


@cache
def given() -> frozenset[str]:
    """Return given names in small letters."""
    return _words("given.txt")


@cache
def family() -> frozenset[str]:
    """Return family names in small letters."""
    return _words("family.txt")


@cache
def family_japanese() -> frozenset[str]:
    """Return family names in Japan's own writing."""
    return _words("family_japanese.txt")


@cache
def common() -> frozenset[str]:
    """Return ordinary English words of technical prose, in small letters."""
    return _words("common.txt")


def _grouped(name: str) -> dict[str, frozenset[str]]:
    """Return the words below each heading, which ends in a colon."""
    found: dict[str, set[str]] = {}
    heading = ""
    for word in _lines(name):
        if word.endswith(":"):
            heading = word.rstrip(":")
        else:
            found.setdefault(heading, set()).add(word)
    return {heading: frozenset(words) for heading, words in found.items()}


@cache
def function_words() -> dict[str, frozenset[str]]:
    """Return the words that carry sentences, in small letters, by language (ISO 639-1)."""
    return _grouped("function_words.txt")


@cache
def function_bytes() -> frozenset[bytes]:
    """Return those of all languages that are ASCII, as a view's bytes."""
    words = frozenset[str]().union(*function_words().values())
    return frozenset(word.encode() for word in words if word.isascii())


@cache
def telling_words() -> dict[str, str]:
    """Return words of other languages that tell a secret, and the English ones that rules know."""
    groups = _grouped("telling_words.txt").items()
    words = {
        word.replace("_", " "): said.replace("_", " ") for said, those in groups for word in those
    }
    long = {word: said for word, said in words.items() if said == "password" and len(word) >= LONG}
    slips = {slip: said for word, said in long.items() for slip in _slips(word)}
    return {**dict.fromkeys(_slips("password"), "password"), **slips, **words}


def _slips(word: str) -> set[str]:
    """Return a word as hasty fingers write it: a letter left out or doubled, two changed about."""
    cuts = [(word[:at], word[at:]) for at in range(1, len(word))]
    left_out = {head + tail[1:] for head, tail in cuts}
    doubled = {head + head[-1] + tail for head, tail in cuts}
    changed = {head[:-1] + tail[0] + head[-1] + tail[1:] for head, tail in cuts}
    return (left_out | doubled | changed) - {word}


@cache
def not_people() -> frozenset[str]:
    """Return products, places and months that are spelled like people's names."""
    return _words("not_people.txt")


@cache
def name_bytes() -> frozenset[bytes]:
    """Return the names that nothing else is spelled like, as a view's bytes in small letters."""
    names = (given() | family()) - common() - not_people()
    return frozenset(name.encode("ascii") for name in names if name.isascii())


@cache
def mail_providers() -> frozenset[str]:
    """Return the labels of the domains where everybody may have a mailbox."""
    return _words("mail_providers.txt")


@cache
def shared_mailboxes() -> frozenset[str]:
    """Return the local parts of addresses that belong to a role, not to a person."""
    return _words("shared_mailboxes.txt")


@cache
def trades() -> frozenset[str]:
    """Return legal forms and words of trades, which many companies' names share."""
    return _words("trades.txt")


@cache
def documentation_hosts() -> frozenset[str]:
    """Return domains that are kept or made up for documentation."""
    return _words("documentation_hosts.txt")


@cache
def public_hosts() -> frozenset[str]:
    """Return domains of big public services, which everybody may know."""
    return frozenset(word.replace("[.]", ".") for word in _words("public_hosts.txt"))


@cache
def surname_endings() -> tuple[str, ...]:
    """Return how family names end that are hardly ever a product's."""
    return tuple(sorted(_words("surname_endings.txt")))


@cache
def top_domains() -> frozenset[str]:
    """Return the last labels that hosts' names have."""
    return _words("top_domains.txt")
