"""Renders one article as the real site would, with the workspace's own theme and plugins.

`python -m mkdocs_docworthy.preview MKDOCS_YML PATH` reads the article's Markdown from stdin and
prints a JSON object: `html`, `folders` (the theme's, in the order they are looked in) and `styles`
(address and text of each style sheet that a plugin makes).
"""

import json
import logging
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

from mkdocs.config import load_config
from mkdocs.structure.files import Files, get_files
from mkdocs.structure.nav import get_navigation

from kb.articles.article import Article, parse
from mkdocs_docworthy.plugin import DocworthyPlugin

_SCRIPT = re.compile(r"(?is)<script\b.*?</script>")


def preview(mkdocs_yml: Path, article: Article) -> dict[str, Any]:
    """Return the article's page as it would be at its own address, without its scripts.

    Nothing of the workspace is written; what other plugins write goes to a folder that is dropped.
    """
    with tempfile.TemporaryDirectory(prefix="kb-preview-") as site:
        config = load_config(str(mkdocs_yml), site_dir=site, site_url="")
        guest = next(p for p in config.plugins.values() if isinstance(p, DocworthyPlugin))
        guest.previews = True
        config.plugins.on_startup(command="serve", dirty=False)
        config = config.plugins.on_config(config)
        environment = config.theme.get_env()
        files: Files = get_files(config)
        files.add_files_from_theme(environment, config)
        files = config.plugins.on_files(files, config=config)
        navigation = get_navigation(files, config)
        config.plugins.on_nav(navigation, config=config, files=files)
        config.plugins.on_env(environment, config=config, files=files)
        return {"html": _SCRIPT.sub("", guest.preview(article)), "styles": _styles(files),
                "folders": [str(folder) for folder in config.theme.dirs]}  # fmt: skip


def _styles(files: Files) -> dict[str, str]:
    made = (f for f in files if f.generated_by and f.src_uri.endswith(".css"))
    return {file.src_uri: file.content_string for file in made}


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    print(json.dumps(preview(Path(sys.argv[1]), parse(sys.stdin.read()))))
