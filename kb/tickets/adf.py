"""Makes Markdown of an ADF body (Atlassian Document Format): an allow-list, unknown nodes are text.

Wire format: developer.atlassian.com, "Atlassian Document Format", version 1.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from kb.tickets import markdown

DEEPEST = 100
_MARKS = {
    "strong": markdown.STRONG,
    "em": markdown.EMPHASIS,
    "strike": markdown.STRUCK,
    "code": markdown.CODE,
}
_INLINE = frozenset(
    {"text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status", "placeholder"}
)
_UNSEEN = frozenset({"placeholder", "extension", "bodiedExtension", "inlineExtension"})

Node = Mapping[str, Any]


def from_adf(document: Node) -> str:
    """Return an ADF document as Markdown.

    Raises:
        TypeError, ValueError, AttributeError: It is no document, or nested deeper than any.
    """
    if document.get("type") != "doc":
        raise ValueError("no document")
    return _blocks(document, 0).strip()


def _blocks(node: Node, depth: int) -> str:
    """Return what a node holds: its blocks, and the runs of inline nodes between them."""
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    blocks: list[str] = []
    run: list[str] = []
    for child in node.get("content") or ():
        if _is_inline(child):
            run.append(_inline(child))
            continue
        blocks += [markdown.line("".join(run)), _block(child, depth + 1)]
        run.clear()
    blocks.append(markdown.line("".join(run)))
    return "\n\n".join(filter(None, blocks))


def _is_inline(node: Node) -> bool:
    return node["type"] in _INLINE or (not node.get("content") and "text" in node)


def _block(node: Node, depth: int) -> str:
    kind = node["type"]
    if kind in _UNSEEN:
        return ""
    if kind in ("mediaSingle", "mediaGroup", "media"):
        return "[image]"
    if kind in ("blockCard", "embedCard"):
        return _card(node)
    return _WRITERS.get(kind, _blocks)(node, depth)


def _inline(node: Node) -> str:
    kind, facts = node["type"], node.get("attrs") or {}
    if kind in _UNSEEN:
        return ""
    if kind == "hardBreak":
        return "  \n"
    if kind == "inlineCard":
        return _card(node)
    if kind in ("mention", "emoji", "status"):
        return markdown.own(str(facts.get("text") or facts.get("shortName") or ""))
    text = markdown.own(str(node.get("text") or ""))
    return _marked(text, node.get("marks") or ())


def _marked(text: str, marks: Any) -> str:
    names = {one["type"]: one.get("attrs") or {} for one in marks}
    for name in ("code", "strike", "em", "strong"):
        if name in names and not (name != "code" and "code" in names):
            text = markdown.marked(_MARKS[name], text)
    if "link" in names:
        return markdown.link(text, str(names["link"].get("href") or ""))
    return text


def _card(node: Node) -> str:
    address = str((node.get("attrs") or {}).get("url") or "")
    return markdown.link(address, address) if address else ""


def _heading(node: Node, depth: int) -> str:
    level = int((node.get("attrs") or {}).get("level") or 1)
    return markdown.heading(level, _blocks(node, depth))


def _code(node: Node, depth: int) -> str:
    text = "".join(_texts(node, depth))
    language = str((node.get("attrs") or {}).get("language") or "")
    return markdown.fence(markdown.own(text), language) if text.strip() else ""


def _texts(node: Node, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    for child in node.get("content") or ():
        yield str(child.get("text") or ("\n" if child.get("type") == "hardBreak" else ""))
        yield from _texts(child, depth + 1)


def _points(node: Node, depth: int) -> Iterator[str]:
    for child in node.get("content") or ():
        text = _blocks(child, depth + 1)
        nested = any(one["type"].endswith("List") for one in child.get("content") or ())
        yield text.replace("\n\n", "\n") if nested and "```" not in text else text


def _bullets(node: Node, depth: int) -> str:
    return markdown.listed(list(_points(node, depth)))


def _numbers(node: Node, depth: int) -> str:
    start = (node.get("attrs") or {}).get("order", 1)
    return markdown.listed(list(_points(node, depth)), start if isinstance(start, int) else 1)


def _quote(node: Node, depth: int) -> str:
    text = _blocks(node, depth)
    return markdown.quoted(text) if text else ""


def _table(node: Node, depth: int) -> str:
    rows = [
        [_blocks(cell, depth + 2) for cell in row.get("content") or ()]
        for row in node.get("content") or ()
    ]
    return markdown.table(rows)


_WRITERS: dict[str, Callable[[Node, int], str]] = {
    "heading": _heading,
    "codeBlock": _code,
    "bulletList": _bullets,
    "orderedList": _numbers,
    "taskList": _bullets,
    "decisionList": _bullets,
    "blockquote": _quote,
    "table": _table,
    "rule": lambda _node, _depth: "",
}
