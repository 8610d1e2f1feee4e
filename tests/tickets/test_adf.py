"""Tests of ADF bodies: each node that we know has its Markdown, every other is its text."""

from typing import Any

import pytest

from kb.redaction import Known, Redactor
from kb.tickets.adf import from_adf


def text(words: str, *marks: str, **link: str) -> dict[str, Any]:
    told: list[dict[str, Any]] = [{"type": mark} for mark in marks]
    if link:
        told.append({"type": "link", "attrs": link})
    return {"type": "text", "text": words, **({"marks": told} if told else {})}


def node(kind: str, *content: Any, **attrs: Any) -> dict[str, Any]:
    return {"type": kind, "content": list(content), **({"attrs": attrs} if attrs else {})}


def par(*content: Any) -> dict[str, Any]:
    return node("paragraph", *content)


def item(*content: Any) -> dict[str, Any]:
    return node("listItem", *content)


A, B = par(text("a")), par(text("b"))


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([A, B], "a\n\nb"),
        ([par(text("a"), {"type": "hardBreak"}, text("b"))], "a  \nb"),
        ([par(text("Set "), text("x_y", "code"), text(" "), text("now", "strong"))],
         "Set `x_y` **now**"),
        ([par(text("b", "em", "strong"))], "***b***"),
        ([par(text("docs", href="https://a.example/x"))], "[docs](https://a.example/x)"),
        ([par(text("docs", href="javascript:alert(1)"))], "docs"),
        ([node("heading", text("a"), level=2), B], "## a\n\nb"),
        ([node("codeBlock", text("ls  -l\n\n\nx"), language="bash")], "```bash\nls  -l\n\n\nx\n```"),
        ([node("bulletList", item(A), item(B))], "- a\n- b"),
        ([node("orderedList", item(A), item(B), order=3)], "3. a\n4. b"),
        ([node("bulletList", item(A, node("orderedList", item(B))))], "- a\n    1. b"),
        ([node("blockquote", A, B)], "> a\n>\n> b"),
        ([node("table", node("tableRow", node("tableHeader", A), node("tableHeader", B)),
               node("tableRow", node("tableCell", B), node("tableCell", A)))],
         "| a | b |\n| --- | --- |\n| b | a |"),
        ([node("panel", A, panelType="info")], "a"),
        ([node("expand", A, title="x"), node("layoutSection", node("layoutColumn", B))], "a\n\nb"),
        ([node("mediaSingle", {"type": "media", "attrs": {"id": "x"}})], "[image]"),
        ([par({"type": "mention", "attrs": {"id": "1", "text": "@Mara"}}, text(" hi"))], "@Mara hi"),
        ([par({"type": "inlineCard", "attrs": {"url": "https://a.example/1"}})], "https://a.example/1"),
        ([node("somethingNew", par(text("kept")))], "kept"),
        ([{"type": "unheardOf", "text": "kept"}], "kept"),
        ([{"type": "rule"}, A], "a"),
        ([], ""),
    ],
)  # fmt: skip
def test_nodes(content: list[Any], expected: str) -> None:
    """Each node has its Markdown; a node nobody has heard of is the text in it."""
    assert expected == from_adf({"type": "doc", "version": 1, "content": content})


def test_unseen_attributes() -> None:
    """What stands in attributes and macros does not come in."""
    hidden = node("extension", A, extensionKey="canary", parameters={"canary": "canary"})
    told = from_adf({"type": "doc", "content": [hidden, node("panel", B, panelIconText="canary")]})

    assert "b" == told


def test_nothing_is_smuggled_past_redaction() -> None:
    """An address cut by marks is one address again when redaction reads it."""
    cut = par(text("Mail jo"), text("nas", "strong"), text("@quay"), text("line.example", "em"))
    told = Redactor().redact(from_adf({"type": "doc", "content": [cut]}), Known()).text

    assert "Mail <email-1>" == told


@pytest.mark.parametrize("kind", ["panel", "bulletList", "blockquote", "codeBlock", "table"])
def test_nested_without_end(kind: str) -> None:
    """A body nested deeper than any is refused, not followed."""
    deep = A
    for _ in range(400):
        deep = node(kind, deep)
    with pytest.raises(ValueError, match="nested"):
        from_adf({"type": "doc", "content": [deep]})


@pytest.mark.parametrize("wrong", [{}, {"type": "paragraph"}, {"type": None}])
def test_no_document(wrong: dict[str, Any]) -> None:
    """What is no document is refused."""
    with pytest.raises(ValueError, match="no document"):
        from_adf(wrong)
