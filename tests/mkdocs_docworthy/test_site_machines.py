"""What machines read of the site: feed, JSON-LD, llms.txt, Markdown twins, sitemap, old addresses."""

import json
import re
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path

import pytest
from built_site import Workspace, draft, published, workspace

URL = "https://help.example/"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
MAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
TITLE = 'Uploads "time out" behind <proxies> & more'
REDIRECTS = "{old.md: articles/older.md, articles/older.md: articles/proxy-timeouts.md}"


def _with(root: Path, plugin: str) -> Workspace:
    """Write a workspace of two articles whose plugin has more options."""
    other = draft("proxy-login", title="Login fails behind a proxy", tags=("login",))
    made = workspace(root, published(draft(title=TITLE)), published(other))
    text = (root / "mkdocs.yml").read_text("utf-8")
    text = text.replace("plugins: [search, docworthy]", f"plugins: [search, docworthy: {plugin}]")
    (root / "mkdocs.yml").write_text(f"{text}site_url: {URL}\n", "utf-8")
    return made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A site with an address of its own, and two old addresses."""
    made = _with(tmp_path_factory.mktemp("machines"), f"{{redirects: {REDIRECTS}}}")
    built = made.build()
    assert built.returncode == 0, built.stderr
    return made


def test_the_feed_is_one(made: Workspace) -> None:
    """The feed has what RFC 4287 asks for: ids, titles, aware times, an author and a link home."""
    feed = ET.parse(made.site / "feed.xml").getroot()  # noqa: S314
    entries = feed.findall("a:entry", ATOM)

    assert feed.findtext("a:author/a:name", "", ATOM)
    assert feed.find("a:link[@rel='self']", ATOM).attrib["href"] == f"{URL}feed.xml"  # type: ignore[union-attr]
    for one in (feed, *entries):
        assert one.findtext("a:id", "", ATOM).startswith(URL)
        assert one.findtext("a:title", "", ATOM)
        assert datetime.fromisoformat(one.findtext("a:updated", "", ATOM)).tzinfo
    assert TITLE in [one.findtext("a:title", "", ATOM) for one in entries]
    ids = [one.findtext("a:id", "", ATOM) for one in entries]
    assert sorted(ids) == [f"{URL}articles/proxy-login/", f"{URL}articles/proxy-timeouts/"]


def test_the_sitemap_names_each_page_once(made: Workspace) -> None:
    """Every address in the sitemap is a page of the site, and every article is there."""
    rows = ET.parse(made.site / "sitemap.xml").getroot().findall("s:url/s:loc", MAP)  # noqa: S314
    paths = [(row.text or "").removeprefix(URL) for row in rows]

    assert len(paths) == len(set(paths))
    assert {"articles/proxy-login/", "articles/proxy-timeouts/"} <= set(paths)
    assert all((made.site / path / "index.html").is_file() for path in paths)


def test_json_ld_says_what_the_article_is(made: Workspace) -> None:
    """The page tells machines its title as it is, its language, day, subject and address."""
    page = made.article("proxy-timeouts")
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page, re.S)
    said = json.loads(found.group(1)) if found else {}

    assert (said["@context"], said["@type"]) == ("https://schema.org", "TechArticle")
    assert said["headline"] == TITLE
    assert said["inLanguage"] == "en"
    assert datetime.fromisoformat(said["dateModified"])
    assert said["about"] == [{"@type": "SoftwareApplication", "name": "Ferry CLI"}]
    assert said["url"] == f"{URL}articles/proxy-timeouts/"


def test_llms_txt_leads_to_the_twins(made: Workspace) -> None:
    """`llms.txt` has a title first, and each of its links is a Markdown file of the site."""
    text = (made.site / "llms.txt").read_text("utf-8")
    links = re.findall(r"(?m)^- \[[^\]]+\]\((\S+)\)$", text)

    assert text.startswith("# Ferrywright help\n")
    assert len(links) == 2
    for link in links:
        twin = (made.site / link.removeprefix(URL)).read_text("utf-8")
        assert twin.startswith("# ")
        assert "## Resolution" in twin
    assert 'type="text/markdown" href="../proxy-timeouts.md"' in made.article("proxy-timeouts")


@pytest.mark.parametrize("old", ["old", "articles/older"])
def test_an_old_address_leads_on_for_good(made: Workspace, old: str) -> None:
    """It goes to the end of its way at once, without script, and tells machines the new address."""
    page = made.page(old)
    found = re.search(r'<link rel="canonical" href="([^"]+)">', page)
    new = (made.site / old / (found.group(1) if found else "")).resolve()

    assert new == made.site / "articles" / "proxy-timeouts"
    assert f'content="0; url={found.group(1) if found else ""}"' in page
    assert "<script" not in page


@pytest.mark.parametrize(
    ("redirects", "says"),
    [
        ("{old.md: articles/gone.md}", "old.md: its redirect leads to articles/gone.md"),
        ("{a.md: b.md, b.md: a.md}", "a.md: its redirect leads to b.md"),
        ("{uploads.md: index.md}", "uploads.md: a redirect stands where a page is"),
    ],
)
def test_a_dead_redirect_stops_the_build(tmp_path: Path, redirects: str, says: str) -> None:
    """A redirect to nowhere, in a ring, or in a page's place does not go out."""
    built = _with(tmp_path, f"{{redirects: {redirects}}}").build()

    assert built.returncode == 1
    assert says in built.stderr


def test_hosts_of_the_sites_own_settings_stand(tmp_path: Path) -> None:
    """What mkdocs.yml names was written by the team: its footer stops no build."""
    made = workspace(tmp_path, published(draft()))
    more = (
        "site_url: https://help.ferrywright-works.com/\n"
        "repo_url: https://git.ferrywright-works.com/help\n"
        "extra: {social: [{icon: fontawesome/brands/mastodon,"
        " link: 'https://social.ferrywright-works.com/'}]}\n"
    )
    with (tmp_path / "mkdocs.yml").open("a") as file:
        file.write(more)

    built = made.build()

    assert built.returncode == 0, built.stderr
    assert "https://social.ferrywright-works.com/" in made.page("")
