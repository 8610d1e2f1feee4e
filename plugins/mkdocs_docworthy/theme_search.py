"""Puts the articles into the theme's own search index, where it has one: MkDocs did not see them."""

import html
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mkdocs_docworthy.reading import Reading

INDEX = "search/search_index.json"


def add(site: Path, articles: Iterable[tuple[Reading, str]]) -> None:
    """Add each article with its address, a row for each section, as text without marks."""
    path = site / INDEX
    if not path.exists():
        return
    index = json.loads(path.read_text(encoding="utf-8"))
    index["docs"] += [row for reading, url in articles for row in _rows(reading, url)]
    said = json.dumps(index, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    path.write_text(said, encoding="utf-8")


def _rows(reading: Reading, url: str) -> list[dict[str, Any]]:
    article = reading.article
    title, aliases = html.escape(article.title), html.escape(" ".join(article.aliases))
    anchors = {heading.text: heading.anchor for heading in reading.headings}
    rows: list[dict[str, Any]] = [{"location": url, "title": title, "text": aliases}]
    rows += [
        {"location": f"{url}#{anchors.get(name, '')}", "title": name, "text": html.escape(text)}
        for name, text in article.sections
    ]
    return rows
