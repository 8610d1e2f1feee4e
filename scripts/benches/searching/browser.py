"""A cold Chromium on a static host: bytes, milliseconds and memory to the first ten results."""

import html
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from kb.search.sheet import Kind, Sheet
from searching.link import Link, linked

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
SLOW = {"delay": 0.04, "rate": 10e6 / 8}
"""10 Mbit/s, 40 ms there and back."""
ASSETS = Path(__file__).resolve().parents[3] / "plugins/mkdocs_docworthy/assets"


@dataclass(frozen=True, slots=True)
class Engine:
    """A search in the browser: how its files come into a site, and how a page asks it."""

    name: str
    build: Callable[[Path, Sequence[Sheet], Path], bool]
    script: str
    call: str


def _ours(site: Path, _: Sequence[Sheet], shards: Path) -> bool:
    place = site / "assets/docworthy"
    place.mkdir(parents=True)
    for name in ("search.js", "search-worker.js"):
        shutil.copy(ASSETS / name, place / name)
    (site / "search").mkdir()
    (site / "search/docworthy").symlink_to(shards)
    return True


def _pagefind(site: Path, sheets: Sequence[Sheet], _: Path) -> bool:
    """Write the pages as plain HTML and let Pagefind index them; False where it is not there."""
    for sheet in sheets:
        path = site / sheet.url / "index.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"<p>{html.escape(line.text)}</p>" for line in sheet.lines[1:])
        title = html.escape(sheet.title)
        text = f"<html lang=en><title>{title}</title><body><h1>{title}</h1>{lines}"
        path.write_text(text, encoding="utf-8")
    command = [sys.executable, "-m", "pagefind", "--site", str(site)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _lunr(site: Path, sheets: Sequence[Sheet], _: Path) -> bool:
    """Write the theme's own index, a row for each section, beside the theme's own worker."""
    import material

    scripts = Path(material.__file__).parent / "templates/assets/javascripts/workers"
    shutil.copy(next(scripts.glob("search.*.min.js")), site / "worker.js")
    config = {"lang": ["en"], "separator": r"[\s\-]+", "pipeline": ["stopWordFilter"],
              "fields": {"title": {"boost": 1000.0}, "text": {"boost": 1.0}}}  # fmt: skip
    rows = [row for sheet in sheets for row in _sections(sheet)]
    (site / "search_index.json").write_text(json.dumps({"config": config, "docs": rows}), "utf-8")
    return True


def _sections(sheet: Sheet) -> list[dict[str, str]]:
    found = []
    for number, anchor in enumerate(sheet.anchors):
        lines = [line for line in sheet.lines if line.section == number]
        head = next((line.text for line in lines if line.kind is Kind.HEADING), sheet.title)
        text = " ".join(line.text for line in lines if line.kind is Kind.BODY)
        place = f"{sheet.url}#{anchor}" if anchor else sheet.url
        found.append({"location": place, "title": head if anchor else sheet.title, "text": text})
    return found


ENGINES = (
    Engine(
        "docworthy", _ours, '<script src="/assets/docworthy/search.js"></script>',
        "async q => (await docworthySearch.search(q, 10)).hits.length",
    ),
    Engine("Pagefind", _pagefind, "", """async q => {
        const found = (await (await import("/pagefind/pagefind.js")).search(q)).results;
        return (await Promise.all(found.slice(0, 10).map((one) => one.data()))).length;
    }"""),
    Engine("Material's lunr", _lunr, "", """async q => {
        const { config, docs } = await (await fetch("/search_index.json")).json();
        const worker = new Worker("/worker.js");
        const said = (type) => new Promise((done) => worker.addEventListener("message",
            ({ data }) => { if (data.type === type) done(data.data); }));
        const ready = said(1), found = said(3);
        worker.postMessage({ type: 0, data: { config, docs, options: { suggest: false } } });
        await ready;
        worker.postMessage({ type: 2, data: q });
        return (await found).items.length;
    }"""),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """What one cold search cost: bytes, milliseconds, peak memory of the page's process in MB."""

    bytes: int
    took: float
    memory: float
    count: int


def measure(engine: Engine, site: Path, queries: Sequence[str], **how: float) -> str:
    """Return medians as a table's cells: kB, ms, MB; each query has a browser of its own."""
    page = f"<!doctype html><title>x</title><link rel=icon href=data:,>{engine.script}"
    (site / "blank.html").write_text(page, encoding="utf-8")
    with linked(site, **how) as link:
        seen = [_cold(link, engine.call, query) for query in queries]
    size, took = median(one.bytes for one in seen), median(one.took for one in seen)
    none = sum(not one.count for one in seen)
    memory = median(one.memory for one in seen)
    return f"{size / 1000:.0f} | {took:.0f} | {memory:.0f} | {none} of {len(seen)}"


def _cold(link: Link, call: str, query: str) -> Seen:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        page = browser.new_page()
        page.goto(f"{link.address}/blank.html")
        before = link.bytes
        timed = f"""async q => {{
            const start = performance.now(), count = await ({call})(q);
            return [count, performance.now() - start];
        }}"""
        page.set_default_timeout(120_000)
        count, took = page.evaluate(timed, query)
        told = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
        peaks = [_peak(one["id"]) for one in told if one["type"] == "renderer"]
        browser.close()
    return Seen(link.bytes - before, took, max(peaks), count)


def _peak(process: int) -> float:
    """Return the most memory that a process ever held, in MB."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) / 1024
