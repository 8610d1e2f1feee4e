"""The examples that a support engineer may add to: tests/fixtures/redaction/*.txt."""

from pathlib import Path

import pytest

from kb.redaction import Known, Redactor

FOLDER = Path(__file__).parent.parent / "fixtures" / "redaction"
KNOWN = Known(
    names=("Dana Whitfield", "Jürgen Öztan", "Will May"),
    emails=("dana.whitfield@harborline.example",),
    organisations=("Harborline Freight Ltd", "Brightmoor"),
    domains=("harborline.example",),
)


def examples() -> list[tuple[str, str, str]]:
    found = []
    for path in sorted(FOLDER.glob("*.txt")):
        for block in path.read_text(encoding="utf-8").split("\n====\n"):
            given, _, expected = block.strip("\n").partition("\n----\n")
            title, _, given = given.partition("\n")
            found.append((f"{path.stem}: {title.strip('# ')}", given, expected.strip("\n")))
    return found


@pytest.mark.parametrize(("title", "given", "expected"), examples(), ids=lambda text: text[:60])
def test_an_example_is_redacted_as_written(title: str, given: str, expected: str) -> None:
    """What stands above the dashes becomes what stands below them."""
    assert expected == Redactor(words=("Project Kestrel",)).redact(given, KNOWN).text
