"""Titles and search terms as Markdown that renders to exactly their own characters."""

import re
import unicodedata

# Everywhere: emphasis, code, links, images, HTML attributes, tables, mentions, formulas; then bare
# addresses and emoji names; then what opens a list or a rule at a line's start.
_MARKS = re.compile(r"([\\`*_{}\[\]#!|~@$^]|:(?=//|[\w+-]+:)|(?<=www)\.|^[-+=])", re.I)
_NUMBER = re.compile(r"^(\d+)([.)])")
_CUT = 120


def plain(text: str) -> str:
    """Return one line of Markdown that shows `text` and does nothing else.

    Line breaks become spaces; control, bidirectional and other invisible characters go; marks are
    escaped with a backslash, angle brackets and ampersands as entities, so neither a link, an
    image, HTML nor a table cell's end survives. Longer than 120 characters is cut, with an
    ellipsis.
    """
    line = " ".join(text.split())
    line = "".join(c for c in line if unicodedata.category(c) not in {"Cc", "Cf", "Cs", "Co"})
    line = line if len(line) <= _CUT else f"{line[: _CUT - 1].rstrip()}…"
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _NUMBER.sub(r"\1\\\2", _MARKS.sub(r"\\\1", line))
