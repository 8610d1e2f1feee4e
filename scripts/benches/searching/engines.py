"""The engines side by side: each is given pages, and returns ids for a question, best first."""

import re
import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kb.search.whoosh import Searcher, refresh

Search = Callable[[str, int], list[str]]
Pages = dict[str, tuple[str, str]]


def ours(pages: Pages) -> Search:
    """Return the house's ranking, as `kb search` has it: a docs folder, indexed on disk."""
    place = tempfile.TemporaryDirectory()
    docs, names = Path(place.name) / "docs", dict[str, str]()
    docs.mkdir()
    for number, (page_id, (title, text)) in enumerate(pages.items()):
        (docs / f"{number}.md").write_text(f"# {title}\n\n{text}\n", encoding="utf-8")
        names[f"{number}.md"] = page_id
    index = Searcher(Path(place.name) / "kb", refresh(docs, Path(place.name) / "kb"))

    def search(query: str, limit: int, _keep: Any = place) -> list[str]:
        return [names[hit.path] for hit in index.search(query, limit=limit)]

    return search


def whoosh(pages: Pages) -> Search:
    """Return Whoosh as it comes: BM25F, OR, stems, title twice."""
    from whoosh import fields, qparser
    from whoosh.analysis import StemmingAnalyzer
    from whoosh.filedb.filestore import RamStorage

    text = fields.TEXT(analyzer=StemmingAnalyzer())
    schema = fields.Schema(id=fields.STORED, title=text, body=text)
    index = RamStorage().create_index(schema)
    writer = index.writer()
    for page_id, (title, body) in pages.items():
        writer.add_document(id=page_id, title=title, body=body)
    writer.commit()
    parser = qparser.MultifieldParser(
        ["title", "body"], schema, fieldboosts={"title": 2.0}, group=qparser.OrGroup
    )
    searcher = index.searcher()

    def search(query: str, limit: int) -> list[str]:
        words = " ".join(re.findall(r"\w+", query.lower()))
        return [hit["id"] for hit in searcher.search(parser.parse(words), limit=limit)]

    return search


def fts5(pages: Pages) -> Search:
    """Return SQLite FTS5: Porter, OR, title three times."""
    base = sqlite3.connect(":memory:")
    base.execute(
        "CREATE VIRTUAL TABLE pages USING fts5(id UNINDEXED, title, body, tokenize=porter)"
    )
    rows = [(page_id, title, body) for page_id, (title, body) in pages.items()]
    base.executemany("INSERT INTO pages VALUES (?, ?, ?)", rows)
    asked = "SELECT id FROM pages WHERE pages MATCH ? ORDER BY bm25(pages, 0, 3.0, 1.0) LIMIT ?"

    def search(query: str, limit: int) -> list[str]:
        words = " OR ".join(f'"{word}"' for word in re.findall(r"\w+", query))
        return [row[0] for row in base.execute(asked, (words, limit))] if words else []

    return search


def tantivy(pages: Pages) -> Search | None:
    """Return tantivy: English stems, OR, title twice; None where it is not installed."""
    try:
        import tantivy as engine
    except ImportError:
        return None
    schema = engine.SchemaBuilder()
    schema.add_text_field("id", stored=True, tokenizer_name="raw")
    for name in ("title", "body"):
        schema.add_text_field(name, tokenizer_name="en_stem")
    index = engine.Index(schema.build())
    writer = index.writer()
    for page_id, (title, body) in pages.items():
        writer.add_document(engine.Document(id=page_id, title=title, body=body))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def search(query: str, limit: int) -> list[str]:
        words = " ".join(re.findall(r"\w+", query.lower()))
        if not words:
            return []
        parsed, _ = index.parse_query_lenient(
            words, ["title", "body"], field_boosts={"title": 2.0, "body": 1.0}
        )
        found = searcher.search(parsed, limit).hits
        return [searcher.doc(address)["id"][0] for _, address in found]

    return search


ENGINES: dict[str, Callable[[Pages], Search | None]] = {
    "docworthy": ours,
    "Whoosh, BM25F, OR, title x2": whoosh,
    "SQLite FTS5, OR, title x3": fts5,
    "tantivy, OR, title x2": tantivy,
}
