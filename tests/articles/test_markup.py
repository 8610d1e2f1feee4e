"""Tests of inert Markdown: nothing in an article runs, includes or hides; code stays as it is."""

import nh3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown import markdown

from kb.articles.markup import inert, sentences_of

TABLE = [
    ("plain text", "plain text"),
    ("<script>x</script>", "&lt;script>x&lt;/script>"),
    ("ask <email-1> about it", "ask &lt;email-1> about it"),
    ("{{ config.site }}", "&#123;&#123; config.site }}"),
    ("{% include 'x' %}", "&#123;% include 'x' %}"),
    ("# Title {: onclick=x }", "# Title &#123;: onclick=x }"),
    ("# Title {#id}", "# Title &#123;#id}"),
    ("--8<-- 'secret.md'", "--8&lt;-- 'secret.md'"),
    ("::: kb.config", "&#8203;::: kb.config"),
    ("!!! note", "&#8203;!!! note"),
    ("??? note", "&#8203;??? note"),
    ("`<b>{{ x }}`", "`<b>{{ x }}`"),
    ("``a ` <b>``", "``a ` <b>``"),
    ("```\n<b>\n```", "```\n<b>\n```"),
    ("~~~\n{{ x }}\n~~~", "~~~\n{{ x }}\n~~~"),
    ("```\n<b>\n```\n<b>", "```\n<b>\n```\n&lt;b>"),
    ("[a](javascript:alert(1))", "[a](#))"),
    ("[a](data:text/html,x)", "[a](#)"),
    ("[a]( JAVASCRIPT:x)", "[a](#)"),
    ("[a](https://x.example/)", "[a](https://x.example/)"),
    ("[a](mailto:a@x.example)", "[a](mailto:a@x.example)"),
    ("[a](../other.md#part)", "[a](../other.md#part)"),
    ("[a](#part)", "[a](#part)"),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_inert(text: str, expected: str) -> None:
    """Markup becomes plain text; code and ordinary links are left."""
    assert expected == inert(text)


pieces = st.sampled_from(
    ("<script>", "<img src=x onerror=y>", "`", "```", "~~~", "\n", "    ", "a", "<!--", "-->", "{{",
     "](javascript:x)", "[a]", "</code>", "<a href=x>", "&lt;", "\\", "> ", "- ", "<b", ">")
)  # fmt: skip


@given(st.lists(pieces, max_size=14).map("".join))
def test_no_html_of_theirs(text: str) -> None:
    """However the marks are mixed, the sanitised page holds no script, handler or such link."""
    html = nh3.clean(markdown(inert(text), extensions=["fenced_code"]))

    assert [] == [bad for bad in ("<script", "<img src=x o", 'href="javascript') if bad in html]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n\n```\nb\n```\n\nc", "a\n\n\n\n\nc"),
        ("run `ferry up` now", "run   now"),
        ("```\nnever closed", "\n"),
    ],
)
def test_prose_without_code(text: str, expected: str) -> None:
    """Rules that read sentences do not read code."""
    assert expected == sentences_of(text)
