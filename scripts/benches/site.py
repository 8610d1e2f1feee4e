"""Measure the site build beside its peers: full, and after an edit, on real support articles.

    scripts/bench site [DATA] [--articles N] [--only NAME,...] [--keep FOLDER] [--minutes M] [--json]

DATA is the folder of the sets (`../shared/data` beside the repository when left out); the articles
are those of `kb-officedocs` and `kb-vtex`, parts of long ones after them until there are N. Every
builder gets the same texts in the same theme without web fonts, its articles out of the navigation.
NAME is docworthy, material, material-search or zensical. With a FOLDER to keep, contenders may be
measured one by one. After M minutes (14) who still builds is stopped, and the table says so.

Our full build is timed whether the gate lets everything pass or not: it has done all of the work by
then. What does not pass is left out for everybody, and the builds after it are timed once all pass.
"""

import argparse
import gzip
import json
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
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


def peer(name: str, plugins: str, command: list[str]) -> Callable[[Path, float], Iterator[Row]]:
    """Return what builds the plain articles with one peer, full and after one edit."""

    def build(folder: Path, until: float) -> Iterator[Row]:
        plain = folder / "plain"
        (plain / "mkdocs.yml").write_text(f"{MKDOCS}plugins: {plugins}\n")
        fresh(plain)
        yield run(name, command, plain, until)
        if name == "zensical" and time.monotonic() < until:
            edit(folder, "body")
            yield run(f"{name}, a body edited", command, plain, until)

    return build


def ours(folder: Path, until: float) -> Iterator[Row]:
    """Build our articles: full, after each kind of edit, and with nothing changed."""
    own = folder / "ours"
    yield _first(folder, until)
    for what, said in (
        ("body", "a body edited"),
        ("title", "a title edited"),
        ("new", "a new one"),
    ):
        edit(folder, what)
        yield run(f"docworthy, {said}", _MKDOCS, own, until)
    yield run("docworthy, nothing changed", _MKDOCS, own, until)


def _first(folder: Path, until: float) -> Row:
    """Build in full, then again until the gate lets everything pass; the first build is told.

    What a machine approved is not always fit.
    """
    own, full = folder / "ours", None
    fresh(own)
    for _ in range(_MOST_TRIES):
        try:
            passed = run("docworthy", _MKDOCS, own, until)
            return replace(full or passed, output=passed.output, files=passed.files)
        except Refused as refused:
            full = full or refused.row
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


BUILDERS: dict[str, Callable[[Path, float], Iterator[Row]]] = {
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
    parser.add_argument("--minutes", type=float, default=14)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    until = time.monotonic() + 60 * args.minutes
    if not (args.data / TARS[0]).exists():
        sys.exit(f"{args.data}: the sets are not there. Name their folder.")
    wanted = args.only.split(",")
    if not Path(_ZENSICAL).exists() and "zensical" in wanted:
        print("zensical is not installed here: left out", file=sys.stderr)
        wanted.remove("zensical")
    folder = args.keep or Path(tempfile.mkdtemp(prefix="bench-site-"))
    if not (folder / "ours").exists():
        lay_out(args.data, args.articles, folder)
    rows = [row for name in wanted for row in BUILDERS[name](folder, until)]
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
