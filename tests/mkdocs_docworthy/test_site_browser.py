"""What a reader does on the built site, in a real browser against a real collector."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from built_site import Workspace, draft, published, workspace
from static_host import Host, served

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium here")

LONG = "Uploads of averyverylongidentifierwithoutanybreakatall_" + "x" * 60


@dataclass
class Collector:
    """A help centre that is up: its address, and the events it was sent."""

    url: str
    made: Workspace
    events: list[dict[str, Any]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def wait_for(self, kind: str, number: int = 1) -> list[dict[str, Any]]:
        """Return the events of a kind, as soon as there are so many."""
        _until(lambda: len(self.of(kind)) >= number)
        return self.of(kind)

    def of(self, kind: str) -> list[dict[str, Any]]:
        """Return the events of a kind."""
        return [event for event in self.events if event["kind"] == kind]


def _until(done: Callable[[], bool]) -> None:
    end = monotonic() + 8
    while not done() and monotonic() < end:
        sleep(0.05)


def _handler(collector: Collector) -> type[SimpleHTTPRequestHandler]:
    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args, directory=str(collector.made.site))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            assert self.headers["Content-Type"].startswith("text/plain")
            collector.events += json.loads(body)["events"]
            self.send_response(204)
            self.end_headers()

        def do_GET(self) -> None:
            if not self.path.startswith("/suggest"):
                return super().do_GET()
            collector.asked.append(self.path)
            row = {"url": "articles/proxy-timeouts/", "title": "<b>Uploads</b> time out",
                   "passage": "Set it to 300.", "id": "proxy-timeouts"}  # fmt: skip
            body = json.dumps({"results": [row]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)
            return None

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


@pytest.fixture(scope="module")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Collector]:
    server = Host(("127.0.0.1", 0), SimpleHTTPRequestHandler)
    url = f"http://127.0.0.1:{server.server_port}"
    root = tmp_path_factory.mktemp("centre")
    long = draft("long-words", title=LONG, products=("x" * 70,), tags=())
    toml = f'[site]\nservice = "{url}"\n'
    made = workspace(root, published(draft()), published(long), toml=toml)
    built = made.build()
    assert built.returncode == 0, built.stderr
    collector = Collector(url, made)
    server.RequestHandlerClass = _handler(collector)
    with served(server):
        yield collector


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, centre: Collector) -> Iterator[Any]:
    """A fresh reader; an error in the console fails the test that caused it."""
    centre.events.clear()
    centre.asked.clear()
    context = chromium.new_context(base_url=centre.url)
    page, errors = context.new_page(), list[str]()
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append(f"dialog {dialog.message}"))
    yield page
    context.close()
    assert [] == errors


def test_no_with_a_reason_reaches_the_collector(page: Any, centre: Collector) -> None:
    """A No counts at once, its reason follows, and the thanks takes the focus."""
    page.goto("/articles/proxy-timeouts/")
    page.get_by_role("button", name="No", exact=True).click()
    assert page.get_by_label("Something is missing").is_visible()
    page.get_by_label("It is hard to understand").check()
    page.get_by_label("What was missing?").fill("step 2 names\nno file")
    page.get_by_role("button", name="Send the reason").click()
    assert page.locator(".dw-thanks").inner_text().startswith("Thank you")
    assert "dw-thanks" in page.evaluate("document.activeElement.className")
    votes = centre.wait_for("not_solved", 2)
    assert [None, "unclear"] == [vote.get("reason") for vote in votes]
    assert [None, "step 2 names no file"] == [vote.get("comment") for vote in votes]
    shown = page.locator("[data-dw-version]").get_attribute("data-dw-version")
    assert [shown, "proxy-timeouts"] == [votes[1]["version"], votes[1]["article"]]


def test_a_view_names_page_and_article(page: Any, centre: Collector) -> None:
    """A page that is left sends one view, with nothing that the schema does not know."""
    page.goto("/articles/proxy-timeouts/")
    page.goto("about:blank")
    view = centre.wait_for("view")[0]
    assert {"id", "kind", "page", "article", "version", "dwell"} == set(view)
    assert "/articles/proxy-timeouts/" == view["page"]
    assert view["dwell"] < 15


def test_a_view_is_told_once_it_was_read(page: Any, centre: Collector) -> None:
    """After fifteen seconds in sight the page counts as read, and is not told again."""
    page.clock.install()
    page.goto("/articles/proxy-timeouts/")
    page.clock.run_for(16_000)
    assert 15 == centre.wait_for("view")[0]["dwell"]
    page.goto("about:blank")
    sleep(0.5)
    assert 1 == len(centre.of("view"))


def test_instant_navigation_sends_a_view_of_each_page(page: Any, centre: Collector) -> None:
    """Material swaps pages without a load; each is a view, and its furniture works."""
    page.goto("/articles/long-words/")
    page.locator(".dw-related a", has_text="Uploads time out").click()
    page.wait_for_url("**/proxy-timeouts/")
    page.get_by_role("button", name="Yes", exact=True).click()
    assert "proxy-timeouts" == centre.wait_for("solved")[0]["article"]
    page.goto("about:blank")
    views = centre.wait_for("view", 2)
    assert ["long-words", "proxy-timeouts"] == [view.get("article") for view in views]


def test_a_search_counts_when_it_settles(page: Any, centre: Collector) -> None:
    """A search is sent once it settles, with its count; an opened result with its rank."""
    page.goto("/")
    page.locator("[data-md-component=search-query]").click()
    page.locator("[data-md-component=search-query]").press_sequentially("proxy", delay=60)
    search = centre.wait_for("search")
    assert ["proxy"] == [event["query"] for event in search]
    assert search[0]["results"] >= 1
    page.locator(".md-search-result__link").first.click()
    assert 1 == centre.wait_for("open")[0]["rank"]


def test_the_form_answers_and_shows_what_goes_along(page: Any, centre: Collector) -> None:
    """While a customer writes, one settled question is asked; the trail is shown beside it."""
    page.goto("/articles/proxy-timeouts/")
    page.locator(".dw-stuck a").click()
    page.wait_for_url("**/support/?from=proxy-timeouts")
    page.get_by_label("Subject").press_sequentially("upload stops", delay=20)
    page.locator(".dw-suggestions a").wait_for()
    assert "1 page may answer this." == page.locator(".dw-count").inner_text()
    assert "<b>Uploads</b> time out" == page.locator(".dw-suggestions a").inner_text()
    assert "opens in a new tab" in page.locator(".dw-suggestions li").inner_text()
    assert 1 == len(centre.asked)
    assert "proxy-timeouts" == page.locator("input[name=from]").input_value()
    page.locator(".dw-trail summary").click()
    assert "Read: Uploads time out behind a proxy" in page.locator(".dw-trail ol").inner_text()
    page.get_by_role("button", name="This solved it").click()
    assert 1 == len(centre.wait_for("form_solved"))


def test_a_form_by_mail_says_so_and_loses_no_word(page: Any, centre: Collector) -> None:
    """The mail has subject, words and trail in its places; what was written can be copied, too."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    mails = list[str]()
    page.on("request", lambda one: mails.append(one.url) if one.url[:7] == "mailto:" else None)
    page.goto("/articles/proxy-timeouts/")
    page.goto("/support/")
    page.get_by_label("Subject").fill("50% & more = slow")
    page.get_by_label("What do you see").fill("First line\nsecond line")
    page.get_by_role("button", name="Continue in your mail program").click()
    _until(lambda: bool(mails))
    told = parse_qs(urlsplit(mails[0]).query, strict_parsing=True)
    words = "First line\nsecond line\n\n- Read: Uploads time out behind a proxy"
    assert ["50% & more = slow"] == told["subject"]
    assert told["body"][0].replace("\r", "").startswith(words)
    assert page.locator(".dw-mailed p").first.evaluate("one => one === document.activeElement")
    page.get_by_role("button", name="Copy what I wrote").click()
    page.get_by_role("button", name="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()").startswith(
        f"50% & more = slow\n\n{words}"
    )


def test_a_form_by_mail_needs_no_script(chromium: Any, centre: Collector) -> None:
    """Without script the mail's text is what was written, with no empty field beside it."""
    context = chromium.new_context(base_url=centre.url, java_script_enabled=False)
    page, mails = context.new_page(), list[str]()
    page.on("request", lambda one: mails.append(one.url) if one.url[:7] == "mailto:" else None)
    page.goto("/support/")
    page.get_by_label("Subject").fill("slow uploads")
    page.get_by_label("What do you see").fill("since Monday")
    page.get_by_role("button", name="Continue in your mail program").click()
    _until(lambda: bool(mails))
    told = parse_qs(urlsplit(mails[0]).query)["body"][0]
    assert ["subject=slow uploads", "description=since Monday"] == told.strip().splitlines()
    context.close()


def test_a_service_that_is_away_is_replaced(chromium: Any, centre: Collector) -> None:
    """Where `/suggest` fails, the site's own index answers in its place."""
    context = chromium.new_context(base_url=centre.url)
    page = context.new_page()
    page.route("**/suggest?**", lambda route: route.fulfill(status=503))
    page.goto("/support/")
    page.get_by_label("Subject").fill("uploads stop")
    page.locator(".dw-suggestions a", has_text="Uploads time out").wait_for()
    context.close()


def test_privacy_control_is_honoured(page: Any, centre: Collector) -> None:
    """A browser that asks not to be told on sends nothing, and is not asked to vote."""
    page.add_init_script(
        "Object.defineProperty(navigator, 'globalPrivacyControl', {get: () => true})"
    )
    page.goto("/articles/proxy-timeouts/")
    sleep(0.6)
    assert not page.locator(".dw-vote").is_visible()
    assert page.locator(".dw-stuck a").is_visible()
    assert "/articles/proxy-timeouts/" not in {event["page"] for event in centre.events}


@pytest.mark.parametrize("path", ["/articles/long-words/", "/support/", "/articles/"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_small_phone_never_scrolls_sideways(page: Any, path: str, scheme: str) -> None:
    """At 320 px nothing is wider than the screen, and every control is 24 px at least."""
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    sizes = page.evaluate(
        "[...document.querySelectorAll('.dw-button')].filter(b => b.offsetWidth)"
        ".map(b => Math.min(b.offsetWidth, b.offsetHeight))"
    )
    assert all(size >= 24 for size in sizes)


def test_without_script_the_page_works(chromium: Any, centre: Collector) -> None:
    """Without script there are the article and the way to a person, and no dead button."""
    context = chromium.new_context(base_url=centre.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/articles/proxy-timeouts/")
    assert page.locator("noscript a[href*=support]").count() >= 1
    assert not page.get_by_role("button", name="Yes", exact=True).is_visible()
    assert page.locator(".dw-stuck a").is_visible()
    context.close()
