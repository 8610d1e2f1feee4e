"""Says how every file of a built site stands on the disk, without reading any."""

import os
import re
from collections.abc import Container, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from kb.gates.forking import begin
from kb.gates.reading import LARGEST

_THOUSANDS, _DIVIDED = 5000, "articles/"
"""Here lie most of a large site's folders."""
Stand = tuple[int, int, int, int]
"""How a file stands, as `Stamp` has it."""
Refusal = tuple[str, str, str]
"""Where and why something must not go out, and what to do."""

_VOCABULARY = re.compile(r"search/docworthy/[tw]/[0-9a-f]+\.json\.gz$")
"""The search index's single words, without the sentences that say what they are: a part of an
address looks like an address there. The pages that they come from are read whole."""


class Standing(NamedTuple):
    """How the files of a site stand.

    Attributes:
        same: The names of those that stand as they stood.
        other: How each other one stands, by name.
        refused: What is refused unread.
    """

    same: list[str]
    other: dict[str, Stand]
    refused: list[Refusal]

    def with_half(self, half: "Standing") -> "Standing":
        """Return this half and the other one."""
        refused = self.refused + half.refused
        return Standing(self.same + half.same, self.other | half.other, refused)


def standing(site: Path, below: str, stood: Mapping[str, Stand]) -> Standing:
    """Return how every file of the site stands; two processes look where there are thousands.

    Args:
        site: The built site.
        below: Only this folder is looked at, with a slash behind it.
        stood: How files stood when they were read, by name.
    """
    if len(stood) < _THOUSANDS:
        return _half(site, below, stood, (True, False))
    theirs = begin(partial(_half, site, below, stood, (True,)))
    return _half(site, below, stood, (False,)).with_half(theirs())


def _half(site: Path, below: str, stood: Mapping[str, Stand], odd: Container[bool]) -> Standing:
    """Return the same of every other file and folder of an article; what is odd, its name says."""
    folders, found = [below], Standing([], {}, [])
    while folders:
        _list(site, folders.pop(), stood, odd, folders, found)
    return found


def _list(
    site: Path,
    folder: str,
    stood: Mapping[str, Stand],
    odd: Container[bool],
    folders: list[str],
    standing: Standing,
) -> None:
    """Note how the files of a folder stand, and which folders it holds; what cannot be read is refused.

    Folders of an article belong to one half with all they hold, any other to both.
    """
    is_whole = folder.startswith(_DIVIDED) and folder != _DIVIDED
    same, other, refused = standing
    with os.scandir(f"{site}/{folder}") as found:
        for one in found:
            is_ours, path = is_whole or (hash(one.name) & 1 == 1) in odd, f"{folder}{one.name}"
            if one.is_dir(follow_symlinks=False):
                if is_ours or folder != _DIVIDED:
                    folders.append(f"{path}/")
            elif not is_ours:
                continue
            elif one.is_symlink():
                refused.append((path, "it is a link out of the site", "Put the file itself there"))
            elif (seen := one.stat()).st_size > LARGEST:
                what = "it is too large to be read"
                refused.append((path, what, "Keep it out, or make it smaller"))
            elif not (path.endswith(".gz") and _VOCABULARY.search(path)):
                stand = (seen.st_size, seen.st_mtime_ns, seen.st_ctime_ns, seen.st_ino)
                if stood.get(path) == stand:
                    same.append(path)
                else:
                    other[path] = stand
