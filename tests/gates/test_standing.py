"""How the files of a site stand: two processes see together what one sees."""

import os
from pathlib import Path

import pytest

from kb.gates import standing
from kb.gates.standing import Standing


def a_site(folder: Path) -> Path:
    """Return a site with articles, lists and a search, links among them."""
    names = [f"articles/a{n}/{name}" for n in range(40) for name in ("index.html", "deep/x.png")]
    names += [f"articles/a{n}.md" for n in range(40)] + [
        f"browse/b{n}/index.html" for n in range(9)
    ]
    names += [f"search/docworthy/{kind}/{n}.json.gz" for kind in "pt" for n in range(20)]
    for name in (*names, "index.html", "articles/index.html"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    for name in ("articles/away", "articles/a3/away", "away", "browse/b2/away.html"):
        (folder / name).symlink_to(folder.parent)
    return folder


def said(found: Standing) -> tuple[list[str], dict[str, tuple[int, int, int, int]], list[str]]:
    """Return it in an order."""
    return sorted(found.same), found.other, sorted(where for where, _, _ in found.refused)


@pytest.mark.parametrize("below", ["", "articles/"])
def test_two_halves_are_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, below: str
) -> None:
    """Every file is seen by one of two processes, and every link is refused, as by one process."""
    site = a_site(tmp_path / "site")
    stood = standing.standing(site, below, {}).other
    (site / "articles/a5/index.html").write_text("something else")
    (site / "articles/a6.md").unlink()
    whole = standing.standing(site, below, stood)
    monkeypatch.setattr(standing, "_THOUSANDS", 0)
    halves = standing.standing(site, below, stood)

    assert said(halves) == said(whole)
    assert list(whole.other) == ["articles/a5/index.html"]
    assert len(whole.same) == len(stood) - 2
    assert len(whole.refused) == (2 if below else 4)


def test_a_half_that_fails_is_seen_by_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the other process dies, nothing is passed over."""
    site = a_site(tmp_path / "site")
    whole, home, half = standing.standing(site, "", {}), os.getpid(), standing._half

    def dies(*args: object) -> Standing:
        if os.getpid() != home:
            os._exit(9)
        return half(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(standing, "_THOUSANDS", 0)
    monkeypatch.setattr(standing, "_half", dies)

    assert said(standing.standing(site, "", {})) == said(whole)
