"""Front matter is read fast, and means what it says."""

import pytest
import yaml

from kb.articles import front


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("a: NO\nb: 1.10\nc: 12:30\n", {"a": "NO", "b": "1.10", "c": "12:30"}),
        ("a: ~\nb:\n", {"a": "~", "b": ""}),
        ("a: [x, 'y: z']\n", {"a": ["x", "y: z"]}),
        ("a:\n- b: c\n  d: |\n    e\n    f\n", {"a": [{"b": "c", "d": "e\nf\n"}]}),
        ("# only a comment\n", None),
        ("just text", "just text"),
    ],
)
def test_scalars_are_text(said: str, expected: object) -> None:
    """Every scalar is the text that stands there."""
    assert expected == front.read(said)


@pytest.mark.parametrize(
    "said",
    [
        "a: &x 1\n",
        "a: !!python/object:os.system x\n",
        "a: !x y\n",
        "a: [[[[[[[[[[1]]]]]]]]]]\n",
        "a: 1\n---\nb: 2\n",
    ],
)
def test_what_is_not_plain_is_refused(said: str) -> None:
    """Anchors, tags, deep nesting and a second document have no place in front matter."""
    with pytest.raises(ValueError, match="not plain"):
        front.read(said)


@pytest.mark.parametrize("said", ["a: 1\na: 2\n", "[a]: 1\n", "a: [1\n", "a: b: c\n"])
def test_what_is_not_yaml_names_its_place(said: str) -> None:
    """A key that stands twice is as wrong as broken YAML; the error knows the line."""
    with pytest.raises(yaml.MarkedYAMLError) as caught:
        front.read(said)
    assert caught.value.problem_mark is not None
