"""Keeps what the index on disk holds of each file, beside it in `known.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kb.search import ranking
from kb.search.gather import Mark
from kb.search.reading import Lengths
from kb.search.sheet import Kind

VERSION = 7
"""Of everything that an index depends on but its pages; another version is built anew."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the index knows of one file.

    Attributes:
        digest: Checksum of the sheet; `""` when the file is no page.
        lengths: Terms of each kind of line.
    """

    mark: Mark
    digest: str = ""
    public: bool = False
    lengths: Lengths = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the index holds, kept beside it in `known.json`.

    Attributes:
        signers: Digest of the list of signers that the approvals were checked with, `""` for none.
    """

    files: Mapping[str, Standing]
    pivots: tuple[int, ...]
    scale: float
    signers: str = ""

    @property
    def pages(self) -> list[str]:
        """The paths that can be found, sorted."""
        return sorted(path for path, one in self.files.items() if one.digest)


def known_of(files: Mapping[str, Standing], signers: str = "") -> Known:
    """Return what follows from the files: the mean lengths, and how many pages there are."""
    held = [dict(zip(Kind, one.lengths, strict=True)) for one in files.values() if one.digest]
    pivot = ranking.pivots(held)
    scale = ranking.scale(len(held))
    return Known(files=files, pivots=tuple(pivot.values()), scale=scale, signers=signers)


def load(folder: Path, signers: str) -> Known | None:
    """Return what the index in `folder` holds, None where it must be built anew.

    Args:
        signers: As of `Known`: approvals that were checked with another list are checked anew.
    """
    try:
        row = json.loads((folder / "known.json").read_text(encoding="utf-8"))
        if (row["version"], row["signers"]) != (VERSION, signers):
            return None
        if not (folder / "index").is_dir():
            return None
        files = {path: Standing((at, size), digest, public, (a, b, c, d))
                 for path, (at, size, digest, public, a, b, c, d) in row["files"].items()}  # fmt: skip
        pivots = tuple(row["pivots"])
        return Known(files=files, pivots=pivots, scale=row["scale"], signers=signers)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def keep(folder: Path, known: Known) -> None:
    """Write down what the index in `folder` holds now."""
    files = {path: (*one.mark, one.digest, one.public, *one.lengths)
             for path, one in known.files.items()}  # fmt: skip
    row = {"version": VERSION, "signers": known.signers, "pivots": known.pivots,
           "scale": known.scale, "files": files}  # fmt: skip
    aside = folder / "known.json.new"
    aside.write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    aside.replace(folder / "known.json")
