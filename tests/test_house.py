"""Tests of the house itself: who imports whom, where libraries live, and how large things grow."""

import ast
import re
import statistics
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from kb import errors

ROOT = Path(__file__).parents[1]
FILES = sorted(p for top in ("kb", "plugins") for p in (ROOT / top).rglob("*.py"))
PLUGIN = "mkdocs_docworthy"
_ALL = {
    "errors", "config", "redaction", "tickets", "articles", "search", "capture", "measure",
    "feedback", "store", "service", "cli", "helpdesk", "gates",
}  # fmt: skip
LAW = {
    "errors": set(),
    "config": {"errors"},
    "redaction": {"errors"},
    "tickets": {"redaction", "errors"},
    "articles": {"redaction", "errors"},
    "search": {"articles", "redaction", "errors"},
    "gates": {"articles", "redaction", "errors"},
    "capture": {"tickets", "articles", "search", "redaction", "errors"},
    "measure": {"tickets", "articles", "redaction", "errors"},
    "feedback": {"measure", "tickets", "articles", "redaction", "errors"},
    "store": _ALL - {"cli", "service", "helpdesk", "config"},
    PLUGIN: {"articles", "search", "redaction", "gates", "errors", "config"},
    "service": _ALL,
    "cli": _ALL,
    "__main__": {"cli"},
    "helpdesk": _ALL,
}
EDGE = {"cli", "service", "helpdesk"}
HOMES = {
    "click": ("kb/cli/", "kb/helpdesk/"),
    "starlette": ("kb/service/",),
    "uvicorn": ("kb/service/",),
    "mkdocs": ("plugins/",),
    "sqlalchemy": ("kb/store/",),
    "alembic": ("kb/store/",),
    "yaml": ("kb/articles/front_matter.py",),
    "ruamel": ("kb/articles/front_matter.py",),
    "frontmatter": ("kb/articles/front_matter.py",),
    "whoosh": ("kb/search/whoosh.py",),
    "opensearchpy": ("kb/search/opensearch.py",),
    "re2": ("kb/redaction/",),
    "ahocorasick_rs": ("kb/redaction/",),
    "spacy": ("kb/redaction/model.py",),
}
FORBIDDEN = {"utils", "util", "core", "base", "helpers", "common", "misc"}


@cache
def parsed(path: Path) -> ast.Module:
    """Return the file's tree, read once for all tests."""
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def room(path: Path) -> str:
    """Return the room a file stands in: `kb/errors.py` is `errors`; the plugin is one room."""
    parts = path.relative_to(ROOT).parts
    return PLUGIN if parts[0] == "plugins" else parts[1].removesuffix(".py")


def imported(path: Path) -> Iterator[str]:
    """Yield the full name of everything that the file imports, at the top or deep inside."""
    package = ".".join(path.relative_to(ROOT).parts[:-1]).removeprefix("plugins.")
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.rsplit(".", node.level - 1)[0] if node.level else ""
            module = ".".join(filter(None, (above, node.module)))
            yield from (f"{module}.{one.name}" for one in node.names)


def rooms_of(path: Path) -> Iterator[str]:
    for module in imported(path):
        parts = module.split(".")
        if parts[0] == PLUGIN:
            yield PLUGIN
        elif parts[0] == "kb" and len(parts) > 1 and parts[1] in _ALL:
            yield parts[1]


def functions() -> Iterator[tuple[str, int]]:
    for path in FILES:
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                yield f"{name(path)}:{node.name}", node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("path", FILES, ids=name)
def test_import_law(path: Path) -> None:
    """A room imports only what the law gives it; nothing imports upwards or across."""
    if path == ROOT / "kb" / "__init__.py":
        assert set() == set(rooms_of(path))
        return
    own = room(path)

    assert set() == set(rooms_of(path)) - LAW[own] - {own}


def test_every_room_is_in_the_law() -> None:
    """A new room needs its line in the law."""
    rooms = {room(path) for path in FILES if path != ROOT / "kb" / "__init__.py"}

    assert set() == rooms - set(LAW)


def test_store_is_opened_by_the_doors_alone() -> None:
    """The store is edge: only the doors and the demo's help desk import it."""
    users = {room(path) for path in FILES if "store" in set(rooms_of(path))}

    assert set() == users - EDGE - {"store"}


def test_config_is_read_by_the_doors_alone() -> None:
    """Configuration enters at the doors; every other room gets it as arguments."""
    users = {room(path) for path in FILES if "config" in set(rooms_of(path))}

    assert set() == users - EDGE - {PLUGIN, "config"}


@pytest.mark.parametrize("library", HOMES)
def test_library_has_one_home(library: str) -> None:
    """Each third-party name is imported in its home and nowhere else."""
    users = [name(p) for p in FILES if library in {m.split(".")[0] for m in imported(p)}]

    assert [] == [user for user in users if not user.startswith(HOMES[library])]


def test_safe_text_is_made_in_redaction_alone() -> None:
    """Only the law of the house makes `SafeText`."""
    makers = {
        name(path)
        for path in FILES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) == "SafeText"
    }

    assert [] == [maker for maker in makers if not maker.startswith("kb/redaction/")]


def test_no_file_over_400_lines() -> None:
    """A file that nobody reads to the end is two files."""
    long = [name(p) for p in FILES if len(p.read_text(encoding="utf-8").splitlines()) > 400]

    assert [] == long


def test_no_function_over_50_lines() -> None:
    """A function fits one screen."""
    assert [] == [(where, lines) for where, lines in functions() if lines > 50]


def test_median_function() -> None:
    """Half of all functions have ten lines at most."""
    assert statistics.median(lines for _, lines in functions()) <= 10


def test_no_room_for_leftovers() -> None:
    """Nothing is called `utils` or the like: a helper lives in the room that needs it."""
    assert [] == [name(p) for p in FILES if FORBIDDEN & set(p.with_suffix("").parts)]


@pytest.mark.parametrize("path", FILES, ids=name)
def test_module_opens_with_its_responsibility(path: Path) -> None:
    """Every module opens with one sentence that says what it is for."""
    docstring = ast.get_docstring(parsed(path)) or ""

    assert re.match(r"[A-Z`*].{10,}", docstring)


def _tree() -> dict[str, int]:
    """Return each error drawn in the docstring of kb/errors.py, with its exit code."""
    drawn: dict[str, int] = {}
    for found in re.finditer(r"(\w+Error)(?: +exit (\d))?", errors.__doc__ or ""):
        drawn[found.group(1)] = int(found.group(2) or 1)
    return drawn


def test_every_error_is_drawn() -> None:
    """Every error there is stands in the tree, with the exit code it has."""
    defined = {
        node.name
        for path in FILES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error")
    }

    assert _tree() == {one: getattr(errors, one).exit_code for one in sorted(defined)}


def test_errors_live_in_errors() -> None:
    """Every subclass of KbError is defined in kb/errors.py."""
    own = [one for one in vars(errors).values() if isinstance(one, type)]

    assert [] == [
        one for one in own if one is not errors.KbError and errors.KbError not in one.__mro__
    ]


def test_no_two_test_files_have_one_name() -> None:
    """Pytest imports a test file by its bare name: a second one of that name is never run."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [] == [name for name, number in names.items() if number > 1]
