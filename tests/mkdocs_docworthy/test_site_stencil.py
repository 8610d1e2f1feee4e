"""Pages printed from a stencil: the same bytes as the theme's, or none."""

from pathlib import Path

import pytest
from built_site import draft, published, workspace
from mkdocs_docworthy.stencil import Watched, cut, mark, plain

MARKS = [plain(0), mark(1)]


@pytest.mark.parametrize(
    ("page", "values", "filled"),
    [
        ("<a href={0}>{1}</a>", ("x", "A &amp; B"), "<a href=x>A &amp; B</a>"),
        ('<b title="{again}">{1}</b>', ("x", "&lt;i"), '<b title="&amp;lt;i">&lt;i</b>'),
        ("nothing of its own", ("x", "y"), "nothing of its own"),
    ],
)
def test_words_stand_where_marks_stood(page: str, values: tuple[str, ...], filled: str) -> None:
    """What the theme printed as it was, or escaped once more, is filled in the same way."""
    again = MARKS[1].replace("&", "&amp;")
    stencil = cut(page.replace("{again}", again).format(*MARKS), MARKS)
    assert stencil
    assert stencil.filled(values) == filled


@pytest.mark.parametrize("changed", [str.upper, lambda one: one[:6], lambda one: one[:-1]])
def test_a_mark_that_came_out_changed_gives_no_stencil(changed: object) -> None:
    """A theme that does more than print a text prints every page itself."""
    assert callable(changed)
    told = changed(MARKS[1]).replace("DWQ", "dwq")
    assert cut(f"<p>{told}</p>", MARKS) is None


def test_a_mark_that_is_asked_what_it_says_gives_no_stencil() -> None:
    """What a theme makes depend on a text is never taken from another page."""
    for ask in (len, str.upper, lambda one: "x" in one, lambda one: one == "x", list):
        seen = Watched(MARKS[1])
        assert cut(f"<p>{seen}</p>", [MARKS[0], seen]) is not None
        assert callable(ask)
        ask(seen) if ask is not str.upper else seen.upper()
        assert cut(f"<p>{seen}</p>", [MARKS[0], seen]) is None


def _built(root: Path, template: str, more: str = "") -> dict[str, str]:
    titles = ("Proxy & more", "It's <b>", 'A "quoted" one', "Plain", "Größe", "Sixth", "Seventh")
    articles = [published(draft(f"a{n}", title=title)) for n, title in enumerate(titles)]
    root.mkdir()
    made = workspace(root, *articles)
    (root / "theme").mkdir()
    (root / "theme" / "main.html").write_text(template, "utf-8")
    (root / "hook.py").write_text("def on_post_page(output, **_):\n    return output\n", "utf-8")
    text = (root / "mkdocs.yml").read_text("utf-8")
    text = text.replace("  font: false", "  font: false\n  custom_dir: theme")
    (root / "mkdocs.yml").write_text(f"{text}{more}", "utf-8")
    built = made.build()
    assert built.returncode == 0, built.stderr
    return {path.parent.name: path.read_text("utf-8") for path in made.site.glob("articles/*/*")}


@pytest.mark.parametrize(
    "told",
    [
        "",
        "{{ page.title | length }}",
        "{% if '<pre' in page.content %}code{% endif %}",
        "{{ page.meta.description | upper }}",
        "{% for one in page.toc %}{{ one.title | e }}{% endfor %}",
    ],
)
def test_pages_from_the_stencil_are_those_of_the_theme(tmp_path: Path, told: str) -> None:
    """Whatever a theme does with a page's words, its bytes are those of a page printed whole.

    Where another plugin has a part in each page, every page is printed whole.
    """
    template = f'{{% extends "base.html" %}}{{% block extrahead %}}{{% if page %}}<i>{told}</i>{{% endif %}}{{% endblock %}}'
    whole = _built(tmp_path / "whole", template, "hooks: [hook.py]\n")
    assert _built(tmp_path / "stencil", template) == whole


def test_alike_pages_ask_the_theme_a_few_times_only(tmp_path: Path) -> None:
    """However many there are, so many are printed whole as it takes to know the others."""
    hook = (
        "def on_env(env, **_):\n    env.globals['tick'] = lambda: open('ticks', 'a').write('x')\n"
    )
    counts = list[int]()
    for number in (4, 9):
        root = tmp_path / str(number)
        root.mkdir()
        made = workspace(root, *(published(draft(f"a{n}")) for n in range(number)))
        (root / "theme").mkdir()
        block = "{% block extrahead %}{{ '' if tick() }}{% endblock %}"
        (root / "theme" / "main.html").write_text(f'{{% extends "base.html" %}}{block}', "utf-8")
        (root / "hook.py").write_text(hook, "utf-8")
        text = (root / "mkdocs.yml").read_text("utf-8")
        text = text.replace("  font: false", "  font: false\n  custom_dir: theme")
        (root / "mkdocs.yml").write_text(f"{text}hooks: [hook.py]\n", "utf-8")
        assert made.build().returncode == 0
        counts.append(len((root / "ticks").read_text()))
    assert counts[0] == counts[1]
