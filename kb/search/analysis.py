"""Makes terms of text: one analysis for each language, written as data that the browser reads too.

`languages.json` holds stop words, stemming steps and words that mean alike; this module and
`search-worker.js` interpret it, and a test holds that both make the same terms. In each step the
first pattern that matches is applied: its groups stay, and the new end follows them; `{name}` in a
pattern is a macro. English is Porter's
algorithm (Program 14(3), 1980); the others are light stemmers after Savoy (2006).
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

MAX_TOKEN = 64
"""Characters of a token that count."""

_TOKEN = re.compile(r"[^\W_]+(?:[_.\-:/\\]{1,2}[^\W_]+)*")
_JOINT = re.compile(r"[_.\-:/\\]+")
_MARKS = re.compile("[\u0300-\u036f]")
_QUOTES = re.compile("['’]")
_CJK = re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
_KANA = re.compile("[\u3040-\u30ff]")
_PLAIN = re.compile(r"[a-z]+")
_AMOUNT = re.compile(r"[0-9]+([a-z]{2,})")
"""A number and its unit, as people run them together: `500gb`, `8inch`."""


def tokens(text: str) -> list[str]:
    """Return the tokens of `text`, folded: lower case, no accents, no apostrophes.

    >>> tokens("Can't call append_event: Größe E1102")
    ['cant', 'call', 'append_event', 'grosse', 'e1102']
    """
    return split(fold(text))


def split(folded: str) -> list[str]:
    """Return the tokens of a text that is folded already."""
    return _TOKEN.findall(folded)


def fold(text: str) -> str:
    """Return `text` in the spelling in which everything is compared."""
    text = _QUOTES.sub("", text.lower())
    if text.isascii():
        return text
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", bare).replace("ß", "ss").lower()


@dataclass(frozen=True, slots=True)
class Analysis:
    """How one language makes terms of tokens."""

    lang: str
    stop: frozenset[str]
    steps: tuple[tuple[tuple[str, re.Pattern[str], str], ...], ...]
    kin: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    _made: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def terms(self, token: str) -> tuple[str, ...]:
        """Return the terms of a token: an identifier whole and in its parts, a word's stem."""
        made = self._made.get(token)
        if made is None:
            made = self._made[token] = tuple(dict.fromkeys(self._terms(token[:MAX_TOKEN])))
        return made

    def stem(self, word: str) -> str:
        """Return the word's stem; what is not all a-z, or under three letters, stays."""
        if len(word) < 3 or not _PLAIN.fullmatch(word):
            return word
        for step in self.steps:
            for ending, pattern, new in step:
                if word.endswith(ending) and (match := pattern.match(word)):
                    word = "".join(match.groups()) + new
                    break
        return word

    def _terms(self, token: str) -> list[str]:
        if token in self.stop:
            return []
        parts = [part for part in _JOINT.split(token) if part]
        whole = [token] if len(parts) > 1 else []
        return whole + [term for part in parts for term in self._part(part)]

    def _part(self, part: str) -> list[str]:
        if part in self.stop:
            return []
        if amount := _AMOUNT.fullmatch(part):
            return [part, *self._part(amount[1])]
        if not _CJK.search(part):
            return [self.stem(part)]
        found, at = list[str](), 0
        for run in _CJK.finditer(part):
            found += [self.stem(part[at : run.start()])] if run.start() > at else []
            found += bigrams(run.group())
            at = run.end()
        return found + ([self.stem(part[at:])] if at < len(part) else [])


def bigrams(run: str) -> list[str]:
    """Return each two neighbours of a run of Chinese or Japanese characters; one alone is one.

    >>> bigrams("証明書")
    ['証明', '明書']
    """
    return [run[at : at + 2] for at in range(max(1, len(run) - 1))]


@cache
def data() -> dict[str, dict[str, Any]]:
    """Return the languages as data."""
    text = resources.files("kb.search").joinpath("languages.json").read_text(encoding="utf-8")
    languages: dict[str, dict[str, Any]] = json.loads(text)
    return languages


@cache
def analysis(lang: str) -> Analysis:
    """Return the analysis of a language; one that we do not know is read as English."""
    lang = lang if lang in data() else "en"
    said = data()[lang]
    steps = tuple(
        tuple(_rule(_expanded(pattern, said), new) for pattern, new in step)
        for step in said["steps"]
    )  # fmt: skip
    made = Analysis(lang, frozenset(said["stop"].split()), steps)
    kin: dict[str, list[str]] = {}
    for number, words in enumerate(said["like"]):
        for word in words.split():
            kin.setdefault(made.stem(word), []).append(f"~{lang}{number}")
    return Analysis(lang, made.stop, steps, {term: tuple(keys) for term, keys in kin.items()})


def told(lang: str) -> dict[str, Any]:
    """Return a language as the browser gets it: of words alike it gets the stems, made already."""
    said, how = data()[lang], analysis(lang)
    stems = (dict.fromkeys(how.stem(word) for word in words.split()) for words in said["like"])
    return {**said, "like": [" ".join(one) for one in stems]}


@cache
def members(key: str) -> tuple[str, ...]:
    """Return the words that a key such as `~en7` stands for; none for any other term."""
    if not key.startswith("~"):
        return ()
    return tuple(data()[key[1:3]]["like"][int(key[3:])].split())


def _rule(pattern: str, new: str) -> tuple[str, re.Pattern[str], str]:
    """Return the letters that the pattern ends in, for a quick look, the pattern and the new end."""
    ending = re.search(r"(?<=[)+])[a-z]+(?=\$$)", pattern)
    return ending.group() if ending else "", re.compile(pattern), new


def _expanded(pattern: str, said: Mapping[str, Any]) -> str:
    for name, text in said["macros"].items():
        pattern = pattern.replace(f"{{{name}}}", text)
    return pattern


def language_of(text: str) -> str:
    """Guess the language of a page that does not say it: by kana, else by its stop words."""
    start = text[:4000]
    if len(_KANA.findall(start)) * 10 > len(start):
        return "ja"
    found = tokens(start)
    counts = {lang: sum(t in analysis(lang).stop for t in found) for lang in data()}
    best = max(counts, key=lambda lang: (counts[lang], lang == "en"))
    return best if counts[best] > counts["en"] * 1.2 else "en"
