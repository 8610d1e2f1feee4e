"""Tests of what is kept of a page: code is what stands in a fence, wherever the fence stands."""

import pytest

from kb.search.sheet import make_sheet

FENCED = {
    "at the margin": "```toml\n# [health]\n```\nAfter *it*.\n",
    "below a step": "10. Set it:\n\n    ```toml\n    # [health]\n    ```\nAfter *it*.\n",
    "as a step": "- ```toml\n  # [health]\n  ```\n\nAfter *it*.\n",
    "in a quotation": "> ```toml\n> # [health]\n> ```\n\nAfter *it*.\n",
    "around a shorter one": "````\n```toml\n# [health]\n````\nAfter *it*.\n",
    "of tildes": "~~~ toml\n# [health]\n~~~\nAfter *it*.\n",
    "ended by one that says nothing": "```\n```toml\n# [health]\n```\nAfter *it*.\n",
}


@pytest.mark.parametrize("where", FENCED)
def test_a_fence_is_no_text_of_the_page(where: str) -> None:
    """Neither fence nor language is found or shown, and a comment in code is no heading."""
    sheet = make_sheet(path="p.md", url="p/", title="T", lang="en", markdown=FENCED[where])
    said = [line.text for line in sheet.lines]

    assert said[-1] == "After it."
    assert any(line.endswith("# [health]") for line in said)
    assert sheet.anchors == ("",)


def test_code_on_one_line_opens_no_fence() -> None:
    """What begins and ends with three ticks on its line is code in a sentence."""
    sheet = make_sheet(
        path="p.md", url="p/", title="T", lang="en", markdown="```a b``` c\n\n## D\n"
    )

    assert [line.text for line in sheet.lines] == ["T", "a b c", "D"]
