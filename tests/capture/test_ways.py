"""Tests of alternations: looked through by first letters, they match just what the phrases match."""

import re

import pytest

from kb.capture.language import languages
from kb.capture.ways import alternation, split

WAYS = (
    ["a", "ab", "abc"],
    ["ab", "b", "a"],
    ["(?:please )?help", "please"],
    ["i('ll| will)?", "it", r"\bin\b", "i"],
    ["(?:a|ab)c", "abcd", "(?:x|y)+z", "xyz"],
    ["[ab]c|bd", "b", "c|d?e", "dd"],
    ["colou?r", "u?r", "r{2}", "rr"],
    ["I", "i", "im", "Im"],
    ["a(?:|b)", "", "abc"],
    [r"\(see\b", "(?!x)y|z", "yz", r"[)|]s", "s"],
    [],
)
TEXT = "please help abcd xyz xyxyz bc bd dd de rr ur colour i'll it in I Im im (see yz )s |s zz ab"


@pytest.mark.parametrize("ways", WAYS, ids=map(str, range(len(WAYS))))
@pytest.mark.parametrize("flags", ["", "(?i)"])
def test_an_alternation_matches_as_its_ways_do_in_their_order(ways: list[str], flags: str) -> None:
    """At each place of a text it matches what the phrases, one after the other, would match."""
    one, other = re.compile(f"{flags}(?:{'|'.join(ways)})"), f"{flags}(?:{alternation(ways)})"
    assert _matches(one, TEXT) == _matches(re.compile(other), TEXT)


@pytest.mark.parametrize("name", sorted(languages()["en"].phrases))
def test_every_list_matches_as_its_phrases_do(name: str) -> None:
    """The lists of all languages, put together, match each phrase's own words alike."""
    ways = [way for one in languages().values() for way in one.phrases.get(name, ())]
    text = re.sub(r"[\\?*+(){}|^$]|\[[^\]]*\]", " ", " ".join(ways)) or TEXT
    one, other = re.compile("|".join(ways)), re.compile(alternation(ways))
    assert _matches(one, text) == _matches(other, text)


def _matches(how: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    found = (how.match(text, place) for place in range(len(text)))
    return [match.span() for match in found if match]


@pytest.mark.parametrize(
    ("way", "alternatives"),
    [("a|b", ["a", "b"]), ("(a|b)c|[|]", ["(a|b)c", "[|]"]), (r"a\|b", [r"a\|b"]), ("", [""])],
)
def test_what_stands_in_brackets_is_not_split(way: str, alternatives: list[str]) -> None:
    """Only the bars that stand free part a pattern."""
    assert split(way) == alternatives
