"""Lays the same real support articles out for us, published, and for the peers, as plain pages."""

import io
import re
import sys
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from multiprocessing import Pool
from pathlib import Path

from mkdocs_docworthy.article_page import twin

from kb.articles.article import Article, Verb, parse, render
from kb.articles.lifecycle import move
from kb.redaction import Redactor

TARS = (
    "kb-officedocs/officedocs-markdown.tar.gz",
    "kb-vtex/known-issues-en.tar.gz",
    "kb-vtex/known-issues-es.tar.gz",
    "kb-vtex/known-issues-pt.tar.gz",
)
EDITED = ("a7", "a8")
"""The articles that are edited; they are never left out."""
_AUTHOR, _REVIEWER = "a@x.example", "b@x.example"
_AT = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
_LONGEST = 120
MKDOCS = """\
site_name: Help centre
site_url: https://help.example/
theme: {name: material, font: false}
markdown_extensions: [admonition, tables, pymdownx.superfences, toc]
not_in_nav: /articles/
validation: {links: {not_found: ignore, anchors: ignore, unrecognized_links: ignore, absolute_links: ignore}}
"""

Text = tuple[str, str, str]
"""Group, title and body."""


def texts(data: Path) -> Iterator[Text]:
    """Yield each article of the sets; parts of long ones last."""
    parts = list[Text]()
    for name in TARS:
        with tarfile.open(data / name) as tar:
            for member in tar:
                if not member.isfile() or not member.name.endswith(".md"):
                    continue
                file = tar.extractfile(member)
                text = io.TextIOWrapper(file, "utf-8", "replace").read() if file else ""
                front, _, body = text.removeprefix("---\n").partition("\n---")
                title = re.search(r"(?m)^title: *[\"']?(.+?)[\"']?$", front)
                group = Path("x", member.name).parent.name
                if title and body.strip():
                    yield group, title.group(1), body
                    parts += [(group, h, b) for h, b in _parts(body) if len(b) > 200]
    yield from parts


def _parts(body: str) -> list[tuple[str, str]]:
    found = re.split(r"(?m)^## +(.+)$", body)
    return list(zip(found[1::2], found[2::2], strict=True))


def lay_out(data: Path, number: int, folder: Path) -> None:
    """Write `ours/` and `plain/`: the same articles for us and for the peers."""
    for name in ("ours", "plain"):
        (folder / name / "docs" / "articles").mkdir(parents=True)
        (folder / name / "docs" / "index.md").write_text("# Help centre\n\nWelcome.\n")
        (folder / name / "kb.toml").write_text("")
    (folder / "ours" / "mkdocs.yml").write_text(f"{MKDOCS}plugins: [search, docworthy]\n")
    with Pool() as pool:
        fit = (one for one in pool.imap(_fit, texts(data), chunksize=32) if one)
        kept = list(islice(fit, number))
    with Pool() as pool:
        pool.starmap(write, [(folder, one, f"a{place}") for place, one in enumerate(kept)])


@cache
def _redactor() -> Redactor:
    return Redactor()


def _fit(text: Text) -> Article | None:
    """Return an article of the text as a team would let it out, None where something is left."""
    group, title, body = text
    whole = re.sub(r"(?m)^(#+) ", r"##\1 ", re.sub(r"<[^>\n]*>", "", body)).strip()
    said = str(_redactor().redact(f"{title}\n\n{whole}").text)
    title, _, whole = said.partition("\n\n")
    half = whole.find("\n\n", len(whole) // 3)
    issue, rest = (whole[:half], whole[half:]) if half > 0 else (whole, whole)
    sections = (("Issue", issue), ("Resolution", rest.strip()))
    article = Article(id="x", title=title[:_LONGEST], products=(group,), sections=sections)
    return None if _redactor().find(twin(article)) else article


def write(folder: Path, article: Article, name: str) -> None:
    """Write the article in both forms: read back, approved and published for us."""
    own = parse(render(_with(article, id=name)))
    for verb, by in ((Verb.SUBMIT, _AUTHOR), (Verb.APPROVE, _REVIEWER), (Verb.PUBLISH, _REVIEWER)):
        own = move(own, verb, by=by, at=_AT)
    issue, rest = article.section("Issue"), article.section("Resolution")
    plain = f"# {article.title}\n\n## Issue\n\n{issue}\n\n## Resolution\n\n{rest}\n"
    path = Path("docs") / "articles" / f"{name}.md"
    (folder / "ours" / path).write_text(render(own), "utf-8")
    (folder / "plain" / path).write_text(plain, "utf-8")


def _with(article: Article, **changed: str) -> Article:
    """Return a draft of the article with another id, title or issue."""
    (head, issue), *rest = article.sections
    return Article(
        id=changed.get("id", article.id),
        title=changed.get("title", article.title),
        products=article.products,
        sections=((head, changed.get("issue", issue)), *rest),
    )


def edit(folder: Path, what: str) -> None:
    """Edit a body, edit a title, or add an article, for everybody alike."""
    body, title = EDITED
    one = parse((folder / "ours" / "docs" / "articles" / f"{body}.md").read_text("utf-8"))
    two = parse((folder / "ours" / "docs" / "articles" / f"{title}.md").read_text("utf-8"))
    if what == "body":
        changed = _with(one, issue=f"{one.section('Issue')}\n\nOne line more.")
        write(folder, changed, body)
    elif what == "title":
        write(folder, _with(two, title=f"{two.title} again"[-_LONGEST:]), title)
    else:
        write(folder, _with(one, title="An article that was not there"), "new-article")


def take_out(folder: Path, names: set[str]) -> None:
    """Take articles out that our gate does not let pass, everywhere."""
    print(f"{len(names)} articles do not pass the gate and are left out", file=sys.stderr)
    for name in names - {*EDITED}:
        for site in ("ours", "plain"):
            (folder / site / "docs" / "articles" / f"{name}.md").unlink(missing_ok=True)
