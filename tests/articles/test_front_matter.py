"""Front matter is read fast, and means what it says."""

import pytest

from kb.articles.front_matter import split
from kb.errors import ArticleError


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("a: NO\nb: 1.10\nc: 12:30\n", {"a": "NO", "b": "1.10", "c": "12:30"}),
        ("a: ~\nb:\n", {"a": "~", "b": ""}),
        ("a: [x, 'y: z']\n", {"a": ["x", "y: z"]}),
        ("a:\n- b: c\n  d: |\n    e\n    f\n", {"a": [{"b": "c", "d": "e\nf\n"}]}),
    ],
)
def test_scalars_are_text(said: str, expected: object) -> None:
    """Every scalar is the text that stands there."""
    assert (expected, "body\n") == split(f"---\n{said}---\nbody\n", "x.md")


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("a: &x 1\n", 1),
        ("a: !!python/object:os.system x\n", 1),
        ("a: !x y\n", 1),
        ("a: [[[[[[[[[[1]]]]]]]]]]\n", 1),
        ("# only a comment\n", 1),
        ("just text\n", 1),
        ("b: 0\na: 1\na: 2\n", 2),
        ("[a]: 1\n", 2),
        ("b: 0\na: [1\n", 4),
        ("b: 0\na: b: c\n", 3),
    ],
)
def test_what_is_not_plain_is_refused(said: str, line: int) -> None:
    """Anchors, tags, deep nesting, keys that stand twice and broken YAML: the place is named."""
    with pytest.raises(ArticleError, match=rf"^x\.md:{line}: "):
        split(f"---\n{said}---\nbody\n", "x.md")
