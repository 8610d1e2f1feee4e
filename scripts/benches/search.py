"""Measure finding: quality on real questions, speed at ten thousand pages, a cold browser.

    scripts/bench search [PART ...] [--data FOLDER] [--pages N] [--quick]

PART is quality, speed, browser or paint; all of them when left out. `--quick` asks fewer questions of
fewer pages: a look at whether all works, not figures.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import httpx2

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "plugins"), str(Path(__file__).parent)]

from searching import browser, painting  # noqa: E402
from searching.engines import ENGINES, Pages, Search  # noqa: E402
from searching.questions import Asked, library, officedocs, sample, sets  # noqa: E402

from kb.search.keeping import Folder  # noqa: E402
from kb.search.shards import export  # noqa: E402
from kb.search.sheet import Kind  # noqa: E402
from kb.search.whoosh import Searcher, refresh  # noqa: E402

PARTS = ("quality", "speed", "browser", "paint")


@dataclass(frozen=True, slots=True)
class Size:
    """How much is asked: questions a set, for speed, in the browser, and of lunr, which is slow."""

    quality: int
    speed: int
    browser: int
    lunr: int


READERS = 20
FULL, QUICK = Size(10_000, 400, 15, 3), Size(40, 20, 2, 1)


def score(search: Search, asked: Asked, most: int) -> str:
    """Return hit at 1, at 5, MRR at 10, share of no results, and CPU ms a query, p50 and p95."""
    ranks, none, times = list[int](), 0, list[float]()
    for query, answers in sample(asked.questions, most):
        started = time.process_time()
        found = search(query, 10)
        times.append((time.process_time() - started) * 1000)
        none += not found
        ranks.append(next((n for n, one in enumerate(found, 1) if one in answers), 0))
    total = len(ranks)
    hit = {k: sum(0 < rank <= k for rank in ranks) / total for k in (1, 5)}
    mean = sum(1 / rank for rank in ranks if rank) / total
    return f"{hit[1]:.3f} | {hit[5]:.3f} | {mean:.3f} | {none / total:.1%} | {percentiles(times)}"


def percentiles(times: Sequence[float]) -> str:
    ordered = sorted(times)
    return f"{ordered[len(ordered) // 2]:.1f} / {ordered[int(len(ordered) * 0.95)]:.1f}"


def table(title: str, *columns: str) -> None:
    print(f"\n## {title}\n\n| {' | '.join(columns)} |\n|---{'|---:' * (len(columns) - 1)}|")


def tell(*cells: str) -> None:
    print(f"| {' | '.join(cells)} |", flush=True)


def quality(data: Path, size: Size) -> None:
    """Print one table a set, every engine on the same pages and questions."""
    for asked in sets(data):
        number = min(size.quality, len(asked.questions))
        table(f"{asked.name}: {number} questions, {len(asked.pages)} pages",
              "engine", "hit at 1", "hit at 5", "MRR", "no result", "CPU ms p50 / p95")  # fmt: skip
        for name, make in ENGINES.items():
            engine = make(asked.pages)
            tell(name, score(engine, asked, size.quality) if engine else "not installed")


def questions(data: Path, most: int) -> list[str]:
    """Return questions in customers' words: half error messages, half titles."""
    messages, titles = officedocs(data / "kb-officedocs")
    half = max(1, most // 2)
    pairs = zip(sample(messages.questions, half), sample(titles.questions, half), strict=False)
    return [query for pair in pairs for query, _ in pair][:most]


def speed(data: Path, place: Path, size: Size) -> None:
    """Print what an index and an edit take, and how quickly each engine answers."""
    docs, folder = place / "docs", place / ".kb/search"
    paths = sorted(docs.rglob("*.md"))
    table(f"keeping up at {len(paths)} pages", "step", "seconds")
    step("index, from nothing", lambda: refresh(docs, folder))
    step("shards, from nothing", lambda: shards(docs, folder))
    page = paths[4321 % len(paths)]
    page.write_text(f"{page.read_text('utf-8')}\nThe windlass jams.\n", "utf-8")
    step("index and shards after one edit", lambda: shards(docs, folder))
    asked = questions(data, size.speed)
    table(f"{len(asked)} different questions at {len(paths)} pages", "engine", "ms p50 / p95")
    tell("docworthy `/suggest`, over HTTP", suggest(place, asked))
    pages = texts(docs, folder)
    for name, make in list(ENGINES.items())[1:]:
        engine = make(pages)
        tell(name, timed(partial(_five, engine), asked) if engine else "-")


def _five(engine: Search, query: str) -> list[str]:
    return engine(query, 5)


def timed(call: Callable[[str], object], asked: Sequence[str]) -> str:
    times = list[float]()
    for query in asked:
        started = time.perf_counter()
        call(query)
        times.append((time.perf_counter() - started) * 1000)
    return percentiles(times)


def _reader(address: str, number: int) -> httpx2.Client:
    way = httpx2.HTTPTransport(local_address=f"127.0.0.{number}")
    return httpx2.Client(base_url=address, timeout=60, transport=way)


def suggest(place: Path, asked: Sequence[str]) -> str:
    """Return what `kb serve` takes, asked one question after the other by readers in turn.

    Each of them has an address of its own: nobody may ask as much as all.
    """
    (place / "kb.toml").write_text("[service]\nport = 0\n", "utf-8")
    code = (
        "from kb.config import load\nfrom kb.service.serve import serve\n"
        "from kb.store.store import open_store\nfrom pathlib import Path\n"
        "from datetime import UTC, datetime\nc = load(Path('.'))\n"
        "serve(c, open_store(c.database), now=lambda: datetime.now(UTC),"
        " on_ready=lambda link: print(link, flush=True))\n"
    )
    env = {**os.environ, "KB_SECRET": "for measuring", "PYTHONPATH": str(ROOT)}
    server = subprocess.Popen([sys.executable, "-c", code], cwd=place, env=env,
                              stdout=subprocess.PIPE, text=True)  # fmt: skip
    try:
        assert server.stdout
        address = server.stdout.readline().split("/team/")[0]
        readers = cycle(_reader(address, number) for number in range(2, 2 + READERS))
        for reader in islice(readers, READERS):
            reader.get("/suggest", params={"q": "warm"}).raise_for_status()
        return timed(
            lambda q: next(readers).get("/suggest", params={"q": q}).raise_for_status(), asked
        )
    finally:
        server.terminate()
        server.wait()


def texts(docs: Path, folder: Path) -> Pages:
    """Return the pages as the other engines take them: id to title and text."""
    index, found = Searcher(folder, refresh(docs, folder)), {}
    for path, number in index.numbers.items():
        sheet = index.sheet(number)
        lines = (line.text for line in sheet.lines if line.kind is not Kind.TITLE)
        found[path] = (sheet.title, "\n".join(lines))
    index.close()
    return found


def shards(docs: Path, folder: Path) -> None:
    index = Searcher(folder, refresh(docs, folder))
    paths = {path: f"{path.removesuffix('.md')}/" for path in index.known.pages}
    export(index, Folder(folder / "shards"), paths)
    index.close()


def step(name: str, call: Callable[[], object]) -> None:
    started = time.perf_counter()
    call()
    tell(name, f"{time.perf_counter() - started:.1f}")


def cold(data: Path, place: Path, size: Size) -> None:
    """Print bytes, milliseconds and memory to the first ten results in a cold browser."""
    docs, folder = place / "docs", place / ".kb/search"
    shards(docs, folder)
    index = Searcher(folder, refresh(docs, folder))
    sheets = [index.sheet(number) for number in index.numbers.values()]
    asked = questions(data, size.browser)
    cells = ("engine", "kB", "ms", "MB", "no result", "kB slow", "ms slow", "MB slow", "none slow")
    table(f"a cold browser at {len(sheets)} pages: loopback, then 10 Mbit/s and 40 ms", *cells)
    for engine in browser.ENGINES:
        site = place / f"site-{engine.name[:4]}"
        site.mkdir(exist_ok=True)
        if not engine.build(site, sheets, folder / "shards"):
            tell(engine.name, "not installed")
            continue
        queries = asked[: size.lunr] if "lunr" in engine.name else asked
        measured(engine, engine.name, site, queries)
        if engine.name == "Pagefind":
            words = [" ".join(query.split()[:2]) for query in asked]
            measured(engine, "Pagefind, two words of each", site, words)


def measured(engine: browser.Engine, name: str, site: Path, queries: Sequence[str]) -> None:
    fast = browser.measure(engine, site, queries)
    tell(name, fast, browser.measure(engine, site, queries, **browser.SLOW))


def paint(data: Path, folder: Path) -> None:
    """Print how early pages are painted, and how still they stand, beside the plain theme."""
    title = f"painted, {painting.ARTICLES} articles: loopback, then 10 Mbit/s and 40 ms"
    table(title, "page", "px wide", "LCP ms", "LCP ms slow", "CLS")
    for name, site in painting.sites(data, folder):
        for row in painting.rows(name, site):
            tell(*row)


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=PARTS, metavar="PART")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    size = QUICK if options.quick else FULL
    if unknown := set(options.parts) - set(PARTS):
        parser.error(f"PART is {', '.join(PARTS)}, not {', '.join(sorted(unknown))}")
    if "quality" in options.parts:
        quality(options.data, size)
    if "paint" in options.parts:
        with tempfile.TemporaryDirectory() as name:
            paint(options.data, Path(name))
    if {"speed", "browser"} & set(options.parts):
        with tempfile.TemporaryDirectory() as name:
            place = Path(name)
            library(options.data, place / "docs", 500 if options.quick else options.pages)
            if "speed" in options.parts:
                speed(options.data, place, size)
            if "browser" in options.parts:
                cold(options.data, place, size)


if __name__ == "__main__":
    main()
