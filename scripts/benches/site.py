"""Measure the site build beside its peers: full, and after an edit, on real support articles.

    scripts/bench site [DATA] [--articles N] [--only NAME,...] [--keep FOLDER] [--json]

DATA is the folder of the sets (`../shared/data` beside the repository when left out); the articles
are those of `kb-officedocs` and `kb-vtex`, parts of long ones after them until there are N. Every
builder gets the same texts in the same theme without web fonts, its articles out of the navigation.
NAME is docworthy, material, material-search or zensical. With a FOLDER to keep, contenders may be
measured one by one.
"""

import argparse
import gzip
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(Path(__file__).parent)]

from siting.library import MKDOCS, TARS, edit, lay_out, take_out  # noqa: E402
from siting.runs import Refused, Row, run  # noqa: E402

_MKDOCS = [sys.executable, "-m", "mkdocs", "build", "-q"]
_ZENSICAL = str(Path(sys.executable).parent / "zensical")
_MOST_TRIES = 5


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
            edit(folder, "body")
            yield run(f"{name}, a body edited", command, plain)

    return build


def ours(folder: Path) -> Iterator[Row]:
    """Build our articles: full, after each kind of edit, and with nothing changed."""
    own = folder / "ours"
    yield _first(folder)
    for what, said in (
        ("body", "a body edited"),
        ("title", "a title edited"),
        ("new", "a new one"),
    ):
        edit(folder, what)
        yield run(f"docworthy, {said}", _MKDOCS, own)
    yield run("docworthy, nothing changed", _MKDOCS, own)


def _first(folder: Path) -> Row:
    """Build until the gate lets everything pass: what a machine approved is not always fit.

    Only the build that passed is told.
    """
    own = folder / "ours"
    for _ in range(_MOST_TRIES):
        fresh(own)
        try:
            return run("docworthy", _MKDOCS, own)
        except Refused as refused:
            names = set(_named(str(refused), own / ".kb" / "search" / "shards"))
            if not names:
                raise
            take_out(folder, names)
    sys.exit("The gate lets too little pass. Build in the folder of --keep to see why.")


def _named(said: str, shards: Path) -> Iterator[str]:
    """Yield the articles that a refusal names, by their page or by their part of the search."""
    yield from re.findall(r"articles/(a\d+)\b", said)
    for place in re.findall(r"search/docworthy/(p/\d+\.json\.gz)", said):
        yield json.loads(gzip.decompress((shards / place).read_bytes()))["i"]


BUILDERS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "docworthy": ours,
    "material": peer("material", "[]", _MKDOCS),
    "material-search": peer("material-search", "[search]", _MKDOCS),
    "zensical": peer("zensical", "[search]", [_ZENSICAL, "build"]),
}


def main() -> None:
    """Measure, and print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", nargs="?", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--articles", type=int, default=10_000)
    parser.add_argument("--only", default="docworthy,material,zensical")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    if not (args.data / TARS[0]).exists():
        sys.exit(f"{args.data}: the sets are not there. Name their folder.")
    wanted = args.only.split(",")
    if not Path(_ZENSICAL).exists() and "zensical" in wanted:
        print("zensical is not installed here: left out", file=sys.stderr)
        wanted.remove("zensical")
    folder = args.keep or Path(tempfile.mkdtemp(prefix="bench-site-"))
    if not (folder / "ours").exists():
        lay_out(args.data, args.articles, folder)
    rows = [row for name in wanted for row in BUILDERS[name](folder)]
    if not args.keep:
        shutil.rmtree(folder)
    show(rows, as_json=args.json)


def show(rows: list[Row], *, as_json: bool) -> None:
    """Print the table."""
    if as_json:
        print(json.dumps({"schema": "docworthy.bench.site/1", "rows": [asdict(r) for r in rows]}))
        return
    print(f"{'':28}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'site MB':>9}{'files':>8}")
    for row in rows:
        print(
            f"{row.name:28}{row.wall:9.2f}{row.cpu:9.2f}{row.peak:9.0f}{row.output:9.0f}{row.files:8}"
        )


if __name__ == "__main__":
    main()
