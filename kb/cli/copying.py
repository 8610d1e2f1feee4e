"""From one database to another: `kb copy`."""

import click

from kb.cli import out
from kb.cli.workspace import json_option, open_workspace
from kb.errors import ConfigError
from kb.store.copying import copy as copy_store


@click.command()
@click.option(
    "--to", "url", required=True, metavar="URL", help="An empty database, as in measure.database."
)
@json_option
def copy(url: str, as_json: bool) -> None:
    """Copy the whole store into another database: from SQLite to PostgreSQL, or back.

    Stop kb serve and whatever is scheduled before. Everything arrives or nothing: what failed or
    was killed is run again. The store itself stays as it is.
    """
    workspace = open_workspace()
    if url == workspace.config.database:
        raise ConfigError("--to", "it is the store that is copied", "Name another database")
    with workspace.store(alone=True) as store, out.progress("Copying") as advance:
        found = copy_store(store.database, url, tell=advance)
    if as_json:
        out.data("copy", tables=[one._asdict() for one in found])
        return
    out.table([("table", "rows here", "rows there"), *found])
    out.say(
        "Next: name it in KB_DATABASE or measure.database, run kb doctor, start kb serve.\n"
        "Then delete the old store: no purge reaches it, and its salts would outlive their 48 hours."
    )
