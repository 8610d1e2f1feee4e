"""Which pages stand beside an article: the same answer with what was remembered and without."""

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from mkdocs_docworthy import related
from mkdocs_docworthy.cache import Cache
from mkdocs_docworthy.nearby import Source, nearest
from mkdocs_docworthy.related import Candidate

WORDS = [f"w{number}" for number in range(60)]


def a_page(dice: random.Random, names: list[str]) -> tuple[dict[str, int], frozenset[str]]:
    """Return some words, common ones more often, and at times a link."""
    places = (min(int(dice.expovariate(0.08)), 59) for _ in range(12))
    terms = {WORDS[place]: dice.choice((1, 1, 2)) for place in places}
    return terms, frozenset(dice.sample(names, dice.randrange(2)))


def sources(pages: dict[str, tuple[dict[str, int], frozenset[str]]]) -> dict[str, Source]:
    return {
        path: Source(key=repr((sorted(terms.items()), sorted(links))), terms=lambda t=terms: t,
                     beside=Candidate(links=links))
        for path, (terms, links) in pages.items()
    }  # fmt: skip


def test_what_is_remembered_is_what_would_be_found(tmp_path: Path) -> None:
    """Through edits, additions and withdrawals, answers from the cache are those of no cache."""
    dice = random.Random(4)
    names = [f"articles/a{number}.md" for number in range(70)]
    pages = {name: a_page(dice, names) for name in names[:40]}
    cache = Cache(tmp_path / "site.sqlite3")
    for _ in range(60):
        for name in dice.sample(names, dice.randrange(3)):
            pages.pop(name, None)
            if dice.random() < 0.8:
                pages[name] = a_page(dice, names)
        without = {path: frozenset(dice.sample(names, 1)) if dice.random() < 0.1 else frozenset()
                   for path in sorted(pages)[:-3]}  # fmt: skip
        found = nearest(cache, sources(pages), without, 3)
        with closing(Cache(None)) as nothing:
            assert found == nearest(nothing, sources(pages), without, 3)
    cache.close()


@pytest.fixture
def cache() -> Iterator[Cache]:
    """A cache that lasts as long as the test."""
    with closing(Cache(None)) as found:
        yield found


def test_an_unchanged_library_is_not_read(cache: Cache) -> None:
    """While nothing changed, nobody asks for a page's words."""

    def never() -> dict[str, int]:
        raise AssertionError

    names = ("articles/a.md", "articles/b.md")
    first = {name: Source(key=name, terms=lambda: {"word": 1, "other": 2}) for name in names}
    without = dict.fromkeys(names, frozenset[str]())
    found = nearest(cache, first, without, 3)
    assert found == {"articles/a.md": ("articles/b.md",), "articles/b.md": ("articles/a.md",)}
    again = {name: Source(key=name, terms=never) for name in names}
    assert nearest(cache, again, without, 3) == found


def test_few_pages_looked_at_through_edits(monkeypatch: pytest.MonkeyPatch, cache: Cache) -> None:
    """Where words are left out because enough pages were looked at, answers are the same as well."""
    monkeypatch.setattr(related, "_LOOKED_AT", 30)
    dice = random.Random(7)
    names = [f"articles/a{number}.md" for number in range(160)]
    pages = {name: a_page(dice, names) for name in names[:140]}
    for _ in range(40):
        for name in dice.sample(names, dice.randrange(3)):
            pages.pop(name, None)
            if dice.random() < 0.8:
                pages[name] = a_page(dice, names)
        without = dict.fromkeys(sorted(pages), frozenset[str]())
        found = nearest(cache, sources(pages), without, 3)
        with closing(Cache(None)) as nothing:
            assert found == nearest(nothing, sources(pages), without, 3)


def test_an_edit_reads_its_own_words(cache: Cache) -> None:
    """When one page changed, nobody asks for the words of another."""
    asked = list[str]()

    def told(name: str, terms: dict[str, int]) -> Source:
        return Source(key=f"{name} {terms}", terms=lambda: asked.append(name) or terms)  # type: ignore[func-returns-value]

    words = {f"articles/{n}.md": {"all": 1, f"w{n // 2}": 1} for n in range(40)}
    without = dict.fromkeys(words, frozenset[str]())
    nearest(cache, {name: told(name, terms) for name, terms in words.items()}, without, 3)
    asked.clear()
    words["articles/6.md"] = {"all": 1, "w9": 2}

    found = nearest(cache, {name: told(name, terms) for name, terms in words.items()}, without, 3)

    assert asked == ["articles/6.md"]
    assert found["articles/6.md"] == ("articles/18.md", "articles/19.md")
    assert found["articles/7.md"] == ()
    assert found["articles/18.md"] == ("articles/6.md", "articles/19.md")
