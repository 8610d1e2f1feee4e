"""What readers see, in their language: one catalogue a language, the same keys in each."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "texts"
LANGUAGES = tuple(sorted(path.stem for path in _FOLDER.glob("*.toml")))
"""The languages that have a catalogue."""


@cache
def texts(language: str) -> Mapping[str, str]:
    """Return the catalogue of a language tag such as `pt-BR`; English where there is none."""
    return tomllib.loads((_FOLDER / f"{_name(language)}.toml").read_text(encoding="utf-8"))


def spoken(languages: Iterable[str]) -> tuple[Path, ...]:
    """Return the files of the catalogues that these language tags ask for, English apart."""
    names = sorted({_name(language) for language in {*languages}} - {"en"})
    return tuple(_FOLDER / f"{name}.toml" for name in names)


def _name(language: str) -> str:
    name = language.replace("_", "-").split("-")[0].casefold()
    return name if name in LANGUAGES else "en"


def counted(catalogue: Mapping[str, str], key: str, count: int) -> str:
    """Return the catalogue's words for so many: `key_one` for one, else `key_other`.

    >>> counted(texts("en"), "articles", 2)
    '2 articles'
    """
    form = catalogue[f"{key}_one" if count == 1 else f"{key}_other"]
    return form.format(count=count)
