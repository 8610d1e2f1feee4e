"""Writes Markdown: the few forms that a ticket's body may have, whatever it was written in.

Text stands as it is: nothing is escaped here, because redaction and evidence read the very
characters (`first\\_last@host` hides half an address), and `kb.articles.markup.inert` makes them
harmless where they are rendered.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote, urlsplit

_WORDS = re.compile(r"[\w@.+-]")
_SCHEMES = frozenset({"http", "https", "mailto"})
_MARKED = re.compile("([\ue000-\ue003])([^\ue000-\ue00f]*)\ue00f")
_SIGNS = {"\ue000": "**", "\ue001": "*", "\ue002": "~~", "\ue003": "`"}
_PRIVATE = re.compile("[\ue000-\ue00f]")
STRONG, EMPHASIS, STRUCK, CODE, END = *_SIGNS, "\ue00f"
"""Marks around inline text until `line` writes them; never part of a source's own text."""
INDENT = "    "


def own(text: str) -> str:
    """Return a source's text without the characters that stand for marks here."""
    return _PRIVATE.sub("", text)


def marked(mark: str, text: str) -> str:
    """Return inline text with a mark around it and its blanks outside."""
    inner = text.strip()
    if not inner:
        return text
    before, _, after = text.partition(inner)
    return f"{before}{mark}{inner}{END}{after}"


def line(text: str) -> str:
    """Write the marks of a paragraph; one inside a word goes, so that it cannot cut a name in two."""
    text = re.sub(r" {2,}(?!\n| )", " ", text)
    for _ in range(4):
        if "\ue00f" not in text:
            break
        text = _MARKED.sub(_sign, text)
    return _PRIVATE.sub("", text).strip()


def _sign(match: re.Match[str]) -> str:
    inner, sign = match.group(2), _SIGNS[match.group(1)]
    text, start, end = match.string, match.start(), match.end()
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if _WORDS.match(before) or (_WORDS.match(after) and after != "."):
        return inner
    if sign == "`":
        return code(inner)
    return f"{sign}{inner}{sign}" if "\n" not in inner else inner


def code(text: str) -> str:
    """Return text as inline code, with as many backticks as it takes."""
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    pad = " " if len(ticks) > 1 else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def fence(text: str, language: str = "") -> str:
    """Return text as a fenced block, with a fence longer than any in it."""
    ticks = "`" * max(3, max(map(len, re.findall("`+", text)), default=0) + 1)
    known = language if re.fullmatch(r"[\w+#.-]{1,20}", language) else ""
    return f"{ticks}{known}\n{text.strip(chr(10)).rstrip()}\n{ticks}"


def link(text: str, address: str) -> str:
    """Return a link to a web or mail address, or its text where it leads elsewhere."""
    address = "".join(address.split())
    try:
        scheme = urlsplit(address).scheme
    except ValueError:
        return text
    words = " ".join(text.split())
    if scheme not in _SCHEMES or not words:
        return text
    if words in (address, address.removeprefix("mailto:")):
        return words
    return f"[{words}]({quote(address, safe=_SAFE)})"


_SAFE = "%/:=&?~#+!$,;'@*[]"


def heading(level: int, text: str) -> str:
    """Return a heading of one to six."""
    return f"{'#' * max(1, min(6, level))} {' '.join(text.split())}" if text else ""


def listed(points: Sequence[str], start: int | None = None) -> str:
    """Return a list, numbered from `start`; what belongs to a point is indented by four."""
    told = []
    for number, point in enumerate(points, start or 0):
        sign = "- " if start is None else f"{number}. "
        told.append(sign + point.replace("\n", f"\n{INDENT}").replace(f"\n{INDENT}\n", "\n\n"))
    return "\n".join(told)


def quoted(text: str) -> str:
    """Return text as a quote."""
    return "\n".join(f"> {one}".rstrip() for one in text.split("\n"))


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return a table whose first row is its head; what is no table of single lines is told plainly."""
    rows = [row for row in rows if any(row)]
    columns = max(map(len, rows), default=0)
    cells = [cell for row in rows for cell in row]
    if columns < 2 or len(rows) < 2 or any("\n" in cell for cell in cells):
        return "\n\n".join(cell for cell in cells if cell)
    lines = [_row([*row, *[""] * (columns - len(row))]) for row in rows]
    return "\n".join([lines[0], _row(["---"] * columns), *lines[1:]])


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
