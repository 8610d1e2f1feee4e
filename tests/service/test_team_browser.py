"""Reviewing in a real browser: by keyboard alone, without a script, and without losing a word."""

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from yard import AUTHOR, NOW, REVIEWER, article, move_to_draft, served

from kb.articles.approval import is_approved
from kb.articles.article import State, Verb
from kb.articles.library import Library
from kb.articles.lifecycle import move
from kb.config import Config
from kb.service.app import assemble
from kb.service.session import new_link
from kb.store.store import open_store

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium here")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
DRAFTS = 25
PAGES = (
    "/team/", "/team/review", "/team/review/relay-07", "/team/review/relay-07/edit",
    "/team/review/relay-live/compare", "/team/review/relay-flagged", "/team/review/relay-mail",
    "/team/review/nothing", "/team/rows/deflection", "/team/digest", "/team/rows/article/relay-live",
)  # fmt: skip
MKDOCS = (
    "site_name: Ferrywright\ntheme: {name: material, font: false}\nplugins: [search, docworthy]\n"
)


class Place:
    """A served workspace, and the way into it."""

    def __init__(self, address: str, library: Library, config: Config) -> None:
        self.address, self.library, self.config = address, library, config

    def enter(self, page: Any, who: str = REVIEWER) -> None:
        """Sign in by a new link, and say who it is."""
        page.goto(f"{self.address}/team/enter?token={new_link(self.config.secret(), NOW)}")
        if who:
            page.fill("#you", who)
            page.click("form.who button")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A workspace with 25 drafts in review, a revision, a flag and a finding, on loopback."""
    monkeypatch.setenv("KB_SECRET", "a secret for tests")
    monkeypatch.delenv("KB_DATABASE", raising=False)
    (tmp_path / "mkdocs.yml").write_text(MKDOCS)
    (tmp_path / "kb.toml").write_text("")
    config = Config(root=tmp_path)
    library = Library(config.docs)
    _fill(library)
    (config.docs / "index.md").write_text("# Ferrywright\n")
    with contextlib.closing(open_store(config.database)) as store:
        app = assemble(config, store, now=lambda: NOW, token="").app
        with served(app) as address:
            yield Place(address, library, config)


def _fill(library: Library) -> None:
    at = NOW - timedelta(days=3)
    for number in range(DRAFTS):
        draft = article(f"relay-{number:02}", f"Relay number {number} drops its connection")
        library.save(move(move_to_draft(draft, at), Verb.SUBMIT, by=AUTHOR, at=at))
    for name in ("relay-live", "relay-flagged"):
        done = move(
            move_to_draft(article(name, f"Live: {name}"), at), Verb.SUBMIT, by=AUTHOR, at=at
        )
        done = move(done, Verb.APPROVE, by=REVIEWER, at=at)
        done = move(done, Verb.PUBLISH, by=REVIEWER, at=at)
        library.save(done)
    library.save(move(done, Verb.FLAG, by=AUTHOR, at=at, note="step 2 is wrong"))
    live = library.find("relay-live")
    library.save(move(replace(live, title="Live and better"), Verb.EDIT, by=AUTHOR, at=at))
    mail = article("relay-mail", "Relay tells somebody by mail")
    mail = replace(
        mail, sections=(("Issue", "It wrote to tessa@quaylinefreight.example."), *mail.sections[1:])
    )
    library.save(move_to_draft(mail, at))


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real Chromium."""
    with sync_api.sync_playwright() as play:
        found = play.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield found
        found.close()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A fresh browser window in which no script of ours may fail."""
    context = browser.new_context()
    window = context.new_page()
    errors: list[str] = []
    window.on("pageerror", lambda error: errors.append(str(error)))
    yield window
    context.close()
    assert [] == errors


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(place: Place, page: Any, scheme: str, width: int) -> None:
    """No page of the team has an accessibility violation, wide or narrow, in light or dark."""
    place.enter(page)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    found = []
    for path in PAGES:
        page.goto(place.address + path, wait_until="domcontentloaded")
        results = axe.Axe().run(page, options={"iframes": False, "resultTypes": ["violations"]})
        found += [f"{path}: {one['id']} {one['nodes'][0]['target']}" for one in results.response["violations"]]  # fmt: skip
        over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found += [f"{path}: {over} pixels wider than the window"] if over > 0 else []
    assert [] == found


def test_25_drafts_by_keyboard_alone(place: Place, page: Any) -> None:
    """From the queue to the last approval no mouse is needed, and one key is one approval."""
    place.enter(page, "")
    page.goto(f"{place.address}/team/review")
    for _ in range(8):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "you":
            break
    page.keyboard.type(REVIEWER)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.keyboard.press("j")
    with page.expect_navigation(url="**/team/review/relay-*"):
        page.keyboard.press("Enter")
    for _ in range(DRAFTS):
        page.keyboard.press("j")
        with page.expect_navigation():
            page.keyboard.press("a")

    drafts = [place.library.find(f"relay-{number:02}") for number in range(DRAFTS)]
    assert [REVIEWER] * DRAFTS == [a.history[-1].by for a in drafts if is_approved(a)]


def test_an_approval_is_taken_back_in_a_key(place: Place, page: Any) -> None:
    """Whoever pressed the wrong key presses another, on the page that follows."""
    place.enter(page)
    page.goto(f"{place.address}/team/review/relay-04")
    with page.expect_navigation():
        page.keyboard.press("a")
    assert is_approved(place.library.find("relay-04"))
    with page.expect_navigation():
        page.keyboard.press("z")
    assert not is_approved(place.library.find("relay-04"))
    assert "waiting again" in page.locator("[role=status]").inner_text()


def test_keys_are_told_and_can_be_switched_off(place: Place, page: Any) -> None:
    """? shows the keys; switched off, a single key does nothing (WCAG 2.1.4)."""
    place.enter(page)
    page.goto(f"{place.address}/team/review/relay-03")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").is_visible()
    page.locator("[data-keys-off]").check()
    page.keyboard.press("Escape")
    page.keyboard.press("a")
    page.wait_for_timeout(300)
    assert not is_approved(place.library.find("relay-03"))


def test_without_a_script(place: Place, browser: Any) -> None:
    """The forms alone approve and send back."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    place.enter(page)
    page.goto(f"{place.address}/team/review/relay-04")
    page.click("text=Approve >> nth=-1")
    page.goto(f"{place.address}/team/review/relay-05")
    page.fill("#note", "Which proxy?")
    page.click("button:has-text('Send back')")
    context.close()

    assert is_approved(place.library.find("relay-04"))
    assert State.DRAFT is place.library.find("relay-05").state


def test_finding_settled_in_a_key(place: Place, page: Any) -> None:
    """A finding is highlighted, and taken out in one key, which is the person's edit."""
    place.enter(page)
    page.goto(f"{place.address}/team/review/relay-mail")
    assert "tessa@quaylinefreight.example" == page.locator("li mark.finding").first.inner_text()
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("x")

    after = place.library.find("relay-mail")
    assert "tessa" not in after.section("Issue")
    assert (Verb.EDIT, REVIEWER) == (after.history[-1].verb, after.history[-1].by)


def test_preview_is_the_sites(place: Place, page: Any) -> None:
    """What is typed is shown in the site's own theme, before it is saved, with no script in it."""
    place.enter(page)
    page.goto(f"{place.address}/team/review/relay-06/edit")
    page.fill("#s-Cause", "The **relay** is asleep.")
    page.click("button:has-text('Preview')")
    frame = page.frame_locator("iframe[name=preview]")
    frame.locator("strong:has-text('relay')").wait_for(timeout=30_000)

    assert 0 < frame.locator("header.md-header").count()
    assert 0 == frame.locator("script").count()
    assert "asleep" not in place.library.find("relay-06").section("Cause")


def test_two_at_once(place: Place, browser: Any) -> None:
    """Who saves second sees both versions, and what they typed is still in the form."""
    first, second = browser.new_context().new_page(), browser.new_context().new_page()
    for window, who in ((first, AUTHOR), (second, REVIEWER)):
        place.enter(window, who)
        window.goto(f"{place.address}/team/review/relay-08/edit")
    first.fill("#s-Cause", "The proxy is too strict.")
    first.click("[data-save]")
    second.fill("#s-Cause", "The relay is too quiet.")
    second.click("[data-save]")

    assert "The relay is too quiet." == second.input_value("#s-Cause")
    told = second.locator("[role=alert]").inner_text()
    assert [True, True] == [word in told for word in ("strict", "quiet")]
    assert "The proxy is too strict." == place.library.find("relay-08").section("Cause")
    second.click("[data-save]")
    assert "The relay is too quiet." == place.library.find("relay-08").section("Cause")
    first.context.close()
    second.context.close()


def test_session_ends_while_writing(place: Place, page: Any) -> None:
    """Signed out in the middle, every word comes back and is saved after a new sign-in."""
    place.enter(page)
    page.goto(f"{place.address}/team/review/relay-09/edit")
    page.fill("#s-Cause", "Nine words that nobody wants to type once more.")
    page.context.clear_cookies()
    page.click("[data-save]")
    assert "You are not signed in any more." == page.locator("h1").inner_text()

    other = page.context.new_page()
    place.enter(other)
    page.click("text=Send again")
    page.click("text=Send again")
    assert "once more" in place.library.find("relay-09").section("Cause")


def test_kept_until_it_is_saved(place: Place, page: Any) -> None:
    """What was typed and not saved is there after a reload, and forgotten once it is saved."""
    place.enter(page)
    edit = f"{place.address}/team/review/relay-10/edit"
    page.goto(edit)
    page.fill("#s-Cause", "Half a thou")
    page.locator("[data-kept]:has-text('kept')").wait_for()
    page.reload()
    assert "Half a thou" == page.input_value("#s-Cause")
    assert page.locator("[data-restored]").is_visible()
    page.click("[data-save]")
    page.wait_for_url("**done=edit*")
    page.goto(edit)
    assert page.locator("[data-restored]").is_hidden()


def test_a_field_is_as_tall_as_its_text(place: Place, page: Any) -> None:
    """Who edits reads a whole section at once, and sees the name that they act under."""
    place.enter(page, "tove.aas@ferrywright.example")
    page.goto(f"{place.address}/team/review/relay-10/edit")
    issue = page.get_by_label("Issue")
    issue.fill("\n".join(f"line {number}" for number in range(15)))

    assert issue.evaluate("field => field.scrollHeight - field.clientHeight") <= 1
    assert page.locator("#you").evaluate("field => field.scrollWidth - field.clientWidth") <= 1


def test_link_from_the_command_line(place: Place, page: Any) -> None:
    """kb review --link opens the reviewers' page of the running service, once."""
    command = [sys.executable, "-m", "kb", "review", "--link"]
    done = subprocess.run(
        command, cwd=place.config.root, capture_output=True, text=True, check=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(int(NOW.timestamp()))},
    )  # fmt: skip
    path = re.sub(r"^http://[^/]+", "", done.stdout.strip())
    page.goto(place.address + path)
    assert page.url.endswith("/team/review")
    page.context.clear_cookies()
    assert 403 == page.goto(place.address + path).status
