"""The theme as the build opens it."""

import os
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader
from mkdocs.config.base import load_config
from mkdocs.structure.files import Files
from mkdocs_docworthy.theme import Shown, open_quickly

NAMES = ("main.html", "js/one.js", "js/deep/er/two.js", ".icons/a/three.svg", "js/.four.js",
         "js/.more/five.js", ".six", "css/seven.css")  # fmt: skip


def laid_out(folder: Path) -> Path:
    for name in NAMES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    return folder


def test_what_is_hidden_is_not_listed(tmp_path: Path) -> None:
    """Everything is listed that is not hidden and lies in no hidden folder, by the same name."""
    places = [laid_out(tmp_path / "one"), laid_out(tmp_path / "two")]
    every = FileSystemLoader(places).list_templates()
    assert Shown(places).list_templates() == [one for one in every if "/." not in f"/{one}"]


@pytest.mark.parametrize("name", ["material", "mkdocs", "readthedocs"])
def test_the_same_files_come_from_the_theme(tmp_path: Path, name: str) -> None:
    """A theme, with a folder that overrides it, gives a site the same files however it is opened."""
    laid_out(tmp_path / "over")
    (tmp_path / "docs").mkdir()
    theme = f"{{name: {name}, custom_dir: over}}"
    (tmp_path / "mkdocs.yml").write_text(f"site_name: x\ntheme: {theme}\nplugins: []\n")
    config = load_config(str(tmp_path / "mkdocs.yml"))

    def come_from(env: Environment) -> list[str | None]:
        files = Files([])
        files.add_files_from_theme(env, config)
        return [file.abs_src_path for file in files]

    as_ever = come_from(config.theme.get_env())
    open_quickly(config, tmp_path / "compiled")
    env = config.theme.get_env()
    assert come_from(env) == as_ever
    assert os.path.join(tmp_path, "over", "js", "one.js") in as_ever  # noqa: PTH118 (as MkDocs says it)
    assert env.get_template("main.html").filename == str(tmp_path / "over" / "main.html")
