"""`kb search`: one question, or a file of them, over what would be published."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from factories import make_article

from kb.articles.article import State
from kb.articles.library import Library
from kb.cli.main import cli


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with an article, a draft, a docs page with front matter and one without."""
    (tmp_path / "kb.toml").write_text("")
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "index.md").write_text("# Welcome\n\nThe yard.\n")
    (docs / "zeppelin.md").write_text("---\ntitle: Zeppelins\n---\nMoor it to the mast.\n")
    (docs / "guide").mkdir()
    (docs / "guide" / "ropes.md").write_text("# Ropes\n\nGeneral.\n\n## Splicing hemp\n\nTwist.\n")
    library = Library(docs)
    library.save(make_article(state=State.PUBLISHED))
    library.save(make_article(id="secret-draft", title="Hidden zeppelin draft"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["search", *arguments])


def batch(workspace: Path, *queries: str, limit: int = 5) -> list[list[dict[str, object]]]:
    """Return the hits of each query, by `--batch`."""
    rows = [{"id": f"q{n}", "query": query} for n, query in enumerate(queries)]
    (workspace / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    done = run("--batch", "q.jsonl", "--limit", str(limit), "--json")
    assert done.exit_code == 0, done.output
    answers = [json.loads(line) for line in done.output.splitlines()]
    assert [row["id"] for row in rows] == [answer["id"] for answer in answers]
    return [answer["hits"] for answer in answers]


def test_batch_answers_each_line(workspace: Path) -> None:
    """Each question has its line, in order; a hit is the file below docs/, title and score."""
    moor, rope, none = batch(workspace, "moor a zeppelin", "how do I splice hemp", "!!")
    assert ("zeppelin.md", "Zeppelins") == (moor[0]["path"], moor[0]["title"])
    assert ("guide/ropes.md", "splicing-hemp") == (rope[0]["path"], rope[0]["anchor"])
    assert [] == none


def test_articles_are_found_and_drafts_never(workspace: Path) -> None:
    """A published article is found by its path; a draft is not there."""
    article, draft = batch(workspace, "nginx deploy", "hidden draft")
    assert "articles/proxy-timeouts-1042.md" == article[0]["path"]
    assert [] == [hit for hit in draft if "draft" in str(hit["path"])]


def test_a_page_comes_once(workspace: Path) -> None:
    """However many of its headings fit, a page is one hit."""
    (hits,) = batch(workspace, "ropes general splicing hemp twist")
    assert ["guide/ropes.md"] == [hit["path"] for hit in hits]


def test_words_as_json(workspace: Path) -> None:
    """One question gives an object with a schema."""
    body = json.loads(run("zeppelin", "--json").output)
    assert "docworthy.search/1" == body["schema"]
    assert "zeppelin.md" == body["results"][0]["path"]


@pytest.mark.parametrize("line", ["nonsense", "{}", '{"id": 1}', '{"id": 1, "query": 2}', "[]"])
def test_a_wrong_line_is_named(workspace: Path, line: str) -> None:
    """A line that is no question is named by its number."""
    (workspace / "q.jsonl").write_text(f'{{"id": "a", "query": "b"}}\n{line}\n')
    done = run("--batch", "q.jsonl")
    assert "q.jsonl:2: it is not id and query" in str(done.exception)


def test_words_or_a_file(workspace: Path) -> None:
    """Neither or both is wrong usage."""
    assert 2 == run().exit_code
