"""Keeps what is finished where it is: what MkDocs' cleaning spares, and what is swept instead."""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from mkdocs.structure.files import File
from mkdocs.utils import clean_directory

from kb.gates import unfinished

_HIDDEN = ".docworthy"
"""MkDocs empties the site's folder before each build and leaves what is hidden."""
_SWEPT = ("articles", "browse")
_TREES = (*_SWEPT, "search/docworthy")


class Finished(File):
    """A page that is not MkDocs' to render: it has its address, and its bytes lie there already."""

    @classmethod
    def of(cls, file: File) -> "Finished":
        """Return the finished form of a page: it knows what the page's file knows already."""
        made = cls.__new__(cls)
        vars(made).update(vars(file), dest_uri=file.dest_uri)
        return made

    def is_documentation_page(self) -> bool:
        """Say no: MkDocs renders what is one."""
        return False

    def is_static_page(self) -> bool:
        """Say yes: it is HTML."""
        return True

    def copy_file(self, dirty: bool = False) -> None:
        """Leave the page: it was put there before."""


class Stamp(NamedTuple):
    """How a file looked when it was written: size in bytes, time of change in ns."""

    size: int
    changed: int


def park(site: Path, aside: Path) -> None:
    """Hide the site from MkDocs' cleaning, with what was finished when it was refused last.

    Args:
        aside: Where `set_aside` put that; it is empty afterwards.
    """
    hidden = site / _HIDDEN
    shutil.rmtree(hidden, ignore_errors=True)
    for one in _shown(site):
        _move(one, hidden / one.name)
    for name in _TREES:
        if not (hidden / name).exists():
            _move(aside / name, hidden / name)
    shutil.rmtree(aside, ignore_errors=True)


def restore(site: Path) -> None:
    """Bring the finished pages and the search back after the cleaning."""
    for name in _TREES:
        _move(site / _HIDDEN / name, site / name)


def drop(site: Path) -> None:
    """Take away what is hidden still: the new site takes the old one's place."""
    shutil.rmtree(site / _HIDDEN, ignore_errors=True)


def revert(site: Path) -> None:
    """Make the site what it was before this build, which has not printed a page."""
    hidden = site / _HIDDEN
    if hidden.is_dir():
        for name in _TREES:
            _move(site / name, hidden / name)
        clean_directory(str(site))
        for one in list(hidden.iterdir()):
            _move(one, site / one.name)
        drop(site)
    unfinished.revert(site)


def set_aside(site: Path, aside: Path) -> None:
    """Leave nothing in the site: it must not go out. What is finished is kept for the next build."""
    drop(site)
    there = [name for name in _TREES if (site / name).is_dir()]
    if there:
        shutil.rmtree(aside, ignore_errors=True)
    for name in there:
        _move(site / name, aside / name)
    clean_directory(str(site))
    unfinished.finish(site)


def _shown(site: Path) -> list[Path]:
    return [one for one in site.iterdir() if not one.name.startswith(".")] if site.is_dir() else []


def _move(here: Path, there: Path) -> None:
    """Rename a file or folder where that can be done; a link leads out of the site and stays."""
    if here.is_symlink() or not here.exists():
        return
    with contextlib.suppress(OSError):
        there.parent.mkdir(parents=True, exist_ok=True)
        here.rename(there)


class Listed(NamedTuple):
    """What stands in the trees that are swept, by path relative to the site.

    Attributes:
        whole: Each page whose files all stand as they were put, by source path: key, files.
        others: The files that belong to no such page.
        empty: The folders that nothing is in.
    """

    whole: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    others: Sequence[str] = ()
    empty: Sequence[str] = ()


Put = Mapping[str, tuple[str, Mapping[str, Sequence[int]]]]
"""What was put by source path: a page's key, and how each of its files was left."""


def listed(site: Path, put: Callable[[], Put]) -> Listed:
    """Return what stands in the trees, where `put` tells what was put there."""
    files, empty = dict[str, tuple[int, int] | None](), list[str]()
    for tree in _SWEPT:
        with contextlib.suppress(FileNotFoundError):
            _list(os.fspath(site / tree), tree, files, empty)
    whole = dict[str, tuple[str, ...]]()
    for path, (key, stamps) in put().items():
        if all(files.get(name, ()) == tuple(stamp) for name, stamp in stamps.items()):
            whole[path] = (key, *stamps)
            for name in stamps:
                del files[name]
    return Listed(whole, list(files), empty)


def _list(
    folder: str, name: str, files: dict[str, tuple[int, int] | None], empty: list[str]
) -> None:
    with os.scandir(folder) as found:
        there = list(found)
    for one in there:
        path = f"{name}/{one.name}"
        if one.is_dir(follow_symlinks=False):
            _list(one.path, path, files, empty)
        elif one.is_file(follow_symlinks=False):
            seen = one.stat(follow_symlinks=False)
            files[path] = (seen.st_size, seen.st_mtime_ns)
        else:
            files[path] = None
    if not there:
        empty.append(name)


def sweep(site: Path, names: Iterable[str], empty: Iterable[str]) -> None:
    """Delete files of the trees, by path relative to the site, and the folders that are empty."""
    left = set(empty)
    for path in names:
        (site / path).unlink(missing_ok=True)
        left.add(path.rpartition("/")[0])
    for name in left:
        _take_empty(site, name)


def _take_empty(site: Path, name: str) -> None:
    """Take a folder away in which nothing is left, and those above it."""
    with contextlib.suppress(OSError):
        while name:
            (site / name).rmdir()
            name = name.rpartition("/")[0]


def put(path: Path, data: bytes) -> Stamp:
    """Write a file, and return how it looks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    seen = path.stat()
    return Stamp(seen.st_size, seen.st_mtime_ns)
