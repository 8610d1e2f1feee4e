"""What people typed shows as its own characters, whatever Markdown would make of it."""

import html
import re

import markdown
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.feedback.plain import plain


@pytest.mark.parametrize(
    "text",
    [
        "[click](https://evil.example)",
        "![x](https://evil.example/pixel.png)",
        "<img src=x onerror=alert(1)>",
        "**bold** _and_ `code` ~~gone~~",
        "| a | b |",
        "# heading",
        "- list",
        "10. list",
        "&lt;b&gt; &amp; &#35;",
        "{: onclick=alert(1) }",
        "FW-1102: `x` isn't (really) \\* done",
    ],
)
def test_nothing_but_text_comes_out(text: str) -> None:
    """Rendered, it is one paragraph that reads exactly as it was typed."""
    rendered = markdown.markdown(plain(text), extensions=["extra"])
    assert f"<p>{text}</p>" == html.unescape(rendered).replace("</p>\n<p>", "")
    assert re.findall(r"<(/?\w+)", rendered) == ["p", "/p"]


@given(st.text())
def test_any_text_is_one_line_without_tags(text: str) -> None:
    """No line break, no invisible direction mark and no tag survives."""
    line = plain(text)
    assert "\n" not in line
    assert "\u202e" not in line
    assert "<" not in line


def test_bare_addresses_are_no_links() -> None:
    """GitHub's dialect links bare addresses; broken up, they only read the same."""
    assert plain("see https://evil.example") == "see https&#58;//evil.example"
    assert plain("ada@evil.example") == "ada&#64;evil.example"
    assert plain("WWW.evil.example") == "WWW\\.evil.example"


def test_long_text_is_cut() -> None:
    """A title longer than 120 characters ends in an ellipsis."""
    assert len(plain("a" * 500)) == 120
