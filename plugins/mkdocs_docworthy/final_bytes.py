"""Looks once more, at the bytes that would go out: every file of the built site, by its kind."""

import gc
import multiprocessing
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from kb.config import Config
from kb.errors import ConfigError, GateError, KbError
from kb.gates import settling
from kb.gates.forking import can_fork
from kb.gates.scanner import Ready, Rulebook
from kb.gates.site import digests, leaks, said_by_hand


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One build's last look.

    Attributes:
        site: The built site.
        kb: The workspace.
        settings: The site's mkdocs.yml; what it says is the team's own.
        theme: The theme's folders; the notes in its icons name their makers.
        texts: The interface's own words in the site's languages: "Sie" is a name elsewhere.
    """

    site: Path
    kb: Config
    settings: Path
    theme: tuple[str, ...] = ()
    texts: tuple[Path, ...] = ()

    def refusals(self, shipped: Iterable[Path], ready: Ready | None = None) -> list[KbError]:
        """Return why the built site must not go out: drafts in it, or words that nobody may read.

        Args:
            shipped: Files that come with the theme and stand in the site as they are.
            ready: A scanner's process that was begun before.
        """
        try:
            found = self._leaks(shipped, ready=ready)
        except KbError as error:
            found = [error]
        return [*drafts_in(self.site), *found]

    def ahead(self) -> BaseProcess | None:
        """Begin with the articles while the build goes on, where the system can fork.

        The ledger then knows what may go out, by how it stands; whatever it does not know, because
        it may not, or changed, or this failed, `refusals` reads.
        """
        if not can_fork():
            return None
        process = multiprocessing.get_context("fork").Process(target=self._begin)
        process.start()
        return process

    def _begin(self) -> None:
        gc.freeze()  # what the build holds is shared until somebody looks through it
        with suppress(Exception):
            self._leaks((), below="articles/")

    def _leaks(
        self, shipped: Iterable[Path], below: str = "", ready: Ready | None = None
    ) -> list[KbError]:
        words, kb = self.kb.redaction, self.kb
        book = Rulebook(words=words.words, allow=words.allow, seconds=words.seconds)
        by_hand = (self.settings, kb.root / "kb.toml", *_icons(self.theme), *self.texts)
        judge = settling.judge(kb.root, kb.state, book, _key(kb), said_by_hand(kb.docs, *by_hand))
        return leaks(self.site, judge, state=kb.state, shipped=digests(shipped), below=below,
                     ready=ready)  # fmt: skip


def _icons(theme: Iterable[str]) -> list[Path]:
    """Return one icon of each set: all of a set carry the same note of who made them."""
    sets = (one for folder in theme for one in sorted(Path(folder).glob(".icons/*")))
    return [icon for one in sets if (icon := next(one.rglob("*.svg"), None))]


def _key(kb: Config) -> bytes:
    try:
        return kb.secret()
    except ConfigError:
        return b""


def drafts_in(site: Path) -> list[KbError]:
    """Return an error when anything of `drafts/` or `.evidence/` lies in the site."""
    found: list[KbError] = [
        GateError(f"{name}/", "drafts lie in the built site", "Take drafts/ out of the theme")
        for name in ("drafts", ".evidence")
        if (site / name).exists()
    ]
    sitemap = site / "sitemap.xml"
    if sitemap.exists() and "/drafts/" in sitemap.read_text(encoding="utf-8"):
        found.append(GateError("sitemap.xml", "it names a draft", "Leave draft_docs to the plugin"))
    return found
