"""Where shards are kept: what the export asks of any place, and the place that a site is made of."""

import gzip
import json
import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from kb.articles.library import write

MANIFEST = "manifest"


class Keeping(Protocol):
    """A place for shards, each a JSON text under a name such as `t/1f`.

    What was exported last is told by `state`; between `begin` and `finish` nothing is, so that an
    export that was stopped starts anew.
    """

    def state(self) -> dict[str, Any] | None:
        """Return what `finish` was given last; None when nothing, or nothing that can be read."""

    def begin(self, *, anew: bool) -> None:
        """Forget the state; with `anew` everything that is kept."""

    def load(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the values of those of the names that are kept."""

    def save(self, name: str, text: str) -> None:
        """Keep a JSON text under a name."""

    def drop(self, name: str) -> None:
        """Keep nothing under a name."""

    def finish(self, manifest: str, state: str) -> None:
        """Keep the manifest and then the state."""


@dataclass(frozen=True, slots=True)
class Folder:
    """Shards as files, packed: `t/1f` is `t/1f.json.gz`."""

    root: Path

    def state(self) -> dict[str, Any] | None:
        """Return what is said to be kept here."""
        with suppress(OSError, ValueError):
            said = json.loads((self.root / "state.json").read_text(encoding="utf-8"))
            return said if isinstance(said, dict) else None
        return None

    def begin(self, *, anew: bool) -> None:
        """Forget the state; with `anew` take everything away."""
        (self.root / "state.json").unlink(missing_ok=True)
        if anew:
            shutil.rmtree(self.root, ignore_errors=True)

    def load(self, names: Iterable[str]) -> dict[str, Any]:
        """Return the values of those of the names that are kept."""
        paths = {name: self._path(name) for name in names}
        return {name: json.loads(gzip.decompress(path.read_bytes()))
                for name, path in paths.items() if path.exists()}  # fmt: skip

    def save(self, name: str, text: str) -> None:
        """Write a file; one that stands there already is replaced whole, as a site is linked to it.

        The same text gives the same bytes. One that was half written has no state beside it.
        """
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        packed = gzip.compress(text.encode(), 6, mtime=0)
        if not path.exists():
            path.write_bytes(packed)
            return
        aside = path.with_suffix(".new")
        aside.write_bytes(packed)
        aside.replace(path)

    def drop(self, name: str) -> None:
        """Take a file away."""
        self._path(name).unlink(missing_ok=True)

    def finish(self, manifest: str, state: str) -> None:
        """Write the manifest and then the state."""
        self.save(MANIFEST, manifest)
        write(self.root / "state.json", state)

    def _path(self, name: str) -> Path:
        return self.root / f"{name}.json.gz"
