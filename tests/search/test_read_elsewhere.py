"""What somebody read of the files already is taken over, and changes no byte of the shards."""

from dataclasses import replace
from pathlib import Path

import factories
import pytest

from kb.articles.library import Library
from kb.search.gather import Mark, marks
from kb.search.reading import Read, Reads, read, read_article
from kb.search.shards import renew


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A docs folder of some published articles and a page."""
    library = Library(tmp_path / "docs")
    for number in range(5):
        said = (("Issue", f"The relay {number} drops."), ("Resolution", f"Mend relay {number}."))
        one = factories.make_article(id=f"a{number}", title=f"Relay {number}", sections=said)
        library.save(factories.published(one))
    (tmp_path / "docs" / "page.md").write_text("# Windlass\n\nThe windlass jams.\n")
    return tmp_path / "docs"


def shards(docs: Path, folder: Path, reads: Reads | None) -> dict[str, bytes]:
    urls = {path: f"{path[:-3]}/" for path in marks(docs)}
    renew(docs, folder, folder / "site", urls, reads)
    found = (folder / "site").rglob("*.gz")
    return {str(one.relative_to(folder)): one.read_bytes() for one in found}


def read_by_hand(docs: Path, path: str, mark: Mark) -> tuple[Mark, Read]:
    article = Library(docs).read(docs / path)
    return mark, read_article(path, article, (docs / path).read_text("utf-8"))


def test_an_article_read_elsewhere_is_what_the_search_reads(docs: Path, tmp_path: Path) -> None:
    """From the article and its text comes what comes from the file, and the same shards."""
    reads = {path: read_by_hand(docs, path, mark)
             for path, mark in marks(docs).items() if path.startswith("articles/")}  # fmt: skip
    assert len(reads) == 5
    for path, (_, found) in reads.items():
        assert found == read(docs, path)
    assert shards(docs, tmp_path / "one", reads) == shards(docs, tmp_path / "other", None)


def test_what_was_read_of_another_state_of_the_file_is_not_taken(
    docs: Path, tmp_path: Path
) -> None:
    """A file that stands otherwise than when it was read is read again."""
    path, (changed, size) = "articles/a1.md", marks(docs)["articles/a1.md"]
    wrong = replace(read(docs, path), sheet=read(docs, "articles/a2.md").sheet)
    whole = shards(docs, tmp_path / "one", None)
    for mark in ((changed - 1, size), (changed, size - 1)):
        assert shards(docs, tmp_path / str(mark), {path: (mark, wrong)}) == whole
