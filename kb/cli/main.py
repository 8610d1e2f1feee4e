"""Gathers the commands, and is the one place where the command line catches errors."""

import contextlib
import signal
import sys
from collections.abc import Sequence

import click

from kb import __version__
from kb.cli import capture, measure, out, readers, review, setup
from kb.errors import KbError

COMMANDS = (
    setup.init,
    capture.pull,
    capture.triage,
    capture.draft,
    review.check,
    review.review,
    review.publish,
    readers.serve,
    measure.record,
    measure.canary,
    measure.metrics,
    readers.feedback,
    readers.search,
    setup.redact,
    setup.doctor,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
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


for _command in COMMANDS:
    cli.add_command(_command)


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
