"""A page's lines as terms: what a question is compared with, made once when the page is indexed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.search.analysis import analysis, fold, split
from kb.search.sheet import Kind, Sheet


@dataclass(frozen=True, slots=True)
class Lines:
    """What each line of a page says, in its order.

    Attributes:
        kinds: The lines' kinds (`kb.search.sheet.Kind`).
        words: Each term of the page once, and its number.
        said: Each line's terms, as numbers.
    """

    lang: str
    kinds: Sequence[int]
    words: Mapping[str, int]
    said: Sequence[Sequence[int]]

    def to_json(self) -> str:
        """Return the lines as the index keeps them."""
        row = (self.lang, self.kinds, list(self.words), self.said)
        return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> Lines:
    """Read what `Lines.to_json` wrote."""
    lang, kinds, words, said = json.loads(text)
    return Lines(lang, kinds, {word: number for number, word in enumerate(words)}, said)


def lines_of(sheet: Sheet) -> Lines:
    """Return the terms of a page's lines."""
    how, words, known = analysis(sheet.lang), dict[str, int](), dict[str, tuple[int, ...]]()
    said = []
    for line in fold("\n".join(line.text for line in sheet.lines)).split("\n"):
        numbers: list[int] = []
        for token in split(line):
            found = known.get(token)
            if found is None:
                made = how.terms(token)
                found = known[token] = tuple(words.setdefault(one, len(words)) for one in made)
            numbers += found
        said.append(numbers)
    return Lines(sheet.lang, [int(Kind(line.kind)) for line in sheet.lines], words, said)
