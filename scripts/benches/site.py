"""Measure the site build beside its peers: full, and after one edit, on real support articles.

    scripts/bench site [DATA] [--articles N] [--only NAME,...] [--keep FOLDER] [--json]

DATA is the folder of the sets (`../shared/data` beside the repository when left out); the articles
are those of `kb-officedocs` and `kb-vtex`, parts of long ones after them until there are N. Every
builder gets the same texts in the same theme without web fonts, its articles out of the navigation.
Names: material, material-search, zensical, docworthy. Peak memory is that of the largest process.
"""

import argparse
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from kb.articles.article import Article, Verb, parse, render  # noqa: E402
from kb.articles.lifecycle import move  # noqa: E402
from kb.redaction import Redactor  # noqa: E402

TARS = (
    "kb-officedocs/officedocs-markdown.tar.gz",
    "kb-vtex/known-issues-en.tar.gz",
    "kb-vtex/known-issues-es.tar.gz",
    "kb-vtex/known-issues-pt.tar.gz",
)
AUTHOR, REVIEWER = "a@x.example", "b@x.example"
AT = datetime(2026, 3, 5, 9, 30, tzinfo=UTC)
MKDOCS = """\
site_name: Help centre
site_url: https://help.example/
theme: {name: material, font: false}
markdown_extensions: [admonition, tables, pymdownx.superfences, toc]
not_in_nav: /articles/
validation: {links: {not_found: ignore, anchors: ignore, unrecognized_links: ignore, absolute_links: ignore}}
"""
SILENT = {"NO_MKDOCS_2_WARNING": "1", "DISABLE_MKDOCS_2_WARNING": "true"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one build cost: seconds, and megabytes of 10^6 bytes."""

    name: str
    wall: float
    cpu: float
    peak: float
    output: float
    pages: int


class Refused(Exception):  # noqa: N818
    """A build ended with something to act on; the message is what it said."""


def texts(data: Path) -> Iterator[tuple[str, str, str]]:
    """Yield group, title and body of each article; parts of long ones last."""
    parts = list[tuple[str, str, str]]()
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


def articles(data: Path, number: int) -> Iterator[tuple[Article, str]]:
    """Yield so many approved articles, each with its body as plain Markdown for the peers."""
    redactor = Redactor()
    place = 0
    for group, title, body in texts(data):
        if place == number:
            return
        clean = str(redactor.redact(body).text)
        if redactor.find(clean):
            continue
        clean = re.sub(r"(?m)^(#+) ", r"##\1 ", re.sub(r"<[^>\n]*>", "", clean)).strip()
        half = clean.find("\n\n", len(clean) // 3)
        issue, rest = (clean[:half], clean[half:]) if half > 0 else (clean, clean)
        article = Article(
            id=f"a{place}",
            title=str(redactor.redact(title).text)[:120],
            products=(group,),
            sections=(("Issue", issue), ("Resolution", rest.strip())),
        )
        place += 1
        yield (
            approved(article),
            f"# {article.title}\n\n## Issue\n\n{issue}\n\n## Resolution\n\n{rest}\n",
        )


def approved(article: Article) -> Article:
    """Return the article as it is read, published by two people."""
    article = parse(render(article))
    for verb, by in ((Verb.SUBMIT, AUTHOR), (Verb.APPROVE, REVIEWER), (Verb.PUBLISH, REVIEWER)):
        article = move(article, verb, by=by, at=AT)
    return article


def lay_out(data: Path, number: int, folder: Path) -> None:
    """Write `ours/` and `plain/`: the same articles for us and for the peers."""
    for name in ("ours", "plain"):
        (folder / name / "docs" / "articles").mkdir(parents=True)
        (folder / name / "docs" / "index.md").write_text("# Help centre\n\nWelcome.\n")
    (folder / "ours" / "kb.toml").write_text("")
    (folder / "ours" / "mkdocs.yml").write_text(f"{MKDOCS}plugins: [docworthy]\n")
    for article, plain in articles(data, number):
        path = Path("docs") / "articles" / f"{article.id}.md"
        (folder / "ours" / path).write_text(render(article), "utf-8")
        (folder / "plain" / path).write_text(plain, "utf-8")


def run(name: str, command: list[str], folder: Path) -> Row:
    """Build, and return what it cost."""
    started = time.monotonic()
    with tempfile.TemporaryFile() as said:
        child = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **SILENT}, stdout=said, stderr=said
        )
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - started
        if child.returncode:
            said.seek(0)
            raise Refused(said.read().decode())
    files = [path for path in (folder / "site").rglob("*") if path.is_file()]
    return Row(
        name=name,
        wall=round(wall, 2),
        cpu=round(usage.ru_utime + usage.ru_stime, 2),
        peak=round(usage.ru_maxrss * 1024 / 1e6),
        output=round(sum(path.stat().st_size for path in files) / 1e6),
        pages=sum(path.name == "index.html" for path in files),
    )


def edit(folder: Path) -> None:
    """Change one line of one article: as an author, then as an approver, if it needs one."""
    path = folder / "docs" / "articles" / "a7.md"
    if folder.name == "plain":
        path.write_text(path.read_text("utf-8") + "\nOne line more.\n", "utf-8")
        return
    article = parse(path.read_text("utf-8"))
    (head, issue), *rest = article.sections
    changed = Article(
        id=article.id,
        title=article.title,
        products=article.products,
        sections=((head, f"{issue}\n\nOne line more."), *rest),
    )
    path.write_text(render(approved(changed)), "utf-8")


def take_out(folder: Path, names: set[str]) -> None:
    """Take articles out that our gate does not let pass, everywhere."""
    print(f"{len(names)} articles do not pass the gate and are left out", file=sys.stderr)
    for name in names - {"a7"}:
        for site in ("ours", "plain"):
            (folder / site / "docs" / "articles" / f"{name}.md").unlink(missing_ok=True)


def fresh(folder: Path) -> None:
    """Forget every earlier build."""
    for name in ("site", ".cache", ".kb"):
        shutil.rmtree(folder / name, ignore_errors=True)


def peer(name: str, plugins: str, command: list[str]) -> Callable[[Path], Iterator[Row]]:
    """Return what builds the plain articles with one peer, full and after one edit."""

    def build(folder: Path) -> Iterator[Row]:
        plain = folder / "plain"
        (plain / "mkdocs.yml").write_text(f"{MKDOCS}plugins: {plugins}\n")
        fresh(plain)
        yield run(name, command, plain)
        if name == "zensical":
            edit(plain)
            yield run(f"{name}, one edit", command, plain)

    return build


def ours(folder: Path) -> Iterator[Row]:
    """Build our articles: full, after one edit, and with nothing changed."""
    command, own = [sys.executable, "-m", "mkdocs", "build"], folder / "ours"
    first = None
    while first is None:
        fresh(own)
        try:
            first = run("docworthy", command, own)
        except Refused as refused:
            names = set(re.findall(r"articles/(a\d+)\b", str(refused)))
            if not names:
                raise
            take_out(folder, names)
    yield first
    edit(own)
    yield run("docworthy, one edit", command, own)
    yield run("docworthy, nothing changed", command, own)


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--only", default="")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not (args.data / TARS[0]).exists():
        sys.exit(f"{args.data}: the sets are not there. Name their folder.")
    mkdocs = [sys.executable, "-m", "mkdocs", "build"]
    zensical = str(Path(sys.executable).parent / "zensical")
    builders = {
        "docworthy": ours,
        "material": peer("material", "[]", mkdocs),
        "material-search": peer("material-search", "[search]", mkdocs),
        "zensical": peer("zensical", "[search]", [zensical, "build"]),
    }
    wanted = args.only.split(",") if args.only else list(builders)
    if not Path(zensical).exists() and "zensical" in wanted:
        print("zensical is not installed here: left out", file=sys.stderr)
        wanted.remove("zensical")
    folder = args.keep or Path(tempfile.mkdtemp(prefix="bench-site-"))
    if not (folder / "ours").exists():
        lay_out(args.data, args.articles, folder)
    rows = [row for name in wanted for row in builders[name](folder)]
    if not args.keep:
        shutil.rmtree(folder)
    show(rows, as_json=args.json)


def show(rows: list[Row], *, as_json: bool) -> None:
    """Print the table."""
    if as_json:
        print(json.dumps({"schema": "docworthy.bench.site/1", "rows": [asdict(r) for r in rows]}))
        return
    print(f"{'':28}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'site MB':>9}{'pages':>8}")
    for row in rows:
        print(
            f"{row.name:28}{row.wall:9.2f}{row.cpu:9.2f}{row.peak:9.0f}{row.output:9.0f}{row.pages:8}"
        )


if __name__ == "__main__":
    main()
