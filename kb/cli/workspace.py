"""Opens the workspace a command works in: configuration, clock, person, shelf and store."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

from kb.articles.article import State
from kb.articles.library import Library, lock
from kb.articles.settled import Settled
from kb.articles.steps import Steps
from kb.config import Config, find_root, load
from kb.errors import ConfigError, KbError
from kb.gates import settling
from kb.gates.scanner import Rulebook
from kb.gates.site import said_by_hand
from kb.gates.verdict import Judge
from kb.redaction import Redactor
from kb.search.page import Page, of_article, of_docs
from kb.service.steps import steps_of
from kb.store.store import Store, open_store


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """One workspace, read; its store is opened by `store()`."""

    config: Config
    library: Library
    redactor: Redactor

    @contextmanager
    def store(self, *, alone: bool = False) -> Iterator[Store]:
        """Open the store; `alone` also holds the workspace's lock.

        Raises:
            BusyError: Another process holds the lock.
        """
        with _maybe_locked(self.config.state, alone):
            store = open_store(self.config.database)
            try:
                yield store
            finally:
                store.close()

    def steps(self) -> Steps:
        """Return the workspace's steps, by the system's clock."""
        return steps_of(self.config, now, self.redactor)

    @property
    def settled(self) -> Settled:
        """What people decided about findings; without the workspace's key nothing is known."""
        return settling.read(self.config.root, self.config.key())

    def judge(self) -> Judge:
        """Return what the gates look for.

        Raises:
            RedactionError: The customers' hashes are there, but cannot be read.
        """
        words = self.config.redaction
        book = Rulebook(words=words.words, allow=words.allow, seconds=words.seconds)
        root = self.config.root
        said = said_by_hand(self.config.docs, root / "mkdocs.yml", root / "kb.toml")
        return settling.judge(root, self.config.state, book, self.config.key(), said)

    def pages(self, *, published_only: bool = False) -> tuple[Page, ...]:
        """Return everything that can be found: articles and every other page of the docs."""
        articles = {
            article.id: article
            for article in self.library.shelf().articles
            if article.state is State.PUBLISHED or not published_only
        }
        return (*map(of_article, articles.values()), *of_docs(self.config.docs))


@contextmanager
def _maybe_locked(folder: Path, alone: bool) -> Iterator[None]:
    if not alone:
        yield
        return
    with lock(folder):
        yield


def open_workspace() -> Workspace:
    """Open the workspace at or above the current folder.

    Raises:
        ConfigError: There is none, or its configuration is wrong.
    """
    config = load(find_root(Path.cwd()))
    redactor = Redactor.of(config.redaction)
    return Workspace(config=config, library=Library(config.docs), redactor=redactor)


def now() -> datetime:
    """Return the time in whole seconds, as histories and decisions are written.

    Raises:
        ConfigError: `SOURCE_DATE_EPOCH` is not a number.
    """
    return instant().replace(microsecond=0)


def instant() -> datetime:
    """Return the time; `SOURCE_DATE_EPOCH` (seconds since 1970) sets it for runs to be repeated.

    Figures are known up to this instant: what came in the same second counts.

    Raises:
        ConfigError: The variable is not a number.
    """
    value = os.environ.get("SOURCE_DATE_EPOCH")
    if not value:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(int(value), UTC)
    except (ValueError, OverflowError):
        raise ConfigError(
            "SOURCE_DATE_EPOCH", "it is not a number of seconds", "Unset it"
        ) from None


def who(given: str) -> str:
    """Return who acts: `--as`, `KB_PERSON`, or git's `user.email`.

    Raises:
        ConfigError: Nobody is named.
    """
    named = given or os.environ.get("KB_PERSON") or _git_email()
    if not named:
        raise ConfigError("--as", "nobody is named", "Say who you are with --as or KB_PERSON")
    return named


def _git_email() -> str:
    try:
        run = subprocess.run(
            ["git", "config", "user.email"], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout.strip()


class ArticleId(click.ParamType):  # type: ignore[type-arg]  # generic in later clicks alone
    """An article's id, or the path of its file, as `kb draft` prints it; a shell completes the id."""

    name = "article"

    def convert(self, value: str, param: object, ctx: object) -> str:
        """Return the id that is meant."""
        return Path(value).stem if value.endswith(".md") else value

    def shell_complete(self, ctx: object, param: object, incomplete: str) -> list[CompletionItem]:
        """Return the ids that begin so; outside a workspace there are none."""
        try:
            ids = open_workspace().library.ids()
        except KbError:
            return []
        return [CompletionItem(one) for one in ids if one.startswith(incomplete)]


as_id = ArticleId()
as_option: Callable[[Any], Any] = click.option(
    "--as",
    "person",
    metavar="PERSON",
    default="",
    help="Who you are, e.g. mara@ferrywright.example.",
)
json_option: Callable[[Any], Any] = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON on stdout."
)
dry_option: Callable[[Any], Any] = click.option(
    "--dry-run", is_flag=True, help="Say what would be done, and write nothing."
)
