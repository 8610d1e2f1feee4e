"""Shows what a revision changes against the live page, word by word, section by section."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from kb.articles.article import SECTIONS, Article

_WORDS = re.compile(r"\s+|\w+|[^\w\s]")
_LONGEST = 20_000


class Kind(StrEnum):
    """What became of some words."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some words and what became of them."""

    kind: Kind
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One field or section of which something changed."""

    name: str
    pieces: tuple[Piece, ...]


def difference(old: Article, new: Article) -> tuple[Part, ...]:
    """Return every part of the article that differs, its words in order."""
    before, after = _texts(old), _texts(new)
    return tuple(
        Part(name=name, pieces=tuple(pieces(before.get(name, ""), after.get(name, ""))))
        for name in dict.fromkeys((*before, *after))
        if before.get(name, "") != after.get(name, "")
    )


def pieces(old: str, new: str) -> Iterator[Piece]:
    """Yield the words of both texts; of very long ones, whole, because that is quick."""
    if len(old) + len(new) > _LONGEST:
        yield from (Piece(kind=Kind.GONE, text=old), Piece(kind=Kind.NEW, text=new))
        return
    left, right = _WORDS.findall(old), _WORDS.findall(new)
    for tag, a, b, c, d in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            yield Piece(kind=Kind.SAME, text="".join(left[a:b]))
            continue
        if b > a:
            yield Piece(kind=Kind.GONE, text="".join(left[a:b]))
        if d > c:
            yield Piece(kind=Kind.NEW, text="".join(right[c:d]))


def _texts(article: Article) -> dict[str, str]:
    texts = {"Title": article.title}
    texts |= {name: article.section(name) for name in SECTIONS if article.section(name)}
    lists = ("aliases", "products", "versions", "applies_to", "fixed_in", "tags")
    texts |= {name: "\n".join(getattr(article, name)) for name in lists if getattr(article, name)}
    facts = ("audience", "risk", "review_by", "translation_of")
    return texts | {name: str(getattr(article, name)) for name in facts}
