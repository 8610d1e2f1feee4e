"""One ranking, three places: `kb search`, `/search` and a real browser give the same order."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from built_site import Workspace, draft, published, workspace
from click.testing import CliRunner
from static_host import hosted

from kb.cli.main import cli
from kb.search.analysis import analysis, data, tokens
from kb.service.finding import Finder

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium here")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic"]

TEXTS = {
    "en": [
        ("Uploads time out behind a proxy", "The proxy closes idle connections. `proxy_read_timeout` is too low.", "Error FW-2107: gateway timed out"),
        ("Certificate is not trusted", "The agent refuses the authority: x509 unknown authority.", "Delete the expired certificate and install a new one."),
        ("Reset a forgotten password", "Users cannot sign in after changing passwords.", "Choose Reset, then confirm the mail."),
        ("Mail merge prints empty labels", "The printer prints blank pages.", "Update the driver 0x8004010F."),
    ],
    "de": [
        ("Zertifikat ist abgelaufen", "Die Verbindung wird abgelehnt, weil das Zertifikat ungültig ist.", "Löschen Sie das alte Zertifikat und erstellen Sie ein neues."),
        ("Rechnung zeigt die falsche Adresse", "Auf Rechnungen steht noch die frühere Straße.", "Ändern Sie die Anschrift unter Größe und Versand."),
        ("Passwort vergessen", "Benutzer können sich nicht anmelden.", "Setzen Sie das Kennwort zurück."),
    ],
    "fr": [
        ("Le certificat a expiré", "La connexion est refusée à cause des certificats.", "Supprimez l'ancien certificat."),
        ("Mot de passe oublié", "Les utilisateurs ne peuvent plus se connecter.", "Réinitialisez le mot de passe."),
    ],
    "es": [
        ("El certificado ha caducado", "La conexión se rechaza por los certificados.", "Elimine el certificado anterior."),
        ("Contraseña olvidada", "Los usuarios no pueden iniciar sesión.", "Restablezca la contraseña."),
    ],
    "pt": [
        ("O certificado expirou", "A conexão é recusada pelas certificações.", "Exclua o certificado antigo."),
        ("Senha esquecida", "Os usuários não conseguem entrar.", "Redefina a senha nas configurações."),
    ],
    "ja": [
        ("証明書の有効期限が切れています", "接続が拒否されます。証明書を確認してください。", "古い証明書を削除します。"),
        ("パスワードを忘れた場合", "ログインできません。", "パスワードをリセットします。E1102"),
    ],
}  # fmt: skip
QUERIES = {
    "en": ["proxy", "my uploads keep timing out behind the corporate proxy", "certficate trustd", "trsted", "pasword forgoten", "lables",
           "remove certificates", "proxy_read_timeout", "FW-2107", "0x8004010f", "can't sign in",
           "passw", "forgottenpassword", "uploadsproxy", "printing labels is blank", "the", "zzzz", "gateway timed out error fw-2107"],
    "de": ["Zertifikate abgelaufen", "Rechnungen Adresse", "kennwort", "Strasse", "Größe ändern", "Rechnungsadresse",
           "wie kann ich das Passwort zurücksetzen"],
    "fr": ["certificats expirés", "j'ai oublié mon mot de passe", "effacer certificat", "Reinitialiser"],
    "es": ["certificados caducados", "olvidé mi contrasena", "borrar certificado"],
    "pt": ["certificado expirado", "esqueci minha senha", "apagar certificado", "configuração"],
    "ja": ["証明書", "パスワード", "ログインできない", "証明書 削除", "E1102"],
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A site with pages in six languages side by side, built once."""
    articles = [
        published(draft(f"en-{number}", title=title, tags=(), sections=(
            ("Issue", issue), ("Environment", "Ferry CLI 1.10."), ("Cause", "-"), ("Resolution", fix),
        )))
        for number, (title, issue, fix) in enumerate(TEXTS["en"])
    ]  # fmt: skip
    made = workspace(tmp_path_factory.mktemp("search"), *articles)
    for lang, rows in TEXTS.items():
        for number, (title, issue, fix) in enumerate(rows):
            if lang != "en":
                path = made.root / "docs" / lang / f"{number}.md"
                path.parent.mkdir(exist_ok=True)
                path.write_text(
                    f"---\nlang: {lang}\n---\n# {title}\n\n{issue}\n\n## {title}\n\n{fix}\n"
                )
    built = made.build()
    assert built.returncode == 0, built.stderr
    return made


@pytest.fixture(scope="module")
def address(made: Workspace) -> Iterator[str]:
    """The site, on a static host below a folder."""
    with hosted(made.site) as address:
        yield address


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser."""
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Any, address: str) -> Iterator[Any]:
    """A fresh reader on the home page; an error in the console fails the test."""
    context = chromium.new_context(base_url=address)
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/")
    yield page
    context.close()
    assert [] == errors


@pytest.mark.parametrize("lang", QUERIES)
def test_one_order_in_three_places(
    lang: str, made: Workspace, page: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same pages, in the same order, with the same scores, passages and landing places."""
    monkeypatch.chdir(made.root)
    finder = Finder(made.root / "docs", made.root / ".kb" / "search")
    for query in QUERIES[lang]:
        said = CliRunner().invoke(cli, ["search", query, "--limit", "9", "--json"]).stdout
        command = json.loads(said)["results"]
        service = finder.find(query, 9)
        body = page.evaluate("q => docworthySearch.search(q, 9)", query)
        browser = [{**hit, "score": round(hit["score"], 4)} for hit in body["hits"]]
        keys = ("id", "path", "url", "anchor", "title", "score", "passage")
        assert [{key: hit[key] for key in keys} for hit in command] == [
            {key: hit[key] for key in keys} for hit in browser
        ], query
        assert [hit["id"] for hit in command] == [hit.id for hit in service], query


def test_one_analysis(page: Any) -> None:
    """The browser makes the same terms of a text as the index does, in each language."""
    texts = [text for rows in TEXTS.values() for row in rows for text in row]
    texts += ["dropped controlling generalizations adding skies caresses hopping relational",
              "C:\\Users\\x std::vector HKEY_LOCAL_MACHINE http://a.b/c?d=e ÀÉÎ ß İstanbul ΑΣ",
              "500gb 8inches 12und 0x8004010f 2fa 64-bit naïve café “quoted” it’s 10.0.0.1 1.2.3-rc1 a__b ½ ① ﬁle がぎ カタカナー 漢字kana混じり"]  # fmt: skip
    for lang in data():
        how = analysis(lang)
        ours = [[how.terms(token) for token in tokens(text)] for text in texts]
        theirs = page.evaluate(
            "([lang, texts]) => docworthySearch.terms(lang, texts)", [lang, texts]
        )
        assert [[list(one) for one in row] for row in ours] == theirs, lang


def test_box_and_keys(page: Any, address: str) -> None:
    """Slash opens the box, words bring results, arrows move, Enter opens at the heading."""
    page.keyboard.press("/")
    page.keyboard.type("certificate unknown authority", delay=20)
    first = page.locator("li:first-child > .md-search-result__link", has_text="is not trusted")
    first.wait_for()
    first.locator("p", has_text="unknown authority").wait_for()
    page.keyboard.press("ArrowDown")
    assert first.evaluate("one => one === document.activeElement")
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles/en-1/*")
    assert not page.locator("#__search").is_checked()


def test_nothing_found_is_said(page: Any) -> None:
    """A query that nothing answers says so; Escape closes the box."""
    page.keyboard.press("s")
    page.keyboard.type("zzzzzz")
    page.locator(".md-search-result__meta", has_text="No matching").wait_for()
    page.keyboard.press("Escape")
    assert not page.locator("#__search").is_checked()


def test_the_themes_own_index_is_not_there(made: Workspace) -> None:
    """The site carries one index."""
    assert not (made.site / "search" / "search_index.json").exists()


def sized(made: Workspace, name: str) -> int:
    return len(gzip.compress((made.site / "assets" / "docworthy" / name).read_bytes(), 9))


def test_a_page_pays_little_before_the_first_search(made: Workspace, page: Any) -> None:
    """What we add to a page is at most 12 kB; what finds is fetched when somebody searches."""
    names = {one["name"].rsplit("/", 1)[-1] for one in page.evaluate(
        "() => performance.getEntriesByType('resource').map((one) => ({name: one.name}))"
    )}  # fmt: skip
    ours = names & {path.name for path in (made.site / "assets" / "docworthy").iterdir()}
    assert {"docworthy.css", "docworthy.js", "search.js"} == ours
    assert sum(sized(made, name) for name in ours) <= 12_000
    with page.expect_event("worker"):
        page.keyboard.press("/")


def test_what_matched_is_marked(page: Any) -> None:
    """Words are marked as the page spells them, under the heading that is the landing place."""
    page.keyboard.press("/")
    page.keyboard.type("erstelen ZERTIFIKATE 証明書")
    link = page.locator(".md-search-result__link", has_text="Zertifikat ist abgelaufen")
    link.locator("h2 mark", has_text="Zertifikat").wait_for()  # words come while they are typed
    assert "erstellen" in link.locator("p mark").all_inner_texts()
    assert link.get_attribute("href").endswith("/de/0/#zertifikat-ist-abgelaufen")
    other = page.locator(".md-search-result__link", has_text="有効期限").first
    assert "証明書" == other.locator("h1 mark").first.inner_text()


def test_a_search_has_an_address(page: Any) -> None:
    """`?q=` opens the box with its results; closing it takes the words out of the address."""
    page.goto("/?q=forgotten+password")
    page.locator(".md-search-result__link", has_text="Reset a forgotten password").wait_for()
    assert page.locator("#__search").is_checked()
    page.keyboard.press("Escape")
    page.wait_for_url(lambda address: "q=" not in address)
    assert not page.locator("#__search").is_checked()


def test_the_count_is_said_and_the_way_to_a_person_stays(page: Any) -> None:
    """A polite live region tells the number; below the results stands the contact."""
    page.keyboard.press("/")
    page.keyboard.type("x509")
    page.locator("[role=status][aria-live=polite]", has_text="1 matching document").wait_for()
    page.get_by_role("link", name="Contact support").first.wait_for()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/support/")


def test_typing_on_a_result_goes_on_in_the_field(page: Any) -> None:
    """The theme's keys: a letter goes to the field, Tab leaves, the cross clears."""
    page.keyboard.press("/")
    page.keyboard.type("proxy")
    page.locator(".md-search-result__link").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.type("s")
    field = page.locator("[data-md-component=search-query]")
    assert "proxys" == field.input_value()
    page.locator("button[type=reset]").click()
    page.locator(".md-search-result__meta", has_text="Type to start").wait_for()
    assert 0 == page.locator(".md-search-result__link").count()
    page.keyboard.press("Tab")
    assert not page.locator("#__search").is_checked()


def test_enter_does_not_wait_for_the_pause(page: Any) -> None:
    """Enter right after the last letter opens the best answer to all that was typed."""
    page.keyboard.press("/")
    page.keyboard.type("forgotten password")
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles/en-2/*")


def test_what_is_pasted_waits_for_no_pause(page: Any) -> None:
    """A message that is pasted is searched for at once, without waiting for more letters."""
    page.clock.install()
    page.goto("/")
    page.clock.pause_at("2036-01-01")
    page.locator("[data-md-component=search-query]").evaluate("""field => {
        field.focus();
        field.value = "forgotten password";
        field.dispatchEvent(
            new InputEvent("input", { bubbles: true, inputType: "insertFromPaste" }));
    }""")
    page.locator(".md-search-result__link", has_text="Reset a forgotten password").wait_for()


def test_whole_words_are_fetched_while_the_next_is_written(page: Any) -> None:
    """A word's files come with the blank behind it, before any pause: of one that nobody knows also
    those of what it may mean. Pages wait for the search."""
    page.clock.install()
    page.goto("/")
    page.clock.pause_at("2036-01-01")
    asked = list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.keyboard.press("/")
    page.keyboard.type("pasword")
    with page.expect_request("**/search/docworthy/t/*"), page.expect_request("**/w/70.json.gz?*"):
        page.keyboard.type(" f")
    assert not [url for url in asked if "/search/docworthy/p/" in url]


def test_the_manifest_comes_beside_the_worker(page: Any, made: Workspace) -> None:
    """What the index is like is asked for while the script that finds is still on its way."""
    asked, arrived = Event(), Event()

    def before(path: str) -> None:
        if path.endswith("/manifest.json.gz"):
            asked.set()
        elif path.endswith("/search-worker.js"):
            arrived.wait(60)

    with hosted(made.site, before) as address:
        page.goto(address)
        page.keyboard.press("/")
        assert asked.wait(30)
        page.keyboard.type("password")
        assert 0 == page.locator(".md-search-result__link").count()
        arrived.set()
        page.locator(".md-search-result__link").first.wait_for()


def test_an_index_that_is_away_is_said(page: Any, made: Workspace) -> None:
    """Where the files cannot be fetched, the box says so and shows the way to a person."""
    back = Event()

    def before(path: str) -> None:
        if "/search/docworthy/" in path and not back.is_set():
            raise ConnectionAbortedError

    with hosted(made.site, before) as address:
        page.goto(address)
        page.keyboard.press("/")
        page.locator(".md-search-result__meta", has_text="cannot be reached").wait_for()
        back.set()
        page.keyboard.type("password")
        page.locator(".md-search-result__link").first.wait_for()


def test_the_form_answers_on_a_static_host(page: Any) -> None:
    """Without any service the site's own index answers, politely, beside what is written."""
    page.goto("/support/")
    page.get_by_label("Subject").fill("uploads time out")
    link = page.locator(".dw-suggestions a").first
    link.wait_for()
    assert "Uploads time out behind a proxy" == link.inner_text()
    assert "gateway timed out" in page.locator(".dw-passage").first.inner_text()
    assert page.locator(".dw-count[role=status][aria-live=polite]").inner_text().endswith("this.")
    with page.expect_popup() as popup:
        link.click()
    popup.value.wait_for_url("**/articles/en-0/*")
    assert "uploads time out" == page.get_by_label("Subject").input_value()
    page.get_by_role("button", name="This solved it").click()
    assert not page.locator(".dw-suggestions").is_visible()
    assert page.locator(".dw-count").inner_text().startswith("Good.")


def test_the_latest_words_decide(page: Any) -> None:
    """Suggestions follow what is written, and go when nothing is."""
    page.goto("/support/")
    subject = page.get_by_label("Subject")
    subject.fill("uploads proxy")
    page.locator(".dw-suggestions a", has_text="behind a proxy").wait_for()
    subject.fill("forgotten password")
    page.locator(".dw-suggestions a", has_text="Reset a forgotten password").wait_for()
    assert 0 == page.locator(".dw-suggestions a", has_text="behind a proxy").count()
    subject.fill("")
    page.locator(".dw-suggestions").wait_for(state="hidden")
    assert "" == page.locator(".dw-count").inner_text()


def test_what_is_written_and_searched_is_kept(page: Any) -> None:
    """A look elsewhere loses no text; the searches of the visit are shown, and go along."""
    page.goto("/support/")
    page.get_by_label("Subject").fill("labels are blank")
    page.goto("/")
    page.keyboard.press("/")
    page.keyboard.type("mail merge")
    page.locator(".md-search-result__link").first.wait_for()
    page.wait_for_function("() => sessionStorage.getItem('docworthy-trail').includes('mail merge')")
    page.goto("/support/")
    assert "labels are blank" == page.get_by_label("Subject").input_value()
    page.locator(".dw-trail summary").click()
    assert "Searched: mail merge" in page.locator(".dw-trail ol").inner_text()
    assert "mail merge" in page.locator("input[name=trail]").input_value()
    page.get_by_label("Send these along").uncheck()
    assert "" == page.locator("input[name=trail]").input_value()
