"""Looks once more, at the bytes that would go out: every file of the built site, by its kind."""

from collections.abc import Iterable
from pathlib import Path

from kb.config import Config
from kb.errors import ConfigError, GateError, KbError
from kb.gates import settling
from kb.gates.scanner import Rulebook
from kb.gates.site import digests, leaks, said_by_hand


def refusals(
    site: Path,
    kb: Config,
    settings: Path,
    shipped: Iterable[Path],
    theme: Iterable[str] = (),
    texts: Iterable[Path] = (),
) -> list[KbError]:
    """Return why the built site must not go out: drafts in it, or words that are nobody's to read.

    Args:
        site: The built site.
        kb: The workspace.
        settings: The site's mkdocs.yml; what it says is the team's own.
        shipped: Files that come with the theme and stand in the site as they are.
        theme: The theme's folders; the notes in its icons name their makers.
        texts: The interface's own words in the site's languages: "Sie" is a name elsewhere.
    """
    try:
        words = kb.redaction
        book = Rulebook(words=words.words, allow=words.allow, seconds=words.seconds)
        said = said_by_hand(kb.docs, settings, kb.root / "kb.toml", *_icons(theme), *texts)
        judge = settling.judge(kb.root, kb.state, book, _key(kb), said)
        found = leaks(site, judge, state=kb.state, shipped=digests(shipped))
    except KbError as error:
        found = [error]
    return [*drafts_in(site), *found]


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
