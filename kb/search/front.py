"""Reads the plain keys of any page's front matter, whoever wrote it, and never refuses a page."""

import json
import re
from contextlib import suppress

Front = dict[str, str | tuple[str, ...]]

_SPLIT = re.compile(r"\A\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.S | re.M)
_KEY = re.compile(r"([A-Za-z][\w.-]*):(?:[ \t]+(.*?))?[ \t]*\Z")
_ROW = re.compile(r"[ ]{0,4}-[ \t]+(.*?)[ \t]*\Z")


def split(text: str) -> tuple[Front, str]:
    """Return the front matter's texts and lists of texts, and the Markdown below.

    What is deeper, or no text, is left out: this is for finding, not for deciding.
    """
    match = _SPLIT.match(text)
    if match is None:
        return {}, text
    front: Front = {}
    key = ""
    for line in match.group(1).splitlines():
        if found := _KEY.match(line):
            key, said = found.group(1), found.group(2) or ""
            front[key] = _flow(said) if said.startswith("[") else _value(said)
        elif key and (found := _ROW.match(line)):
            front[key] = (*texts_of(front, key), _value(found.group(1)))
    return front, text[match.end() :]


def _flow(text: str) -> tuple[str, ...]:
    return tuple(_value(one.strip()) for one in text.strip("[] ").split(",") if one.strip())


def _value(text: str) -> str:
    if text.startswith('"'):
        with suppress(ValueError):
            return str(json.loads(text))
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1].replace("''", "'")
    return text


def text_of(front: Front, key: str) -> str:
    """Return a key's text, `""` when it is none."""
    value = front.get(key, "")
    return value if isinstance(value, str) else ""


def texts_of(front: Front, key: str) -> tuple[str, ...]:
    """Return a key's list of texts."""
    value = front.get(key, ())
    return value if isinstance(value, tuple) else ()
