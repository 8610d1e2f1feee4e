"""What the content security policy stops is told when the site is built."""

from pathlib import Path

import pytest
from built_site import draft, published, workspace
from mkdocs_docworthy.policy import policy

PICTURE = '<img alt="x" src="https://pictures.example/a.png">'


@pytest.mark.parametrize(
    ("page", "stopped"),
    [
        (PICTURE, [("img-src", "https://pictures.example")]),
        ("<img src=//pictures.example/a.png>", [("img-src", "https://pictures.example")]),
        ('<script async src="https://cdn.example/a.js"></script>', [("script-src", "https://cdn.example")]),
        ('<link rel="stylesheet" href="https://cdn.example/a.css">', [("style-src", "https://cdn.example")]),
        ('<iframe src="https://films.example/1"></iframe>', [("frame-src", "https://films.example")]),
        ('<video controls src="https://films.example/1.mp4"></video>', [("media-src", "https://films.example")]),
        ('<pre class="mermaid"><code>graph LR</code></pre>', [("script-src", "https://unpkg.com")]),
        ('<script src="js/mermaid.min.js"></script><pre class="mermaid"></pre>', []),
        ('<a href="https://pictures.example/">x</a><img src="a.png"><img src="data:image/png;base64,AA">', []),
        ('<link rel="canonical" href="https://cdn.example/a/">', []),
        ('<img src="https://help.example/a.png">', []),
    ],
)  # fmt: skip
def test_what_comes_from_elsewhere_is_stopped(page: str, stopped: list[tuple[str, str]]) -> None:
    """Each thing that a page loads from another server, by the directive that rules it."""
    assert list(policy(True, "", "", "https://help.example/").stopped(page)) == stopped


@pytest.mark.parametrize(
    "source",
    ["https://pictures.example", "https://pictures.example/", "pictures.example", "*.example",
     "https://*.example", "https://pictures.example/a.png", "https:", "*"],
)  # fmt: skip
def test_what_is_allowed_is_not_stopped(source: str) -> None:
    """A source may be a scheme, a host, a pattern of hosts, or the beginning of an address."""
    assert not list(policy({"img-src": source}, "", "", "").stopped(PICTURE))


def test_the_service_is_allowed() -> None:
    """The service may be asked; a picture from there is another matter."""
    made = policy(True, "https://kb.example/api", "mailto:help@docs.example", "")
    assert made.allowed["connect-src"] == ("'self'", "https://kb.example")
    assert made.allowed["form-action"] == ("'self'", "mailto:")


def test_a_build_says_what_is_stopped_once(tmp_path: Path) -> None:
    """The first page that loads it is named, with what to do; a policy of none stops nothing."""
    made = workspace(tmp_path, published(draft()))
    for name in ("one", "two"):
        (tmp_path / "docs" / f"{name}.md").write_text(f"# {name}\n\n{PICTURE}\n")
    built = made.build()
    assert built.returncode == 0, built.stderr
    assert built.stderr.count("pictures.example") == 2
    assert "one.md: the policy stops what it loads from https://pictures.example." in built.stderr
    assert "docworthy: {policy: {img-src: https://pictures.example}}" in built.stderr

    config = tmp_path / "mkdocs.yml"
    config.write_text(config.read_text().replace("docworthy]", "{docworthy: {policy: false}}]"))
    built = made.build()
    assert built.returncode == 0, built.stderr
    assert "pictures.example" not in built.stderr
    assert "Content-Security-Policy" not in made.page("one")
