"""Makes one pattern of what every language's file lists of a kind."""

import re
from collections.abc import Iterable
from functools import cache

from kb.capture.language import Language, languages
from kb.capture.ways import alternation

_SLOT = re.compile(r"\{([a-z_]+)\}")


@cache
def pattern(frame: str, lang: str = "") -> re.Pattern[str]:
    """Return a pattern in which each `{name}` stands for that list's phrases, one or the other.

    Where words stand apart in some languages and not in others, each kind has a frame of its own:
    without spaces no border of a word (`\\b`) is asked for.

    Args:
        frame: A pattern, e.g. `(?i)\\b(?:{cause})\\b`; flags stand at its beginning.
        lang: The only language to read, `""` for all; one that lists nothing matches nothing.
    """
    flags, bare = re.fullmatch(r"(?s)((?:\(\?[a-z]+\))?)(.*)", frame).groups()  # type: ignore[union-attr]
    told = [languages()[lang]] if lang else list(languages().values())
    spaced = _filled(bare, [one for one in told if one.spaces])
    dense = _filled(bare.replace(r"\b", ""), [one for one in told if not one.spaces])
    return re.compile(flags + ("|".join(filter(None, (spaced, dense))) or "(?!)"))


def _filled(frame: str, told: Iterable[Language]) -> str:
    """Return the frame with its slots filled, `""` where one of them stays empty."""
    filled = {name: _listed(name, told) for name in _SLOT.findall(frame)}
    return _SLOT.sub(lambda slot: filled[slot.group(1)], frame) if all(filled.values()) else ""


def _listed(name: str, told: Iterable[Language]) -> str:
    return alternation(dict.fromkeys(one for lang in told for one in lang.phrases.get(name, ())))


@cache
def words(name: str) -> frozenset[str]:
    """Return the words of that name of every language."""
    return frozenset[str]().union(*(one.words.get(name, ()) for one in languages().values()))
