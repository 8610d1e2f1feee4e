"""What a real strict build lets out, and what stops it."""

import importlib.util
import re
from html.parser import HTMLParser
from pathlib import Path

import httpx2
import pytest
from built_site import Workspace, draft, published, workspace

from kb.articles.article import State

SERVICE = '[site]\nservice = "http://127.0.0.1:9"\n'


def _bytes(site: Path) -> dict[str, bytes]:
    return {str(p.relative_to(site)): p.read_bytes() for p in site.rglob("*") if p.is_file()}


def _all(made: Workspace) -> bytes:
    return b"\n".join(_bytes(made.site).values())


def _refused(made: Workspace) -> str:
    built = made.build()
    assert built.returncode != 0, built.stderr
    return built.stderr + built.stdout


def test_an_approved_article_goes_out_with_its_furniture(tmp_path: Path) -> None:
    """An approved article is on the site with applicability, review date, vote and contact."""
    other = draft("proxy-login", title="Login fails behind a proxy")
    made = workspace(tmp_path, published(draft()), published(other), toml=SERVICE)
    built = made.build()
    assert built.returncode == 0, built.stderr
    page = made.article("proxy-timeouts")
    shown = (
        "Ferry CLI",
        "1.10",
        "2026-03-05",
        "Did this solve your problem?",
        "Still stuck?",
        'href="../../support/?from=proxy-timeouts"',
        'href="../proxy-login/"',
        'data-dw-article="proxy-timeouts"',
        'data-dw-service="http://127.0.0.1:9"',
    )
    for words in shown:
        assert words in page, words
    assert "data-dw-form" in made.page("support")
    assert 'href="../proxy-timeouts/"' not in page.split("dw-related")[1].split("</nav>")[0]


def test_the_navigation_may_name_articles(tmp_path: Path) -> None:
    """Such an article stands in the navigation, by that name or its title; links into it are checked."""
    other = draft("proxy-login", title="Login fails behind a proxy")
    made = workspace(tmp_path, published(draft()), published(other))
    with (tmp_path / "mkdocs.yml").open("a") as file:
        file.write("nav: [index.md, {More: [Proxies: articles/proxy-timeouts.md, articles/proxy-login.md]}]\n"
                   "validation: {anchors: warn}\n")  # fmt: skip
    (tmp_path / "docs" / "index.md").write_text(
        "# Help\n\n[Way](articles/proxy-login.md#resolution)\n"
    )
    built = made.build()
    assert built.returncode == 0, built.stderr
    menu = made.page("").partition('class="md-nav__link"')[2].split()
    assert {"Proxies", "Login"} <= set(menu)
    assert 'href="articles/proxy-login/"' in made.page("")
    assert "Still stuck?" in made.article("proxy-timeouts")

    (tmp_path / "docs" / "index.md").write_text("# Help\n\n[Way](articles/proxy-login.md#gone)\n")
    assert "#gone" in _refused(made)


def test_no_card_is_awaited_that_nobody_draws(tmp_path: Path) -> None:
    """Material's social cards begin with a page's Markdown: pages that have none are left out."""
    made = workspace(tmp_path, published(draft()))
    (tmp_path / "hook.py").write_text(
        "drawn = set()\n"
        "def on_page_markdown(markdown, page, **_):\n"
        "    drawn.add(page.file.src_uri)\n"
        "def on_post_page(output, page, **_):\n"
        "    if page.meta.get('social', {}).get('cards', True):\n"
        "        drawn.remove(page.file.src_uri)\n"
    )
    with (tmp_path / "mkdocs.yml").open("a") as file:
        file.write("hooks: [hook.py]\n")
    built = made.build()
    assert built.returncode == 0, built.stderr


def test_form_sends_to_the_service_that_passes_it_on(tmp_path: Path) -> None:
    """Where kb.toml says a help desk, the form sends to the service, and its policy lets it."""
    toml = f'{SERVICE}\n[form]\nto = "zendesk"\nurl = "https://help.example"\n'
    made = workspace(tmp_path, published(draft()), toml=toml)
    built = made.build()
    assert built.returncode == 0, built.stderr
    page = made.page("support")

    assert 'method="post" action="http://127.0.0.1:9/tickets"' in page
    assert 'name="email"' in page
    assert "form-action 'self' http://127.0.0.1:9;" in page


@pytest.mark.parametrize(
    ("action", "shown", "told"),
    [("mailto:help@ferrywright.example", 'href="mailto:help@ferrywright.example"', False),
     ("", 'action="mailto:"', True)],
)  # fmt: skip
def test_a_form_by_mail_shows_its_address(
    tmp_path: Path, action: str, shown: str, told: bool
) -> None:
    """A reader without a mail program sees where to write; a form without an address is told."""
    made = workspace(tmp_path, published(draft()))
    settings = tmp_path / "mkdocs.yml"
    options = f"plugins: [search, {{docworthy: {{contact_action: '{action}'}}}}]"
    settings.write_text(settings.read_text().replace("plugins: [search, docworthy]", options))
    built = made.build()
    assert built.returncode == 0, built.stderr
    assert shown in made.page("support")
    assert told == ("contact form has no address" in built.stderr)


def test_nobody_who_worked_on_it_is_on_the_site(tmp_path: Path) -> None:
    """History, ticket keys and people's names reach no byte of the site."""
    made = workspace(tmp_path, published(draft(tickets=("helpdesk:4711",))))
    assert made.build().returncode == 0
    site = _all(made)
    for words in (b"helpdesk:4711", b"anna@ferry", b"ben@ferry", b"sha256:", b"in_review"):
        assert words not in site, words


def test_an_unapproved_article_stops_the_build(tmp_path: Path) -> None:
    """A published state without the approval of a second person stops the build."""
    made = workspace(tmp_path, draft(state=State.PUBLISHED))
    said = _refused(made)
    assert "articles/proxy-timeouts.md: 0 of 1 approvals hold for these bytes." in said


def test_one_changed_byte_stops_the_build(tmp_path: Path) -> None:
    """An approval holds for the bytes that were read, and for no others."""
    made = workspace(tmp_path, published(draft()))
    path = tmp_path / "docs" / "articles" / "proxy-timeouts.md"
    path.write_text(path.read_text("utf-8").replace("to 300", "to 301"), "utf-8")
    assert "0 of 1 approvals hold" in _refused(made)


def test_a_build_that_is_refused_at_once_leaves_the_site_as_it_was(tmp_path: Path) -> None:
    """What stands in the site stays, byte for byte, while no page was printed."""
    made = workspace(tmp_path, published(draft()))
    assert made.build().returncode == 0
    before = _bytes(made.site)
    path = tmp_path / "docs" / "articles" / "proxy-timeouts.md"
    path.write_text(path.read_text("utf-8").replace("to 300", "to 301"), "utf-8")
    _refused(made)
    assert _bytes(made.site) == before


def test_a_refused_site_does_not_go_out_and_is_not_printed_twice(tmp_path: Path) -> None:
    """After a finding in the final bytes the site is empty; the next build takes up its pages."""
    made = workspace(tmp_path, published(draft()))
    assert made.build().returncode == 0
    page, told = (
        made.site / "articles" / "proxy-timeouts" / "index.html",
        tmp_path / "docs" / "note.txt",
    )
    before, stands = _bytes(made.site), page.stat().st_ino
    for _ in range(2):
        told.write_text("ghp_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0hL3nR6\n", "utf-8")
        assert "note.txt: it holds" in _refused(made)
        assert _bytes(made.site) == {}
    told.unlink()
    assert made.build().returncode == 0
    assert page.stat().st_ino == stands
    after = _bytes(made.site)
    assert {name for name in after if after[name] != before.get(name)} <= {"sitemap.xml.gz"}
    assert after.keys() == before.keys()


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    """One build names every article that may not go out, and links to drafts."""
    made = workspace(
        tmp_path, draft(state=State.PUBLISHED), draft("second", state=State.PUBLISHED), draft("x-1")
    )
    (tmp_path / "docs" / "uploads.md").write_text("# Uploads\n\n[soon](drafts/x-1.md)\n", "utf-8")
    said = _refused(made)
    for place in ("articles/proxy-timeouts.md", "articles/second.md", "uploads.md: it links to a"):
        assert place in said, place


def test_a_narrower_audience_stops_the_build(tmp_path: Path) -> None:
    """An internal article is never on the public site."""
    made = workspace(tmp_path, published(draft(audience="internal")))
    assert "it is for the audience internal, the site is public" in _refused(made)


def test_a_draft_is_never_in_the_site(tmp_path: Path) -> None:
    """Drafts stay out even when mkdocs.yml asks for them."""
    secret = draft("not-yet", title="Nobody may read this yet")
    made = workspace(tmp_path, published(draft()), secret)
    with (tmp_path / "mkdocs.yml").open("a") as file:
        file.write("draft_docs: |\n  !drafts/\nexclude_docs: |\n  !.evidence/\n")
    assert made.build().returncode == 0
    assert not (made.site / "drafts").exists()
    assert b"Nobody may read this yet" not in _all(made)


def test_a_preview_shows_drafts_under_a_banner(tmp_path: Path) -> None:
    """In `mkdocs serve` a draft is read as it would be, marked as what it is."""
    waiting = draft("waiting", state=State.IN_REVIEW)
    hidden = draft("not-yet", title="Nobody may read this")
    made = workspace(tmp_path, published(draft()), hidden, waiting)
    (tmp_path / "docs" / "drafts" / "broken.md").write_text("no front matter\n", "utf-8")
    with made.serve() as url:
        shown = httpx2.get(f"{url}/drafts/not-yet/").text
        broken = httpx2.get(f"{url}/drafts/broken/").text
        asked = httpx2.get(f"{url}/drafts/waiting/").text
    assert "Draft (in review)" in asked
    assert '<p class="admonition-title">Draft</p>' in shown
    assert "Only you see this page" in shown
    assert "Nobody may read this" in shown
    assert "This draft cannot be read" in broken


def test_a_hidden_page_below_articles_stops_the_build(tmp_path: Path) -> None:
    """What the library does not read cannot go out in its name."""
    made = workspace(tmp_path, published(draft()))
    folder = tmp_path / "docs" / "articles" / "deep"
    folder.mkdir()
    (folder / "x.md").write_text("# Unseen\n", "utf-8")
    assert "articles/deep/x.md: no article of the library lies there." in _refused(made)


class _Scripts(HTMLParser):
    """Collects what would run `alert` in a browser: elements, handlers and addresses."""

    def __init__(self) -> None:
        super().__init__()
        self.found = list[str]()
        self._in = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._in = tag == "script" and dict(attrs).get("type") != "application/ld+json"
        self.found += [
            f"{tag} {name}"
            for name, value in attrs
            if name.startswith("on") or "javascript:alert" in (value or "").split(" ")[0]
        ]

    def handle_endtag(self, tag: str) -> None:
        self._in = False

    def handle_data(self, data: str) -> None:
        self.found += ["script"] if self._in and "alert(1)" in data else []


def _scripts(page: str) -> list[str]:
    reader = _Scripts()
    reader.feed(page)
    return reader.found


SHAPES = (
    "</title><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% include 'x' %} [x](javascript:alert(1))",
)


@pytest.mark.parametrize("shape", SHAPES)
def test_a_script_in_any_field_is_text(tmp_path: Path, shape: str) -> None:
    """Title, tags, products, aliases and body are words on the page, never code."""
    made = workspace(
        tmp_path,
        published(
            draft(
                title=f"Broken {shape}",
                tags=(shape,),
                products=(shape,),
                versions=(shape,),
                aliases=(shape,),
                sections=(("Issue", shape), ("Resolution", f"### {shape}\n\n- {shape}")),
            )
        ),
    )
    built = made.build()
    assert built.returncode == 0, built.stderr
    for path in made.site.rglob("*.html"):
        page = path.read_text("utf-8")
        assert [] == _scripts(page), path
    assert list(made.site.rglob("search/docworthy/p/*.json.gz"))


def test_a_placeholder_is_visible(tmp_path: Path) -> None:
    """A redaction's placeholder is read as text, in prose and in code."""
    made = workspace(tmp_path, published(draft()))
    assert made.build().returncode == 0
    assert made.article("proxy-timeouts").count("&lt;email-1&gt;") >= 2


def test_a_raw_address_stops_the_build_at_the_last_bytes(tmp_path: Path) -> None:
    """An approved article that holds an address does not go out; the value is not repeated."""
    sections = (("Issue", "Write to otto.krug@kunde-nord.de about it."), ("Resolution", "Wait."))
    made = workspace(tmp_path, published(draft(sections=sections)))
    said = _refused(made)
    assert "articles/proxy-timeouts/index.html: it holds what looks like email." in said
    assert "otto.krug" not in said
    assert not list(made.site.rglob("*.html"))


def test_an_address_split_by_marks_is_found(tmp_path: Path) -> None:
    """Final bytes are read as a reader reads them: inline marks do not hide an address."""
    sections = (("Issue", "Write to otto.krug@**kunde-nord**.de now."), ("Resolution", "Wait."))
    made = workspace(tmp_path, published(draft(sections=sections)))
    assert "it holds what looks like email" in _refused(made)


def test_an_allowed_word_goes_out(tmp_path: Path) -> None:
    """What the workspace allows is not a finding."""
    sections = (("Issue", "Write to help@ferrywright.io about it."), ("Resolution", "Wait."))
    toml = '[redaction]\nallow = ["help@ferrywright.io"]\n'
    made = workspace(tmp_path, published(draft(sections=sections)), toml=toml)
    built = made.build()
    assert built.returncode == 0, built.stderr


def test_two_builds_are_the_same(tmp_path: Path) -> None:
    """The same sources give the same bytes."""
    made = workspace(tmp_path, published(draft()), published(draft("b", title="Proxy is slow")))
    assert made.build_apart().returncode == 0
    first = _bytes(made.site)
    assert made.build_apart().returncode == 0
    second = _bytes(made.site)
    changed = {name for name in first if first[name] != second.get(name)}
    assert changed <= {"sitemap.xml.gz"}


@pytest.mark.skipif(importlib.util.find_spec("properdocs") is None, reason="no properdocs here")
def test_properdocs_builds_the_same_sources(tmp_path: Path) -> None:
    """The plugin is a guest in MkDocs' fork too, and its gate holds there."""
    made = workspace(tmp_path, published(draft()))
    built = made.build_apart("properdocs")
    assert built.returncode == 0, built.stderr
    assert "Last verified" in made.article("proxy-timeouts")
    made.library.save(draft("second", state=State.PUBLISHED))
    assert "approvals hold" in made.build_apart("properdocs").stderr


@pytest.mark.parametrize("theme", ["mkdocs", "readthedocs"])
def test_other_themes_build(tmp_path: Path, theme: str) -> None:
    """No theme but Material is needed."""
    made = workspace(tmp_path, published(draft(title="A </title><script>alert(1)</script> title")))
    text = (tmp_path / "mkdocs.yml").read_text("utf-8")
    text = re.sub(r"(?s)theme:.*?markdown", f"theme: {theme}\nmarkdown", text)
    (tmp_path / "mkdocs.yml").write_text(text, "utf-8")
    built = made.build()
    assert built.returncode == 0, built.stderr
    page = made.article("proxy-timeouts")
    assert "Last verified" in page
    assert "<script>alert(1)" not in page
