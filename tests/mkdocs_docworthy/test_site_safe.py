"""Invented attacks in body and front matter, through a real build, in a real browser."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from built_site import Workspace, draft, published, workspace
from static_host import hosted

from kb.articles.article import Article, parse, render

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed")
CHROMIUM = Path("/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="no /usr/bin/chromium here")

SHAPES = (
    "<script>ran=1</script>",
    "</title><script>ran=2</script>",
    "</script><script>ran=3</script>",
    '"><img src=x onerror=ran=4>',
    "' autofocus onfocus=ran=5 x='",
    "<svg/onload=ran=6>",
    "<svg><script>ran=7</script></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=ran=8>",
    "<iframe srcdoc='<script>parent.ran=true</script>'></iframe>",
    "<details open ontoggle=ran=10>x</details>",
    "<noscript><p title='</noscript><img src=x onerror=ran=11>'>",
    "&lt;script&gt;ran=12&lt;/script&gt;",
    "&amp;lt;img src=x onerror=ran=13&amp;gt;",
    "&lt;script>ran=14&lt;/script>",
    "[x](javascript:ran=15)",
    "[x](JaVaScRiPt&colon;ran=16)",
    "[x](java\tscript:ran=17)",
    "[x](data:text/html,<script>ran=18</script>)",
    "<javascript:ran=19>",
    "![x](x){onerror=ran=20}",
    "[x](x){: onclick=ran=21 }",
    "![x\" onerror=ran=22 \"](y)",
    "[x]: javascript:ran=23\n\n[x]",
    "`<img src=x onerror=ran=24>`",
    "```html\n<script>ran=25</script>\n```",
    "{{ config }}{% raw %}{{ 7*7 }}{% endraw %}<script>ran=26</script>",
    "<base href='https://example.org/'><a href=x>x</a>",
    "<meta http-equiv=refresh content='0;url=javascript:ran=27'>",
    "<form action=javascript:ran=28><button autofocus>x</button></form>",
    "<link rel=stylesheet href='data:text/css,*{display:none}'>",
    "<object data='data:text/html,<script>parent.ran=true</script>'></object>",
    "<a href='vbscript:x'>x</a><embed src='javascript:ran=30'>",
    "\u2028<script>ran=31</script>\u2029",
    "<scr\u0000ipt>ran=32</scr\u0000ipt>".replace("\u0000", ""),
    "<!--><script>ran=33</script-->",
    "<![CDATA[<script>ran=34</script>]]>",
    "]]></title><script>ran=35</script>",
    "<x style=animation-name:x onanimationstart=ran=36>x</x>",
    "<input onfocus=ran=37 autofocus>",
    "<template><script>ran=38</script></template>",
)  # fmt: skip
FIELDS = (
    "title", "subtitle", "description", "status", "tags", "author", "keywords", "summary", "date",
    "revision_date", "git_revision_date_localized", "image",
)  # fmt: skip
"""What a page's front matter may say and a theme may print."""
PRINTS_ALL = """{% extends "base.html" %}{% block content %}{{ super() }}
{% for name in page.meta if name != "hide" %}{% set said = page.meta[name] %}
{% set said = said | join(" ") if said is sequence and said is not string else said %}
<p data-one="{{ said }}" title='{{ said }}'>{{ said }}</p>
{% endfor %}{% endblock %}"""
WATCH = """
window.ran = 0; window.violations = [];
document.addEventListener('securitypolicyviolation',
  (e) => window.violations.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample));
"""


def _as_read(article_id: str, **values: Any) -> Article:
    """Return the draft as it is read again: approvals hold for those bytes."""
    return parse(render(draft(article_id, **values)))


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Workspace]]:
    """A site whose every article holds one shape everywhere that a text may stand."""
    root = tmp_path_factory.mktemp("attacked")
    articles = [
        published(
            _as_read(
                f"a{number}",
                title=f"T {' '.join(shape.split())}",
                products=(f"P {' '.join(shape.split())}",),
                versions=(" ".join(shape.split()),),
                tags=(f"G {' '.join(shape.split())}",),
                aliases=(" ".join(shape.split()),),
                tickets=(" ".join(shape.split()),),
                review_by=" ".join(shape.split()),
                lang=f"en {' '.join(shape.split())}",
                sections=(
                    ("Issue", shape),
                    ("Environment", f"### {shape}"),
                    ("Cause", f"| a |\n|---|\n| {' '.join(shape.split())} |"),
                    ("Resolution", f"1. {shape}\n2. > {shape}"),
                ),
            )
        )
        for number, shape in enumerate(SHAPES)
    ]
    made = workspace(root, *articles, toml='[site]\nservice = "http://127.0.0.1:9"\n')
    text = (root / "mkdocs.yml").read_text("utf-8")
    text = text.replace("name: material", "name: material\n  custom_dir: theme")
    (root / "theme").mkdir()
    (root / "theme" / "main.html").write_text(PRINTS_ALL, "utf-8")
    for number in range(len(SHAPES)):
        (root / "docs" / f"plain{number}.md").write_text(_plain(number), "utf-8")
    links = "validation: {links: {not_found: ignore, unrecognized_links: ignore}}"
    more = f"{links}\nsite_url: https://help.example/\n"
    (root / "mkdocs.yml").write_text(text + more, "utf-8")
    built = made.build()
    assert built.returncode == 0, built.stderr
    with hosted(made.site) as address:
        yield address, made


def _plain(number: int) -> str:
    """Return a page whose front matter holds a shape in each of the twelve fields."""
    shapes = {name: SHAPES[(number + at) % len(SHAPES)] for at, name in enumerate(FIELDS)}
    tags = {"tags": [shapes["tags"]]}
    return f"---\n{yaml.safe_dump({**shapes, **tags})}---\n\nA page that a colleague wrote.\n"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(
            executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield found
        found.close()


def test_no_shape_runs(browser: Any, attacked: tuple[str, Workspace]) -> None:
    """On no page does a shape run, leave the site or break the policy; ours all run."""
    url, made = attacked
    context = browser.new_context(service_workers="block")
    page, asked = context.new_page(), list[str]()
    page.add_init_script(WATCH)
    page.on("dialog", lambda dialog: asked.append(f"dialog {dialog.message}"))
    page.on("request", lambda request: asked.append(request.url))
    paths = [path.relative_to(made.site).parent for path in made.site.rglob("index.html")]
    assert len(paths) > 2 * len(SHAPES)
    for path in sorted(paths):
        page.goto(f"{url}/{path.as_posix()}/", wait_until="load")
        assert 0 == page.evaluate("window.ran"), path
        assert [] == page.evaluate("window.violations"), path
        assert page.evaluate("typeof __md_scope") == "object", path
    ours = (f"{url}/", "http://127.0.0.1:9/", "data:")
    assert [] == [one for one in asked if not one.startswith(ours)]
    context.close()


def test_the_policy_stops_what_is_not_ours(browser: Any, attacked: tuple[str, Workspace]) -> None:
    """A script that got into a page after all would not run."""
    url, _ = attacked
    page = browser.new_page()
    page.add_init_script(WATCH)
    page.goto(f"{url}/articles/a0/")
    page.evaluate(
        "() => { const s = document.createElement('script'); s.textContent = 'window.ran = 99';"
        " document.body.append(s); }"
    )
    assert 0 == page.evaluate("window.ran")
    assert page.evaluate("window.violations.length") == 1
    page.close()


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site as it should be."""
    root = tmp_path_factory.mktemp("calm")
    other = draft("proxy-login", title="Login fails behind a proxy", tags=("network", "login"))
    german = draft("proxy-de", title="Hinter einem Proxy", lang="de", translation_of="proxy-login")
    made = workspace(
        root,
        *map(published, (draft(), other, german)),
        toml='[site]\nservice = "http://127.0.0.1:9"\n',
    )
    built = made.build()
    assert built.returncode == 0, built.stderr
    with hosted(made.site) as address:
        yield address


PAGES = ("", "articles/proxy-timeouts/", "support/", "articles/", "browse/products/ferry-cli/",
         "404.html")  # fmt: skip


def test_a_page_that_is_not_there_leads_on(browser: Any, calm: str) -> None:
    """Who comes to no page finds the search, all articles and a person, from however deep below."""
    page = browser.new_page()
    page.goto(f"{calm}/404.html")
    ways = [link.get_attribute("href") for link in page.locator("main article a[href]").all()]
    page.locator("main [data-dw-search]").click()

    assert [way.removeprefix(calm) for way in ways] == ["/articles/", "/support/"]
    assert page.locator(".md-search__input").is_visible()
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 320])
def test_nobody_is_shut_out(browser: Any, calm: str, scheme: str, width: int) -> None:
    """axe finds nothing on any template, in light and dark, on a desk and on a small phone."""
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    for path in PAGES:
        page = context.new_page()
        page.goto(f"{calm}/{path}")
        if path.startswith("articles/p"):
            page.get_by_role("button", name="No", exact=True).click()
        assert [] == _found(page), path
        page.close()
    context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 320)])
def test_nobody_is_shut_out_of_what_opens(browser: Any, calm: str, scheme: str, width: int) -> None:
    """axe finds nothing in the search box with its results, over a page in two languages."""
    context = browser.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, bypass_csp=True
    )
    page = context.new_page()
    page.goto(f"{calm}/articles/proxy-login/")
    assert page.get_by_role("link", name="Deutsch").is_visible()
    page.keyboard.press("/")
    page.keyboard.type("login behind a proxy")
    page.locator(".md-search-result__item").first.wait_for()
    assert [] == _found(page)
    context.close()


def _found(page: Any) -> list[Any]:
    """Return what axe finds on the page as it stands."""
    found = axe.Axe().run(page).response["violations"]
    return [(v["id"], [node["target"] for node in v["nodes"]]) for v in found]


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("path", PAGES[:3])
def test_the_page_stands_still_and_comes_early(
    browser: Any, calm: str, path: str, width: int
) -> None:
    """The largest content is painted, and nothing moves once it is (CLS at most 0.1)."""
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.add_init_script(
        "window.moved = 0; window.painted = 0;"
        "new PerformanceObserver((l) => l.getEntries().forEach((e) => {"
        " if (!e.hadRecentInput) window.moved += e.value; }))"
        ".observe({type: 'layout-shift', buffered: true});"
        "new PerformanceObserver((l) => l.getEntries().forEach((e) => {"
        " window.painted = e.startTime; }))"
        ".observe({type: 'largest-contentful-paint', buffered: true});"
    )
    page.goto(f"{calm}/{path}", wait_until="networkidle")
    assert page.evaluate("window.moved") <= 0.1
    assert page.evaluate("window.painted") > 0
    page.close()
