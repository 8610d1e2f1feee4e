"""Take the pictures of the docs anew: home, article and form, on a desk and on a phone.

    scripts/bench screenshots [SITE] [--article ID] [--team LINK] [--into FOLDER]

SITE is a built site, that of the demonstration when left out (run scripts/demo --once before).
LINK is what kb serve prints; with it the team's figures and digest are taken too, into docs/team.
"""

import argparse
import base64
import threading
from collections.abc import Mapping, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SIZES = {"": (1280, 800), "-phone": (390, 844)}
TALL = {"": (1280, 1400), "-phone": (390, 844)}
TEAM = {"figures": "team/?days=90", "digest": "team/digest?days=90"}
LARGEST = 200_000


class Quiet(SimpleHTTPRequestHandler):
    """Serves the site and says nothing."""

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def take(
    browser: Browser,
    url: str,
    scheme: str,
    size: tuple[int, int],
    path: Path,
    cookies: Sequence[Any] = (),
) -> None:
    """Take one picture, as WebP under 200 kB."""
    context = browser.new_context(
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": size[0], "height": size[1]},
    )
    context.add_cookies(list(cookies))
    page = context.new_page()
    page.goto(url, wait_until="networkidle")
    asked = {"format": "webp", "quality": 85}
    answer = context.new_cdp_session(page).send("Page.captureScreenshot", asked)
    data = base64.b64decode(answer["data"])
    if len(data) > LARGEST:
        raise SystemExit(f"{path}: {len(data)} bytes are too many for a picture.")
    path.write_bytes(data)
    context.close()


def every_way(
    browser: Browser,
    url: str,
    name: str,
    into: Path,
    cookies: Sequence[Any] = (),
    sizes: Mapping[str, tuple[int, int]] = SIZES,
) -> None:
    """Take a page in light and dark, on a desk and on a phone."""
    for scheme in ("light", "dark"):
        for device, size in sizes.items():
            take(browser, url, scheme, size, into / f"{name}-{scheme}{device}.webp", cookies)


def signed_in(browser: Browser, link: str) -> Sequence[Any]:
    """Return the cookies of somebody who followed the link."""
    context = browser.new_context()
    context.new_page().goto(link)
    cookies = context.cookies()
    context.close()
    return cookies


def main() -> None:
    """Take all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("site", nargs="?", type=Path, default=ROOT / ".demo/workspace/site")
    parser.add_argument("--article", default="")
    parser.add_argument("--team", default="")
    parser.add_argument("--into", type=Path, default=ROOT / "docs" / "assets")
    args = parser.parse_args()
    first = sorted(path.parent.name for path in args.site.glob("articles/*/index.html"))
    article = args.article or first[0]
    pages = {"home": "", "article": f"articles/{article}/", "form": "support/"}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(args.site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium",
                                             args=["--no-sandbox", "--disable-gpu"])  # fmt: skip
        for name, path in pages.items():
            url = f"http://127.0.0.1:{server.server_port}/{path}"
            every_way(browser, url, f"site-{name}", args.into)
        if args.team:
            service, cookies = args.team.partition("/team/")[0], signed_in(browser, args.team)
            figures, front = f"{service}/{TEAM['figures']}", args.into / "figures-light.webp"
            take(browser, figures, "light", SIZES[""], front, cookies)
            for name, path in TEAM.items():
                place = ROOT / "docs" / "team"
                every_way(browser, f"{service}/{path}", name, place, cookies, TALL)
        browser.close()
    server.shutdown()


if __name__ == "__main__":
    main()
