"""Gathers the commands, and is the one place where the command line catches errors."""

import contextlib
import signal
import sys
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module

import click

from kb import __version__
from kb.cli import out
from kb.errors import KbError

COMMANDS = {
    "init": "setup",
    "pull": "pull",
    "triage": "triage",
    "draft": "draft",
    "check": "check",
    "review": "review",
    "publish": "publish",
    "audit": "audit",
    "freshness": "freshness",
    "purge": "purge",
    "copy": "copying",
    "serve": "readers",
    "record": "measure",
    "canary": "measure",
    "metrics": "measure",
    "feedback": "feedback",
    "outbox": "outbox",
    "page": "page",
    "watch": "watch",
    "search": "search",
    "index": "search",
    "redact": "redaction",
    "doctor": "setup",
}
"""Each command, in the order of a first round, and the module of `kb.cli` that keeps it."""


class Door(out.Commands):
    """Imports a command when it is asked for: `kb redact` need not load a database."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of a first round."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command, `None` if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"kb.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, cmd_name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that `args` begin with; a misspelt one gets "did you mean".

        Raises:
            click.UsageError: There is no such command.
        """
        near = get_close_matches(args[0], COMMANDS, 1)
        if near and args[0] not in COMMANDS:
            raise click.UsageError(f"'{args[0]}' is not a command. Did you mean '{near[0]}'?", ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=Door, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="kb")
def cli() -> None:
    """Turn resolved tickets into reviewed articles, and see what they prevented.

    \b
    A first round:
      kb init            make a workspace here
      kb pull            take tickets in, redacted
      kb triage --auto   new, update, known or declined
      kb draft           write drafts with their evidence
      kb review          read, submit, approve
      kb publish         let approved articles out
      mkdocs build       make the site
      kb serve           collect events, answer searches, show team pages

    Exit codes: 0 done, 1 something to act on, 2 wrong usage, 3 a source or service failed.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    with contextlib.suppress(ValueError):
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    try:
        code = cli.main(list(arguments) if arguments is not None else None, standalone_mode=False)
    except KbError as error:
        out.say(str(error))
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = 2
    except (click.Abort, KeyboardInterrupt):
        out.say("Stopped. What was finished is kept; run it again to go on.")
        code = 130
    except OSError as error:
        out.say(f"{error.filename or 'disk'}: {error.strerror}. Mend that, then run it again.")
        code = 3
    sys.stdout.flush()
    sys.exit(code or 0)
