"""Measure finding: quality on real questions, speed at ten thousand pages, a cold browser.

    scripts/bench search [PART ...] [--data FOLDER] [--pages N]

PART is quality, speed or browser; all of them when left out.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from searching import browser  # noqa: E402
from searching.engines import ENGINES, Search  # noqa: E402
from searching.questions import Asked, library, officedocs, sample, sets  # noqa: E402

from kb.search.shards import export  # noqa: E402
from kb.search.whoosh import Searcher, refresh  # noqa: E402
from kb.service.finding import Finder  # noqa: E402

PARTS = ("quality", "speed", "browser")
SCRIPT = ROOT / "plugins/mkdocs_docworthy/assets/search.js"


def score(search: Search, asked: Asked) -> str:
    """Return hit at 1, at 5, MRR at 10, share of no results, and CPU ms a query, p50 and p95."""
    ranks, none, times = list[int](), 0, list[float]()
    for query, answers in asked.questions:
        started = time.process_time()
        found = search(query, 10)
        times.append((time.process_time() - started) * 1000)
        none += not found
        ranks.append(next((n for n, one in enumerate(found, 1) if one in answers), 0))
    total = len(ranks)
    hit = {k: sum(0 < rank <= k for rank in ranks) / total for k in (1, 5)}
    mean = sum(1 / rank for rank in ranks if rank) / total
    middle, late = percentiles(times)
    return (
        f"{hit[1]:.3f} | {hit[5]:.3f} | {mean:.3f} | {none / total:.1%} | {middle:.1f} / {late:.1f}"
    )


def percentiles(times: list[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.95)]


def quality(data: Path) -> None:
    """Print one table a set, every engine on the same pages and questions."""
    for asked in sets(data):
        print(f"\n## {asked.name}: {len(asked.questions)} questions, {len(asked.pages)} pages\n")
        print("| engine | hit at 1 | hit at 5 | MRR | no result | CPU ms p50 / p95 |")
        print("|---|---:|---:|---:|---:|---:|")
        for name, make in ENGINES.items():
            engine = make(asked.pages)
            print(f"| {name} | {score(engine, asked) if engine else 'not installed'} |", flush=True)


def questions(data: Path, most: int) -> list[str]:
    """Return questions in customers' words, for speed: half messages, half titles."""
    messages, titles = officedocs(data / "kb-officedocs")
    pairs = zip(
        sample(messages.questions, most // 2), sample(titles.questions, most // 2), strict=False
    )
    return [query for pair in pairs for query, _ in pair]


def speed(data: Path, place: Path) -> None:
    """Print what an index and an edit take, and how quickly the service finds."""
    docs, folder = place / "docs", place / ".kb/search"
    print(f"\n## speed at {len(list(docs.rglob('*.md')))} pages\n\n| step | seconds |\n|---|---:|")
    step("index, from nothing", lambda: refresh(docs, folder))
    step("shards, from nothing", lambda: shards(docs, folder))
    page = sorted(docs.rglob("*.md"))[4321 % len(list(docs.rglob("*.md")))]
    page.write_text(page.read_text("utf-8", "replace") + "\nThe windlass jams.\n", "utf-8")
    step("index and shards after one edit", lambda: shards(docs, folder))
    finder, times = Finder(docs, folder), list[float]()
    finder.find("warm", 5)
    for query in questions(data, 400):
        started = time.perf_counter()
        finder.find(query, 5)
        times.append((time.perf_counter() - started) * 1000)
    middle, late = percentiles(times)
    print(
        f"\n`/suggest` without HTTP, {len(times)} different questions: p50 {middle:.0f} ms, p95 {late:.0f} ms"
    )


def shards(docs: Path, folder: Path) -> None:
    index = Searcher(folder, refresh(docs, folder))
    paths = {path: f"{path.removesuffix('.md')}/" for path in index.known.pages}
    export(index, folder / "shards", paths)
    index.close()


def step(name: str, call: object) -> None:
    started = time.perf_counter()
    call()
    print(f"| {name} | {time.perf_counter() - started:.1f} |", flush=True)


def cold(data: Path, place: Path) -> None:
    """Print bytes and milliseconds to the first ten results in a cold browser."""
    docs, folder = place / "docs", place / ".kb/search"
    shards(docs, folder)
    site, other = place / "ours", place / "pagefind"
    script = site / "assets/docworthy/search.js"
    script.parent.mkdir(parents=True, exist_ok=True)
    script.write_bytes(SCRIPT.read_bytes())
    (site / "search").mkdir(exist_ok=True)
    if not (site / "search/docworthy").exists():
        (site / "search/docworthy").symlink_to(folder / "shards")
    asked = questions(data, 40)
    print("\n## cold browser\n\n| engine | kB | ms | no result |\n|---|---:|---:|---:|")
    tag = '<script src="/assets/docworthy/search.js"></script>'
    found = browser.measure(site, tag, browser.OURS, asked)
    print(
        f"| docworthy | {found[0]:.0f} | {found[1]:.0f} | {found[2]} of {len(asked)} |", flush=True
    )
    index = Searcher(folder, refresh(docs, folder))
    sheets = (index.sheet(number) for number in index.numbers.values())
    if browser.pagefind(other, sheets):
        words = [" ".join(query.split()[:2]) for query in asked]
        for name, queries in (("Pagefind", asked), ("Pagefind, two words of each", words)):
            found = browser.measure(other, "", browser.PAGEFIND, queries)
            print(
                f"| {name} | {found[0]:.0f} | {found[1]:.0f} | {found[2]} of {len(asked)} |",
                flush=True,
            )


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", default=PARTS, metavar="PART")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--pages", type=int, default=10_000)
    options = parser.parse_args()
    if "quality" in options.parts:
        quality(options.data)
    if set(options.parts) - {"quality"}:
        with tempfile.TemporaryDirectory() as name:
            library(options.data, Path(name) / "docs", options.pages)
            if "speed" in options.parts:
                speed(options.data, Path(name))
            if "browser" in options.parts:
                cold(options.data, Path(name))


if __name__ == "__main__":
    main()
