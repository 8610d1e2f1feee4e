"""Reads what `kb feedback --into` wrote of the pages that readers read in the same visit."""

import json
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from kb.errors import ConfigError

_SCHEMA = "docworthy.together/1"
_READ = 4
"""What each doubling of the readers of both weighs: five are as a link, a hundred as two.

A whole number that stands still between doublings, so that few pages change from day to day.
"""

Together = Mapping[str, Mapping[str, int]]
"""By source path: what readers add to other pages, by theirs."""


def together(path: Path) -> Together:
    """Return what readers add, as it stands in the file `together.json`.

    Raises:
        ConfigError: It is not there, or is something else.
    """
    found = defaultdict[str, dict[str, int]](dict)
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["schema"] != _SCHEMA:
            raise ValueError(told["schema"])
        for one, other, readers in told["pairs"]:
            weight = _READ * int(readers).bit_length()
            found[f"articles/{one}.md"][f"articles/{other}.md"] = weight
            found[f"articles/{other}.md"][f"articles/{one}.md"] = weight
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigError(
            f"docworthy.together {path.name}",
            f"it is no file of schema {_SCHEMA}",
            f"Let kb feedback --into {path.parent.name or '.'} write it, or leave the option out",
        ) from None
    return dict(found)
