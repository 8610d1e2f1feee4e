"""What readers read in one visit stands among the related pages."""

import json
import re
from pathlib import Path

import pytest
from built_site import Workspace, draft, published, workspace
from test_site_cache import built, built_clean

from kb.articles.article import Article
from kb.errors import ConfigError

SUBJECTS = ("Windlass jams", "Lantern flickers", "Capstan turns backwards", "Bell rings twice")


def lone(number: int) -> Article:
    """Return an article that shares no word with the others."""
    word = ("anchor", "wick", "rope", "clapper")[number]
    sections = (("Issue", f"It is the {word}."), ("Resolution", f"1. Grease {word}{number}."))
    name = ("Hull", "Mast", "Deck", "Keel")[number]
    return published(draft(f"a{number}", title=SUBJECTS[number], products=(name,),
                           tags=(f"t{number}",), sections=sections))  # fmt: skip


@pytest.fixture
def made(tmp_path: Path) -> Workspace:
    """A site that is told which articles are read in one visit."""
    found = workspace(tmp_path, *(lone(n) for n in range(4)))
    config = found.root / "mkdocs.yml"
    said = config.read_text().replace("docworthy]", "{docworthy: {together: r/together.json}}]")
    config.write_text(said)
    (found.root / "r").mkdir()
    return found


def tell(made: Workspace, *pairs: tuple[str, str, int]) -> None:
    told = {"schema": "docworthy.together/1", "least": 5, "pairs": pairs}
    (made.root / "r/together.json").write_text(json.dumps(told))


def beside(made: Workspace, article: str) -> list[str]:
    found = re.search(r'<nav class="dw-related".*?</nav>', made.article(article), re.S)
    return re.findall(r'href="\.\./([^"]+)/"', found.group()) if found else []


def test_articles_read_in_one_visit_stand_beside_each_other(made: Workspace) -> None:
    """More readers come first; a page that is gone is left out; a cached build is a clean one."""
    tell(made, ("a0", "a1", 5), ("a0", "a2", 40), ("a0", "gone", 90))
    assert built(made) == built_clean(made)
    assert ["a2", "a1"] == [one for one in beside(made, "a0") if one != "a3"]
    assert "a0" in beside(made, "a1")
    tell(made, ("a1", "a2", 5), ("a0", "a3", 5))
    assert built(made) == built_clean(made)
    assert "a3" == beside(made, "a0")[0]
    assert "a2" in beside(made, "a1")


@pytest.mark.parametrize("text", [None, "", "[]", '{"schema": "docworthy.together/2"}'])
def test_another_file_stops_the_build(made: Workspace, text: str | None) -> None:
    """A file that is not there, or of another form, is told with what to do."""
    if text is not None:
        (made.root / "r/together.json").write_text(text)
    with pytest.raises(ConfigError, match=r"together\.json.*kb feedback --into r"):
        built(made)
