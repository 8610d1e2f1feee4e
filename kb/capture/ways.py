"""Puts phrases into one alternation that is looked through by first letters, not phrase by phrase."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain

_PLAIN = re.compile(r"([^\W_]|[ ,<])(?![*+?{])")
"""A first character that stands for itself, once."""
_MAYBE = re.compile(r"([^\W_]|[ ,<])\?(?![?+])")
_GROUP = re.compile(r"\((?:\?:)?(?!\?)")
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[()|]|[^\\\[()|]+", re.S)
_MOST = 8
"""A group of more ways is not multiplied out: the pattern would grow, and be made slowly."""


def alternation(ways: Iterable[str]) -> str:
    """Return a pattern that matches just what `a|b|c` does, each way tried only behind its first letter.

    Python tries one way after the other at each place. Ways that begin differently never match at
    one place, so they may stand in another order; those that begin alike keep theirs.
    """
    found: list[str] = []
    run: dict[str, list[str]] = {}
    for way in chain.from_iterable(map(_opened, ways)):
        first = _PLAIN.match(way)
        if first is None or _clashes(first.group(1), run):
            found += _grouped(run)
            run = {}
        if first is None:
            found.append(way)
        else:
            run.setdefault(first.group(1), []).append(way[1:])
    return "|".join((*found, *_grouped(run)))


def _clashes(letter: str, run: dict[str, list[str]]) -> bool:
    """Say whether the same letter in the other case is there: small and large may be one."""
    return letter not in run and letter.swapcase() in run


def _grouped(run: dict[str, list[str]]) -> Iterator[str]:
    for letter, rests in run.items():
        one = dict.fromkeys(rests)
        yield f"{letter}{rests[0]}" if len(one) == 1 else f"{letter}(?:{'|'.join(one)})"


def _opened(way: str) -> Iterator[str]:
    """Yield the ways that a phrase stands for, a choice at its beginning multiplied out."""
    for one in split(way):
        maybe, group = _MAYBE.match(one), _GROUP.match(one)
        if maybe:
            yield from _opened(maybe.group(1) + one[2:])
            yield from _opened(one[2:])
        elif group and (inside := _inside(one, group)):
            for begin in inside[0]:
                yield from _opened(begin + inside[1])
        else:
            yield one


def _inside(way: str, group: re.Match[str]) -> tuple[list[str], str] | None:
    """Return the choices of the group that a phrase begins with, and the rest; None if it repeats."""
    depth = 0
    for piece in _PIECE.finditer(way):
        depth += (piece.group() == "(") - (piece.group() == ")")
        if not depth:
            break
    choices, rest = split(way[group.end() : piece.start()]), way[piece.end() :]
    if len(choices) > _MOST or rest[:1] in ("*", "+", "{") or rest[:2] in ("??", "?+"):
        return None
    return ([*choices, ""], rest[1:]) if rest[:1] == "?" else (choices, rest)


def split(way: str) -> list[str]:
    """Return the alternatives of a pattern, those within its groups left alone."""
    found, depth, start = list[str](), 0, 0
    for piece in _PIECE.finditer(way):
        depth += (piece.group() == "(") - (piece.group() == ")")
        if piece.group() == "|" and not depth:
            found.append(way[start : piece.start()])
            start = piece.end()
    return [*found, way[start:]]
