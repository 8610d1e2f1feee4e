"""`kb init` makes a workspace and overwrites nothing."""

import stat
from pathlib import Path

from kb_command import kb, tree


def test_new_folder(tmp_path: Path) -> None:
    """In an empty folder it makes everything that `kb doctor` asks for."""
    made = kb(tmp_path, "init", "help", KB_SECRET="")

    assert made.returncode == 0, made.stderr
    assert kb(tmp_path / "help", "doctor", KB_SECRET="").returncode == 0


def test_second_run_changes_nothing(tmp_path: Path) -> None:
    """Run again, it writes no byte and says of no file that it made it."""
    kb(tmp_path, "init")
    before = tree(tmp_path)
    again = kb(tmp_path, "init")

    assert before == tree(tmp_path)
    assert again.stdout == ""


def test_beside_a_site(tmp_path: Path) -> None:
    """A site that is there stays as it is; its own docs folder is used, the plugin is asked for."""
    site = tmp_path / "mkdocs.yml"
    site.write_text("site_name: Quay\ndocs_dir: 'handbook' # ours\n")
    made = kb(tmp_path, "init")

    assert site.read_text() == "site_name: Quay\ndocs_dir: 'handbook' # ours\n"
    assert (tmp_path / "handbook" / "drafts").is_dir()
    assert 'docs = "handbook"' in (tmp_path / "kb.toml").read_text()
    assert "the docworthy plugin is not in it" in made.stderr


def test_form_has_its_place_in_the_settings(tmp_path: Path) -> None:
    """The bundled help desk's form has an address; in a new site the line for one is there."""
    kb(tmp_path, "init", "demo", "--demo")
    kb(tmp_path, "init", "help")
    demo, new = ((tmp_path / name / "mkdocs.yml").read_text() for name in ("demo", "help"))
    assert 'contact_action: "mailto:support@ferrywright.example"' in demo
    assert 'contact_action: ""' in new


def test_key_is_private(tmp_path: Path) -> None:
    """The workspace's key is its owner's alone, and git never sees it."""
    kb(tmp_path, "init")

    assert stat.S_IMODE((tmp_path / ".kb" / "secret").stat().st_mode) == 0o600
    assert (tmp_path / ".kb" / ".gitignore").read_text() == "*\n"
