"""The pages that list a product's or a topic's articles."""

from pathlib import Path

from built_site import Workspace, draft, published, workspace

LIST = "browse/products/ferry-cli"


def made_of(folder: Path) -> Workspace:
    return workspace(
        folder,
        published(draft("one", title="One fails", products=("Ferry CLI",), tags=("slow",))),
        published(draft("two", title="Two fails", products=("Runners",), tags=("slow",))),
    )


def written(made: Workspace) -> dict[str, int]:
    """Return when each list was written."""
    return {path.parent.name: path.stat().st_mtime_ns
            for path in (made.site / "browse").rglob("*.html")}  # fmt: skip


def build(made: Workspace) -> None:
    result = made.build()
    assert result.returncode == 0, result.stderr


def test_a_list_has_each_article_once(tmp_path: Path) -> None:
    """A list leads to its articles and no others and back to all, has one heading, and stands in the sitemap."""
    made = made_of(tmp_path)
    with (tmp_path / "mkdocs.yml").open("a") as file:
        file.write("site_url: https://help.example/\n")
    build(made)
    page = made.page(LIST)
    assert page.count('href="../../../articles/one/"') == 1
    assert "Two fails" not in page
    assert page.partition('class="dw-crumbs"')[2].count('href="../../../articles/"') == 1
    assert page.count("<h1") == 1
    assert f"https://help.example/{LIST}/" in (made.site / "sitemap.xml").read_text("utf-8")


def test_a_list_is_written_when_a_row_changes(tmp_path: Path) -> None:
    """What nobody changed keeps its time; a new title is written on each list that shows it."""
    made = made_of(tmp_path)
    build(made)
    before = written(made)
    build(made)
    assert written(made) == before
    made.library.save(published(draft("one", title="One halts", products=("Ferry CLI",), tags=("slow",))))  # fmt: skip
    build(made)
    now = written(made)
    assert {name for name, when in now.items() if when != before[name]} == {"ferry-cli", "slow"}
    assert "One halts" in made.page(LIST)


def test_a_list_goes_with_its_last_article(tmp_path: Path) -> None:
    """A product that no article has any more has no page."""
    made = made_of(tmp_path)
    build(made)
    (tmp_path / "docs" / "articles" / "one.md").unlink()
    build(made)
    assert set(written(made)) == {"runners", "slow"}


def test_a_list_may_be_somebodys(tmp_path: Path) -> None:
    """A page that somebody wrote at a list's address is theirs; one that nav names is in the nav."""
    made = made_of(tmp_path)
    own = tmp_path / "docs" / "browse" / "products" / "runners.md"
    own.parent.mkdir(parents=True)
    own.write_text("# Our runners\n", "utf-8")
    with (tmp_path / "mkdocs.yml").open("a") as file:
        file.write("nav: [index.md, {Ferry: browse/products/ferry-cli.md}]\n")
    build(made)
    assert "Our runners" in made.page("browse/products/runners")
    assert "One fails" in made.page(LIST)
    assert f'href="{LIST}/"' in made.page("")


def test_many_articles_go_on_on_the_next_page(tmp_path: Path) -> None:
    """A product's list has 200 articles a page, each page knows the others, each article stands once."""
    titles = [f"Case {number} fails" for number in range(201)]
    made = workspace(tmp_path, *(
        published(draft(f"a{number}", title=title, products=("Ferry CLI",), tags=(f"topic {number % 30}",)))
        for number, title in enumerate(titles)
    ))  # fmt: skip
    build(made)
    first, second = made.page(LIST), made.page(f"{LIST}/2")
    assert [(title in first, title in second) for title in titles] == [(True, False)] * 200 + [
        (False, True)
    ]
    assert "201 articles" in first and "201 articles" in second  # noqa: PT018
    assert 'href="2/"' in first
    assert 'href="./" aria-current="page"' in second
    assert "Ferry CLI (2)" in second
    assert made.page("articles").count('href="../browse/topics/') == 30
    assert made.page("").count('href="browse/topics/') == 24
    (tmp_path / "docs" / "articles" / "a0.md").unlink()
    build(made)
    assert "dw-pages" not in made.page(LIST)
    assert not (made.site / LIST / "2").exists()
