"""Tests of HTML bodies: what a reader sees comes through as Markdown, and nothing else does."""

import pytest

from kb.redaction import Known, Redactor
from kb.tickets.html_body import from_html


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("plain", "plain"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("<div>a</div>b", "a\n\nb"),
        ("a<br>b", "a  \nb"),
        ("a \n\t b&nbsp;&nbsp;c", "a b c"),
        ("<p>a <b> bold </b> and <i>b</i></p>", "a **bold** and *b*"),
        ("<b>a</b>.", "**a**."),
        ("Set <code>a_b *c*</code>", "Set `a_b *c*`"),
        ("<code>a`b</code>", "`` a`b ``"),
        ("<h2>A <i>b</i></h2>c", "## A *b*\n\nc"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<ol start='3'><li>a</li><li>b</li></ol>", "3. a\n4. b"),
        ("<ol><li>a<ul><li>b</li></ul></li></ol>", "1. a\n    - b"),
        ("<ol><li><p>a</p><p>b</p></li></ol>", "1. a\n\n    b"),
        ("<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"),
        ("<pre>a\n\n\n  b</pre>", "```\na\n\n\n  b\n```"),
        ("<pre><code class='language-bash'>ls  -l\n</code></pre>", "```bash\nls  -l\n```"),
        ("<pre>a\n```\nb</pre>", "````\na\n```\nb\n````"),
        ("<pre>a<br>b</pre>", "```\na\nb\n```"),
        ("<a href='https://a.example/x y'>b</a>", "[b](https://a.example/xy)"),
        ("<a href='https://a.example/'>https://a.example/</a>", "https://a.example/"),
        ("<a href='javascript:alert(1)'>b</a>", "b"),
        ("<a href='data:text/html,x'>b</a>", "b"),
        ("<a href='/x'>b</a>", "b"),
        ("<a href='https://a.example/)[x](y'>b</a>", "[b](https://a.example/%29[x]%28y)"),
        ("<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>x|y</td></tr></table>",
         "| a | b |\n| --- | --- |\n| 1 | x\\|y |"),
        ("<table><tr><td><p>a</p><p>b</p></td></tr></table>", "a\n\nb"),
        ("<img alt='the error' src='x'>", "[image: the error]"),
        ("<img src='data:image/png;base64,AAAA'>", "[image]"),
        ("a < b & c", "a < b & c"),
        ("&lt;version&gt; &amp;lt;", "<version> &lt;"),
        ("first_last*x* [y] 1. z", "first_last*x* [y] 1. z"),
    ],
)  # fmt: skip
def test_forms(html: str, expected: str) -> None:
    """Each form has its Markdown; text stands character by character."""
    assert expected == from_html(html)


@pytest.mark.parametrize(
    "html",
    [
        "<script>canary</script>", "<style>canary</style>", "<!-- canary -->", "<title>canary</title>",
        "<p hidden>canary</p>", "<p style='display: none'>canary</p>",
        "<p style='VISIBILITY:hidden'>canary</p>", "<p style='font-size:0'>canary</p>",
        "<p style='font-size:0px;color:red'>canary</p>", "<p style='opacity:0'>canary</p>",
        "<div style='display:none'><ul><li>canary<pre>canary</pre></li></ul></div>",
        "<p title='canary' data-x='canary' onclick='canary'></p>", "<iframe src='//canary'></iframe>",
        "<img src='https://canary.example/p.gif'>", "<svg><text>canary</text></svg>",
        "<noscript>canary</noscript>", "<template>canary</template>", "<object>canary</object>",
        "<blockquote type='cite'>canary</blockquote>", "<div class='gmail_quote'>canary</div>",
        "<select><option>canary</option></select>", "<a href='https://canary.example'></a>",
        "<a href='javascript:canary'>x</a>", "<img alt='' src=x onerror=canary>",
    ],
)  # fmt: skip
def test_unseen_is_gone(html: str) -> None:
    """What a reader of the mail would not see does not come in."""
    told = from_html(f"<p>before</p>{html}<p>after</p>")

    assert "canary" not in told
    assert told.startswith("before")
    assert told.endswith("after")


@pytest.mark.parametrize(
    "html",
    [
        "first_last+x@quayline.example", "first_last+<b>x</b>@quayline.example",
        "<i>first_last+</i>x@quayline.example", "first_<span></span>last+x@quayline.example",
        "first_l<!-- -->ast+x@quayline.example", "first_last+x&#64;quayline&#46;example",
        "<a href='mailto:first_last+x@quayline.example'>write</a>",
        "first_last+<code>x</code>@quayline.example", "first_last+x@<u>quay</u>line.example",
    ],
)  # fmt: skip
def test_nothing_is_smuggled_past_redaction(html: str) -> None:
    """An address cut by marks, comments or entities is one address again when redaction reads it."""
    told = Redactor().redact(from_html(f"<p>Mail {html} now</p>"), Known()).text

    assert [] == [part for part in ("first", "last", "quay", "line.") if part in told]


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 5000,
        "<blockquote>" * 5000 + "x",
        "<b>" * 5000,
        "<ul><li>" * 5000,
        "<a>" * 5000,
        '<a href="' * 2000,
    ],
)
def test_nested_without_end(html: str) -> None:
    """A body nested deeper than any mail is refused before a parser's time grows with the square."""
    with pytest.raises(ValueError, match="nested"):
        from_html(html)


@pytest.mark.parametrize(
    "html",
    [
        "<" * 20_000,
        "<!--" * 5000,
        "<p>x" * 2000,
        "</div>" * 5000,
        "\ue000\ue00f" * 50,
    ],
)
def test_broken_html(html: str) -> None:
    """Broken HTML comes to an end, and to some text or none."""
    assert from_html(html) is not None


def test_nested_within_reason() -> None:
    """What is nested deep, but within reason, keeps its text."""
    assert "deep" in from_html("<div>" * 300 + "deep" + "</div>" * 300)
