"""The shelf on disk: reads and writes articles so that a killed process leaves no half file."""

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from kb.articles.article import Article, State, Verb, is_id, parse, render
from kb.articles.evidence import Evidence, from_json, to_json
from kb.errors import ArticleError, BusyError, KbError, LifecycleError, SourceError

PAGES = (".md", ".markdown", ".mdown", ".mkdn", ".mkd", ".html", ".htm", ".svg")
"""The endings of files that would become pages, in any case."""
_HALF = ".kb-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Everything the library holds, and what could not be read."""

    articles: tuple[Article, ...]
    broken: tuple[KbError, ...]


@dataclass(frozen=True, slots=True)
class Library:
    """The articles of one workspace. `docs` is its docs folder.

    A published article lies in `articles/`, every other state in `drafts/`; evidence lies in
    `.evidence/`, which MkDocs never reads.
    """

    docs: Path

    def path(self, article: Article) -> Path:
        """Return where the article's state puts it."""
        folder = "articles" if article.state is State.PUBLISHED else "drafts"
        return self.docs / folder / f"{article.id}.md"

    def shelf(self) -> Shelf:
        """Read everything; a file that cannot be read is told, not skipped in silence."""
        articles: list[Article] = []
        broken: list[KbError] = []
        for path in self._files():
            try:
                articles.append(self.read(path))
            except KbError as error:
                broken.append(error)
        return Shelf(articles=tuple(articles), broken=tuple(broken))

    def articles(self) -> tuple[Article, ...]:
        """Return every article.

        Raises:
            ArticleError: A file cannot be read.
        """
        shelf = self.shelf()
        if shelf.broken:
            raise shelf.broken[0]
        return shelf.articles

    def read(self, path: Path) -> Article:
        """Read one file; its name must be its id, its folder must fit its state.

        Raises:
            ArticleError: It cannot be read, or name, folder and state disagree.
        """
        if path.is_symlink() or not path.resolve().is_relative_to(self.docs.resolve()):
            raise ArticleError(
                self.name(path), "it is a link out of the library", "Put the file itself there"
            )
        try:
            article = parse(path.read_text(encoding="utf-8"), self.name(path))
        except (OSError, UnicodeDecodeError):
            raise ArticleError(
                self.name(path), "it cannot be read as UTF-8", "Save it so"
            ) from None
        right = self.path(article)
        if right.name != path.name:
            raise ArticleError(
                self.name(path), f"its id is {article.id}", f"Name the file {right.name}"
            )
        if right.parent.name != path.parent.name:
            raise ArticleError(
                self.name(path),
                f"its state is {article.state}, but it lies in {path.parent.name}",
                f"Move it to {right.parent.name}, or use kb review and kb publish",
            )
        return article

    def find(self, article_id: str, *states: State) -> Article:
        """Return the article with this id, its draft before its live page.

        Raises:
            LifecycleError: There is none in `states`.
            ArticleError: Its file cannot be read.
        """
        for article in self.both(article_id):
            if not states or article.state in states:
                return article
        near = get_close_matches(article_id, self.ids(), 1)
        todo = f"Did you mean {near[0]}?" if near else "Run kb review to see what there is"
        raise LifecycleError(article_id, "no such article", todo)

    def ids(self) -> tuple[str, ...]:
        """Return the ids that files have by their names, each once, in order; none is read."""
        return tuple(sorted({path.stem for path in self._files()}))

    def both(self, article_id: str) -> tuple[Article, ...]:
        """Return the article's draft and its live page, as far as there are any, in this order."""
        if not is_id(article_id) or article_id == "index":
            return ()
        paths = (self.docs / folder / f"{article_id}.md" for folder in ("drafts", "articles"))
        return tuple(self.read(path) for path in paths if os.path.lexists(path))

    def save(self, article: Article) -> Path:
        """Write the article where its state puts it; a publish then takes the draft away."""
        path = self.path(article)
        previous = path.read_text(encoding="utf-8") if path.exists() else ""
        text = render(article, previous)
        if text != previous:
            write(path, text)
        last = article.history[-1].verb if article.history else None
        if article.state is State.PUBLISHED and last is Verb.PUBLISH:
            self._drop(self.docs / "drafts" / path.name)
        if article.state is State.ARCHIVED:
            self._drop(self.docs / "articles" / path.name)
        return path

    def settle(self) -> tuple[Path, ...]:
        """Finish what a killed process left, and return the files taken away.

        That is a half-written file, a draft whose live page holds its whole history and a publish
        more, or a page whose whole history the archived article holds. The workspace's lock must
        be held.
        """
        articles = self.shelf().articles
        live = {a.id: a for a in articles if a.state is State.PUBLISHED}
        pairs = [(a, live[a.id]) for a in articles if a.id in live and a is not live[a.id]]
        left = [
            *(d for d, page in pairs if d.state is State.IN_REVIEW and _is_left_over(d, page)),
            *(page for d, page in pairs if d.state is State.ARCHIVED and _goes_on(d, page)),
        ]
        paths = (*map(self.path, left), *self._halves())
        for path in paths:
            self._drop(path)
        return paths

    def save_evidence(self, article_id: str, evidence: tuple[Evidence, ...]) -> None:
        """Write the draft's sidecar."""
        write(self._sidecar(article_id), to_json(evidence))

    def evidence(self, article_id: str) -> tuple[Evidence, ...]:
        """Return the sidecar's rows, none when there is no sidecar."""
        path = self._sidecar(article_id)
        return from_json(path.read_text(encoding="utf-8")) if path.exists() else ()

    def _sidecar(self, article_id: str) -> Path:
        return self.docs / ".evidence" / f"{article_id}.json"

    def strays(self) -> tuple[ArticleError, ...]:
        """Return an error for each file below `articles/` that would be a page and is no article."""
        folder = self.docs / "articles"
        found = (p for p in folder.rglob("*") if p.suffix.lower() in PAGES or p.is_symlink())
        return tuple(
            ArticleError(self.name(path), "no article of the library lies there", "Move it out")
            for path in sorted(found)
            if path.suffix != ".md" or path.parent != folder
        )

    def _files(self) -> list[Path]:
        folders = (self.docs / "articles", self.docs / "drafts")
        paths = [path for folder in folders for path in folder.glob("*.md")]
        return sorted(path for path in paths if path.name != "index.md")

    def name(self, path: Path) -> Path:
        """Return the path as a person would say it: from the workspace on."""
        return Path(self.docs.name) / path.relative_to(self.docs)

    def _halves(self) -> list[Path]:
        """Return what was being written when its process died: nobody else writes meanwhile."""
        folders = (self.docs / name for name in ("articles", "drafts", ".evidence"))
        return [path for folder in folders for path in sorted(folder.glob(f"{_HALF}*"))]

    def _drop(self, path: Path) -> None:
        path.unlink(missing_ok=True)


def _is_left_over(draft: Article, page: Article) -> bool:
    after = page.history[len(draft.history) :]
    return _goes_on(page, draft) and any(change.verb is Verb.PUBLISH for change in after)


def _goes_on(later: Article, earlier: Article) -> bool:
    """Say whether `later` has the whole history of `earlier`."""
    return later.history[: len(earlier.history)] == earlier.history


def write(path: Path, text: str) -> None:
    """Replace a file whole or not at all: temporary file, fsync, rename, fsync of the folder.

    Raises:
        SourceError: The disk is full or the folder may not be written; the old file stands.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=_HALF)
        with contextlib.ExitStack() as undo:
            undo.callback(lambda: Path(name).unlink(missing_ok=True))
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise SourceError(
            path, f"it cannot be written ({error.strerror})", "Free the disk or mend its rights"
        ) from None


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Hold the workspace alone; the system frees it when the process dies.

    Raises:
        BusyError: Another process holds it; the message names its number.
        SourceError: The file system cannot lock, as some network file systems cannot.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "another process"
            raise BusyError(
                folder, f"process {holder} is writing to this workspace", "Wait for it, then retry"
            ) from None
        except OSError as error:
            raise SourceError(
                folder,
                f"its file system cannot lock ({error.strerror})",
                "Put the workspace on a disk of this machine",
            ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)  # the next loser is not told who held it before
