"""What the command line says: data on stdout, talk on stderr, nothing a terminal would obey."""

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\u2028\u2029]"
)


class Advance(Protocol):
    """Tells the bar how far it is."""

    def __call__(self, done: int, total: int) -> None:
        """Show `done` of `total`."""


class Commands(click.Group):
    """A group whose help lists each command with the whole first sentence of its own."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list; what click would write is cut in the middle of what matters."""
        named = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, one.get_short_help_str(1_000)) for name, one in named if one]
            )


def plain(text: str) -> str:
    """Show control and direction marks as escapes, so that no text steers the terminal."""
    return _CONTROL.sub(lambda match: f"\\x{ord(match.group()):02x}", text)


def line(text: str = "") -> None:
    """Print a line of data."""
    click.echo(plain(text))


def say(text: str) -> None:
    """Print a line of talk."""
    click.echo(plain(text), err=True)


def data(schema: str, **values: Any) -> None:
    """Print one JSON object whose `schema` names its form and version."""
    body = {"schema": f"docworthy.{schema}/1", **values}
    click.echo(json.dumps(body, ensure_ascii=False, indent=2, default=str))


def table(rows: Iterable[Iterable[object]], *, gap: str = "  ") -> None:
    """Print rows in columns as wide as they need, the last one as it is."""
    cells = [[_cell(str(cell)) for cell in row] for row in rows]
    if not cells:
        return
    widths = [max(len(row[i]) for row in cells) for i in range(len(cells[0]))]
    for row in cells:
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        click.echo(gap.join(padded).rstrip())


def _cell(text: str) -> str:
    """Return the text on one line: a break in a title would make a row that nobody wrote."""
    return plain(text).replace("\n", "\\x0a").replace("\t", "\\x09")


def number(count: int, one: str) -> str:
    """Return how many there are of what `one` names: 1 page, 2 pages."""
    return f"{count} {one}" if count == 1 else f"{count} {one}s"


@contextmanager
def progress(what: str) -> Iterator[Advance]:
    """Show a bar on a terminal, and nothing elsewhere."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, disable=not console.is_terminal, transient=True
    ) as bar:
        task = bar.add_task(what, total=None)

        def advance(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield advance
