"""Puts the shards that are kept into a site, linked, and takes away what is none of them."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

PLACE = "search/docworthy"
"""Where the shards lie in a site."""
SHARDS = "shards"
"""Where they are kept, below the index's folder."""


class Moves(NamedTuple):
    """What makes the shards in a site those of a folder, by name: which go, and which are put."""

    gone: tuple[str, ...]
    put: tuple[str, ...]


def moves(folder: Path, target: Path) -> Moves:
    """Return what is to be moved; a shard that stands there already is left alone.

    So nobody need look at it again.
    """
    there = dict(_standing(target, ""))
    wanted = {name: seen for name, seen in _standing(folder, "") if name.endswith(".json.gz")}
    put = (name for name, seen in wanted.items()
           if name not in there or not _is_same(seen, there[name]))  # fmt: skip
    return Moves(tuple(there.keys() - wanted.keys()), tuple(put))


def place(folder: Path, target: Path, found: Moves) -> None:
    """Put the shards where the site has them, linked, and take away what is none of them."""
    for name in found.gone:
        (target / name).unlink(missing_ok=True)
    for name in found.put:
        path, to = folder / name, target / name
        to.parent.mkdir(parents=True, exist_ok=True)
        to.unlink(missing_ok=True)
        try:
            to.hardlink_to(path)
        except OSError:
            shutil.copy2(path, to)


def _standing(folder: Path, name: str) -> Iterator[tuple[str, os.stat_result]]:
    with suppress(FileNotFoundError), os.scandir(folder) as found:
        for one in found:
            if one.is_dir(follow_symlinks=False):
                yield from _standing(Path(one.path), f"{name}{one.name}/")
            else:
                yield f"{name}{one.name}", one.stat(follow_symlinks=False)


def _is_same(one: os.stat_result, other: os.stat_result) -> bool:
    """Say whether two names are one file, or one is the other's copy."""
    if (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino):
        return True
    return (one.st_size, one.st_mtime_ns) == (other.st_size, other.st_mtime_ns)
