"""Asks the real site how an article would look, in a process of its own, and serves its theme."""

import json
import subprocess
import sys
from dataclasses import dataclass, field
from mimetypes import guess_type
from pathlib import Path

from kb.articles.article import Article, render
from kb.config import Config
from kb.service.failures import Refusal

_SECONDS = 60
SHOWN = {".css", ".svg", ".png", ".jpg", ".jpeg", ".gif", ".webp", ".woff2", ".ico"}
"""What a previewed page may load from here: pictures, styles and fonts, never a script."""


@dataclass(slots=True)
class Previewer:
    """Renders articles with the workspace's own mkdocs.yml, theme and plugins."""

    config: Config
    _folders: tuple[Path, ...] = ()
    _styles: dict[str, str] = field(default_factory=dict)

    def page(self, article: Article) -> str:
        """Return the page's HTML as the site would have it.

        Raises:
            Refusal: The site cannot be rendered (503): there is no mkdocs.yml, or it is broken.
        """
        site = str(self.config.root / "mkdocs.yml")
        command = [sys.executable, "-m", "mkdocs_docworthy.preview", site]
        try:
            done = subprocess.run(
                command, input=render(article), capture_output=True, text=True, timeout=_SECONDS,
                cwd=self.config.root, check=True,
            )  # fmt: skip
            told = json.loads(done.stdout)
        except (OSError, subprocess.SubprocessError, ValueError):
            raise Refusal(
                503, "preview", "the site cannot be rendered here", "Run mkdocs build to see why"
            ) from None
        self._folders = tuple(Path(folder) for folder in told["folders"])
        self._styles = told["styles"]
        return str(told["html"])

    def asset(self, path: str) -> tuple[bytes, str]:
        """Return bytes and media type of what a previewed page asks for.

        Raises:
            Refusal: There is none, or it is not a picture, style or font (404).
        """
        if path in self._styles:
            return self._styles[path].encode(), "text/css"
        for folder in (*self._folders, self.config.docs):
            file = (folder / path).resolve()
            inside = file.is_relative_to(folder.resolve()) and file.suffix.lower() in SHOWN
            if inside and file.is_file():
                return file.read_bytes(), guess_type(file.name)[0] or "application/octet-stream"
        raise Refusal(404, "preview", "there is no such picture or style", "Build the site")
