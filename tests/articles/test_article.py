"""Tests of the article's Markdown: what is written is read back, what is hostile is refused."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
import yaml
from factories import AT, make_article, published
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kb.articles.article import (
    KEYS,
    SECTIONS,
    Article,
    Audience,
    Change,
    Risk,
    State,
    Verb,
    parse,
    render,
)
from kb.errors import ArticleError

HOSTILE = (
    "NO", "no", "yes", "on", "~", "null", "1.10", "12:30", "0x1F", "1e3", "2026-06-01", "010",
    ".inf", "=", "<<", "true", "- a", "# no comment", "a # b", "a: b", "a:", "'", '"', "''", "&a b",
    "*a", "!!python/object:os.system x", "!x", "%x", "@x", "`x`", "{a: b}", "[a, b]", "? a", "| x",
    "> x", "---", "...", "--- x", "key: &a [*a]", "x :: &y", "- - &z", "C:\\x\\n", "\\", "ß ſ K",
    "\u202eright to left", "e\u0301", "\U0001f6a2", "«»", "\u00a0x", "a\u2028b",
)  # fmt: skip

visible = st.text(st.characters(exclude_categories=("C", "Z")) | st.just(" "), min_size=1)
texts = st.sampled_from(HOSTILE) | visible.map(str.strip).filter(bool)
lists = st.lists(texts, max_size=4).map(tuple)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))
lines = st.sampled_from(
    ("```", "```sh", "~~~", "````", "## Issue", "# One", "### Three", "- a", "1. b", "    code",
     "---", "<b>x</b>", "{{ x }}", "", "", "| a | b |", "#!/bin/sh", "\tx", "text: &a")
) | visible.map(str.rstrip)  # fmt: skip


def _closed(rows: list[str]) -> str:
    """Put the lines into a fence that holds, so that no `## ` in them is a section of ours."""
    return "\n".join(("``````text", *rows, "``````"))


bodies = (
    st.lists(lines.filter(lambda row: "``````" not in row), max_size=6).map(_closed)
    | st.lists(
        lines.filter(lambda row: not row.lstrip().startswith(("## ", "```", "~~~"))), max_size=6
    ).map(lambda rows: "\n".join(rows).strip("\n").rstrip())
    | st.just("")
)
changes = st.builds(
    Change,
    verb=st.sampled_from(Verb),
    by=texts,
    at=moments,
    digest=st.sampled_from(("sha256:0", "sha256:ab")),
    note=texts | st.just(""),
)
articles = st.builds(
    Article,
    id=st.from_regex(r"\A[a-z0-9](?:[a-z0-9-]{0,20}[a-z0-9])?\Z"),
    title=texts,
    state=st.sampled_from(State),
    audience=st.sampled_from(Audience),
    risk=st.sampled_from(Risk),
    lang=st.sampled_from(("en", "no", "de")),
    products=lists,
    versions=lists,
    tags=lists,
    aliases=lists,
    tickets=lists,
    review_by=st.just("2027-06-01") | st.just(""),
    sections=st.lists(st.tuples(st.sampled_from(SECTIONS), bodies), max_size=4).map(tuple),
    history=st.lists(changes, max_size=3).map(tuple),
)


@settings(max_examples=75)
@given(articles)
@example(make_article())
@example(published())
def test_parse_render(article: Article) -> None:
    """What is rendered is read back as the same article."""
    assert article == parse(render(article))


@settings(max_examples=40)
@given(articles)
def test_render_twice(article: Article) -> None:
    """Rendering again, over the file that stands there, changes no byte."""
    once = render(article)

    assert once == render(parse(once), once)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays(text: str) -> None:
    """A text that YAML would read as something else stays that text, in every place for text."""
    change = Change(verb=Verb.EDIT, by=text, at=AT, digest="sha256:0", note=text)
    article = make_article(title=text, aliases=(text, "x"), history=(change,))

    assert article == parse(render(article))


@pytest.mark.parametrize(
    "text", ["NO", "1.10", "12:30", "010", "2026-06-01", "~", "1e3", "0x1F", "true", "on", "<<"]
)
def test_mkdocs_reads_the_same(text: str) -> None:
    """MkDocs' own PyYAML reads out of our front matter the same text."""
    front = render(make_article(title=text, versions=(text,))).split("---\n")[1]
    meta = yaml.safe_load(front)

    assert (text, [text]) == (meta["title"], meta["versions"])


@pytest.mark.parametrize("text", ["NO", "1.10", "12:30", "010", "2026-06-01", "yes", "0o7"])
def test_unquoted_by_hand_stays(text: str) -> None:
    """What a person typed without quotes is the text that they typed."""
    article = parse(f"---\nid: a\ntitle: {text}\nversions: [{text}]\n---\n")

    assert (text, (text,)) == (article.title, article.versions)


def test_comments_and_order_stay() -> None:
    """Comments and the order of keys are the writer's; a save keeps them."""
    text = (
        "---\n# ask Tove before you change this\ntitle: A title of ours  # short\nid: a\n"
        "tags:\n- one  # first\nstate: draft\n---\n\n## Issue\n\nx\n"
    )
    again = render(replace(parse(text), title="Another title"), text)
    front = [" ".join(line.split()) for line in again.splitlines()]

    assert [
        "# ask Tove before you change this", "title: Another title # short", "id: a", "tags:",
        "- one # first", "state: draft",
    ] == front[1:7]  # fmt: skip


def test_byte_order_mark_and_windows_lines() -> None:
    """A file saved by a Windows editor is read like any other."""
    text = render(make_article()).replace("\n", "\r\n")

    assert make_article() == parse(f"\ufeff{text}")


LAUGHS = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 9))


@pytest.mark.parametrize(
    "front",
    [
        "title: &a x\n",
        "title: *a\n",
        "title: !!python/object/apply:os.system [id]\n",
        "title: !x y\n",
        "tags: [&a x]\n",
        "tags: [*a]\n",
        "tags: [x, !!str y]\n",
        "tags: [x, &a y]\n",
        "tags:\n- &a x\n",
        "tags:\n- !!binary x\n",
        "tags:\n  -   &a x\n",
        "title:   &a x\n",
        "title:\t&a x\n",
        "title:\n  &a x\n",
        "title: # note\n  !!str x\n",
        '"title": &a x\n',
        "'title': !!str x\n",
        "history: [{verb: &v edit}]\n",
        "history:\n- {verb: *v}\n",
        "? &a title\n: x\n",
        "&a title: x\n",
        "!!str title: x\n",
        "<<: *a\n",
        "<<: {title: x}\n",
        "a: &a x\n<<: [*a]\n",
        f"l0: &l0 ha\n{LAUGHS}",
        "%YAML 1.1\n",
        "title: x\ntitle: y\n",
        "title: [x\n",
        "title: 'x\n",
        "\ttitle: x\n",
        "title: a: b\n",
        "title: \x00\n",
        f"title: {'x' * 70_000}\n",
        "title: x\n...\n",
        "- a\n- b\n",
        "just a text\n",
        "",
        "tags: " + "[" * 3000 + "\n",
    ],
)  # fmt: skip
def test_hostile_front_matter(front: str) -> None:
    """Front matter that is not plain keys and values is refused, as an error with a line."""
    with pytest.raises(ArticleError, match=r"^x\.md:\d+: "):
        parse(f"---\nid: a\n{front}---\n\n## Issue\n", "x.md")


@pytest.mark.parametrize(
    "text",
    ["", "# A page\n", "---\nid: a\ntitle: b\n", " ---\nid: a\n---\n", "id: a\ntitle: b\n---\n"],
)
def test_no_front_matter(text: str) -> None:
    """A page without front matter, or with one that never ends, is told."""
    with pytest.raises(ArticleError, match=r"^x\.md:1: no front matter between two lines of ---"):
        parse(text, "x.md")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("titel: x", "x.md:4: 'titel' is not a key of articles. Did you mean title?"),
        ("alias: [x]", "x.md:4: 'alias' is not a key of articles. Did you mean aliases?"),
        ("zzz: x", "x.md:4: 'zzz' is not a key of articles. Remove it."),
        (
            "state: publshed",
            "x.md:4: state is 'publshed'. Use draft, in_review, published or archived.",
        ),
        ("risk: low", "x.md:4: risk is 'low'. Use normal or high."),
        ("tags: x", "x.md:4: tags must be a list of texts. Write tags: [a, b]."),
        ("tags: [[x]]", "x.md:4: tags must be a list of texts. Write tags: [a, b]."),
        ("lang: [x]", "x.md:4: lang must be one text. Write it on one line."),
        (
            "history: [x]",
            "x.md:4: a line of history is not verb, by, at and digest. Restore it from git.",
        ),
        (
            "history:\n- {verb: edit, by: a, at: '2026-06-01T09:00:00', digest: x}",
            "x.md:4: a line of history is not verb, by, at and digest. Restore it from git.",
        ),
        (
            "history:\n- {verb: edit, by: a, at: '2026-06-01T09:00:00Z', digest: x, who: b}",
            "x.md:4: a line of history is not verb, by, at and digest. Restore it from git.",
        ),
        (
            "translation_of: a",
            "x.md:4: translation_of names the article itself. "
            "Name the article that it was translated from, or remove the line.",
        ),
        (
            "translation_of: ../b",
            "x.md:4: the translation_of is not made of a-z, 0-9 and hyphens. "
            "Name it like its file, e.g. proxy-timeouts-1042.",
        ),
        (
            "history: x",
            "x.md:4: a line of history is not verb, by, at and digest. Restore it from git.",
        ),
    ],
)
def test_errors_name_the_line(lines: str, message: str) -> None:
    """Each error is one sentence that names file and line, what is so, and what to do."""
    with pytest.raises(ArticleError) as told:
        parse(f"---\nid: a\ntitle: b\n{lines}\n---\n", "x.md")

    assert message == str(told.value)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("---\ntitle: b\n---\n", "x.md:1"),
        ("---\nid: a\ntitle: ''\n---\n", "x.md:1"),
        ("---\ntitle: b\nid: A B\n---\n", "x.md:3"),
        ("---\ntitle: b\nid: ../a\n---\n", "x.md:3"),
        ("---\ntitle: b\nid: -a\n---\n", "x.md:3"),
        ("---\nid: a\ntitle: b\n---\n\nHello\n", "x.md:6"),
        ("---\nid: a\ntitle: b\n---\n\n# Issue\n", "x.md:6"),
        ("---\nid: a\ntitle: b\n---\n\n## Issue\n\n## Solution\n", "x.md:8"),
        ("---\nid: a\ntitle: b\n---\n\n## issue\n", "x.md:6"),
    ],
)
def test_errors_name_the_place(text: str, place: str) -> None:
    """A missing key, a bad id or a strange section is told with its line."""
    with pytest.raises(ArticleError) as told:
        parse(text, "x.md")

    assert place == told.value.where


@pytest.mark.parametrize("fence", ["```", "~~~~", "   ```"])
def test_heading_in_a_fence_is_code(fence: str) -> None:
    """A line that looks like a section inside a code block stays code."""
    body = f"{fence}\n## Not a section\n{fence.strip()}"
    article = make_article(sections=(("Issue", body), ("Resolution", "x")))

    assert article == parse(render(article))


def test_every_field_has_a_key() -> None:
    """What an article holds and what its file may hold are the same, sections apart."""
    assert set(Article.__dataclass_fields__) - {"sections"} == set(KEYS)
