"""Finds pages as readers would, and keeps the index that finds them: `kb search`, `kb index`."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TextIO

import click

from kb.cli import out
from kb.cli.workspace import json_option, open_workspace
from kb.errors import SourceError
from kb.search.hit import Hit
from kb.search.opensearch import connect, publish
from kb.search.whoosh import Searcher, refresh


@click.command()
@click.argument("words", nargs=-1)
@click.option(
    "--batch", type=click.File(encoding="utf-8"), help='JSONL of {"id","query"}, one a line.'
)
@click.option(
    "--limit",
    type=click.IntRange(1, 1000),
    default=10,
    show_default=True,
    help="How many at most.",
)
@json_option
def search(words: tuple[str, ...], batch: TextIO | None, limit: int, as_json: bool) -> None:
    """Find pages as readers would; any of the words may be missing.

    With --batch the answer is one JSON object a line, in the order of the questions.
    """
    if bool(words) == bool(batch):
        raise click.UsageError("Give words to look for, or --batch FILE.")
    questions = list(_questions(batch)) if batch else [("", " ".join(words))]
    config = open_workspace().config
    folder = config.state / "search"
    index = Searcher(folder, refresh(config.docs, folder, signers=config.signers))
    answers = ((name, index.search(query, limit=limit)) for name, query in questions)
    if batch:
        for name, hits in answers:
            row = {"id": name, "hits": [_row(hit) for hit in hits]}
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    _show(next(answers)[1], as_json)


@click.command()
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
@json_option
def index(dry_run: bool, as_json: bool) -> None:
    """Bring the search index up to date, on disk and in the cluster of search.url."""
    config = open_workspace().config
    folder, told = config.state / "search", config.search
    known = refresh(config.docs, folder, signers=config.signers)
    public = sum(known.files[path].public for path in known.pages)
    if told.url and not dry_run:
        with closing(Searcher(folder, known)) as held:
            publish(held, connect(told.url, *config.search_login()), told.index)
    where = f"{told.index} in the cluster" if told.url else "none: search.url is empty"
    if as_json:
        sent = public if told.url and not dry_run else 0
        out.data("index", pages=len(known.pages), public=public, sent=sent)
        return
    out.line(f"on disk    {out.number(len(known.pages), 'page')}")
    out.line(f"cluster    {public} public pages {'would go' if dry_run else 'went'} to {where}"
             if told.url else f"cluster    {where}")  # fmt: skip


def _questions(file: TextIO) -> Iterator[tuple[object, str]]:
    for number, line in enumerate(file, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            name, query = row["id"], row["query"]
        except (ValueError, KeyError, TypeError):
            name = query = None
        if not isinstance(query, str):
            where = f"{Path(file.name).name}:{number}"
            raise SourceError(where, "it is not id and query", 'Write {"id": "…", "query": "…"}')
        yield name, query


def _row(hit: Hit) -> dict[str, object]:
    return {"id": hit.id, "path": hit.path, "title": hit.title, "score": hit.score,
            "url": hit.url, "anchor": hit.anchor, "passage": hit.passage}  # fmt: skip


def _show(hits: tuple[Hit, ...], as_json: bool) -> None:
    if as_json:
        out.data("search", results=[_row(hit) for hit in hits])
        return
    for hit in hits:
        out.line(f"{hit.title}  /{hit.url}\n    {hit.passage}")
    if not hits:
        out.say("Nothing found. The gap shows up in kb feedback once readers search for it too.")
