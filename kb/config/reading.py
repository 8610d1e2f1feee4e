"""Reads `kb.toml` (or `[tool.kb]` in pyproject.toml) into one frozen `Config`."""

import tomllib
from collections.abc import Mapping
from dataclasses import Field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from kb.config.sections import ANY, SECTIONS, Config
from kb.errors import ConfigError

Section = TypeVar("Section")


def find_root(start: Path) -> Path:
    """Return the nearest folder at or above `start` that is a workspace.

    Raises:
        ConfigError: There is none.
    """
    for folder in (start, *start.parents):
        if (folder / "kb.toml").exists() or _tool_kb(folder / "pyproject.toml") is not None:
            return folder
    raise ConfigError(
        start, "no workspace here or above", "Run kb init in the folder of mkdocs.yml"
    )


def load(root: Path) -> Config:
    """Read the workspace's configuration.

    Raises:
        ConfigError: The file is not TOML, or holds a key or value that does not exist.
    """
    path = root / "kb.toml"
    if not path.exists():
        return _config(root, _tool_kb(root / "pyproject.toml") or {}, "pyproject.toml")
    return _config(root, _toml(path), path.name)


def _tool_kb(path: Path) -> Mapping[str, Any] | None:
    if not path.exists():
        return None
    found: Mapping[str, Any] | None = _toml(path).get("tool", {}).get("kb")
    return found


def _toml(path: Path) -> Mapping[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(path.name, f"it is not TOML ({error})", "Mend that line") from None


def _config(root: Path, data: Mapping[str, Any], where: str) -> Config:
    _known(data, SECTIONS, where)
    read = {
        name: _section(SECTIONS[name], table, f"{where}: {name}") for name, table in data.items()
    }
    return Config(root=root, **read)


def _section(kind: type[Section], table: Any, where: str) -> Section:
    if not isinstance(table, Mapping):
        raise ConfigError(where, "it is not a table", "Write it as [name] with keys below")
    known = {f.name: f for f in fields(kind)}  # type: ignore[arg-type]
    _known(table, known, where)
    return kind(
        **{key: _value(known[key], value, f"{where}.{key}") for key, value in table.items()}
    )


def _known(table: Mapping[str, Any], known: Mapping[str, Any], where: str) -> None:
    for key in table:
        if key not in known:
            near = get_close_matches(key, known, 1)
            todo = f"Did you mean '{near[0]}'?" if near else f"There are: {', '.join(known)}"
            raise ConfigError(where, f"'{key}' is not an option", todo)


def _value(option: Field[Any], value: Any, where: str) -> Any:
    default = option.default
    if isinstance(default, tuple) and isinstance(value, list):
        value = tuple(value) if all(isinstance(one, str) for one in value) else None
    if isinstance(default, bool) is not isinstance(value, bool):
        value = None
    if isinstance(default, float) and isinstance(value, int):
        value = float(value)
    if type(value) is not type(default):
        raise ConfigError(where, "it has the wrong type", f"Write {_WANTED[type(default)]}")
    least, most = option.metadata.get("within", ANY)
    if isinstance(value, int | float) and not least <= value <= most:
        span = f"from {least:g} to {most:g}" if most < ANY[1] else f"of {least:g} or more"
        raise ConfigError(where, f"{value:g} is out of bounds", f"Write a number {span}")
    return value


_WANTED = {
    bool: "true or false",
    str: "a text",
    int: "a number",
    float: "a number",
    tuple: "a list of texts",
}
