"""Marks a site that the gate has not let out yet: whoever serves it waits."""

import contextlib
from pathlib import Path

_MARK = ".unfinished"
"""Hidden: MkDocs empties the site's folder before each build and leaves what is hidden."""
_BEFORE = "It was unfinished before this build, too."


def begin(site: Path) -> None:
    """Mark the site before anything in it is touched; a build that is killed leaves it marked."""
    site.mkdir(parents=True, exist_ok=True)
    (site / _MARK).write_text(_BEFORE if is_unfinished(site) else "", encoding="utf-8")


def revert(site: Path) -> None:
    """Make of the mark what it was before the build, as the site is what it was."""
    with contextlib.suppress(OSError):
        if not (site / _MARK).read_text(encoding="utf-8"):
            finish(site)
            site.rmdir()


def finish(site: Path) -> None:
    """Take the mark away: what stands in the site may go out, or nothing does."""
    (site / _MARK).unlink(missing_ok=True)


def is_unfinished(site: Path) -> bool:
    """Say whether a build of the site is under way, or was killed."""
    return (site / _MARK).exists()
