"""Makes an article's Markdown inert: no raw HTML, no template, no include, no attribute list."""

import re
from collections.abc import Callable

_FENCED = re.compile(r"(?ms)^ {0,3}(`{3,}|~{3,})[^\n]*\n.*?(?:^ {0,3}\1[`~]*[ \t]*$|\Z)")
_INLINE = re.compile(r"(?s)(`+)(?!`).+?(?<!`)\1(?!`)")


def inert(markdown: str) -> str:
    """Return Markdown whose `<`, `{{`, `{%`, `{:` and include marks are plain text.

    Placeholders such as `<email-1>` therefore stay readable. Code is left as it is: a Markdown
    engine prints it literally. The rendered HTML is sanitised all the same.
    """
    return _outside(markdown, _FENCED, lambda text: _outside(text, _INLINE, _escape))


def sentences_of(markdown: str) -> str:
    """Return the prose of `markdown` without code, for rules that read sentences."""
    return _INLINE.sub(" ", without_blocks(markdown))


def without_blocks(markdown: str) -> str:
    """Return `markdown` without its fenced code, for showing a passage of it."""
    return _FENCED.sub("\n", markdown)


def _outside(text: str, code: re.Pattern[str], change: Callable[[str], str]) -> str:
    out, last = [], 0
    for match in code.finditer(text):
        out += [change(text[last : match.start()]), match.group()]
        last = match.end()
    return "".join([*out, change(text[last:])])


def _escape(text: str) -> str:
    text = text.replace("<", "&lt;").replace("{", "&#123;")
    text = re.sub(r"(?m)^(\s*)(:::|--8<--|!!!|\?\?\?)", r"\1&#8203;\2", text)
    return re.sub(r"(?i)\]\(\s*(?!https?:|mailto:|#|[\w./-]+(?:[)#\s]))[^)]*\)", "](#)", text)
