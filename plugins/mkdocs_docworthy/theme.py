"""Opens the theme's templates: what is hidden is not walked through, what was compiled is kept."""

import os
from pathlib import Path

from jinja2 import Environment, FileSystemBytecodeCache, FileSystemLoader
from mkdocs.config.defaults import MkDocsConfig

from mkdocs_docworthy import furniture


class Shown(FileSystemLoader):
    """Loads what `FileSystemLoader` does, and lists it without what is hidden.

    MkDocs asks for everything and leaves out what is hidden itself: a theme's ten thousand icons.
    """

    def list_templates(self) -> list[str]:
        """Return the name of each file that lies in no hidden folder and is not hidden, sorted."""
        found = set[str]()
        for place in self.searchpath:
            for folder, folders, names in os.walk(place, followlinks=self.followlinks):
                folders[:] = [name for name in folders if not name.startswith(".")]
                below = os.path.relpath(folder, place).replace(os.sep, "/")
                start = "" if below == "." else f"{below}/"
                found.update(f"{start}{name}" for name in names if not name.startswith("."))
        return sorted(found)


def open_quickly(config: MkDocsConfig, compiled: Path) -> None:
    """Make MkDocs, and plugins that ask the theme, open its templates so.

    Args:
        compiled: A folder for what Jinja compiled, each by the digest of its text.
    """
    compiled.mkdir(parents=True, exist_ok=True)
    opened = config.theme.get_env

    def get_env() -> Environment:
        env = opened()
        if type(env.loader) is FileSystemLoader:
            loader = env.loader
            env.loader = Shown(
                loader.searchpath, encoding=loader.encoding, followlinks=loader.followlinks
            )
        env.bytecode_cache = FileSystemBytecodeCache(str(compiled), "first-%s.cache")
        return env

    config.theme.get_env = get_env  # type: ignore[method-assign]
    furniture.keep_compiled(FileSystemBytecodeCache(str(compiled)))


def build_with(env: Environment, compiled: Path) -> None:
    """Take over the environment of one build: nobody looks if a template changed meanwhile.

    What was compiled for it is kept by itself: plugins may have given it filters of their own.
    """
    env.auto_reload = False
    env.bytecode_cache = FileSystemBytecodeCache(str(compiled))
