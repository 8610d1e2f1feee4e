"""What the word lists owe to those they came from."""

from importlib.resources import files

import pytest

FOLDER = files("kb.redaction") / "rules"


@pytest.mark.parametrize(
    "name", ["given.txt", "family.txt", "common.txt", "secrets_providers.toml"]
)
def test_a_list_from_elsewhere_has_its_notice_beside_it(name: str) -> None:
    """Whoever ships the lists ships their copyright and permission notices: they lie in the package."""
    notice = (FOLDER / "NOTICE").read_text(encoding="utf-8")
    assert name in notice
    assert (FOLDER / name).is_file()


@pytest.mark.parametrize("owner", ["Daniele Faraglia", "Marak Squires", "Isaak Uchakaev", "Kevin Atkinson", "Python\n    Software Foundation"])  # fmt: skip
def test_the_notice_names_the_owners_and_their_permission(owner: str) -> None:
    """A notice without its owner or its permission is none."""
    notice = (FOLDER / "NOTICE").read_text(encoding="utf-8")
    assert owner in notice
    assert notice.count("Permission") + notice.count("License Version 2") >= 3
