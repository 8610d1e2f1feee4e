"""Keeps what goes on in processes of its own while MkDocs builds: the search, and the gate's readers."""

from multiprocessing.process import BaseProcess
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files

from kb.config import Config
from kb.errors import KbError
from kb.gates.scanner import Ready
from kb.search.reading import Reads
from mkdocs_docworthy.browser_search import Search
from mkdocs_docworthy.final_bytes import Look

_WORTH_A_LOOK = 500
"""So many new pages are worth a process that reads them before the build has ended."""


class Aside:
    """What one build has begun, and waits for in the end."""

    def __init__(self) -> None:
        self._search: Search | None = None
        self._ready: Ready | None = None
        self._ahead: BaseProcess | None = None

    def begin(
        self, config: MkDocsConfig, kb: Config, files: Files, reads: Reads, *, judged: bool
    ) -> None:
        """Begin with the search, and after an edit with a scanner that is ready when it is asked.

        Args:
            reads: What this build read of the articles.
            judged: Whether the gate looks at library and site; else signatures are not checked yet.
        """
        proven = reads if judged or not kb.signers else {}
        self._search = Search(config, kb, files, proven)
        is_edit = judged and 0 < len(reads) < _WORTH_A_LOOK
        self._ready = Ready.begun() if is_edit else None

    def look_ahead(self, look: Look, printed: int) -> None:
        """Let the gate begin where so many pages were printed that it pays."""
        if printed > _WORTH_A_LOOK:
            self._ahead = look.ahead()

    def write_search(self, files: Files) -> None:
        """Put the search into the site."""
        assert self._search is not None  # noqa: S101 (it was begun)
        self._search.write(files)

    def refusals(self, look: Look, shipped: list[Path]) -> list[KbError]:
        """Return why the site must not go out, as `Look.refusals` does."""
        self._wait()
        found = look.refusals(shipped, self._ready)
        self.end()
        return found

    def end(self) -> None:
        """Leave nobody at work for the gate."""
        if self._ahead:
            self._ahead.terminate()
        self._wait()
        if self._ready:
            self._ready.close()
        self._ready = None

    def _wait(self) -> None:
        """Wait until the look ahead has ended."""
        if self._ahead:
            self._ahead.join()
        self._ahead = None
