"""Titles and search terms as Markdown that renders to exactly their own characters."""

import re
import unicodedata

# What every Markdown lets a backslash escape, and what only an entity takes the meaning from:
# tables, attributes, bare addresses, emoji names, and what CommonMark alone knows.
_BACKSLASHED = re.compile(r"([\\`*_{}\[\]#!]|(?<=www)\.|^[-+])", re.I)
_ENTITIES = re.compile(r"[|~@$^]|:(?=//|[\w+-]+:)|^=")
_NUMBER = re.compile(r"^(\d+)([.)])")


def plain(text: str, *, most: int = 120) -> str:
    """Return one line of Markdown that shows `text` and does nothing else.

    Line breaks become spaces; control, bidirectional and other invisible characters go; marks are
    escaped with a backslash or as entities, so neither a link, an image, HTML nor a table cell's
    end survives, in CommonMark, GitHub's and Python-Markdown's dialect.

    Args:
        text: Anything.
        most: Longer than so many characters is cut, with an ellipsis.
    """
    line = " ".join(text.split())
    line = "".join(c for c in line if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})
    line = line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = _NUMBER.sub(r"\1\\\2", _BACKSLASHED.sub(r"\\\1", line))
    return _ENTITIES.sub(lambda mark: f"&#{ord(mark[0])};", line)
