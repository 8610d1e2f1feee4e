"""Names an article's headings in its language; code and data know them by their English names."""

import tomllib
from functools import cache
from pathlib import Path


def heading(name: str, lang: str) -> str:
    """Return what the heading is called in a language such as `de` or `pt-BR`; English where none is known."""
    return _names().get(_short(lang), {}).get(name, name)


def named(text: str, lang: str) -> str:
    """Return the English name of a heading in that language or in English; another's stays as it is."""
    names = _names().get(_short(lang), {})
    return next((name for name, own in names.items() if own == text), text)


def address(text: str) -> str:
    """Return the words that a heading's anchor is made of: the English name, whatever the language."""
    return _all().get(text, text)


def _short(lang: str) -> str:
    return lang.replace("_", "-").partition("-")[0].casefold()


@cache
def _names() -> dict[str, dict[str, str]]:
    path = Path(__file__).with_name("headings.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def _all() -> dict[str, str]:
    return {own: name for names in _names().values() for name, own in names.items()}
