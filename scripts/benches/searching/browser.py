"""A cold Chromium on a static host: bytes and milliseconds to the first result."""

import html
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

from kb.search.sheet import Sheet

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
         "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
OURS = "async q => (await docworthySearch.search(q, 10)).hits.length"
PAGEFIND = """async q => {
    const found = (await (await import("/pagefind/pagefind.js")).search(q)).results;
    return (await Promise.all(found.slice(0, 10).map((one) => one.data()))).length;
}"""


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a folder on the loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def pagefind(site: Path, sheets: Iterator[Sheet]) -> bool:
    """Write the pages as plain HTML and let Pagefind index them; False where it is not there."""
    for sheet in sheets:
        path = site / sheet.url / "index.html"
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = "".join(f"<p>{html.escape(line.text)}</p>" for line in sheet.lines[1:])
        title = html.escape(sheet.title)
        path.write_text(
            f"<html lang=en><title>{title}</title><body><h1>{title}</h1>{lines}", "utf-8"
        )
    command = [sys.executable, "-m", "pagefind", "--site", str(site)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def measure(site: Path, script: str, call: str, queries: list[str]) -> tuple[float, float, int]:
    """Return median kB and ms to ten shown results, each query in a fresh profile, and how many of
    the queries found nothing."""
    from playwright.sync_api import sync_playwright

    (site / "blank.html").write_text(f"<!doctype html><title>x</title>{script}", encoding="utf-8")
    sizes, times, empty = list[float](), list[float](), 0
    with served(site) as address, sync_playwright() as playwright:
        for query in queries:
            browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
            page = browser.new_page()
            received = [0]
            client = page.context.new_cdp_session(page)
            client.send("Network.enable")
            client.on("Network.loadingFinished",
                      lambda event, to=received: to.__setitem__(0, to[0] + event["encodedDataLength"]))  # fmt: skip
            page.goto(f"{address}/blank.html")
            timed = f"async q => {{ const t = performance.now(); const n = await ({call})(q); return [n, performance.now() - t]; }}"
            count, took = page.evaluate(timed, query)
            page.wait_for_timeout(100)
            sizes.append(received[0] / 1000)
            times.append(took)
            empty += not count
            browser.close()
    return median(sizes), median(times), empty
