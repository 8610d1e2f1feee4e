"""Tests of what the gate knows already: a line is read once, in the file that says it first."""

import gzip
import json
import os
import shutil
from pathlib import Path

from sites import MAIL, found, put


def test_what_was_read_in_a_page_is_not_judged_out_of_its_context(site: Path) -> None:
    """A line of a list or of the search that stands on a page was judged there, as a whole."""
    value = "Xk29fLq7Zt1vBn4wRr8s"
    put(site, "articles/a/index.html", f"<main><p>Commit hash: {value}</p></main>")
    lines = [[3, 0, f"Commit hash: {value}"], [3, 0, f"Write to {MAIL}."]]
    put(site, "search/docworthy/p/1.json", json.dumps({"p": "articles/a.md", "x": lines}))

    told = found(site)

    assert ["search/docworthy/p/1.json"] == [line.partition(":")[0] for line in told]


def test_a_file_that_was_changed_is_read_again(site: Path) -> None:
    """Neither its size nor a time that somebody set back hides a change."""
    page = site / "articles" / "a" / "index.html"
    put(site, "articles/a/index.html", f"<main>{'x' * len(MAIL)}</main>")
    assert [] == found(site)
    os.utime(page, ns=(0, 0))
    assert [] == found(site)
    page.write_text(f"<main>{MAIL}</main>", "utf-8")
    os.utime(page, ns=(0, 0))

    assert found(site)


def test_a_line_that_was_read_is_known_in_every_later_file(site: Path) -> None:
    """What its page shows to be a digest is none the less one in a list that says it by itself."""
    digest = "9aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0hL3nR6xQ"
    put(site, "llms.txt", digest)
    assert found(site)
    (site / "llms.txt").unlink()
    put(site, "articles/a/index.html", f"<main><p>digest:</p><p>{digest}</p></main>")
    assert [] == found(site)
    put(site, "llms.txt", digest)

    assert [] == found(site)


def test_a_line_is_read_with_what_stands_around_it(site: Path) -> None:
    """A name on a line that was read before tells what the new line below it is."""
    put(site, "articles/a/index.html", "<main><p>The password is:</p><p>in your mail</p></main>")
    assert [] == found(site)
    put(site, "articles/b/index.html", "<main><p>The password is:</p><p>Xk29fLq7Zt1v</p></main>")
    both = found(site)
    shutil.rmtree(site / "articles/a")

    assert both == found(site)


def test_a_short_text_that_may_not_go_out_is_told_in_every_file(site: Path) -> None:
    """Short texts that stand everywhere are passed over; one that was refused never becomes one."""
    rows = json.dumps({"a": "Home", "b": MAIL, "c": f"Write to {MAIL}."})
    names = [f"data/{number}.json" for number in range(3)]
    for name in names:
        put(site, name, rows)
    put(site, "articles/a/index.html", f"<main><p>Home</p><p>{MAIL}</p></main>")

    assert ["articles/a/index.html", *names] == [one.partition(":")[0] for one in found(site)]


def test_a_list_is_judged_where_its_rows_were_read(site: Path) -> None:
    """A row that is fit in its article's own language is fit in a list of several languages."""
    row = "Troca do produto no Ponto de Coleta"
    told = "Quando a troca não é feita, o cliente pode pedir uma nova data na loja. " * 3
    put(site, "articles/zeta/index.html", f"<main><h1>{row}</h1><p>{told}</p></main>")
    rows = "".join(
        f"<li>The labels of printer {n} are not there when they are due</li>" for n in range(9)
    )
    put(site, "articles/index.html", f"<main><ul>{rows}<li>{row}</li></ul></main>")

    assert [] == found(site)
    for gone in (site / "articles" / "zeta", site.parent / ".kb"):
        shutil.rmtree(gone)
    assert ["articles/index.html"] == [one.partition(":")[0] for one in found(site)]


def test_a_list_knows_its_articles_though_another_page_said_a_row_first(site: Path) -> None:
    """The page that said it first changed; the article that the list tells of may still go out."""
    row = "Troca do produto no Ponto de Coleta sem aviso"
    told = "Quando a troca não é feita, o cliente pode pedir uma nova data na loja. " * 3
    page = "<main><h1>{}</h1><p>{}</p></main>"
    put(site, "articles/alpha/index.html", page.format(row, told))
    put(site, "articles/zeta/index.html", page.format(row, told))
    put(site, "articles/zeta.md", f"# {row}\n\n{told}\n")
    assert [] == found(site)

    put(site, "articles/alpha/index.html", page.format("Labels", "They are not there."))
    rows = "".join(
        f"<li>The labels of printer {n} are not there when they are due</li>" for n in range(9)
    )
    link = f"<li><a href=../articles/zeta/>{row}</a></li>"
    put(site, "browse/index.html", f"<main><ul>{rows}{link}</ul></main>")
    assert [] == found(site)
    put(site, "browse/index.html", f"<main><ul>{rows}{link}<li>{MAIL}</li></ul></main>")
    assert ["browse/index.html"] == [one.partition(":")[0] for one in found(site)]


def test_a_secret_in_the_search_alone_stops_the_build(site: Path) -> None:
    """Whatever its article says and may say, and however a line of the search was cut."""
    put(site, "articles/a/index.html", "<main><h1>Labels</h1><p>They jam.</p></main>")
    put(site, "articles/a.md", "# Labels\n\nThey jam.\n")
    name = "search/docworthy/p/12.json.gz"
    first, second = MAIL[:9], MAIL[9:]
    for rows in (
        [[3, 0, f"They jam. {MAIL}"]],
        [[3, 0, first, 2], [3, 0, second]],
        [[3, 0, MAIL, 1]],
        [[3, 0, MAIL, 1, "x"]],
        [[3, 0, f"Ask <{MAIL}> now"]],
        [["x", MAIL, {"y": MAIL}]],
    ):
        sheet = {"p": "articles/a.md", "i": "a", "u": "articles/a/", "t": "Labels", "x": rows}
        put(site, name, gzip.compress(json.dumps(sheet).encode()))
        assert {name} == {one.partition(":")[0] for one in found(site)}, rows


def test_what_a_refused_page_says_is_not_known_by_the_pages_that_are_read_with_it(
    site: Path,
) -> None:
    """Pages are read together, and yet each that holds what may not go out is told, now and later."""
    said = f"<p>Write to {MAIL}.</p>"
    for name in "abc":
        put(site, f"articles/{name}/index.html", f"<main><h1>{name}</h1>{said}</main>")
    put(site, "articles/d/index.html", "<main><p>Nothing to see.</p></main>")
    pages = [f"articles/{name}/index.html" for name in "abc"]

    assert pages == [one.partition(":")[0] for one in found(site)]
    put(site, "articles/a/index.html", "<main><h1>a</h1></main>")
    assert pages[1:] == [one.partition(":")[0] for one in found(site)]


def test_what_was_refused_is_refused_again(site: Path) -> None:
    """A page that says more than its Markdown is read whole until it may go out, not only at first."""
    lead, value = "API key:", "Zt1vBn4wXk29fLq7"
    between = "\n\n".join(f"Step {n} is done by hand." for n in range(12))
    put(site, "articles/a/index.html", f"<main><p>{lead}</p><p>{value}</p></main>")
    put(site, "articles/a.md", f"{lead}\n\n{between}\n\n{value}\n\n{between}\n")

    told = found(site)

    assert [one.partition(":")[0] for one in told] == ["articles/a/index.html"]
    assert told == found(site)


def test_what_was_refused_is_not_known_by_a_list_that_says_it(site: Path) -> None:
    """A list, or a part of the search, may say it where nothing tells what it is."""
    value = "Zt1vBn4wXk29fLq7"
    put(site, "articles/a/index.html", f"<main><p>API key:</p><p>{value}</p></main>")
    put(site, "llms.txt", value)

    told = found(site)

    assert [one.partition(":")[0] for one in told] == ["articles/a/index.html"]
    assert told == found(site)


def test_a_line_stays_known_when_one_of_the_files_that_say_it_loses_it(site: Path) -> None:
    digest = "9aB3dE6gH9jK2mN5pQ8sT1vW4yZ7cF0hL3nR6xQ"
    for name in "ab":
        said = f"<main><h1>{name}</h1><p>digest:</p><p>{digest}</p></main>"
        put(site, f"articles/{name}/index.html", said)
    put(site, "llms.txt", digest)
    assert [] == found(site)
    put(site, "articles/a/index.html", "<main><h1>a</h1></main>")
    put(site, "llms.txt", f"{digest}\nand more")

    assert [] == found(site)
