"""A cold Chromium on built sites: how early the largest content is painted, and what moves after it."""

import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from siting.library import EDITED, MKDOCS, lay_out, take_out
from siting.runs import Refused, run

from searching.browser import CHROMIUM, FLAGS, SLOW
from searching.link import linked

ARTICLES = 40
TIMES = 3
LONGEST = 300
"""Seconds that both builds of a site may take; they take ten."""
WIDTHS = (1280, 320)
PAGES = {"home": "", "article": f"articles/{EDITED[0]}/"}
_WATCH = """
window.moved = 0; window.painted = 0;
new PerformanceObserver((list) => list.getEntries().forEach((one) => {
    if (!one.hadRecentInput) window.moved += one.value; }))
    .observe({ type: "layout-shift", buffered: true });
new PerformanceObserver((list) => list.getEntries().forEach((one) => {
    window.painted = one.startTime; }))
    .observe({ type: "largest-contentful-paint", buffered: true });
"""


def sites(data: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield name and folder of the same articles built by us and by plain mkdocs-material.

    Raises:
        Refused: A builder said no.
    """
    lay_out(data, ARTICLES, folder)
    (folder / "plain" / "mkdocs.yml").write_text(f"{MKDOCS}plugins: [search]\n", "utf-8")
    for name, place in (("docworthy", "ours"), ("mkdocs-material", "plain")):
        _build(name, folder, place)
        yield name, folder / place / "site"


def _build(name: str, folder: Path, place: str) -> None:
    """Build; an article that our gate does not let pass is taken out everywhere."""
    command = [sys.executable, "-m", "mkdocs", "build", "-q"]
    until = time.monotonic() + LONGEST
    try:
        run(name, command, folder / place, until)
    except Refused as refused:
        if not (names := set(re.findall(r"articles/(a\d+)\b", str(refused)))):
            raise
        take_out(folder, names)
        run(name, command, folder / place, until)


def rows(name: str, site: Path) -> Iterator[tuple[str, ...]]:
    """Yield a table's rows: page, width in CSS pixels, LCP in ms on both links, and the most CLS."""
    for page, path in PAGES.items():
        for width in WIDTHS:
            fast, slow = _painted(site, path, width, {}), _painted(site, path, width, SLOW)
            still = max(moved for _, moved in (*fast, *slow))
            times = (f"{median(at for at, _ in seen):.0f}" for seen in (fast, slow))
            yield f"{name}, {page}", str(width), *times, f"{still:.3f}"


def _painted(site: Path, path: str, width: int, how: dict[str, float]) -> list[tuple[float, float]]:
    """Return LCP and CLS of each visit; each has a browser of its own."""
    from playwright.sync_api import sync_playwright

    found = []
    with linked(site, **how) as link, sync_playwright() as playwright:
        for _ in range(TIMES):
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
            page = browser.new_page(viewport={"width": width, "height": 800})
            page.add_init_script(_WATCH)
            page.goto(f"{link.address}/{path}", wait_until="networkidle")
            found.append(tuple(page.evaluate("[window.painted, window.moved]")))
            browser.close()
    return found
