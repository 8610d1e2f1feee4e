"""Articles in several languages: who belongs together, what the page shows, and what it costs."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from built_site import Workspace, draft, published, workspace
from mkdocs_docworthy.cards import Card, card_of
from mkdocs_docworthy.texts import texts
from mkdocs_docworthy.translations import groups, languages, name_of, tag_of
from test_site_cache import built, built_clean

from kb.articles.article import Article, Audience, State

SWITCH = re.compile(r'<nav class="dw-languages".*?</nav>', re.S)
HEAD = re.compile(r'<link rel="alternate " hreflang="([^"]+)" href="([^"]+)">')
RELATED = re.compile(r'<nav class="dw-related".*?</nav>', re.S)
CHOICE = re.compile(r'<a href="([^"]+)" lang="([^"]+)" hreflang="\2">([^<]+)</a>')
ORIGINAL = draft("proxy")
GERMAN = draft("proxy-de", title="Hinter einem Proxy", lang="de", translation_of="proxy")
FRENCH = draft("proxy-fr", title="Derrière un proxy", lang="fr", translation_of="proxy")


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Material's notice is not for tests."""
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")


def choices(page: str) -> list[tuple[str, str, str]]:
    """Return address, language and name of each choice of the page's switch."""
    found = SWITCH.search(page)
    return CHOICE.findall(found.group()) if found else []


def with_address(made: Workspace) -> Workspace:
    path = made.root / "mkdocs.yml"
    path.write_text(f"site_url: https://help.ferrywright.example/kb/\n{path.read_text()}")
    return made


def test_three_languages_side_by_side(tmp_path: Path) -> None:
    """Each page leads to the others, each named in itself; the head names all with whole addresses."""
    more = published(draft("other", title="Uploads behind a proxy"))
    three = (published(one) for one in (ORIGINAL, GERMAN, FRENCH))
    made = with_address(workspace(tmp_path, *three, more))
    built(made)

    assert choices(made.article("proxy")) == [
        ("../proxy-de/", "de", "Deutsch"),
        ("../proxy-fr/", "fr", "Français"),
    ]
    assert choices(made.article("proxy-fr")) == [
        ("../proxy-de/", "de", "Deutsch"),
        ("../proxy/", "en", "English"),
    ]
    root = "https://help.ferrywright.example/kb/articles"
    whole = [("de", f"{root}/proxy-de/"), ("en", f"{root}/proxy/"), ("fr", f"{root}/proxy-fr/")]
    for name in ("proxy", "proxy-de", "proxy-fr"):
        assert HEAD.findall(made.article(name)) == whole
    label = f'id="dw-languages">{texts("de")["this_page_in"]}<'
    assert label in made.article("proxy-de")


def test_related_pages_are_other_pages(tmp_path: Path) -> None:
    """What says the same in another language is in the switch, not among the related pages."""
    more = published(draft("other", title="Uploads behind a proxy"))
    built(made := workspace(tmp_path, *(published(a) for a in (ORIGINAL, GERMAN, FRENCH)), more))

    related = RELATED.search(made.article("proxy"))
    assert related
    assert "../other/" in related.group()
    assert "proxy-" not in related.group()


def test_without_translations_nothing_is_added(tmp_path: Path) -> None:
    """No translation, or one that is a draft or names nothing here: not a byte of it on the page."""
    dangling = published(replace(FRENCH, translation_of="gone"))
    built(made := workspace(tmp_path, published(ORIGINAL), GERMAN, dangling))

    for name in ("proxy", "proxy-fr"):
        page = made.article(name)
        assert "dw-languages" not in page
        assert "hreflang" not in page


def _german_comes(made: Workspace) -> None:
    made.library.save(published(GERMAN))


def _french_goes(made: Workspace) -> None:
    (made.root / "docs" / "articles" / "proxy-fr.md").unlink()


def _french_is_renamed(made: Workspace) -> None:
    _french_goes(made)
    made.library.save(published(replace(FRENCH, id="mandataire")))


def _french_is_swiss(made: Workspace) -> None:
    made.library.save(published(replace(FRENCH, lang="fr-CH")))


def _french_is_no_translation(made: Workspace) -> None:
    made.library.save(published(replace(FRENCH, translation_of="")))


@pytest.mark.parametrize(
    ("edit", "after"),
    [
        (_german_comes, ["Deutsch", "Français"]),
        (_french_goes, []),
        (_french_is_renamed, ["Français"]),
        (_french_is_swiss, ["Français (CH)"]),
        (_french_is_no_translation, []),
    ],
)
def test_a_page_follows_its_translations(tmp_path: Path, edit, after) -> None:  # type: ignore[no-untyped-def]
    """When a translation comes, goes or changes, the page is printed anew, as in a clean build."""
    (tmp_path / "w").mkdir()
    bystander = published(draft("billing", title="Invoices", products=("Billing",), tags=()))
    made = workspace(tmp_path / "w", published(ORIGINAL), published(FRENCH), bystander)
    built(made)
    assert [name for *_, name in choices(made.article("proxy"))] == ["Français"]
    edit(made)

    assert built_clean(made) == built(made)
    assert [name for *_, name in choices(made.article("proxy"))] == after


def live(*articles: Article) -> tuple[Card, ...]:
    return tuple(card_of(replace(one, state=State.PUBLISHED)) for one in articles)


def test_whoever_names_whom() -> None:
    """A translation of a translation, and two that name each other, are one group."""
    one, two, three = live(
        draft("a", lang="en", translation_of="b"),
        draft("b", lang="de", translation_of="a"),
        draft("c", lang="fr", translation_of="b"),
    )
    found = groups((three, one, two))
    assert {name: len(group) for name, group in found.items()} == {"a": 3, "b": 3, "c": 3}


def test_one_page_a_language() -> None:
    """Of two in one language the original is offered; a page's own language is itself."""
    original, again, german = live(
        draft("z"), draft("a", translation_of="z"), draft("g", lang="de", translation_of="z")
    )
    group = groups((original, again, german))["g"]
    paths = [[row.path for row in languages(one, group)] for one in (german, again)]
    assert paths == [["articles/g.md", "articles/z.md"], ["articles/g.md", "articles/a.md"]]
    assert not languages(original, groups((original, again))["z"])


def test_a_narrower_audience_is_not_offered(tmp_path: Path) -> None:
    """In a preview, where the gate only warns, readers are not led to what they may not see."""
    internal = published(replace(GERMAN, audience=Audience.INTERNAL))
    made = workspace(tmp_path, published(ORIGINAL), internal)
    assert made.build().returncode
    config = made.root / "mkdocs.yml"
    said = config.read_text().replace("docworthy]", "docworthy: {audience: internal}]")
    config.write_text(said)
    built(made)
    assert [name for *_, name in choices(made.article("proxy"))] == ["Deutsch"]


@pytest.mark.parametrize(
    ("lang", "tag", "name"),
    [
        ("de", "de", "Deutsch"),
        ("PT_br", "pt-BR", "Português (BR)"),
        ("zh-hant", "zh-Hant", "繁體中文"),
        ("tlh", "tlh", "tlh"),
        ('x" onload="', "", ""),
    ],
)
def test_a_language_names_itself(lang: str, tag: str, name: str) -> None:
    """A tag is written as is common; what is no tag is no language."""
    assert (tag, name) == (tag_of(lang), name_of(tag_of(lang)))
