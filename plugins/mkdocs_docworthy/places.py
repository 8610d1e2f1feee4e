"""Keeps what is finished where it is: what MkDocs' cleaning spares, and what is swept instead."""

import contextlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from mkdocs.structure.files import File

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


def park(site: Path) -> None:
    """Hide articles and search from MkDocs' cleaning."""
    hidden = site / _HIDDEN
    shutil.rmtree(hidden, ignore_errors=True)
    for name in _TREES:
        tree = site / name
        if tree.is_dir() and not tree.is_symlink():
            with contextlib.suppress(OSError):
                (hidden / name).parent.mkdir(parents=True, exist_ok=True)
                tree.rename(hidden / name)


def restore(site: Path) -> None:
    """Bring them back after the cleaning."""
    hidden = site / _HIDDEN
    for name in _TREES:
        if (hidden / name).is_dir():
            with contextlib.suppress(OSError):
                (site / name).parent.mkdir(parents=True, exist_ok=True)
                (hidden / name).rename(site / name)
    shutil.rmtree(hidden, ignore_errors=True)


def drop(site: Path) -> None:
    """Take away what is hidden: the build failed."""
    shutil.rmtree(site / _HIDDEN, ignore_errors=True)


def sweep(site: Path, known: Mapping[str, Stamp]) -> set[str]:
    """Delete every file of the trees that nobody vouches for; return what still stands.

    Args:
        site: The site's folder.
        known: Each vouched file, by path relative to the site, as it must look.
    """
    standing = set[str]()
    for tree in _SWEPT:
        _sweep(os.fspath(site / tree), tree, known, standing)
    return standing


def _sweep(folder: str, name: str, known: Mapping[str, Stamp], standing: set[str]) -> bool:
    """Sweep one folder; return whether anything is left in it."""
    left = False
    with contextlib.suppress(FileNotFoundError), os.scandir(folder) as found:
        for one in list(found):
            path = f"{name}/{one.name}"
            if one.is_dir(follow_symlinks=False):
                left |= _sweep(one.path, path, known, standing)
                continue
            seen = one.stat(follow_symlinks=False)
            stands = known.get(path) == (seen.st_size, seen.st_mtime_ns)
            if stands and one.is_file(follow_symlinks=False):
                standing.add(path)
                left = True
            else:
                Path(one.path).unlink()
    if not left:
        with contextlib.suppress(OSError):
            Path(folder).rmdir()
    return left


def put(path: Path, data: bytes) -> Stamp:
    """Write a file, and return how it looks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    seen = path.stat()
    return Stamp(seen.st_size, seen.st_mtime_ns)
