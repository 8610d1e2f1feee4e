"""The gate and the sanitiser, as pure functions."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from built_site import draft, published
from mkdocs_docworthy.article_page import reviewed, verified
from mkdocs_docworthy.bodies import Anchors, body_of
from mkdocs_docworthy.final_bytes import drafts_in
from mkdocs_docworthy.gate import links_to_drafts
from mkdocs_docworthy.sanitise import as_text, clean

from kb.articles.article import Article, Verb
from kb.articles.lifecycle import move


@pytest.mark.parametrize(
    ("path", "markdown", "expected"),
    [
        ("uploads.md", "[x](drafts/x.md)", 1),
        ("articles/a.md", "[x](../drafts/x.md)", 1),
        ("articles/a.md", "[x](../../drafts/x/)", 1),
        ("uploads.md", "[x](/drafts/x/)", 1),
        ("uploads.md", "[x](https://help.example/drafts/x/)", 1),
        ("uploads.md", "[x]: drafts/x.md", 1),
        ("uploads.md", '<a href="drafts/x/">x</a>', 1),
        ("uploads.md", "`[x](drafts/x.md)` and drafts/ in words", 0),
        ("dev/plan.md", "[x](drafts/x.md)", 0),
        ("uploads.md", "[x](https://other.example/drafts/x/)", 0),
    ],
)
def test_links_to_drafts_are_seen(path: str, markdown: str, expected: int) -> None:
    """A link that ends below drafts/ is refused however it is written; words and code are not."""
    assert expected == len(links_to_drafts(path, markdown, "https://help.example/"))


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('<h2 id="a" onclick="x()">A</h2>', '<h2 id="a">A</h2>'),
        ('<a href="javascript:x()">A</a>', "<a>A</a>"),
        ('<a href="../b/">B</a>', '<a href="../b/">B</a>'),
        (
            '<a href="https://e.example/">E</a>',
            '<a href="https://e.example/" rel="noopener nofollow ugc">E</a>',
        ),
        (
            '<a href="//e.example/">E</a>',
            '<a href="//e.example/" rel="noopener nofollow ugc">E</a>',
        ),
        ('<code class="k">x</code>', '<code class="k">x</code>'),
        ('<img src="https://spy.example/x.png" alt="x">', '<img alt="x">'),
        ("<iframe src='x'></iframe><style>*{}</style>y", "y"),
        ('<p style="position:fixed">z</p>', "<p>z</p>"),
    ],
)
def test_only_the_allow_list_passes(raw: str, expected: str) -> None:
    """HTML of an article keeps its form and loses everything that acts."""
    assert expected == clean(raw)


def test_every_mark_becomes_an_entity() -> None:
    """A title's marks are read, never interpreted."""
    assert as_text("a*b\n<c>") == "a&#42;b &#60;c&#62;"


def test_an_include_mark_in_code_stays_text() -> None:
    """No extension of the site's Markdown reads an article: marks of include are words."""
    code = '```\n--8<-- "/etc/passwd"\n```'
    article = Article(id="a", title="A", sections=(("Issue", code),))
    assert '--8&lt;-- "/etc/passwd"' in body_of(article, Anchors()).html


def test_drafts_in_the_built_site_block(tmp_path: Path) -> None:
    """However they came there, drafts in the site stop it."""
    (tmp_path / "drafts").mkdir()
    assert [error.where for error in drafts_in(tmp_path)] == ["drafts/"]


def test_the_page_tells_when_a_person_last_vouched_for_it() -> None:
    """An approval counts until somebody tried it again and said that it is still true."""
    approved = published(draft())
    tried = move(
        approved, Verb.VERIFY, by="anna@ferry.example", at=datetime(2027, 3, 4, tzinfo=UTC),
        note="Ran both steps on 4.6",
    )  # fmt: skip

    assert reviewed(approved) == verified(approved)
    assert date(2027, 3, 4) == verified(tried)
    assert reviewed(approved) == reviewed(tried)
