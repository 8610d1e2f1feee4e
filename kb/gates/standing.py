"""Says how every file of a built site stands on the disk, without reading any."""

import os
import re
from functools import partial
from pathlib import Path

from kb.gates.forking import begin
from kb.gates.reading import LARGEST

_HALVED = 1000
"""So many folders are looked through by two processes."""
Stand = tuple[int, int, int, int]
"""How a file stands, as `Stamp` has it."""
Refusal = tuple[str, str, str]
"""Where and why something must not go out, and what to do."""

_VOCABULARY = re.compile(r"search/docworthy/[tw]/[0-9a-f]+\.json\.gz$")
"""The search index's single words, without the sentences that say what they are: a part of an
address looks like an address there. The pages that they come from are read whole."""


def standing(site: Path, below: str) -> tuple[dict[str, Stand], list[Refusal]]:
    """Return how every file of the site stands, by name, and what is refused unread.

    Args:
        site: The built site.
        below: Only this folder is looked at, with a slash behind it.
    """
    folders, there, refused = [below], dict[str, Stand](), list[Refusal]()
    while folders:
        if len(folders) > _HALVED:
            half, folders = folders[::2], folders[1::2]
            theirs = begin(partial(_below, site, half))
            for stood, why in (_below(site, folders), theirs()):
                there |= stood
                refused += why
            break
        _list(site, folders.pop(), folders, there, refused)
    return there, refused


def _below(site: Path, folders: list[str]) -> tuple[dict[str, Stand], list[Refusal]]:
    """Return the same of everything in some folders."""
    there, refused = dict[str, Stand](), list[Refusal]()
    while folders:
        _list(site, folders.pop(), folders, there, refused)
    return there, refused


def _list(
    site: Path, folder: str, folders: list[str], there: dict[str, Stand], refused: list[Refusal]
) -> None:
    """Note how the files of a folder stand, and which folders it holds; what cannot be read is refused."""
    with os.scandir(f"{site}/{folder}") as found:
        for one in found:
            path = f"{folder}{one.name}"
            if one.is_symlink():
                refused.append((path, "it is a link out of the site", "Put the file itself there"))
            elif one.is_dir():
                folders.append(f"{path}/")
            elif (seen := one.stat()).st_size > LARGEST:
                what = "it is too large to be read"
                refused.append((path, what, "Keep it out, or make it smaller"))
            elif not (path.endswith(".gz") and _VOCABULARY.search(path)):
                there[path] = (seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)
