"""Tests of finding: every word counts, none is required, and no query is syntax."""

from pathlib import Path

import pytest
from factories import make_article
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.search.page import Page, of_article, of_docs
from kb.search.whoosh import Index


def page(name: str, title: str, body: str, words: str = "") -> Page:
    return Page(id=name, url=f"articles/{name}/", title=title, words=words, body=body)


PAGES = (
    page("proxy", "Deploys time out behind a proxy", "Set `proxy_read_timeout` to 600s. FW-504."),
    page("token", "Runner refuses its token", "Error FW-2107: the clock is wrong. `append_event`"),
    page("certificate", "Certificate is not trusted", "Install the authority's certificates."),
    page("invoice", "Invoice shows an old address", "Change it under billing.", "wrong bill sent"),
)
INDEX = Index(PAGES)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("proxy", "proxy"),
        ("deploys hang forever behind the corporate proxy since Monday", "proxy"),
        ("FW-2107", "token"),
        ("fw-504", "proxy"),
        ("getting FW-2107: registration failed", "token"),
        ("proxy_read_timeout", "proxy"),
        ("append_event", "token"),
        ("event", "token"),
        ("runners", "token"),
        ("invoices", "invoice"),
        ("certificates", "certificate"),
        ("PROXY", "proxy"),
        ("wrong bill", "invoice"),
    ],
)
def test_found_first(query: str, first: str) -> None:
    """Words, codes, identifiers, parts of them, plurals and the customer's words are found."""
    assert first == INDEX.search(query)[0].id


@pytest.mark.parametrize("query", ["", " ", "\n", "?", "the", "a", "...", "\u200b", "-" * 50])
def test_empty_query(query: str) -> None:
    """A query without a word finds nothing and is no error."""
    assert INDEX.search(query) == ()


@pytest.mark.parametrize(
    "query",
    [
        "title:proxy", "proxy AND", "NOT proxy", "proxy*", "proxy?", "(proxy", '"proxy', "proxy~2",
        "proxy^9", "[a TO proxy]", "{proxy", "\\proxy", "/proxy/", "proxy && ||", "+proxy -proxy",
        "<proxy>", "proxy\x00",
    ],
)  # fmt: skip
def test_syntax_is_words(query: str) -> None:
    """What a customer pastes is looked up as it is."""
    assert INDEX.search(query)[0].id == "proxy"


@settings(max_examples=60)
@given(st.text(max_size=200))
def test_any_query(query: str) -> None:
    """No text at all breaks the search, and no page comes twice."""
    found = [hit.id for hit in INDEX.search(query)]

    assert len(set(found)) == len(found)


RARE = {"deploys": "proxy", "behind": "proxy", "runner": "token", "refuses": "token", "trusted": "certificate",
        "authority": "certificate", "invoice": "invoice", "address": "invoice", "billing": "invoice"}  # fmt: skip
"""Words that stand in one page alone."""


@pytest.mark.parametrize(
    ("typed", "first"),
    [("certficate", "certificate"), ("cetrificates", "certificate"), ("autority", "certificate"),
     ("invocie", "invoice"), ("adress", "invoice"), ("runer", "token"), ("refsues", "token"),
     ("behnid", "proxy"), ("depoys", "proxy"), ("dpeloys", "proxy"), ("certifi", "certificate")],
)  # fmt: skip
def test_a_typing_error_is_forgiven(typed: str, first: str) -> None:
    """A letter dropped, doubled or swapped, or a word still being written, leads to its page first."""
    assert INDEX.search(typed)[0].id == first


@settings(max_examples=40)
@given(
    st.lists(st.text("bcdfgjkz", min_size=5, max_size=9), max_size=40),
    st.sampled_from(sorted(RARE)),
)
def test_a_long_question_needs_one_word(noise: list[str], word: str) -> None:
    """However many words no page holds, the one that a page holds finds it."""
    assert INDEX.search(" ".join([*noise[:10], word, *noise[10:13]]))[0].id == RARE[word]


CODES = ("FW-2107", "E1102", "0x8004010F", "append_event", "std::vector", "C:\\Ferry\\log.txt",
         "ORA-00942", "net::ERR_CERT_DATE_INVALID", "10.0.0.1", "kb/search", "v1.2.3-rc1")  # fmt: skip


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("form", ["{}", "what does {} mean?", "[ERROR] ({}): stopped."])
def test_identifiers_are_found_as_they_are(code: str, form: str) -> None:
    """A code, a path or a name from a program is found whole, in any case, among its likes."""
    likes = [page(f"p{n}", "Stopped", f"Error {one} stopped it.") for n, one in enumerate(CODES)]
    found = Index(tuple(likes)).search(form.format(code.upper()))
    assert f"p{CODES.index(code)}" == found[0].id


@pytest.mark.parametrize(
    ("asked", "said"),
    [("mattresses", "mattress"), ("policies", "policy"), ("timed out", "times out"),
     ("uploading", "uploads"), ("installed", "installation"), ("printers", "printer")],
)  # fmt: skip
def test_forms_of_a_word_are_one(asked: str, said: str) -> None:
    """Plurals and other forms of a word find each other, both ways."""
    for query, text in ((asked, said), (said, asked)):
        pages = (page("x", "One", f"It is about {text}."), page("y", "Two", "Nothing of it."))
        assert "x" == Index(pages).search(query)[0].id


def test_order_is_the_same_each_time() -> None:
    """The same pages and the same query give the same order and the same scores."""
    query = "the proxy refuses a certificate and the invoice and token"

    assert 1 == len({INDEX.search(query) for _ in range(3)} | {Index(PAGES).search(query)})


def test_limit() -> None:
    """No more hits come than were asked for."""
    assert 2 == len(INDEX.search("proxy certificate invoice token", limit=2))


def test_long_query() -> None:
    """A whole log that was pasted is cut, not refused."""
    assert "proxy" == INDEX.search("proxy " + "x1 " * 100_000)[0].id


def test_no_pages() -> None:
    """A site without pages finds nothing."""
    assert Index(()).search("proxy") == ()


def test_article_page() -> None:
    """An article is found by its title, its aliases and its sections."""
    made = of_article(make_article())
    index = Index((made,))

    assert ["proxy-timeouts-1042"] * 3 == [
        index.search(query)[0].id for query in ("deploy", "99 percent", "nginx")
    ]


def test_docs_pages(tmp_path: Path) -> None:
    """Every page of the docs is found, but no draft, and articles only as articles."""
    for name in ("index.md", "install.md", "drafts/x.md", "articles/y.md", ".evidence/z.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("---\na: b\n---\n# A title\n\n## Part\n\ntext\n")
    found = [one for one in of_docs(tmp_path) if "#" not in one.id]

    assert [("index.md", ""), ("install.md", "install/")] == [(one.id, one.url) for one in found]
    assert "A title" == found[0].title
