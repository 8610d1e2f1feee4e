"""Prints alike pages from one: the theme is asked once what stands around their own words.

A page is printed whole with marks where its own words would stand. Where a mark comes out as it
went in, or escaped once more, words can be put in its place; where it comes out otherwise, or the
theme does more with it than print it, there is no stencil, and every page is printed whole.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import escape

_BEGIN = "dwq"
_SIGNS = "&amp;&#x27;&quot;&lt;&gt;"
"""What a theme would change if it did more than print."""


_PRINTING = (frozenset(dir(object)) - {"__eq__", "__ne__"}) | {"__add__", "__contains__"}
_TITLE = "<h1"
"""Every page's content begins with it, and a theme may ask."""


class Watched(str):
    """A mark that notes when somebody asks what it says instead of printing it."""

    asked = False

    def __str__(self) -> str:
        """Return it as it is: what is printed may be asked still."""
        return self

    def __bool__(self) -> bool:
        """Say yes: pages of a kind have the same texts, and none of them is empty."""
        return True

    def __contains__(self, part: object) -> bool:
        """Say whether a part stands in it; what stands in every page tells nothing."""
        self.asked = self.asked or part != _TITLE
        return str.__contains__(self, str(part))


def _noting(name: str) -> Callable[..., Any]:
    def asked(self: Watched, *args: Any, **named: Any) -> Any:
        self.asked = True
        return getattr(str, name)(self, *args, **named)

    return asked


for _name in frozenset(dir(str)) - _PRINTING:
    setattr(Watched, _name, _noting(_name))


def mark(number: int) -> str:
    """Return the mark of a slot for text that is escaped already."""
    return f"{_BEGIN}{number}{_SIGNS}q"


def plain(number: int) -> str:
    """Return the mark of a slot for letters, digits and hyphens, such as a part of an address."""
    return f"{_BEGIN}{number}q"


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one of a page's own words, escaped once more where the theme does that."""

    number: int
    again: bool


@dataclass(frozen=True, slots=True)
class Stencil:
    """What alike pages share, and between it the slots."""

    pieces: tuple[str | Slot, ...]

    def filled(self, values: Sequence[str]) -> str:
        """Return the page whose own words are `values`, by the numbers of their slots."""
        return "".join([
            one if isinstance(one, str)
            else str(escape(values[one.number])) if one.again else values[one.number]
            for one in self.pieces
        ])  # fmt: skip


def cut(page: str, marks: Sequence[str]) -> Stencil | None:
    """Return the stencil of a page that was printed with `marks`.

    None where one came out changed, or somebody asked what it says.
    """
    if any(isinstance(one, Watched) and one.asked for one in marks):
        return None
    marks = [str.__str__(one) for one in marks]
    forms = {one: Slot(number, again=False) for number, one in enumerate(marks)}
    for number, one in enumerate(marks):
        forms.setdefault(str(escape(one)), Slot(number, again=True))
    pieces = tuple(_pieces(page, forms))
    if any(isinstance(one, str) and _BEGIN in one for one in pieces):
        return None
    return Stencil(pieces)


def _pieces(page: str, forms: dict[str, Slot]) -> Iterator[str | Slot]:
    found = re.compile("|".join(re.escape(one) for one in sorted(forms, key=len, reverse=True)))
    at = 0
    for match in found.finditer(page):
        yield page[at : match.start()]
        yield forms[match.group()]
        at = match.end()
    yield page[at:]
