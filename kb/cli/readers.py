"""What readers get: `kb serve`."""

from pathlib import Path

import click

from kb.cli import out
from kb.cli.workspace import now, open_workspace
from kb.service.serve import serve as run_service


@click.command()
@click.option(
    "--site", type=click.Path(file_okay=False, path_type=Path), help="Also serve this built site."
)
def serve(site: Path | None) -> None:
    """Collect events, answer searches and suggestions, pass on the form, show the team pages."""
    workspace = open_workspace()
    with workspace.store() as store:
        run_service(workspace.config, store, now=now, on_ready=_told_ready, site=site)


def _told_ready(link: str) -> None:
    out.say(f"Team pages (the link works once): {link}")
    out.say("Ctrl-C stops.")
