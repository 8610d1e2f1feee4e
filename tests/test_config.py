"""Tests of the configuration: what is not said has a default, a typo is met half-way."""

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from kb.config import Config, find_root, load
from kb.errors import ConfigError


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what the developer's own environment says."""
    for name in ("KB_DATABASE", "KB_SECRET"):
        monkeypatch.delenv(name, raising=False)


def write(folder: Path, text: str) -> Path:
    (folder / "kb.toml").write_text(text, encoding="utf-8")
    return folder


def test_empty_file_is_all_defaults(tmp_path: Path) -> None:
    """Nothing need be said."""
    assert Config(root=tmp_path) == load(write(tmp_path, ""))


def test_pyproject_is_read(tmp_path: Path) -> None:
    """`[tool.kb]` in pyproject.toml says the same as kb.toml."""
    (tmp_path / "pyproject.toml").write_text("[tool.kb.service]\nport = 9000\n")

    assert load(tmp_path).service.port == 9000


def test_kb_toml_comes_first(tmp_path: Path) -> None:
    """Where both stand, kb.toml is the one."""
    (tmp_path / "pyproject.toml").write_text("[tool.kb.service]\nport = 9000\n")

    assert load(write(tmp_path, "[service]\nport = 9001\n")).service.port == 9001


def test_every_kind_of_value(tmp_path: Path) -> None:
    """Texts, numbers and lists come as they are written; a whole number serves as a fraction."""
    config = load(
        write(
            tmp_path,
            '[triage]\ntags = ["kb"]\nconfidence = 1\n[site]\ndocs = "pages"\n'
            "[measure]\nwindow_days = 14\n",
        )
    )

    assert (("kb",), 1.0, tmp_path / "pages", 14) == (
        config.triage.tags,
        config.triage.confidence,
        config.docs,
        config.measure.window_days,
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[servce]\n", "kb.toml: 'servce' is not an option. Did you mean 'service'?"),
        ("[service]\nprot = 1\n", "kb.toml: service: 'prot' is not an option. Did you mean 'port'?"),
        ("[site]\nzzz = 1\n", "kb.toml: site: 'zzz' is not an option. There are: docs, service, contact."),
        ("service = 1\n", "kb.toml: service: it is not a table. Write it as [name] with keys below."),
        ("[service]\nport = '1'\n", "kb.toml: service.port: it has the wrong type. Write a number."),
        ("[service]\nport = true\n", "kb.toml: service.port: it has the wrong type. Write a number."),
        ("[service]\nport = 1.5\n", "kb.toml: service.port: it has the wrong type. Write a number."),
        ("[site]\ndocs = 1\n", "kb.toml: site.docs: it has the wrong type. Write a text."),
        ("[triage]\ntags = 'a'\n", "kb.toml: triage.tags: it has the wrong type. Write a list of texts."),
        ("[triage]\nconfidence = 'a'\n", "kb.toml: triage.confidence: it has the wrong type. Write a number."),
        ("[triage]\nconfidence = true\n", "kb.toml: triage.confidence: it has the wrong type. Write a number."),
        ("[triage]\ntags = ['a', 2]\n", "kb.toml: triage.tags: it has the wrong type. Write a list of texts."),
        ("[service]\nport = 99999\n", "kb.toml: service.port: 99999 is out of bounds. Write a number from 0 to 65535."),
        ("[triage]\nconfidence = 60\n", "kb.toml: triage.confidence: 60 is out of bounds. Write a number from 0 to 1."),
        ("[measure]\nholdout = 0.6\n", "kb.toml: measure.holdout: 0.6 is out of bounds. Write a number from 0 to 0.5."),
        ("[measure]\nwindow_days = 0\n", "kb.toml: measure.window_days: 0 is out of bounds. Write a number from 1 to 366."),
        ("[redaction]\nseconds = nan\n", "kb.toml: redaction.seconds: nan is out of bounds. Write a number of 1 or more."),
        ("root = '/'\n", "kb.toml: 'root' is not an option. There are: "
         "site, source, triage, drafting, redaction, measure, service, review, feedback, "
         "paging, search, form."),
    ],
)  # fmt: skip
def test_mistake_is_told(tmp_path: Path, text: str, message: str) -> None:
    """A mistake is told with its place and what to write instead."""
    with pytest.raises(ConfigError) as told:
        load(write(tmp_path, text))

    assert message == str(told.value)


@pytest.mark.parametrize("data", [b"[service\n", b"a = \xff\n", b"a = 1\na = 2\n"])
def test_not_toml(tmp_path: Path, data: bytes) -> None:
    """A file that is not TOML is told as that."""
    (tmp_path / "kb.toml").write_bytes(data)
    with pytest.raises(ConfigError, match=r"^kb\.toml: it is not TOML"):
        load(tmp_path)


def test_root_is_found_from_below(tmp_path: Path) -> None:
    """A command works from any folder of the workspace."""
    deep = write(tmp_path, "") / "docs" / "drafts"
    deep.mkdir(parents=True)

    assert tmp_path == find_root(deep)


def test_no_workspace(tmp_path: Path) -> None:
    """Outside of a workspace the way into one is told."""
    with pytest.raises(ConfigError, match="no workspace here or above"):
        find_root(tmp_path)


def test_foreign_pyproject_is_no_workspace(tmp_path: Path) -> None:
    """A pyproject.toml that does not speak of kb is not ours."""
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    with pytest.raises(ConfigError, match="no workspace here or above"):
        find_root(tmp_path)


def test_database_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment goes before kb.toml, and kb.toml before SQLite in `.kb/`."""
    said = [load(write(tmp_path, "")).database]
    said.append(load(write(tmp_path, "[measure]\ndatabase = 'postgresql:///kb'\n")).database)
    monkeypatch.setenv("KB_DATABASE", "sqlite:///x")
    said.append(load(tmp_path).database)

    assert [f"sqlite:///{tmp_path}/.kb/store.sqlite3", "postgresql:///kb", "sqlite:///x"] == said


def test_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key comes from the environment, then from `.kb/secret`; without one nothing goes on."""
    config = Config(root=tmp_path)
    with pytest.raises(ConfigError, match="the workspace has no key"):
        config.secret()
    config.state.mkdir()
    (config.state / "secret").write_text("from the file\n")
    said = [config.secret()]
    monkeypatch.setenv("KB_SECRET", "from outside")

    assert [b"from the file", b"from outside"] == [*said, config.secret()]


def test_an_empty_key_is_none(tmp_path: Path) -> None:
    """A key of nothing would let everybody make what it signs: it is refused."""
    config = Config(root=tmp_path)
    config.state.mkdir()
    (config.state / "secret").write_text("\n")

    with pytest.raises(ConfigError, match=r"the workspace's key is empty\. Bring it back"):
        config.secret()


def test_config_is_frozen(tmp_path: Path) -> None:
    """Nobody changes the configuration on its way."""
    with pytest.raises(FrozenInstanceError):
        Config(root=tmp_path).root = tmp_path  # type: ignore[misc]
